import type {
  GetPeerGroupReport,
  GetPeerGroupRequest,
  JoinPeerGroupReport,
  JoinPeerGroupRequest,
  NewPeerGroupInvitationReport,
  NewPeerGroupInvitationRequest,
  NewPeerGroupReport,
  NewPeerGroupRequest,
  RemovePeerGroupReport,
  RemovePeerGroupRequest,
} from "../../../guest/contract";
import { groupFacts, isoTime } from "../group/connection";
import { defaultMemberLifetime, ownMember } from "../group/store";
import { fromHresult, GuestError } from "../guestError";
import { HresultError } from "../hresult";
import { requireGrouping } from "../peerStack";
import type { Action, ActionContext } from "./context";
import {
  explaining,
  findGroup,
  hasEnded,
  joinGroup,
  readInvitation,
  requireGroup,
  requireIdentity,
} from "./groupAccess";
import { findOrCreateIdentity, openIdentities } from "./identityAccess";

async function openGroups(context: ActionContext, request: { userPassword?: string }) {
  requireGrouping(context.machine);
  return openIdentities(context, request);
}

/** Finds the group by its friendly name among those of the identity, which may be made first, or makes it. */
export const newPeerGroup: Action<NewPeerGroupRequest, NewPeerGroupReport> = async (
  context,
  request,
) => {
  const { machine, checkpoint } = context;
  const { friendlyName, classifier, newIdentity } = request;
  const access = await openGroups(context, request);
  const identity = newIdentity
    ? (await findOrCreateIdentity(context, access, newIdentity)).peerName
    : request.identity!;
  if (!newIdentity) requireIdentity(access, identity);
  const found = access.groups
    .enumerate(identity)
    .filter((stored) => stored.friendlyName === friendlyName);
  if (found.length > 1) {
    throw new GuestError(
      "PeerGroupAmbiguous",
      `${found.length} groups of ${identity} have the friendly name ${friendlyName}.`,
      "Remove all but the one whose peer name is known (Get-PeerGroup, Remove-PeerGroup).",
    );
  }
  const { memberLifetimeSeconds = defaultMemberLifetime } = request;
  const stored =
    found[0] ??
    (await access.groups.create({
      creator: identity,
      classifier,
      friendlyName,
      memberLifetimeSeconds,
    }));
  checkpoint();
  return {
    action: "New-PeerGroup",
    ...machine.facts,
    created: found.length === 0,
    group: groupFacts(machine, access.store, stored),
  };
};

/** One invitation for each invitee; none outlasts the issuer's own membership. */
export const newPeerGroupInvitation: Action<
  NewPeerGroupInvitationRequest,
  NewPeerGroupInvitationReport
> = async (context, request) => {
  const { machine } = context;
  const { identity, invitees, lifetimeSeconds } = request;
  const access = await openGroups(context, request);
  requireIdentity(access, identity);
  const stored = requireGroup(access, request);
  // One that has never synchronised does so now, where it can.
  if (!ownMember(stored)) groupFacts(machine, access.store, stored);
  const now = machine.now();
  const wanted = now + lifetimeSeconds * 1000;
  const own = ownMember(stored);
  const end = own && own.expires > now ? Math.min(own.expires, wanted) : wanted;
  // Times of Windows are finer, those of a report are not.
  const expires = Math.floor(end / 1000) * 1000;
  const invitations = invitees.map(({ credential, role }, index) => {
    const { peerName, invitation } = explainingInvitation(role, index, () =>
      access.groups.invite(stored, {
        credential: Buffer.from(credential, "base64"),
        role,
        expires,
      }),
    );
    return { peerName, invitation: invitation.toString("base64"), expires: isoTime(expires) };
  });
  return { action: "New-PeerGroupInvitation", ...machine.facts, invitations };
};

function explainingInvitation<T>(role: string, index: number, work: () => T): T {
  try {
    return explaining(work, ({ hresult }) => {
      switch (hresult) {
        case "PEER_E_NOT_AUTHORIZED":
          return `Invite from an administrator, or an inviting member for roles not above its own; the role here is ${role}.`;
        case "PEER_E_GROUP_NOT_READY":
          return "This machine has not synchronised with the group: let another member be connected, then run this again.";
        case "PEER_E_INVALID_TIME_PERIOD":
          return "Compare the clocks of the members (w32tm /query /status), and see whether the inviting member's own credential has ended.";
        default:
          return undefined;
      }
    });
  } catch (error) {
    if (!(error instanceof HresultError) || error.hresult !== "E_INVALIDARG") throw error;
    const { code, message, hresult } = fromHresult(error);
    throw new GuestError(
      code,
      `invitees[${index}].credential: ${message}`,
      "Give the credential of the invitee from New-PeerIdentity or Get-PeerIdentity, unaltered.",
      hresult,
    );
  }
}

/** Joins by an invitation, or says that the identity belongs to the group already. */
export const joinPeerGroup: Action<JoinPeerGroupRequest, JoinPeerGroupReport> = async (
  context,
  request,
) => {
  const { machine } = context;
  const { identity, invitation } = request;
  const access = await openGroups(context, request);
  requireIdentity(access, identity);
  const parsed = readInvitation(invitation, identity);
  const present = findGroup(access, { group: parsed.group, identity });
  const joined = !present || hasEnded(machine, present, parsed);
  const group = joined
    ? joinGroup(machine, access, identity, invitation, present)
    : groupFacts(machine, access.store, present);
  context.checkpoint();
  return { action: "Join-PeerGroup", ...machine.facts, joined, group };
};

/** The groups of the user's identities, or of one. */
export const getPeerGroup: Action<GetPeerGroupRequest, GetPeerGroupReport> = async (
  context,
  request,
) => {
  const { machine } = context;
  const access = await openGroups(context, request);
  const groups = access.store
    .enumerate()
    .filter(({ peerName }) => request.identity === undefined || peerName === request.identity)
    .flatMap(({ peerName }) => [...access.groups.enumerate(peerName)])
    .map((stored) => groupFacts(machine, access.store, stored));
  return { action: "Get-PeerGroup", ...machine.facts, groups };
};

/** Deletes a group's data from this machine; that there were none is no failure. */
export const removePeerGroup: Action<RemovePeerGroupRequest, RemovePeerGroupReport> = async (
  context,
  request,
) => {
  const { machine } = context;
  const access = await openGroups(context, request);
  const removed = findGroup(access, request) !== undefined;
  if (removed) access.groups.delete(request.identity, request.group);
  return { action: "Remove-PeerGroup", ...machine.facts, removed };
};
