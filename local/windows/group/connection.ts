import type { GroupFacts, GroupMember, PresenceFacts } from "../../../guest/contract";
import { findsInCloud, hasGlobalCloud, initialiseCloud } from "../cloud/cloud";
import { groupStates, heldGroups, holderRunsSince } from "../holder";
import { HresultError, type HresultName } from "../hresult";
import type { IdentityStore } from "../identity/store";
import type { Machine } from "../machine";
import { pnrpRuns } from "../pnrp";
import { addressesOf, reachableAddress, sameAddress } from "../reach";
import { defaultMemberLifetime, ownMember, type StoredGroup, type StoredMember } from "./store";
import { invitationLink } from "./invitation";

export const groupingPort = 3587;

/** A member that has the group open: by a machine's holder, or for the short connection of an action. */
interface Node {
  machine: Machine;
  stored: StoredGroup;
  /** Since when the holder has it open; absent for an action's. */
  since?: number;
  renewsMembers: boolean;
  /** Members' `[address]:port` beside what the cloud finds. */
  addresses: string[];
}

function nodesOf(machine: Machine, group: string): Node[] {
  return heldGroups(machine)
    .filter(({ stored }) => stored.group === group)
    .map(({ stored, wanted }) => ({
      machine,
      stored,
      since: holderRunsSince(machine) ?? machine.environment.now(),
      renewsMembers: wanted.renewsMembers === true,
      addresses: wanted.addresses ?? [],
    }));
}

/** Whether the first node opens a connection to the second: finds it, and gets through to its port. */
function opens(node: Node, other: Node): boolean {
  const isGiven = node.addresses.some((endpoint) => {
    const [, address, port] = /^\[(.*)\]:(\d+)$/.exec(endpoint) ?? [];
    return (
      Number(port) === groupingPort &&
      addressesOf(other.machine).some((own) => sameAddress(own, address ?? ""))
    );
  });
  const finds = isGiven || findsInCloud(node.machine, other.machine);
  return finds && reachableAddress(node.machine, other.machine, "TCP", groupingPort) !== undefined;
}

/** Whether the credential, or before the first synchronisation the invitation, still holds. */
function hasOwnTime({ machine, stored }: Node): boolean {
  const end = stored.creator === "" ? invitationLink(stored).validTo : ownMember(stored)?.expires;
  return end !== undefined && machine.now() < end;
}

/**
 * Connects a node: brings everybody who can be reached to one state of the group, and returns those who are connected,
 * itself first. Others' lasting connections are their holders'.
 */
function connect(node: Node): Node[] {
  const { group } = node.stored;
  const rest = new Set(
    node.machine.environment
      .machines()
      .flatMap((machine) => nodesOf(machine, group))
      .filter(({ machine, stored }) => machine !== node.machine && stored !== node.stored),
  );
  const found = [node];
  for (const one of found) {
    for (const other of rest) {
      const isOpen = opens(one, other) || (one.since !== undefined && opens(other, one));
      if (!isOpen) continue;
      rest.delete(other);
      found.push(other);
    }
  }
  synchronise(found);
  if (!hasOwnTime(node)) return [];
  const connected = found.filter(hasOwnTime);
  // Members that only have their invitations wait for somebody who knows the group.
  return connected.some(({ stored }) => stored.creator !== "") ? connected : [node];
}

/** One database for all of them, with the newcomers in it and renewed what is due. */
function synchronise(nodes: readonly Node[]): void {
  const knowing = nodes.find(({ stored }) => stored.creator !== "");
  if (!knowing) return;
  const { creator, friendlyName, memberLifetimeSeconds = defaultMemberLifetime } = knowing.stored;
  const lifetime = memberLifetimeSeconds * 1000;
  const members = new Map<string, StoredMember>();
  for (const { stored } of nodes) {
    for (const member of stored.members) {
      const known = members.get(member.peerName);
      if (!known || known.issued < member.issued) members.set(member.peerName, { ...member });
    }
  }
  renew(nodes, members, lifetime);
  for (const node of nodes) {
    const { machine, stored } = node;
    const [first] = [...members.values()].filter(({ expires }) => expires > machine.now());
    // Somebody who is a member lets the newcomer in.
    if (stored.creator !== "" || !hasOwnTime(node) || !first) continue;
    const issued = machine.now();
    const { role } = invitationLink(stored);
    const peerName = stored.identity;
    members.set(peerName, { peerName, role, issued, expires: issued + lifetime });
  }
  for (const { machine, stored } of nodes) {
    const { identity } = stored;
    if (!members.has(identity)) continue;
    const kept = [...members.values()]
      .filter(({ peerName, expires }) => expires > machine.now() || peerName === identity)
      .sort((one, other) => (one.peerName < other.peerName ? -1 : 1));
    const synchronised = { ...stored, creator, friendlyName, memberLifetimeSeconds, members: kept };
    if (JSON.stringify(synchronised) === JSON.stringify(stored)) continue;
    Object.assign(stored, synchronised);
    machine.save();
  }
}

