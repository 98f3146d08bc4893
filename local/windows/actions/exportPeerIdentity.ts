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
  const { store } = openIdentities(context);
  const named = store
    .enumerate()
    .filter(({ friendlyName }) => friendlyName === request.friendlyName);
  if (named.length > 1) {
    throw new GuestError(
      "PeerIdentityAmbiguous",
      `${named.length} identities on ${machine.record.computerName} are named ${request.friendlyName}.`,
      "Remove or rename all but one of them.",
    );
  }
  const created = named.length === 0;
  const peerName =
    named[0]?.peerName ?? (await store.create(request.classifier, request.friendlyName));
  checkpoint();
  const exported = store.export(peerName, request.exportPassword);
  return {
    action: "Export-PeerIdentity",
    ...machine.facts,
    peerName,
    created,
    exportedIdentity: exported.toString("base64"),
  };
};
