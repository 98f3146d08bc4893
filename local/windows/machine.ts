import * as crypto from "node:crypto";
import { contractVersion, type MachineFacts } from "../../guest/contract";
import type { Faults, Network } from "../interfaces";
import type { Journal } from "../journal";
import type { Logon } from "./accounts";
import type { Blobs } from "./blobs";
import { openDisk, type Disk } from "./disk";
import { openIdentityStore, type IdentityStore } from "./identity/store";
import type { MachineRecord } from "./record";
import { nativeInterfacesOff, readRegistry, registryKeys } from "./registry";
import { generateSshKey } from "../sshKey";

/** What all machines share. */
export interface Environment {
  journal: Journal;
  faults: Faults;
  network: () => Network;
  blobs: Blobs;
  now: () => number;
  /** What p2p.dll's identity and grouping calls answer on a server; Microsoft documents no server for them. */
  serverPeerStack: "refused" | "works";
}

/** A running or switched-off Windows machine. */
export interface Machine {
  readonly record: MachineRecord;
  readonly environment: Environment;
  readonly disk: Disk;
  readonly facts: MachineFacts;
  /** Writes the record to disk; to be called after every change. */
  save(): void;
  identities(logon: Logon, sessionCannotOpenKeys?: boolean): IdentityStore;
  /** Whether IPv6 is there since the last boot, and bound to the adapter. */
  ipv6Works(): boolean;
  rebootPending(): boolean;
  /** Whether the machine runs and its boot is over. */
  isUp(): boolean;
  /** Starts a service; says whether it runs now, which a disabled one, or PNRP without IPv6, does not. */
  startService(name: string): boolean;
  /** Ends every session and starts Windows again. */
  reboot(bootMilliseconds?: number): void;
  powerOff(): void;
  /** Calls `listener` when the machine stops, restarts or is deleted; returns the function that ends it. */
  onStop(listener: () => void): () => void;
  endSessions(): void;
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
  const machine: Machine = {
    record,
    environment,
    save,
    disk: openDisk({ entries: record.files, blobs, now, changed: save }),
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
        isFull: () => faults.take("identityStoreFull", record.computerName) !== undefined,
        wrongKey: () => faults.take("wrongKey", record.computerName) !== undefined,
      }),
    ipv6Works: () =>
      record.ipv6.bindingEnabled &&
      (record.ipv6.disabledComponentsAtBoot & nativeInterfacesOff) === 0,
    rebootPending: () => record.ipv6.disabledComponentsAtBoot !== disabledComponents(),
    isUp: () => record.power === "running" && now() >= record.readyAt,
    startService(name) {
      const service = record.services[name];
      if (!service || service.startType === "Disabled") return false;
      if (name === "PNRPsvc" && !machine.ipv6Works()) return false;
      if (name === "sshd") record.hostKey ??= generateSshKey();
      service.status = "Running";
      save();
      return true;
    },
    reboot(bootMilliseconds = 0) {
      endSessions();
      record.power = "running";
      record.bootedAt = now();
      record.readyAt = now() + bootMilliseconds;
      record.ipv6.disabledComponentsAtBoot = disabledComponents();
      for (const [name, service] of Object.entries(record.services)) {
        service.status = "Stopped";
        if (service.startType === "Automatic") machine.startService(name);
      }
      save();
      environment.journal.write({ kind: "machine", subject: record.computerName, what: "boot" });
    },
    powerOff() {
      endSessions();
      record.power = "deallocated";
      save();
    },
    onStop(listener) {
      stopListeners.add(listener);
      return () => stopListeners.delete(listener);
    },
    endSessions,
  };
  return machine;
}

/** SHA-256 in hex, as the guest computes it over its own files. */
export function sha256(data: Uint8Array | string): string {
  return crypto.createHash("sha256").update(data).digest("hex");
}
