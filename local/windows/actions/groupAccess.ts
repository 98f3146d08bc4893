import type { GroupFacts } from "../../../guest/contract";
import { groupFacts } from "../group/connection";
import { invitationLink, parseInvitation, type Invitation } from "../group/invitation";
import { ownMember, type StoredGroup } from "../group/store";
import { fromHresult, GuestError } from "../guestError";
import { HresultError } from "../hresult";
import type { Machine } from "../machine";
import type { IdentityAccess } from "./identityAccess";
import type { LedgerGroup } from "./ledger";

export function requireIdentity({ store }: IdentityAccess, peerName: string): void {
  if (store.enumerate().some((identity) => identity.peerName === peerName)) return;
  throw new GuestError(
    "PeerIdentityMissing",
    `The identity ${peerName} is not on this machine.`,
    "Make it (New-PeerIdentity) or import it (Import-PeerIdentity) before its groups.",
  );
}

/** The group among those of the identity; undefined also where there is no such identity. */
export function findGroup(
  { store, groups }: IdentityAccess,
  { group, identity }: LedgerGroup,
): StoredGroup | undefined {
  if (!store.enumerate().some(({ peerName }) => peerName === identity)) return undefined;
  return groups.enumerate(identity).find((stored) => stored.group === group);
}

export function requireGroup(
  access: IdentityAccess,
  { group, identity }: LedgerGroup,
): StoredGroup {
  const stored = findGroup(access, { group, identity });
  if (stored) return stored;
  throw new GuestError(
    "PeerGroupMissing",
    `The identity ${identity} does not belong to the group ${group} on this machine.`,
    "Join with an invitation for that identity (New-PeerGroupInvitation on a member, Join-PeerGroup here).",
  );
}

/** What an invitation says, where it is for this identity and, if one is given, to this group. */
export function readInvitation(encoded: string, identity: string, group?: string): Invitation {
  const invitation = explaining(
    () => parseInvitation(Buffer.from(encoded, "base64"), "PeerGroupParseInvitation"),
    () =>
      "Pass the invitation on byte for byte; if it is unchanged, it has ended or its issuer was no member: make a new one.",
  );
  const { subject } = invitationLink(invitation);
  if (subject !== identity) {
    throw new GuestError(
      "PeerGroupMismatch",
      `The invitation is for ${subject}, not for ${identity}.`,
      "Give the invitation that was made for this identity's credential.",
    );
  }
  if (group !== undefined && invitation.group !== group) {
    throw new GuestError(
      "PeerGroupMismatch",
      `The invitation is to the group ${invitation.group}, not to ${group}.`,
      "Give the invitation that was made for this group.",
    );
  }
  return invitation;
}

/** Whether the own credential has ended while the invitation still holds, so that joining again helps. */
export function hasEnded(machine: Machine, stored: StoredGroup, invitation: Invitation): boolean {
  const now = machine.now();
  const { validFrom, validTo } = invitationLink(invitation);
  const own = ownMember(stored);
  return validFrom <= now && now < validTo && own !== undefined && own.expires <= now;
}

/** Joins by an invitation and connects once. A membership that has ended is deleted before, since Windows keeps its data. */
export function joinGroup(
  machine: Machine,
  { store, groups }: IdentityAccess,
  identity: string,
  invitation: string,
  ended: StoredGroup | undefined,
): GroupFacts {
  if (ended) groups.delete(identity, ended.group);
  const stored = explaining(
    () => groups.join(identity, Buffer.from(invitation, "base64")),
    joinHint,
  );
  return groupFacts(machine, store, stored);
}

function joinHint({ hresult }: HresultError): string | undefined {
  if (hresult === "PEER_E_INVALID_TIME_PERIOD") {
    return "Compare the clocks of both machines (w32tm /query /status); if they agree, the invitation has ended: make a new one.";
  }
  return hresult === "PEER_E_INVITATION_NOT_TRUSTED"
    ? "The invitation was changed, has ended, or its issuer may not invite: make a new one."
    : undefined;
}

/** Runs `work`; a result of p2p.dll gets advice that fits what was tried, where there is any. */
export function explaining<T>(
  work: () => T,
  hintOf: (error: HresultError) => string | undefined,
): T {
  try {
    return work();
  } catch (error) {
    const hint = error instanceof HresultError ? hintOf(error) : undefined;
    if (hint === undefined) throw error;
    const { code, message, hresult } = fromHresult(error as HresultError);
    throw new GuestError(code, message, hint, hresult);
  }
}
