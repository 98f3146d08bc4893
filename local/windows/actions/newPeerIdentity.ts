import type { NewPeerIdentityReport, NewPeerIdentityRequest } from "../../../guest/contract";
import { applyNetworking } from "../networking";
import { requireIdentities } from "../peerStack";
import type { Action } from "./context";
import { findOrCreateIdentity, openIdentities } from "./identityAccess";
import { readStore } from "./stateSections";
import { capabilityProof } from "./testPeerCapability";

/** Finds the identity by its friendly name, or creates it; it never leaves the machine. Puts networking right before. */
export const newPeerIdentity: Action<NewPeerIdentityRequest, NewPeerIdentityReport> = async (
  context,
  request,
) => {
  const { machine, checkpoint } = context;
  const { networking, reconcile = false } = request;
  const changed: string[] = [];
  if (networking) {
    changed.push(...applyNetworking(machine, networking, "session", reconcile).changed);
    if (changed.length > 0) checkpoint();
  }
  const proof = await capabilityProof(context, request);
  requireIdentities(machine);
  const access = await openIdentities(context, request);
  if (reconcile) readStore({ access, test: false, phrases: changed }, true);
  const { peerName, created } = await findOrCreateIdentity(context, access, request);
  const credential = access.store.credential(peerName).toString("base64");
  return {
    action: "New-PeerIdentity",
    ...machine.facts,
    peerName,
    created,
    credential,
    ...proof,
    ...(reconcile ? { changed } : {}),
  };
};
