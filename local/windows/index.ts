import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Faults, Network, WindowsMachines } from "../interfaces";
import type { Journal } from "../journal";
import { openRecords } from "../records";
import { resetPassword } from "./accounts";
import { openBlobs } from "./blobs";
import { findAccount } from "./logon";
import { openMachine, type Environment, type Machine } from "./machine";
import { newMachineRecord, type MachineRecord } from "./record";
import { runManagedCommand } from "./runCommand";
import { letTimePass, openTime } from "./time";

export { execute } from "./execute";
export { sshLogon } from "./events";
export { interruptionOf } from "./interruption";
export { passwordLogon, publicKeyLogon } from "./logon";
export { firewallAllows } from "./firewall";
export { SessionEnded } from "./sessionEnded";
export { DiskError, type DiskErrorCode } from "./diskError";
export type { Machine } from "./machine";
export type { DiskEntry } from "./disk";
export type { Logon } from "./accounts";

export interface WindowsOptions {
  /** Where the machines are kept between runs. */
  directory: string;
  journal: Journal;
  faults: Faults;
  /** Azure's side, asked only while a machine runs, so that the two can be made in either order. */
  network: () => Network;
  /** The clock, in milliseconds since 1970; the computer's own unless a test moves it. */
  now?: () => number;
  /** What identity and grouping calls answer on server images: `refused` unless asked for otherwise. */
  serverPeerStack?: Environment["serverPeerStack"];
  /** How long `shutdown /r` waits, in milliseconds; five seconds unless a test is in a hurry. */
  restartDelay?: number;
}

/** The Windows machines of the stand-in. */
export interface Windows extends WindowsMachines {
  find(vmId: string): Machine | undefined;
  machines(): Machine[];
  /**
   * The one machine of that computer name, to be broken behind the library's back: change its `record`, then `save()`. Throws
   * where no machine has the name, or more than one has it.
   */
  machine(computerName: string): Machine;
  /**
   * Moves the clock of all machines ahead, and the time that an asker's `now` is compared with. What was due on the way has
   * happened: restarts, the task scheduler's repetitions, renewals of credentials, and their ends.
   */
  letTimePass(hours: number): void;
  /** Sets a user's password from outside, as an administrator at the machine would: the user's protected keys are lost. */
  resetPassword(vmId: string, user: string, password: string): Promise<void>;
  /** Ends what waits in this process, such as the restart of a machine; another process opens the machines again. */
  close(): void;
}

/** Opens the machines kept in a directory, which run on as they were. */
export function openWindows(options: WindowsOptions): Windows {
  const { directory, journal, faults, network } = options;
  const records = openRecords<MachineRecord>(path.join(directory, "machines"));
  const time = openTime(path.join(directory, "time-ahead"), options.now ?? Date.now);
  const { now } = time;
  const environment: Environment = {
    journal,
    faults,
    network,
    now,
    ahead: time.ahead,
    blobs: openBlobs(path.join(directory, "files")),
    serverPeerStack: options.serverPeerStack ?? "refused",
    machines: () => [...machines.values()],
    find: (vmId) => machines.get(vmId),
    changes: () => changes,
    restartDelay: options.restartDelay ?? 5_000,
  };
  const machines = new Map<string, Machine>();
  let changes = 0;
  const open = (record: MachineRecord) => {
    const machine = openMachine(record, environment, () => {
      changes++;
      // A machine that was deleted while something still ran on it must not come back.
      if (machines.has(record.vmId)) records.set(record.vmId, record);
    });
    machines.set(record.vmId, machine);
    return machine;
  };
  for (const record of records.values()) open(record);
  environment.blobs.keep(new Set(records.values().flatMap(contentsOf)));
  /** Of a machine that is gone: what no other one holds. */
  const removeContents = (gone: MachineRecord) => {
    const unused = new Set(contentsOf(gone));
    for (const { record } of machines.values()) {
      if (unused.size === 0) return;
      for (const content of contentsOf(record)) unused.delete(content);
    }
    unused.forEach(environment.blobs.remove);
  };

  const required = (vmId: string): Machine => {
    const machine = machines.get(vmId);
    if (!machine) throw new Error(`There is no Windows machine with the instance id ${vmId}.`);
    return machine;
  };
  const bootMilliseconds = (machine: Machine) =>
    faults.take("slowBoot", machine.record.computerName)?.milliseconds ?? 0;

  return {
    find: (vmId) => machines.get(vmId),
    machines: () => [...machines.values()],

    machine(computerName) {
      const found = [...machines.values()].filter(
        ({ record }) => record.computerName.toLowerCase() === computerName.toLowerCase(),
      );
      const [first] = found;
      if (first && found.length === 1) return first;
      const names = [...machines.values()].map(({ record }) => record.computerName).join(", ");
      throw new Error(
        `${found.length} machines have the computer name ${computerName}; there are: ${names}.`,
      );
    },

    letTimePass(hours) {
      if (!(hours > 0 && Number.isFinite(hours))) {
        throw new Error(`The time that passes is ${hours} hours; it is a number above 0.`);
      }
      letTimePass(time, environment.machines, hours * 3_600_000);
      journal.write({ kind: "machine", subject: "all", what: `${hours} hours passed` });
    },

    async create(specification) {
      const machine = open(await newMachineRecord(specification, now()));
      const milliseconds = bootMilliseconds(machine);
      machine.record.readyAt = now() + milliseconds;
      machine.save();
      journal.write({ kind: "machine", subject: specification.computerName, what: "created" });
      if (milliseconds > 0) await wait(milliseconds);
    },

    async delete(vmId) {
      const machine = machines.get(vmId);
      if (!machine) return;
      machine.powerOff();
      machines.delete(vmId);
      changes++;
      records.delete(vmId);
      machine.endSessions();
      removeContents(machine.record);
      journal.write({ kind: "machine", subject: machine.record.computerName, what: "deleted" });
    },

    async setPower(vmId, power) {
      const machine = required(vmId);
      if (machine.record.power === power) return;
      if (power === "running") machine.reboot(bootMilliseconds(machine));
      else machine.powerOff();
      journal.write({ kind: "machine", subject: machine.record.computerName, what: power });
    },

    async resetPassword(vmId, user, password) {
      const machine = required(vmId);
      const account = findAccount(machine, user);
      if (!account) throw new Error(`${machine.record.computerName} has no user ${user}.`);
      await resetPassword(account, password);
      machine.save();
      const { computerName } = machine.record;
      journal.write({ kind: "machine", subject: computerName, what: `password of ${user} reset` });
    },

    runCommand: (vmId, request) => runManagedCommand(required(vmId), request),
    close: () => machines.forEach((machine) => machine.close()),
  };
}

function contentsOf({ files }: MachineRecord): string[] {
  return Object.values(files).flatMap(({ blob }) => (blob ? [blob] : []));
}
