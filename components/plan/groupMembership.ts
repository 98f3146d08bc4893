import type { LeavingPeerGroupMember, PeerGroupMember } from "../peerGroupMembers";
import { at, type Finding } from "./findings";
import { codePoints } from "./identity";
import { hasOwnKey } from "./ownKey";
import { administrator, roleOf, type GroupDefinition } from "./peerGroup";
import { groupAdministratorKept, groupRoleKept } from "./rules/peerGroups";

type Members = Readonly<Record<string, PeerGroupMember>>;

/** A group and its members as they were at the end of the last update. */
export interface GroupBefore {
  /** Peer name of the group; empty where there was none. */
  group: string;
  /** The rotation, and behind a `+` how often the group was lost with its last member. */
  generation: string;
  members: Members;
  leaving: readonly LeavingPeerGroupMember[];
}

/** In place of an instance: it is the same one, and its own identity, by which it was a member, is gone. */
export const identityLost = "without its identity";

/** The instances of the machines by key; empty for one that will be another instance. */
export type Instances = Readonly<Record<string, string>>;

/** Keys of the machines that belonged to the group and still are what they were, in code-point order. */
export function stayingMembers({ group, members }: GroupBefore, instances: Instances): string[] {
  return Object.keys(members)
    .filter((key) => {
      const { group: own, instance } = members[key];
      return own === group && hasOwnKey(instances, key) && instances[key] === instance;
    })
    .sort(codePoints);
}

/**
 * The group that is due: another one for another rotation; and where none of its members is left, since then nobody can let
 * anybody in any more.
 */
export function dueGeneration(
  before: GroupBefore | undefined,
  rotation: string,
  instances: Instances,
): string {
  if (!before?.group) return rotation;
  const [known, lost = "0"] = before.generation.split("+");
  if (known !== rotation) return rotation;
  return stayingMembers(before, instances).length > 0
    ? before.generation
    : `${rotation}+${Number(lost) + 1}`;
}

/** Why the group is lost and another one made although the rotation is the same; undefined where it is not so. */
export function lossOfGroup(
  before: GroupBefore,
  generation: string,
  instances: Instances,
): string | undefined {
  const { group, members } = before;
  const rotationOf = (known: string) => known.split("+")[0];
  if (group === "" || generation === before.generation) return undefined;
  if (rotationOf(generation) !== rotationOf(before.generation)) return undefined;
  const gone = Object.keys(members)
    .filter((key) => members[key].group === group)
    .sort(codePoints)
    .map((key) => `${key} ${fateOf(key, instances)}`);
  const why = gone.length === 0 ? "the last one went before" : gone.join(", ");
  return (
    `the group ${group} ends and a new one is made, since no member is left that could invite: ${why}; ` +
    "where it is to go on, let another administrator join it first"
  );
}

function fateOf(key: string, instances: Instances): string {
  if (!hasOwnKey(instances, key)) return "is removed";
  return instances[key] === identityLost ? "has lost its identity" : "is replaced";
}

/** What cannot be done to a group that goes on. `paths` are those of the machines and of the group's own arguments. */
export function checkGoingOn(
  before: GroupBefore | undefined,
  generation: string,
  instances: Instances,
  definition: GroupDefinition,
  paths: { machines: string; group: string },
): Finding[] {
  if (!before?.group || before.generation !== generation) return [];
  const { members, group } = before;
  const staying = stayingMembers(before, instances);
  if (staying.length === 0) return [];
  const ofGroup = Object.keys(members)
    .filter((key) => members[key].group === group)
    .sort(codePoints);
  const gone = ofGroup.filter((key) => !staying.includes(key) && administers(members[key]));
  const isAdministered = staying.some((key) => administers(members[key]));
  return [
    ...(isAdministered ? [] : gone).flatMap((key) =>
      groupAdministratorKept(at(paths.machines, key), key, !hasOwnKey(instances, key), staying),
    ),
    ...staying.flatMap((key) =>
      groupRoleKept(
        rolePath(paths.group, definition, key),
        key,
        members[key].role,
        roleOf(definition, key),
      ),
    ),
  ];
}

/** Whether a member lets in others: only who has been connected to the group knows it. */
function administers({ role, expires }: PeerGroupMember): boolean {
  return role === administrator && expires !== "";
}

function rolePath(path: string, { role, roles = {} }: GroupDefinition, key: string): string {
  return hasOwnKey(roles, key) || role === undefined
    ? at(at(path, "roles"), key)
    : at(path, "role");
}

