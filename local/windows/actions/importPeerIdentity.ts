import type { ImportPeerIdentityReport, ImportPeerIdentityRequest } from "../../../guest/contract";
import { requireIdentities } from "../peerStack";
import type { Action } from "./context";
import { ensureIdentity, identityFacts, openIdentities } from "./identityAccess";
import { capabilityProof } from "./testPeerCapability";

/** Has one identity on the machine, usable. */
export const importPeerIdentity: Action<
  ImportPeerIdentityRequest,
  ImportPeerIdentityReport
> = async (context, request) => {
  const { machine } = context;
  const proof = await capabilityProof(context, request);
  requireIdentities(machine);
  const access = await openIdentities(context, request);
  const { peerName, imported } = await ensureIdentity(context, access, request);
  return {
    action: "Import-PeerIdentity",
    ...machine.facts,
    imported,
    identity: identityFacts(access, peerName),
    ...proof,
  };
};
