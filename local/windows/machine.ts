import * as crypto from "node:crypto";
import { contractVersion, type MachineFacts } from "../../guest/contract";
import type { Fault, Faults, Network } from "../interfaces";
import type { Journal } from "../journal";
import type { Logon } from "./accounts";
import type { Blobs } from "./blobs";
import { openDisk, type Disk } from "./disk";
import { pnrpFailed, serviceStarted } from "./events";
import { openGroupStore, type GroupStore } from "./group/store";
import { endHolder, startHolder } from "./holder";
import { openIdentityStore, type IdentityStore } from "./identity/store";
import { formatHresult } from "./hresult";
import type { MachineRecord } from "./record";
import { nativeInterfacesOff, readRegistry, registryKeys } from "./registry";
import { reopenAfterRestart } from "./restart";
import type { PnrpFailure, Service } from "./services";
import { generateSshKey } from "../sshKey";

/** What all machines share. */
export interface Environment {
  journal: Journal;
  faults: Faults;
  network: () => Network;
  blobs: Blobs;
  now: () => number;
  /** How far that clock is ahead of the real one, for everybody, because a test let time pass: milliseconds. */
  ahead: () => number;
  /** Every machine of the stand-in, whichever network it is in. */
  machines: () => Machine[];
  find: (vmId: string) => Machine | undefined;
  /** How often something on one of them has changed. */
  changes: () => number;
  /** How long `shutdown /r` waits before it restarts Windows, in milliseconds. */
  restartDelay: number;
  /** What p2p.dll's identity and grouping calls answer on a server; Microsoft documents no server for them. */
  serverPeerStack: "refused" | "works";
}

const pnrpFaults: readonly [kind: Fault["kind"], failure: PnrpFailure][] = [
  ["pnrpStoreCorrupted", "PEER_E_CERT_STORE_CORRUPTED"],
  ["pnrpNoKeyAccess", "PEER_E_NO_KEY_ACCESS"],
];

/** A running or switched-off Windows machine. */
export interface Machine {
  readonly record: MachineRecord;
  readonly environment: Environment;
  readonly disk: Disk;
  readonly facts: MachineFacts;
  /** The machine's own clock, in milliseconds since 1970. */
  now(): number;
  /** Writes the record to disk; to be called after every change. */
  save(): void;
  identities(logon: Logon, sessionCannotOpenKeys?: boolean): IdentityStore;
  /** Deletes a user's identity store, corrupted or not; groups are lost with their identities. */
  deleteIdentityStore(userName: string): void;
  /** The groups of the user whose identities are given. */
  groups(userName: string, identities: IdentityStore): GroupStore;
  /** Whether IPv6 is there since the last boot, and bound to the adapter. */
  ipv6Works(): boolean;
  /** Whether a change of ours waits for a restart. */
  rebootPending(): boolean;
  /** Whether the machine runs and its boot is over. */
  isUp(): boolean;
  /** Starts a service; says whether it runs now, which a disabled one, or PNRP without IPv6, does not. */
  startService(name: string): boolean;
  /** Ends a service and starts it again. */
  restartService(name: string): boolean;
  /** Ends every session and starts Windows again. */
  reboot(bootMilliseconds?: number): void;
  /** What `shutdown /r` does: notes the time and returns; also a stand-in that was ended in between keeps it. */
  scheduleRestart(): void;
  powerOff(): void;
  /** Calls `listener` when the machine stops, restarts or is deleted; returns the function that ends it. */
  onStop(listener: () => void): () => void;
  endSessions(): void;
  /** Forgets what waits in this process; the record keeps it for the next. */
  close(): void;
}

