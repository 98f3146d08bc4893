import * as pulumi from "@pulumi/pulumi";
import { knownOr } from "./failedResources";
import { refuseLate } from "./inputErrors";
import type { KeptGroup } from "./keptGroup";
import type { LeavingPeerGroupMember, PeerGroupMember } from "./peerGroupMembers";
import type { PeerMachines } from "./peerMachine";
import { at } from "./plan/findings";
import {
  checkGoingOn,
  dueGeneration,
  leavingMembers,
  type GroupBefore,
  type MadeGroup,
} from "./plan/groupMembership";
import { firstRotation } from "./plan/identity";
import { defaultMemberLifetimeSeconds, type GroupDefinition } from "./plan/peerGroup";

/** The group as the component gave it last, and what made machines be invited last. */
export type LastGroup = GroupBefore & { invitationToken: string };

/** With nothing in it where there was no group. */
export function lastGroup(
  last: pulumi.Output<Partial<LastGroup> | undefined>,
): pulumi.Output<LastGroup> {
  return last.apply((known) => ({
    group: known?.group ?? "",
    generation: known?.generation ?? "",
    members: known?.members ?? {},
    leaving: known?.leaving ?? [],
    invitationToken: known?.invitationToken ?? "",
  }));
}

interface GroupArgs extends GroupDefinition {
  machines: PeerMachines;
  person?: string;
  rotation?: string;
}

/**
 * The generation that is due, once it is sure that the group can go on as it is defined. It waits for the machines that belonged
 * to the group: in a preview, one that is not known will be another instance; afterwards, it has failed and is what it was.
 */
export function generationDue(
  what: string,
  args: GroupArgs,
  before: pulumi.Output<LastGroup>,
): pulumi.Output<string> {
  const { machines, person, rotation = firstRotation } = args;
  const base = person === undefined ? "" : at("people", person);
  const paths = {
    machines: at(base, "machines"),
    group: person === undefined ? "" : at(base, "group"),
  };
  return before.apply(async (last): Promise<string> => {
    const instances: Record<string, string> = {};
    for (const key of last.group === "" ? [] : Object.keys(machines)) {
      const was = last.members[key]?.instance;
      if (was === undefined) continue;
      const unknown = pulumi.runtime.isDryRun() ? "" : was;
      instances[key] = await knownOr(pulumi.output(machines[key]).instanceId, unknown);
    }
    const generation = dueGeneration(last, rotation, instances);
    if (Object.keys(machines).length > 0) {
      refuseLate(what, checkGoingOn(last, generation, instances, args, paths));
    }
    return generation;
  });
}

/** The group as far as it is known: with empty parts where it is still to be made, or its creation has failed. */
export function madeGroup({ group, creator, expires }: KeptGroup): pulumi.Output<MadeGroup> {
  const known = async (): Promise<MadeGroup> => ({
    group: await knownOr(group, ""),
    creator: await knownOr(creator, ""),
    expires: await knownOr(expires, ""),
  });
  return pulumi.output(known());
}

/** Members that are none of the machines any more; of those that go in this update it is said. */
export function leavingNow(
  component: pulumi.Resource,
  what: string,
  args: GroupArgs,
  now: {
    before: pulumi.Output<LastGroup>;
    group: pulumi.Output<string>;
    members: pulumi.Output<Record<string, PeerGroupMember>>;
  },
): pulumi.Output<LeavingPeerGroupMember[]> {
  const lifetime = args.memberLifetimeSeconds ?? defaultMemberLifetimeSeconds;
  const keys = Object.keys(args.machines);
  return pulumi.all([now.before, now.group, now.members]).apply(([last, group, members]) => {
    const leaving = leavingMembers(last, group, members, lifetime, new Date());
    const known = new Set(last.leaving.map(({ peerName }) => peerName));
    for (const { machine, peerName, expires } of keys.length === 0 ? [] : leaving) {
      if (known.has(peerName) || keys.includes(machine)) continue;
      void pulumi.log.warn(
        `${what}: ${machine} is removed and stays a member of the group as ${peerName} until ${expires} at the latest, since ` +
          "Windows cannot evict a member; set another rotation for a new group to shut it out at once",
        component,
      );
    }
    return leaving;
  });
}
