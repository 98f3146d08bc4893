import type { ExportPeerIdentityReport, ExportPeerIdentityRequest } from "../../../guest/contract";
import { GuestError } from "../guestError";
import { requirePeerStack } from "../peerStack";
import type { Action } from "./context";
import { openIdentities } from "./identityAccess";

/** Finds the identity by its friendly name, or creates it, and exports it. */
export const exportPeerIdentity: Action<
  ExportPeerIdentityRequest,
  ExportPeerIdentityReport
> = async (context, request) => {
  const { machine, checkpoint } = context;
  requirePeerStack(machine);
  const { store } = await openIdentities(context, request);
  const named = store
    .enumerate()
    .filter(({ friendlyName }) => friendlyName === request.friendlyName);
  if (named.length > 1) {
    throw new GuestError(
      "PeerIdentityAmbiguous",
      `${named.length} identities have the friendly name ${request.friendlyName}.`,
      "Remove or rename all but one of them.",
    );
  }
  const created = named.length === 0;
  const peerName =
    named[0]?.peerName ?? (await store.create(request.classifier, request.friendlyName));
  checkpoint();
  if (store.testSignature(peerName) === "NTE_BAD_KEY_STATE") {
    throw new GuestError(
      "PeerIdentityUnusable",
      `The key of ${peerName} (${request.friendlyName}) does not sign.`,
      "Remove the identity with Remove-PeerIdentity; a new one will have another peer name.",
    );
  }
  const exported = store.export(peerName, request.exportPassword);
  return {
    action: "Export-PeerIdentity",
    ...machine.facts,
    peerName,
    created,
    exportedIdentity: exported.toString("base64"),
  };
};
