import * as pulumi from "@pulumi/pulumi";
import { refuseLate } from "./inputErrors";
import type { Finding } from "./plan/findings";
import type { MachineDefinition } from "./plan/machine";
import { checkTags, type Tags } from "./plan/rules/tags";
import { fit, type Shape } from "./plan/shape";
import type { JumpHost } from "./peerMachine";

/** `PlacementDefinition`, in which each value is said, were it to be unknown: it takes the place of what was an input. */
export interface PlainPlacement {
  resourceGroupName: string | undefined;
  location: string | undefined;
  tags: Tags | undefined;
}

/** The value, unless it is known only later. */
export function plain<T>(value: pulumi.Input<T> | undefined): T | undefined {
  return isLater(value) ? undefined : (value as T | undefined);
}

function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/**
 * Arguments as a component uses them: without what does not fit their shape, which is what the findings say, and without what
 * is null. Programs in languages without types, or that go round them, give anything.
 */
export function fitted<Args>(args: Args, shape: Shape): { args: Args; findings: Finding[] } {
  const findings: Finding[] = [];
  const known = fit("", args ?? {}, shape, findings, { isLater, nullIsAbsent: true });
  return { args: (known ?? {}) as Args, findings };
}

/** The parts of a jump host that can be judged before anything exists; none of one that is known only later. */
export function plainJumpHost(
  jumpHost: pulumi.Input<JumpHost> | undefined,
): (NonNullable<MachineDefinition["jumpHost"]> & { privateAddress?: string }) | undefined {
  if (jumpHost === undefined) return undefined;
  const { host, port, user, hostKey, privateAddress } = plain(jumpHost) ?? {};
  return {
    host: plain(host),
    port: plain(port),
    user: plain(user),
    hostKey: plain(hostKey),
    privateAddress: plain(privateAddress),
  };
}

/** Where resources are made and what they are tagged with, as far as it is known before anything exists. */
export function plainPlacement(args: {
  resourceGroupName?: pulumi.Input<string>;
  location?: pulumi.Input<string>;
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}): PlainPlacement {
  const tags = plain(args.tags);
  return {
    resourceGroupName: plain(args.resourceGroupName),
    location: plain(args.location),
    tags:
      tags && Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, plain(value)])),
  };
}

type InputTags = pulumi.Input<{ [key: string]: pulumi.Input<string> }>;

/** Tags as resources get them: what is known of them only later is judged then, before any resource has them. */
export function judgedTags(
  what: string,
  tags: InputTags | undefined,
  check: (tags: Tags) => Finding[] = (known) => checkTags("tags", known),
): InputTags | undefined {
  if (tags === undefined) return undefined;
  const known = plain(tags);
  if (known !== undefined && !Object.values(known).some(isLater)) return tags;
  return pulumi.output(tags).apply((all) => {
    refuseLate(what, check(all));
    return all;
  });
}
