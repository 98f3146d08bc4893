import { firewallRulePrefix } from "../../guest/contract";
import type { Machine } from "./machine";
import type { MachineRecord } from "./record";

const sshPort = 22;

/** What `Restart-PeerMachine` leaves for `Confirm-PeerBoot` and for the task that runs at the start of Windows. */
export interface PendingRestart {
  /** The machine's own rules that were closed until Windows has started. */
  closedRules: string[];
  /** When Windows restarts, in milliseconds since 1970; absent after it has. */
  due?: number;
}

/**
 * Notes that a restart is waited for, closes the own rules for TCP 22, so that nobody takes the machine before its restart for
 * the one after it, and restarts Windows a little later.
 */
export function beginRestart(machine: Machine): void {
  const { record } = machine;
  if (record.restart?.due !== undefined) return;
  const rules = record.firewallRules.filter(
    ({ name, protocol, port, enabled }) =>
      name.startsWith(firewallRulePrefix) && protocol === "TCP" && port === sshPort && enabled,
  );
  record.restart = { closedRules: rules.map(({ name }) => name) };
  for (const rule of rules) rule.enabled = false;
  machine.scheduleRestart();
}

/** The task at the start of Windows: opens the closed rules again and deletes itself. */
export function reopenAfterRestart({ restart, firewallRules }: MachineRecord): void {
  if (!restart) return;
  for (const rule of firewallRules) {
    if (restart.closedRules.includes(rule.name)) rule.enabled = true;
  }
  restart.closedRules = [];
  delete restart.due;
}
