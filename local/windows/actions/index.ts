import {
  contractVersion,
  guestDirectory,
  guestFiles,
  guestFilesHash,
  type GuestAction,
} from "../../../guest/contract";
import { GuestError, invalidRequest } from "../guestError";
import { sha256, type Machine } from "../machine";
import type { ActionContext } from "./context";
import { exportPeerIdentity } from "./exportPeerIdentity";
import { getPeerReport } from "./getPeerReport";
import { reportingHresults } from "./identityAccess";
import { importPeerIdentity } from "./importPeerIdentity";
import { getPeerIdentity, removePeerIdentity } from "./peerIdentities";
import { requestShapes } from "./requests";
import { setPeerMachine } from "./setPeerMachine";
import { setPeerNetworking } from "./setPeerNetworking";
import { testPeerCapability } from "./testPeerCapability";

type RequestOf<A extends GuestAction> = ReturnType<(typeof requestShapes)[A]>;

const actions: {
  [A in GuestAction]: (context: ActionContext, request: RequestOf<A>) => Promise<object>;
} = {
  "Set-PeerMachine": setPeerMachine,
  "Test-PeerCapability": testPeerCapability,
  "Set-PeerNetworking": setPeerNetworking,
  "Export-PeerIdentity": exportPeerIdentity,
  "Import-PeerIdentity": importPeerIdentity,
  "Get-PeerIdentity": getPeerIdentity,
  "Remove-PeerIdentity": removePeerIdentity,
  "Get-PeerReport": getPeerReport,
};

/**
 * Answers an action as `peerlab.ps1` on the machine does, and returns its report.
 *
 * Throws {@link GuestError}: for a request that is not of the contract, for another machine or other guest files than the
 * ones here, and for what the action itself cannot do.
 */
export async function runAction(
  context: ActionContext,
  action: string,
  standardInput: Buffer,
): Promise<object> {
  if (!isAction(action)) {
    const known = Object.keys(actions).join(", ");
    throw new GuestError("InvalidRequest", `There is no action ${action}.`, `Use one of ${known}.`);
  }
  const request = readRequest(action, standardInput);
  checkTarget(context, request);
  const run = actions[action] as (context: ActionContext, request: unknown) => Promise<object>;
  return reportingHresults(context, () => run(context, request));
}

function isAction(name: string): name is GuestAction {
  return Object.hasOwn(actions, name);
}

function readRequest(action: GuestAction, standardInput: Buffer): RequestOf<GuestAction> {
  if (standardInput.some((byte) => byte > 0x7f)) {
    throw invalidRequest("(whole)", "must be ASCII, with everything else as \\u escapes");
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(standardInput.toString("latin1"));
  } catch {
    throw invalidRequest("(whole)", "must be one JSON object on standard input");
  }
  const contract = (parsed as { contract?: unknown } | null)?.contract;
  if (typeof contract === "number" && contract !== contractVersion) {
    throw new GuestError(
      "ContractMismatch",
      `The request is of contract ${contract}, the guest files of contract ${contractVersion}.`,
      "Copy the guest files of the version that sends the request.",
    );
  }
  return requestShapes[action](parsed, "");
}

function checkTarget({ machine, logon }: ActionContext, request: RequestOf<GuestAction>): void {
  const { record, disk } = machine;
  if (request.instance.toLowerCase() !== record.vmId.toLowerCase()) {
    throw new GuestError(
      "WrongMachine",
      `The request is meant for instance ${request.instance}; this is ${record.computerName}, instance ${record.vmId}.`,
      "Refresh the stack: the machine behind this address was made anew.",
    );
  }
  const missing = guestFiles.find((name) => !disk.find(`${guestDirectory}/${name}`));
  const found =
    missing === undefined &&
    guestFilesHash((name) => disk.read(`${guestDirectory}/${name}`, logon), sha256);
  if (found !== request.guestFiles) {
    throw new GuestError(
      "GuestFilesMismatch",
      missing === undefined
        ? `The guest files on ${record.computerName} are not the ones the request was made for.`
        : `${guestDirectory}/${missing} is missing on ${record.computerName}.`,
      "Copy the guest files to the machine again.",
    );
  }
}

/** Names the machine of an unexpected error without its text, which could hold a part of the request. */
export function unexpectedFailure(machine: Machine, error: unknown): GuestError {
  const kind = error instanceof Error ? error.name : typeof error;
  return new GuestError(
    "Unexpected",
    `An unexpected ${kind} on ${machine.record.computerName}.`,
    "Look at the machine's own log.",
  );
}
