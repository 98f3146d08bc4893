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
  identityLost,
  leavingMembers,
  lossOfGroup,
  type GroupBefore,
  type GroupMachine,
  type MadeGroup,
} from "./plan/groupMembership";
import { firstRotation } from "./plan/identity";
import { hasOwnKey } from "./plan/ownKey";
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
 * The generation that is due, once it is sure that the group can go on as it is defined; also warns of what is lost. It waits for
 * the machines that belonged to the group: in a preview, one that is not known will be another instance; afterwards, it has
 * failed and is what it was. It waits for their own identities, too: an update that broke off may have taken them away.
 */
export function generationDue(
  what: string,
  args: GroupArgs,
  before: pulumi.Output<LastGroup>,
  own: Readonly<Partial<Record<string, pulumi.Output<GroupMachine>>>>,
  component?: pulumi.Resource,
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
      if (!hasOwnKey(last.members, key)) continue;
      const was = last.members[key];
      const unknown = pulumi.runtime.isDryRun() ? "" : was.instance;
      const instance = await knownOr(pulumi.output(machines[key]).instanceId, unknown);
      instances[key] =
        instance === was.instance && (await hasLostIdentity(was, own[key]))
          ? identityLost
          : instance;
    }
    const generation = dueGeneration(last, rotation, instances);
    if (Object.keys(machines).length === 0) return generation;
    refuseLate(what, checkGoingOn(last, generation, instances, args, paths));
    const lost = lossOfGroup(last, generation, instances);
    const warnings = [
      ...(lost === undefined ? [] : [lost]),
      ...(generation === last.generation ? removedMembers(last, args) : []),
    ];
    for (const warning of warnings) void pulumi.log.warn(`${what}: ${warning}`, component);
    return generation;
  });
}

/** Whether the machine's own identity is another one now. One that is not known is taken for what it was. */
async function hasLostIdentity(
  { peerName: was }: PeerGroupMember,
  own: pulumi.Output<GroupMachine> | undefined,
): Promise<boolean> {
  const peerName = (own && (await knownOr(own, undefined)))?.peerName ?? "";
  return peerName !== "" && peerName !== was;
}

/** What is to be said of members that go while their group goes on: known in a preview, too. */
function removedMembers(last: LastGroup, args: GroupArgs): string[] {
  const staying = Object.entries(last.members).filter(([key]) => hasOwnKey(args.machines, key));
  const known = new Set(last.leaving.map(({ peerName }) => peerName));
  return leavingNow(last, last.group, Object.fromEntries(staying), args)
    .filter(({ peerName }) => !known.has(peerName))
    .map(
      ({ machine, peerName, expires }) =>
        `${machine} is removed and stays a member of the group as ${peerName} until ${expires} at the latest, since ` +
        "Windows cannot evict a member; set another rotation for a new group to shut it out at once",
    );
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

/** Members that are none of the machines any more, as long as their credentials hold. */
export function leavingNow(
  last: LastGroup,
  group: string,
  members: Record<string, PeerGroupMember>,
  { memberLifetimeSeconds = defaultMemberLifetimeSeconds }: GroupDefinition,
): LeavingPeerGroupMember[] {
  return leavingMembers(last, group, members, memberLifetimeSeconds, new Date());
}
