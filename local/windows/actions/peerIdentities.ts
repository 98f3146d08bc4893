import type {
  GetPeerIdentityReport,
  GetPeerIdentityRequest,
  RemovePeerIdentityReport,
  RemovePeerIdentityRequest,
} from "../../../guest/contract";
import { requirePeerStack } from "../peerStack";
import type { Action } from "./context";
import { identityFacts, openIdentities } from "./identityAccess";

/** The identities of the user, or the one that is asked for where it is there. */
export const getPeerIdentity: Action<GetPeerIdentityRequest, GetPeerIdentityReport> = async (
  context,
  request,
) => {
  requirePeerStack(context.machine);
  const access = await openIdentities(context, request);
  const names = access.store
    .enumerate()
    .map(({ peerName }) => peerName)
    .filter((name) => request.peerName === undefined || name === request.peerName);
  return {
    action: "Get-PeerIdentity",
    ...context.machine.facts,
    identities: names.map((name) => identityFacts(access, name)),
  };
};

/** Removes one identity; that it was not there is no failure. */
export const removePeerIdentity: Action<
  RemovePeerIdentityRequest,
  RemovePeerIdentityReport
> = async (context, request) => {
  requirePeerStack(context.machine);
  const { store } = await openIdentities(context, request);
  const removed = store.enumerate().some(({ peerName }) => peerName === request.peerName);
  if (removed) store.delete(request.peerName);
  return { action: "Remove-PeerIdentity", ...context.machine.facts, removed };
};
