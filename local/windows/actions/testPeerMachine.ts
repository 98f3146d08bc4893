import type { TestPeerMachineReport, TestPeerMachineRequest } from "../../../guest/contract";
import { fromHresult, GuestError } from "../guestError";
import { HresultError } from "../hresult";
import { networkingDrift, networkingFacts, pendingChanges } from "../networking";
import type { Action } from "./context";
import { presenceDrift, presenceFacts } from "./presence";
import { applyState } from "./stateSections";
import { clockOffset } from "./clockOffset";

/** Says what Set-PeerMachine would change, and changes nothing. */
export const testPeerMachine: Action<TestPeerMachineRequest, TestPeerMachineReport> = async (
  context,
  request,
) => {
  const { machine } = context;
  const { networking, presence, now } = request;
  const clock = clockOffset(machine, now);
  const report: TestPeerMachineReport = {
    action: "Test-PeerMachine",
    ...machine.facts,
    drift: [],
    pending: pendingChanges(machine),
  };
  if (networking) {
    report.drift.push(...networkingDrift(machine, networking));
    report.networking = networkingFacts(machine);
  }
  try {
    const { phrases, ...state } = await applyState(context, request, true);
    report.drift.push(...phrases);
    Object.assign(report, state);
  } catch (error) {
    const failure = error instanceof HresultError ? fromHresult(error) : error;
    // What keeps the stack from running may be what was just found; Set-PeerMachine would put that right first.
    const isExplained = report.drift.length + report.pending.length > 0;
    if (!isExplained || !(failure instanceof GuestError)) throw error;
    report.drift.push(`identities cannot be read: ${failure.code}`);
  }
  if (presence) {
    report.drift.push(...presenceDrift(machine, presence));
    report.presence = presenceFacts(machine);
  }
  return { ...report, ...clock };
};