/** A machine as it is in this update. */
export interface GroupMachine {
  key: string;
  /** Empty where it is not known. */
  instance: string;
  /** Peer name of its own identity; empty where that is not known. */
  peerName: string;
  /** The public credential of that identity; empty where there is none. */
  credential: string;
  isOff: boolean;
  /** The token by which it is to be put right, where it is. */
  token?: string;
}

/** The group that is due, and who made it. */
export interface MadeGroup {
  group: string;
  /** Peer name of the identity that made it. */
  creator: string;
  /** When that one's credential ends. */
  expires: string;
}

/**
 * The machine as a member of the group; undefined where it is none. Who made the group is one at once. `before` are the members
 * at the end of the last update.
 */
export function memberOf(
  before: Members,
  { group, creator, expires }: MadeGroup,
  { key, instance, peerName }: GroupMachine,
): PeerGroupMember | undefined {
  if (group === "") return undefined;
  const known = hasOwnKey(before, key) ? before[key] : undefined;
  // An identity that is not known is being looked for once more on the machine that had it.
  const isSame = known?.instance === instance && (peerName === "" || known.peerName === peerName);
  if (known && isSame && known.group === group) return known;
  return peerName !== "" && peerName === creator
    ? { group, instance, peerName, role: administrator, expires }
    : undefined;
}

/** Whether a machine needs an invitation: it is no member, or is put right once more and may have lost what it had. */
export function needsInvitation(
  member: PeerGroupMember | undefined,
  { token }: GroupMachine,
): boolean {
  return member === undefined || (token !== undefined && token !== member.reconciled);
}

/**
 * What lets a member go through its step once more, where it is another value than before: one that was connected to nobody then
 * says only in another step that it is by now. It is `fresh` as long as the member has said no end of its credential, the machine is
 * on, and there are `others`; else what it was last, so that nothing runs.
 */
export function renewalDue(
  before: Members,
  made: MadeGroup,
  machine: GroupMachine,
  others: number,
  fresh: string,
): string | undefined {
  const member = memberOf(before, made, machine);
  const isDue = member?.expires === "" && !machine.isOff && others > 0;
  return isDue ? fresh : member?.renewed;
}

/** Who invites whom. */
export interface InvitationPlan {
  /** Key of the machine that invites; undefined where none can. */
  inviter?: string;
  /** Keys of the machines that are invited, in code-point order. */
  invitees: string[];
}

/**
 * An administrator who is a member invites: rather one who needs nothing itself, is on, and made the group, in that order.
 */
export function planInvitations(
  before: Members,
  made: MadeGroup,
  machines: readonly GroupMachine[],
  creator: string | undefined,
): InvitationPlan {
  const known = machines.map((machine) => {
    const member = memberOf(before, made, machine);
    return { machine, member, needs: needsInvitation(member, machine) };
  });
  const rank = ({ machine, needs }: (typeof known)[number]) =>
    Number(needs) * 4 + Number(machine.isOff) * 2 + Number(machine.key !== creator);
  const [inviter] = known
    .filter(({ member }) => member !== undefined && administers(member))
    .sort(
      (one, other) => rank(one) - rank(other) || codePoints(one.machine.key, other.machine.key),
    );
  const key = inviter?.machine.key;
  return {
    ...(key === undefined ? {} : { inviter: key }),
    invitees: known
      .filter(({ machine, needs }) => needs && machine.key !== key)
      .map(({ machine }) => machine.key)
      .sort(codePoints),
  };
}

/**
 * Members of the group that are none of the machines any more, as long as their credentials hold. A credential is renewed from
 * the half of its `lifetimeSeconds` on, so that after that only the latest possible end is known.
 */
export function leavingMembers(
  before: GroupBefore | undefined,
  group: string,
  members: Members,
  lifetimeSeconds: number,
  now: Date,
): LeavingPeerGroupMember[] {
  if (!before || before.group !== group || group === "") return [];
  const present = new Set(Object.values(members).map(({ peerName }) => peerName));
  const lifetime = lifetimeSeconds * 1000;
  const latest = new Date(now.getTime() + lifetime).toISOString();
  const goes = Object.entries(before.members)
    .filter(([, member]) => member.group === group)
    .map(([machine, { peerName, role, expires }]) => {
      const left = new Date(expires).getTime() - now.getTime();
      return { machine, peerName, role, expires: left >= lifetime / 2 ? expires : latest };
    });
  return [...before.leaving, ...goes]
    .filter(({ peerName, expires }) => !present.has(peerName) && new Date(expires) > now)
    .sort((one, other) => codePoints(one.peerName, other.peerName));
}