export function openMachine(
  record: MachineRecord,
  environment: Environment,
  save: () => void,
): Machine {
  const { now, blobs, faults } = environment;
  const stopListeners = new Set<() => void>();
  const disabledComponents = () =>
    Number(readRegistry(record.registry, registryKeys.ipv6Parameters, "DisabledComponents") ?? 0);
  const endSessions = () => {
    for (const listener of [...stopListeners]) listener();
  };
  /** The fault is found at a start, and remains until it is repaired. */
  const pnrpStarts = (service: Service): boolean => {
    if (!machine.ipv6Works()) return false;
    if (service.status === "Running") return true;
    for (const [fault, failure] of pnrpFaults) {
      if (faults.take(fault, record.computerName)) record.pnrpFailure = failure;
    }
    if (record.pnrpFailure) {
      pnrpFailed(record, formatHresult(record.pnrpFailure), machine.now());
      save();
    }
    delete record.cloudInitialised;
    return record.pnrpFailure === undefined;
  };
  const storeIsCorrupted = (user: string): boolean => {
    const corrupted = (record.corruptedStores ??= []);
    if (faults.take("identityStoreCorrupted", record.computerName) && !corrupted.includes(user)) {
      corrupted.push(user);
      save();
    }
    return corrupted.includes(user);
  };
  let restartTimer: NodeJS.Timeout | undefined;
  const awaitRestart = () => {
    const due = record.restart?.due;
    if (due === undefined || record.power !== "running") return;
    restartTimer = setTimeout(restartIfDue, Math.max(0, due - now()));
    restartTimer.unref();
  };
  const restartIfDue = () => {
    const due = record.restart?.due;
    if (due !== undefined && record.power === "running" && now() >= due) machine.reboot();
  };
  const machine: Machine = {
    record,
    environment,
    save,
    disk: openDisk({ entries: record.files, blobs, now, changed: save }),
    now: () => now() + (record.clockOffset ?? 0),
    facts: {
      contract: contractVersion,
      computerName: record.computerName,
      instance: record.vmId,
      osBuild: record.traits.osBuild,
    },
    identities: (logon, sessionCannotOpenKeys) =>
      openIdentityStore({
        logon,
        identities: (record.identities[logon.userName] ??= []),
        changed: save,
        ...(sessionCannotOpenKeys ? { sessionCannotOpenKeys } : {}),
        isCorrupted: () => storeIsCorrupted(logon.userName),
        hasGroups: (peerName) =>
          (record.groups?.[logon.userName] ?? []).some(({ identity }) => identity === peerName),
        isFull: () => faults.take("identityStoreFull", record.computerName) !== undefined,
        wrongKey: () => faults.take("wrongKey", record.computerName) !== undefined,
      }),
    deleteIdentityStore(userName) {
      record.identities[userName]?.splice(0);
      record.groups?.[userName]?.splice(0);
      record.corruptedStores = (record.corruptedStores ?? []).filter((user) => user !== userName);
      save();
    },
    groups: (userName, identities) =>
      openGroupStore({
        identities,
        groups: ((record.groups ??= {})[userName] ??= []),
        changed: save,
        now: () => machine.now(),
      }),
    ipv6Works: () =>
      record.ipv6.bindingEnabled &&
      (record.ipv6.disabledComponentsAtBoot & nativeInterfacesOff) === 0,
    rebootPending: () => record.awaitsReboot ?? false,
    isUp() {
      // The clock may be ahead of the timer.
      restartIfDue();
      return record.power === "running" && now() >= record.readyAt;
    },
    startService(name) {
      const service = record.services[name];
      if (!service || service.startType === "Disabled") return false;
      if (name === "PNRPsvc" && !pnrpStarts(service)) return false;
      if (name === "sshd") record.hostKey ??= generateSshKey();
      if (service.status !== "Running") serviceStarted(record, name, machine.now());
      service.status = "Running";
      save();
      return true;
    },
    restartService(name) {
      const service = record.services[name];
      if (service) service.status = "Stopped";
      return machine.startService(name);
    },
    reboot(bootMilliseconds = 0) {
      endSessions();
      clearTimeout(restartTimer);
      record.power = "running";
      record.bootedAt = now();
      record.readyAt = now() + bootMilliseconds;
      record.ipv6.disabledComponentsAtBoot = disabledComponents();
      delete record.awaitsReboot;
      delete record.listeners;
      for (const [name, service] of Object.entries(record.services)) {
        service.status = "Stopped";
        if (service.startType === "Automatic") machine.startService(name);
      }
      reopenAfterRestart(record);
      startHolder(machine);
      save();
      environment.journal.write({ kind: "machine", subject: record.computerName, what: "boot" });
    },
    scheduleRestart() {
      record.restart!.due = now() + environment.restartDelay;
      save();
      awaitRestart();
    },
    powerOff() {
      endSessions();
      clearTimeout(restartTimer);
      endHolder(machine);
      record.power = "deallocated";
      save();
    },
    onStop(listener) {
      stopListeners.add(listener);
      return () => stopListeners.delete(listener);
    },
    endSessions,
    close: () => clearTimeout(restartTimer),
  };
  awaitRestart();
  return machine;
}

/** SHA-256 in hex, as the guest computes it over its own files. */
export function sha256(data: Uint8Array | string): string {
  return crypto.createHash("sha256").update(data).digest("hex");
}
