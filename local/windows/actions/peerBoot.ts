import type {
  ConfirmPeerBootReport,
  ConfirmPeerBootRequest,
  RestartPeerMachineReport,
  RestartPeerMachineRequest,
} from "../../../guest/contract";
import { isoTime } from "../group/connection";
import { GuestError } from "../guestError";
import { pendingChanges } from "../networking";
import { beginRestart } from "../restart";
import type { Action } from "./context";

/** Restarts Windows where a change of ours waits for it; the session ends before. */
export const restartPeerMachine: Action<
  RestartPeerMachineRequest,
  RestartPeerMachineReport
> = async ({ machine }) => {
  const restarting = machine.rebootPending();
  if (restarting) beginRestart(machine);
  return {
    action: "Restart-PeerMachine",
    ...machine.facts,
    restarting,
    bootTime: isoTime(machine.record.bootedAt),
  };
};

/** Fails while Windows has not restarted since `Restart-PeerMachine`. */
export const confirmPeerBoot: Action<ConfirmPeerBootRequest, ConfirmPeerBootReport> = async ({
  machine,
}) => {
  const { record } = machine;
  const { restart, bootedAt } = record;
  if (restart?.due !== undefined) {
    throw new GuestError(
      "RebootNotDone",
      `Windows has not restarted yet: it runs since ${isoTime(bootedAt)}.`,
      "Wait and ask again; after ten minutes restart the machine by hand, for instance with az vm restart.",
    );
  }
  delete record.restart;
  machine.save();
  return {
    action: "Confirm-PeerBoot",
    ...machine.facts,
    restarted: restart !== undefined,
    bootTime: isoTime(bootedAt),
    pending: pendingChanges(machine),
  };
};
