import * as pulumi from "@pulumi/pulumi";
import type { NewPeerGroupReport } from "../guest/contract";
import type { StepPolicy } from "./beforeStep";
import { detached, knownOr, unlessFailed } from "./failedResources";
import { answerOf, guestStep, nowhere } from "./guestSteps";
import { ownerOf } from "./machineOwner";
import { joined, together } from "./outputs";
import type { PeerMachine, PeerMachines } from "./peerMachine";
import { identityClassifier, identityFriendlyName } from "./plan/identity";
import { groupClassifier } from "./plan/peerGroup";
import { isOff } from "./power";

/** A person's group as the stack's state keeps it. */
export interface KeptGroup {
  /** Peer name; empty as long as there has been no machine. */
  group: pulumi.Output<string>;
  /** The generation it was made for. */
  generation: pulumi.Output<string>;
  /** Peer name of the identity that made it. */
  creator: pulumi.Output<string>;
  /** When that one's credential ends: ISO 8601, UTC. */
  expires: pulumi.Output<string>;
}

export interface KeptGroupArgs {
  machines: PeerMachines;
  /** Keys of the machines that may create it, by preference: the first that is on does. */
  creators: readonly string[];
  memberLifetimeSeconds?: number;
  generation: pulumi.Output<string>;
  scope: pulumi.Output<string>;
  policy: StepPolicy;
}

/**
 * The friendly name of a machine's own identity in a group. No identity that is shared has it, so that one is never taken for
 * the other where a person is found another way than before.
 */
export function ownFriendlyName(scope: string, machine: string): string {
  return identityFriendlyName(scope, `machine:${machine}`);
}

/**
 * Declares the group: the one step that creates it, and the stash that keeps its name. As with an identity, nothing but another
 * generation makes the step run again: its creator may be replaced, removed or become another one.
 */
export function keptGroup(
  name: string,
  args: KeptGroupArgs,
  parent: { parent: pulumi.Resource },
): KeptGroup {
  const { creators, generation, scope, memberLifetimeSeconds } = args;
  const creator = pulumi.output(firstOn(creators, args.machines));
  const request = together([scope, generation, creator]).apply(([own, known, key]) => ({
    // Made in the same step, beside everybody's: the creator does not come later than the others.
    newIdentity: {
      friendlyName: ownFriendlyName(own, key),
      classifier: identityClassifier,
    },
    friendlyName: identityFriendlyName(own, known),
    classifier: groupClassifier,
    memberLifetimeSeconds,
  }));
  const made = guestStep(
    `${name}-group`,
    {
      // Whose resources may go while the group stays.
      machine:
        creators.length === 0
          ? nowhere
          : detached(creator.apply((key) => args.machines[key]) as pulumi.Output<PeerMachine>),
      machineName: creator,
      policy: args.policy,
      postponable: false,
      insteadOfOff:
        creators.length === 1
          ? "let `creator` of the group name another administrator, which is on"
          : undefined,
      action: "New-PeerGroup",
      request,
      noted: joined(creators.map((key) => ownerOf(args.machines[key]) ?? "")).apply(String),
      triggers: [generation],
      idle: creators.length === 0,
    },
    parent,
  );
  const answer = together([made.stdout, generation]).apply(([stdout, known]) => {
    if (stdout === undefined || stdout.trim() === "") {
      return { group: "", generation: known, creator: "", expires: "" };
    }
    const { group: facts } = answerOf<NewPeerGroupReport>(stdout);
    const own = facts.members.find(({ peerName }) => peerName === facts.identity);
    const { group, identity } = facts;
    return { group, generation: known, creator: identity, expires: own?.expires ?? "" };
  });
  const stash = new pulumi.Stash(
    `${name}-group`,
    { input: unlessFailed<unknown>(answer, {}) },
    { ...parent, ignoreChanges: ["input"], replacementTrigger: generation },
  );
  const part = (key: keyof KeptGroup) => stash.output.apply((kept) => String(kept[key] ?? ""));
  return {
    group: part("group"),
    generation: part("generation"),
    creator: part("creator"),
    expires: part("expires"),
  };
}

/** The first of the machines that is not off; the first of all where none is on. One that is not known counts as on. */
async function firstOn(keys: readonly string[], machines: PeerMachines): Promise<string> {
  for (const key of keys) {
    const known = await knownOr(pulumi.output(machines[key]), undefined);
    if (!isOff(known?.power)) return key;
  }
  return keys[0] ?? "nowhere";
}
