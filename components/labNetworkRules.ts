import * as pulumi from "@pulumi/pulumi";
import { lastOutputs } from "./lastOutputs";
import { together } from "./outputs";
import type { PeerLabArgs } from "./peerLabArgs";
import type { NetworkRule } from "./peerNetwork";
import { hasRings } from "./plan/lab";

/**
 * The rules of a lab's network that were wanted by the last update that came to its end, all rings included. An update that ends
 * before leaves them as they are: what machines need that it has not reached is in them.
 */
export class LabNetworkRules extends pulumi.ComponentResource {
  /** The rules of the last update; none where there was no such update. */
  public readonly last: pulumi.Output<NetworkRule[]>;

  constructor(name: string, parent: { parent: pulumi.Resource }) {
    // Without inputs, so that the next update can read what this one gives.
    super("peerlab:index:LabNetworkRules", name, {}, parent);
    this.last = lastOutputs<{ rules: NetworkRule[] }>(this).apply((known) => known?.rules ?? []);
  }

  /** Notes the rules of this update once `healthy` is known: all rings have the change, and it is proved. */
  public keep(rules: pulumi.Output<NetworkRule[]>, healthy: pulumi.Output<string>): void {
    const kept = together([rules, healthy, this.last]).apply(([wanted]) => wanted);
    this.registerOutputs({ rules: kept });
  }
}

/**
 * What is known of the rules of before; undefined in a lab without rings, whose security group has the wanted rules at once, and
 * where the rules are added to an existing one: there each is a resource of its own, and the engine deletes after all else.
 */
export function labNetworkRules(
  lab: string,
  args: PeerLabArgs,
  parent: { parent: pulumi.Resource },
): LabNetworkRules | undefined {
  if (!hasRings(args) || args.existing?.networkSecurityGroupName !== undefined) return undefined;
  return new LabNetworkRules(`${lab}-network-rules`, parent);
}
