import type { PeerConnection } from "../components/peerMachine";
import type { TestPeerMachineReport, TestPeerMachineRequest } from "../guest/contract";
import { askGuest, unreadable, type NoAnswer } from "./askGuest";

/** What a check found of a machine. */
export type Finding =
  | { state: "as wanted" }
  /** Something was changed on it; in the machine's own phrases. */
  | { state: "drifted"; drift: string[] }
  /** All is as wanted once what it waits for has happened: `reboot`. */
  | { state: "waiting"; pending: string[] }
  /** Not dialled. */
  | { state: "off"; power: string }
  /** Its last update did not come to its end; not dialled. */
  | { state: "unfinished" }
  | NoAnswer;

/** Asks a machine itself what `Set-PeerMachine` would change; nothing is changed on it. One logon, whatever comes of it. */
export async function askMachine(
  connection: PeerConnection,
  request: TestPeerMachineRequest,
): Promise<Finding> {
  const answer = await askGuest<TestPeerMachineReport>(connection, "Test-PeerMachine", request);
  if (!("report" in answer)) return answer;
  const { drift, pending } = answer.report;
  if (!Array.isArray(drift) || !Array.isArray(pending)) return unreadable;
  if (drift.length > 0) return { state: "drifted", drift };
  if (pending.length > 0) return { state: "waiting", pending };
  return { state: "as wanted" };
}
