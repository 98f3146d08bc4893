import type { ExportPeerIdentityReport, ExportPeerIdentityRequest } from "../../../guest/contract";
import { requireIdentities } from "../peerStack";
import type { Action } from "./context";
import { findOrCreateIdentity, openIdentities } from "./identityAccess";
import { capabilityProof } from "./testPeerCapability";

/** Finds the identity by its friendly name, or creates it, and exports it. */
export const exportPeerIdentity: Action<
  ExportPeerIdentityRequest,
  ExportPeerIdentityReport
> = async (context, request) => {
  const { machine } = context;
  const proof = await capabilityProof(context, request);
  requireIdentities(machine);
  const access = await openIdentities(context, request);
  const { peerName, created } = await findOrCreateIdentity(context, access, request);
  const exported = access.store.export(peerName, request.exportPassword);
  return {
    action: "Export-PeerIdentity",
    ...machine.facts,
    peerName,
    created,
    exportedIdentity: exported.toString("base64"),
    ...proof,
  };
};
