import { isIP } from "node:net";
import type { Network } from "../interfaces";
import type { Journal } from "../journal";
import { firewallAllows, type Machine, type Windows } from "../windows";

/** What becomes of an attempt to open a TCP connection. */
export type Reached =
  | { outcome: "accepted"; machine: Machine }
  /** Nothing listens, and the machine says so: only where its firewall's stealth mode is off. */
  | { outcome: "refused" }
  /** Dropped on the way or by the machine's firewall, or nobody is there to answer, be it a machine or a program. */
  | { outcome: "silence"; vmId?: string };

export interface ReachOptions {
  windows: Windows;
  network: () => Network;
  journal: Journal;
}

const sshPort = 22;

/** Asks the network, then the machine's own firewall, then whether its SSH server listens. */
export function reach(
  { windows, network, journal }: ReachOptions,
  from: string,
  to: string,
  port: number,
): Reached {
  // What has no address of the other side's family has no way to it.
  if (isIP(to) === 0 || isIP(from) !== isIP(to)) return { outcome: "silence" };
  const packet = { from, to, protocol: "TCP", port } as const;
  const verdict = network().send(packet);
  const known = verdict.vmId === undefined ? {} : { vmId: verdict.vmId };
  const machine = verdict.vmId === undefined ? undefined : windows.find(verdict.vmId);
  const report = (outcome: string, detail: string) =>
    journal.write({
      kind: "ssh",
      subject: machine?.record.computerName ?? to,
      what: `connection from ${from} to ${to} port ${port}`,
      outcome,
      detail,
    });
  if (!verdict.allowed || !machine) {
    report("no answer", verdict.reason);
    return { outcome: "silence", ...known };
  }
  if (!machine.isUp()) {
    report("no answer", "the machine is off or still starts");
    return { outcome: "silence", ...known };
  }
  if (!firewallAllows(machine.record.firewallRules, packet)) {
    report("no answer", "no rule of the machine's own firewall allows it");
    return { outcome: "silence", ...known };
  }
  const { record, environment } = machine;
  if (environment.faults.take("silent", record.computerName)) {
    report("no answer", "the machine swallows the packets");
    return { outcome: "silence", ...known };
  }
  if (environment.faults.take("unreachable", record.computerName)) {
    report("refused", "nothing listens there, and the machine says so");
    return { outcome: "refused" };
  }
  // The Windows Firewall's stealth mode, which is on: where nobody listens nothing answers.
  if (port !== sshPort || record.services.sshd?.status !== "Running") {
    report("no answer", "nothing listens there");
    return { outcome: "silence", ...known };
  }
  return { outcome: "accepted", machine };
}
