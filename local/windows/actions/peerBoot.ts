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

/** Fails while the last boot is the one that was noted before the restart. */
export const confirmPeerBoot: Action<ConfirmPeerBootRequest, ConfirmPeerBootReport> = async ({
  machine,
}) => {
  const { record } = machine;
  const { restart, bootedAt } = record;
  if (restart?.bootedAt === bootedAt) {
    throw new GuestError(
      "RebootNotDone",
      `Windows has not restarted yet: it runs since ${isoTime(bootedAt)}.`,
      "Ask again in a while; if it stays so, restart the machine.",
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
