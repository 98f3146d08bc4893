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
import { getPeerDiagnostics } from "./getPeerDiagnostics";
import { getPeerReport } from "./getPeerReport";
import { reportingHresults } from "./identityAccess";
import { importPeerIdentity } from "./importPeerIdentity";
import { newPeerIdentity } from "./newPeerIdentity";
import {
  getPeerGroup,
  joinPeerGroup,
  newPeerGroup,
  newPeerGroupInvitation,
  removePeerGroup,
} from "./peerGroups";
import { startPeerListener, stopPeerListener } from "./peerListener";
import { getPeerPresence, setPeerPresence } from "./presence";
import { confirmPeerBoot, restartPeerMachine } from "./peerBoot";
import { getPeerIdentity, removePeerIdentity } from "./peerIdentities";
import { requestShapes } from "./requests";
import { setPeerMachine } from "./setPeerMachine";
import { setPeerNetworking } from "./setPeerNetworking";
import { testPeerMachine } from "./testPeerMachine";
import { testPeerReachability } from "./testPeerReachability";
import { testPeerCapability } from "./testPeerCapability";
import { testPeerStack } from "./testPeerStack";
import { inTurn } from "./turn";

type RequestOf<A extends GuestAction> = ReturnType<(typeof requestShapes)[A]>;

const actions: {
  [A in GuestAction]: (context: ActionContext, request: RequestOf<A>) => Promise<object>;
} = {
  "Set-PeerMachine": setPeerMachine,
  "Test-PeerMachine": testPeerMachine,
  "Test-PeerCapability": testPeerCapability,
  "Test-PeerStack": testPeerStack,
  "Set-PeerNetworking": setPeerNetworking,
  "New-PeerIdentity": newPeerIdentity,
  "Export-PeerIdentity": exportPeerIdentity,
  "Import-PeerIdentity": importPeerIdentity,
  "Get-PeerIdentity": getPeerIdentity,
  "Remove-PeerIdentity": removePeerIdentity,
  "New-PeerGroup": newPeerGroup,
  "New-PeerGroupInvitation": newPeerGroupInvitation,
  "Join-PeerGroup": joinPeerGroup,
  "Get-PeerGroup": getPeerGroup,
  "Remove-PeerGroup": removePeerGroup,
  "Set-PeerPresence": setPeerPresence,
  "Get-PeerPresence": getPeerPresence,
  "Start-PeerListener": startPeerListener,
  "Stop-PeerListener": stopPeerListener,
  "Test-PeerReachability": testPeerReachability,
  "Restart-PeerMachine": restartPeerMachine,
  "Confirm-PeerBoot": confirmPeerBoot,
  "Get-PeerReport": getPeerReport,
  "Get-PeerDiagnostics": getPeerDiagnostics,
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
  const { known, files } = listsOnDisk(context);
  if (!isAction(action) || !known.includes(action)) {
    const allowed = known.join(", ");
    throw new GuestError("InvalidRequest", "Unknown action.", `Allowed are: ${allowed}.`);
  }
  const parsed = readEnvelope(standardInput);
  checkTarget(context, files, parsed);
  const request = requestShapes[action](parsed, "");
  const run = actions[action] as (context: ActionContext, request: unknown) => Promise<object>;
  return inTurn(context, action, () => reportingHresults(() => run(context, request)));
}

function isAction(name: string): name is GuestAction {
  return Object.hasOwn(actions, name);
}

/**
 * The actions and the files that the machine's own peerlab.ps1 knows: where an older library copied it, those of then. What the
 * actions do is played as of now.
 */
function listsOnDisk({ machine: { disk }, logon }: ActionContext) {
  const entry = `${guestDirectory}/peerlab.ps1`;
  const script = disk.find(entry) ? disk.read(entry, logon).toString("latin1") : "";
  const listed = (variable: string) => {
    const [, body] = new RegExp(`^\\$${variable} = @\\(([^)]*)\\)`, "m").exec(script) ?? [];
    return body === undefined ? undefined : [...body.matchAll(/'([^']*)'/g)].map(([, one]) => one!);
  };
  return {
    known: listed("actions") ?? Object.keys(actions),
    files: listed("guestFiles") ?? guestFiles,
  };
}

interface Envelope {
  contract?: unknown;
  instance?: unknown;
  guestFiles?: unknown;
}

/** The one JSON object that a request is. */
export function readEnvelope(standardInput: Buffer): Envelope {
  if (standardInput.some((byte) => byte > 0x7f)) {
    throw notOneObject();
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(standardInput.toString("latin1"));
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw notOneObject();
  }
  return parsed;
}

function notOneObject(): GuestError {
  return new GuestError(
    "InvalidRequest",
    "Standard input is not one JSON object of at most 4 MB.",
    "Send the request in the form of the contract.",
  );
}

/** In the order of the script: the contract, its own files, and only then which machine is meant. */
function checkTarget(
  { machine, logon }: ActionContext,
  files: readonly string[],
  request: Envelope,
): void {
  const { disk } = machine;
  if (request.contract !== contractVersion) {
    throw new GuestError(
      "ContractMismatch",
      `These guest files speak contract ${contractVersion}.`,
      "Copy the guest files that belong to the library to this machine.",
    );
  }
  const isMissing = (name: string) => !disk.find(`${guestDirectory}/${name}`);
  const found = files.some(isMissing)
    ? ""
    : guestFilesHash((name) => disk.read(`${guestDirectory}/${name}`, logon), sha256, files);
  if (found === "" || found !== request.guestFiles) {
    throw new GuestError(
      "GuestFilesMismatch",
      `The guest files on this machine have the hash ${found}, which is not the one of the request.`,
      "Copy the guest files that belong to the library to this machine.",
    );
  }
  checkInstance(machine, request.instance);
}

/** Refuses a request that is meant for another machine. */
export function checkInstance({ record }: Machine, wanted: unknown): void {
  if (typeof wanted !== "string" || !instancePattern.test(wanted)) {
    throw invalidRequest("instance", wanted, "the vmId of the machine");
  }
  const instance = wanted;
  if (instance.toLowerCase() !== record.vmId.toLowerCase()) {
    throw new GuestError(
      "WrongMachine",
      `This machine is the instance ${record.vmId}, the request is for ${instance}.`,
      "Refresh the stack: the machine at this address was made anew or is another one.",
    );
  }
}

const instancePattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Says of an unexpected error only its kind: its text could hold a part of the request. */
export function unexpectedFailure(error: unknown): GuestError {
  const kind = error instanceof Error ? error.name : typeof error;
  return new GuestError("Unexpected", `An unexpected ${kind}.`, "Look at the machine's own log.");
}
