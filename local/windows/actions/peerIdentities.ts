import type {
  GetPeerIdentityReport,
  GetPeerIdentityRequest,
  RemovePeerIdentityReport,
  RemovePeerIdentityRequest,
} from "../../../guest/contract";
import { requireIdentities } from "../peerStack";
import type { Action } from "./context";
import { clearIdentity, identityFacts, openIdentities } from "./identityAccess";

/** The identities of the user, or the one that is asked for where it is there. */
export const getPeerIdentity: Action<GetPeerIdentityRequest, GetPeerIdentityReport> = async (
  context,
  request,
) => {
  requireIdentities(context.machine);
  const access = await openIdentities(context, request);
  const names = access.store
    .enumerate()
    .map(({ peerName }) => peerName)
    .filter((name) => request.peerName === undefined || name === request.peerName);
  return {
    action: "Get-PeerIdentity",
    ...context.machine.facts,
    identities: names.map((name) => ({
      ...identityFacts(access, name),
      credential: access.store.credential(name).toString("base64"),
    })),
  };
};

/** Removes one identity with its groups; that it was not there is no failure. */
export const removePeerIdentity: Action<
  RemovePeerIdentityRequest,
  RemovePeerIdentityReport
> = async (context, request) => {
  requireIdentities(context.machine);
  const access = await openIdentities(context, request);
  const removed = access.store.enumerate().some(({ peerName }) => peerName === request.peerName);
  if (removed) clearIdentity(access, request.peerName);
  return { action: "Remove-PeerIdentity", ...context.machine.facts, removed };
};
