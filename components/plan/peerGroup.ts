import { at, type Finding } from "./findings";
import { codePoints } from "./identity";
import { hasOwnKey } from "./ownKey";
import {
  groupAdministrator,
  groupCreator,
  groupOfSharing,
  groupRole,
  groupRoleMachine,
  identityOfSharing,
  invitationLifetime,
  memberLifetime,
  sharingWay,
} from "./rules/peerGroups";

/** What a person's group is like. */
export interface GroupDefinition {
  creator?: string;
  role?: string;
  roles?: Readonly<Record<string, string>>;
  invitationLifetimeSeconds?: number;
  memberLifetimeSeconds?: number;
}

/** How a person is found, and what belongs to one way or the other. */
export interface SharingDefinition {
  sharing?: string;
  group?: GroupDefinition;
  maker?: string;
  exportedIdentity?: unknown;
  exportPassword?: unknown;
}

/** What may be done in a group by one who lets in, renews and is asked for the others. */
export const administrator = "administrator";

/** The classifier of the groups made here: the part of a peer name after the dot. */
export const groupClassifier = "PeerLab";

/** A day. */
export const defaultInvitationLifetimeSeconds = 86_400;

/** 28 days, as in Windows. */
export const defaultMemberLifetimeSeconds = 2_419_200;

/** Everything that is wrong with how a person is found. `machines` are hers. */
export function checkSharing(
  path: string,
  definition: SharingDefinition,
  machines: readonly string[],
): Finding[] {
  const { sharing = "identity", group } = definition;
  const mistakes = sharingWay(at(path, "sharing"), sharing);
  if (mistakes.length > 0) return mistakes;
  const ofGroup = group === undefined ? [] : groupOfSharing(at(path, "group"), sharing);
  if (!sharesGroup(definition)) return ofGroup;
  const ofIdentity = (["maker", "exportedIdentity", "exportPassword"] as const).filter(
    (key) => definition[key] !== undefined,
  );
  return [
    ...ofIdentity.flatMap((key) => identityOfSharing(at(path, key), sharing)),
    ...checkGroup(at(path, "group"), group ?? {}, machines),
  ];
}

/** Whether a person is found by a group. */
export function sharesGroup({ sharing }: SharingDefinition): boolean {
  return sharing === "group";
}

/** Everything that is wrong with a group of these machines. */
export function checkGroup(
  path: string,
  definition: GroupDefinition,
  machines: readonly string[],
): Finding[] {
  const { creator, role, roles = {} } = definition;
  const { invitationLifetimeSeconds, memberLifetimeSeconds } = definition;
  const wrongRoles = [
    ...(role === undefined ? [] : groupRole(at(path, "role"), role)),
    ...Object.entries(roles).flatMap(([key, own]) => groupRole(at(at(path, "roles"), key), own)),
  ];
  // Whoever has a role that there is not could be an administrator.
  const administrators =
    wrongRoles.length > 0 ? [...machines] : administratorsOf(definition, machines);
  return [
    ...(creator === undefined
      ? []
      : groupCreator(at(path, "creator"), creator, machines, administrators)),
    ...wrongRoles,
    ...Object.keys(roles).flatMap((key) =>
      groupRoleMachine(at(at(path, "roles"), key), key, machines),
    ),
    ...groupAdministrator(at(path, "role"), machines, administrators),
    ...(invitationLifetimeSeconds === undefined
      ? []
      : invitationLifetime(at(path, "invitationLifetimeSeconds"), invitationLifetimeSeconds)),
    ...(memberLifetimeSeconds === undefined
      ? []
      : memberLifetime(at(path, "memberLifetimeSeconds"), memberLifetimeSeconds)),
  ];
}

/** What a machine may do in the group. */
export function roleOf({ role, roles = {} }: GroupDefinition, machine: string): string {
  return (hasOwnKey(roles, machine) ? roles[machine] : role) ?? administrator;
}

/** The keys of the machines that are to be administrators, in code-point order. */
export function administratorsOf(
  definition: GroupDefinition,
  machines: readonly string[],
): string[] {
  return machines.filter((key) => roleOf(definition, key) === administrator).sort(codePoints);
}

/**
 * Who may create the group, by preference: the machine that was named, else the administrators in code-point order, whatever the
 * order given. Empty where there is no machine.
 */
export function creatorsOf(definition: GroupDefinition, machines: readonly string[]): string[] {
  const { creator } = definition;
  return creator === undefined ? administratorsOf(definition, machines) : [creator];
}

/** Whom of the others a machine is told the addresses of: the next ones in the ring of keys, so that all hang together. */
export function neighboursOf(machine: string, machines: readonly string[], count = 3): string[] {
  const ring = [...machines].sort(codePoints);
  const place = ring.indexOf(machine);
  return [...ring.slice(place + 1), ...ring.slice(0, place)].slice(0, count);
}