/**
 * What holders of administrators do that were told to renew: a connected member's credential gets a new lifetime when half of
 * its time is over, but not a longer one than its issuer's own. Both have been at it all the time, so what ended while their
 * holders ran was renewed before.
 */
function renew(
  nodes: readonly Node[],
  members: ReadonlyMap<string, StoredMember>,
  lifetime: number,
): void {
  for (const { machine, stored, since, renewsMembers } of nodes) {
    const own = members.get(stored.identity);
    const now = machine.now();
    if (!renewsMembers || since === undefined) continue;
    if (own?.role !== "administrator" || own.expires <= now) continue;
    const end = Math.min(now + lifetime, own.expires);
    for (const node of nodes) {
      const member = members.get(node.stored.identity);
      if (!member) continue;
      const together = Math.max(since, node.since ?? now);
      const isDue = now >= (member.issued + member.expires) / 2 && member.expires > together;
      if (!isDue || end <= member.expires) continue;
      member.issued = now;
      member.expires = end;
    }
  }
}

function membersOf({ machine, stored }: Node, nodes: readonly Node[]): GroupMember[] {
  const now = machine.now();
  const present = new Set(nodes.map((node) => node.stored.identity));
  return [...stored.members]
    .filter(({ peerName, expires }) => expires > now || peerName === stored.identity)
    .sort((one, other) => {
      const isOwn = (member: StoredMember) => Number(member.peerName === stored.identity);
      return isOwn(other) - isOwn(one);
    })
    .map(({ peerName, role, expires }) => ({
      peerName,
      role,
      expires: isoTime(expires),
      present: present.has(peerName),
    }));
}

/** ISO 8601 in UTC, whole seconds. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Why a node gets no connection whatever the others do; undefined where it may try. */
function refusal(node: Node): HresultName | undefined {
  if (!pnrpRuns(node.machine)) return "PEER_E_SERVICE_NOT_AVAILABLE";
  const hasWay = hasGlobalCloud(node.machine) || node.addresses.length > 0;
  return hasWay ? undefined : "PEER_E_NO_CLOUD";
}

/** What became of a node's connection, and what it knows of the group then. */
function connectionOf(node: Node): Pick<GroupFacts, "connection" | "members"> {
  const refused = refusal(node);
  const connected = refused === undefined ? connect(node) : [];
  const reached = connected.length > 1 ? "connected" : "listening";
  const ended = connected.length === 0 ? "PEER_E_INVALID_TIME_PERIOD" : undefined;
  return { connection: refused ?? ended ?? reached, members: membersOf(node, connected) };
}

/**
 * Opens and connects a group for the time of an action, and says what is known of it then. Fails by the key's own failure
 * where the session cannot open the group.
 */
export function groupFacts(
  machine: Machine,
  identities: IdentityStore,
  stored: StoredGroup,
): GroupFacts {
  const key = identities.testSignature(stored.identity);
  if (key !== "usable") throw new HresultError(key, "PeerGroupOpen");
  initialiseCloud(machine);
  const held = nodesOf(machine, stored.group).find((node) => node.stored === stored);
  const node: Node = held ?? { machine, stored, renewsMembers: false, addresses: [] };
  const { connection, members } = connectionOf(node);
  const { group, friendlyName, identity, creator } = stored;
  return { group, friendlyName, identity, creator, connection, members };
}

/** What the holder says of its groups. */
export function heldGroupFacts(machine: Machine): PresenceFacts["groups"] {
  return groupStates(machine).map(({ wanted: { group }, stored, state }) => {
    const node = nodesOf(machine, group).find((one) => one.stored === stored);
    if (state !== "open" || !node) return { group, state, members: [] };
    const { connection, members } = connectionOf(node);
    return { group, state: connection, members };
  });
}
