import * as pulumi from "@pulumi/pulumi";
import * as privatedns from "@pulumi/azure-native/privatedns";
import { detached } from "./failedResources";
import { seedZone } from "./plan/componentNames";
import { newToken } from "./secrets";
import type { SeedArgs, WindowsPeer, WindowsPeerArgs } from "./windowsPeer";

type Parent = { parent: pulumi.Resource };

/** The machine through which a lab's machines find the PNRP cloud, and the name they find it by. */
export interface LabSeed {
  /** Key of the machine. */
  key: pulumi.Output<string>;
  /** Name of the private DNS zone. */
  zone: pulumi.Output<string>;
  /** The part of each machine. */
  partOf(machine: string): pulumi.Output<SeedArgs>;
}

/**
 * Decides the seed: the machine that was named, else the one that has been in the lab longest. So a machine that comes never
 * takes the part from another, which would have to be changed for it, and the part moves only when its holder goes.
 */
export function labSeed(
  name: string,
  machines: readonly string[],
  named: string | undefined,
  parent: Parent,
): LabSeed {
  const kept = { ...parent, ignoreChanges: ["input"] };
  const since = machines.map((machine) =>
    // Every machine asks for the times of all, and each of them may go.
    detached(
      new pulumi.Stash(`${name}-${machine}-since`, { input: new Date().toISOString() }, kept)
        .output,
    ),
  );
  const key =
    named === undefined
      ? pulumi.all(since).apply((times) => oldest(machines, times.map(String)))
      : pulumi.output(named);
  // Of its own for each lab, whatever its name and stack: a network cannot be linked to two zones of one name.
  const suffix = newToken().slice(0, 8);
  const zone = new pulumi.Stash(
    `${name}-seed-zone`,
    { input: seedZone(name, suffix) },
    kept,
  ).output.apply(String);
  return {
    key,
    zone,
    partOf: (machine) =>
      pulumi.all([key, zone]).apply(([seed, zoneName]): SeedArgs => ({
        role: machine === seed ? "seed" : "peer",
        server: `seed.${zoneName}`,
      })),
  };
}

/** The machine of the earliest time; of several, the first in the order given. */
function oldest(machines: readonly string[], times: readonly string[]): string {
  const earliest = [...times].sort()[0];
  return machines[times.indexOf(earliest)] ?? "";
}

/**
 * Declares the name: a private zone linked to the network, with the seed's address. A change of seeds changes this record,
 * and the two machines whose part it is.
 */
export function seedName(
  name: string,
  shared: Pick<WindowsPeerArgs, "resourceGroupName" | "tags">,
  virtualNetworkId: pulumi.Output<string>,
  seed: LabSeed,
  peers: ReadonlyMap<string, WindowsPeer>,
  parent: Parent,
): void {
  const { resourceGroupName, tags } = shared;
  if (peers.size === 0) return;
  const none = pulumi.output("");
  const address = seed.key.apply((key) => peers.get(key)?.privateIpv6 ?? none);
  const zone = new privatedns.PrivateZone(
    `${name}-seed`,
    { resourceGroupName, tags, privateZoneName: seed.zone, location: "global" },
    parent,
  );
  new privatedns.VirtualNetworkLink(
    `${name}-seed`,
    {
      resourceGroupName,
      tags,
      privateZoneName: zone.name,
      location: "global",
      registrationEnabled: false,
      virtualNetwork: { id: virtualNetworkId },
    },
    parent,
  );
  new privatedns.PrivateRecordSet(
    `${name}-seed`,
    {
      resourceGroupName,
      privateZoneName: zone.name,
      recordType: "AAAA",
      relativeRecordSetName: "seed",
      ttl: 60,
      aaaaRecords: [{ ipv6Address: address }],
    },
    parent,
  );
}
