import type { NewPeerIdentityReport, NewPeerIdentityRequest } from "../../../guest/contract";
import { requireIdentities } from "../peerStack";
import type { Action } from "./context";
import { findOrCreateIdentity, openIdentities } from "./identityAccess";
import { capabilityProof } from "./testPeerCapability";

/** Finds the identity by its friendly name, or creates it; it never leaves the machine. */
export const newPeerIdentity: Action<NewPeerIdentityRequest, NewPeerIdentityReport> = async (
  context,
  request,
) => {
  const { machine } = context;
  const proof = await capabilityProof(context, request);
  requireIdentities(machine);
  const access = await openIdentities(context, request);
  const { peerName, created } = await findOrCreateIdentity(context, access, request);
  const credential = access.store.credential(peerName).toString("base64");
  return { action: "New-PeerIdentity", ...machine.facts, peerName, created, credential, ...proof };
};
