import { groupingPort } from "./group/connection";
import { heldGroups } from "./holder";
import type { Machine } from "./machine";

const sshPort = 22;
const remoteDesktopPort = 3389;

/** The ports of the listeners that a test has opened and that have not ended yet. */
export function openListeners({ record, environment }: Machine): number[] {
  const { listeners } = record;
  return listeners && environment.now() < listeners.until ? listeners.ports : [];
}

/** The program that listens on a TCP port over IPv6; undefined where none does. The listeners of a test do not count. */
export function programOn(machine: Machine, port: number): string | undefined {
  const { services } = machine.record;
  if (port === sshPort && services.sshd?.status === "Running") return "sshd.exe";
  if (port === remoteDesktopPort) return "svchost.exe";
  if (port === groupingPort && heldGroups(machine).length > 0) return "svchost.exe";
  return machine.record.programs?.find((one) => one.port === port)?.program;
}

export function isListening(machine: Machine, port: number): boolean {
  return programOn(machine, port) !== undefined || openListeners(machine).includes(port);
}
