import type { FirewallRule } from "../../guest/contract";
import type { ImageReference, MachineSpecification } from "../interfaces";
import { createAccount, type Account } from "./accounts";
import type { DiskEntry, Rights } from "./disk";
import type { EventLog, LogState, WindowsEvent } from "./events";
import { inBoxFirewallRules } from "./firewall";
import type { StoredGroup } from "./group/store";
import type { HolderRecord } from "./holder";
import type { StoredIdentity } from "./identity/store";
import { imageTraits, type ImageTraits } from "./images";
import { newRegistry, type Registry } from "./registry";
import type { PendingRestart } from "./restart";
import { inBoxServices, type PnrpFailure, type Service } from "./services";

/** A rule of the Windows Firewall as the machine keeps it; ours and Windows' own. */
export interface GuestFirewallRule {
  name: string;
  displayName: string;
  action: "Allow" | "Block";
  protocol: "TCP" | "UDP";
  port: number;
  /** Addresses in CIDR form; empty: any. */
  remoteAddresses: string[];
  /** The network profiles it holds in; empty: any. */
  profiles: ("Domain" | "Private" | "Public")[];
  edgeTraversal: FirewallRule["edgeTraversal"];
  enabled: boolean;
}

/**
 * Everything a machine keeps over a restart of the stand-in; no password and no open key among it. What came later than the
 * first release is optional: records of older state folders do not have it.
 */
export interface MachineRecord {
  vmId: string;
  resourceId: string;
  computerName: string;
  imageReference: ImageReference;
  traits: ImageTraits;
  timeZone: string;
  power: "running" | "deallocated";
  bootedAt: number;
  /** Nothing answers before this time. */
  readyAt: number;
  accounts: Account[];
  services: Record<string, Service>;
  features: string[];
  registry: Registry;
  /** The IPv6 switches: what is set, and what was set at the last boot (which is what counts). */
  ipv6: { bindingEnabled: boolean; disabledComponentsAtBoot: number };
  /** Whether a change of ours waits for the next boot. */
  awaitsReboot?: boolean;
  firewallRules: GuestFirewallRule[];
  files: Record<string, DiskEntry>;
  /** By user. */
  identities: Record<string, StoredIdentity[]>;
  /** The SSH server's own key, made when it first starts. */
  hostKey?: { privateKey: string; publicKey: string };
  /** By user: the groups that the user's identities belong to. */
  groups?: Record<string, StoredGroup[]>;
  /** Users whose identity store cannot be read until it is deleted. */
  corruptedStores?: string[];
  /** The presence holder, where it is installed. */
  holder?: HolderRecord;
  /** The listeners of a test of reachability; they end at the time, and with Windows. */
  listeners?: { ports: number[]; until: number };
  /** Programs of somebody else that listen on a TCP port over IPv6. */
  programs?: { program: string; port: number }[];
  /** TCP ports that Windows keeps for itself (`excludedportrange`): nobody can listen there. */
  reservedPorts?: number[];
  /** Peer names that a program of somebody else has registered. */
  registrations?: { peerName: string; port: number }[];
  /** Why PNRPsvc does not start. */
  pnrpFailure?: PnrpFailure;
  /** Whether something was registered or resolved since PNRPsvc started, which initialises its clouds. */
  cloudInitialised?: boolean;
  /** A restart of ours that was asked for and not confirmed yet. */
  restart?: PendingRestart;
  /** How far the machine's clock is ahead, in milliseconds. */
  clockOffset?: number;
  /** What happened, in the order in which it did; bounded for each log. */
  events?: WindowsEvent[];
  /** Logs that are not as Windows ships them; null: on. */
  logs?: Partial<Record<EventLog, LogState | null>>;
  /** Whether the Windows Firewall logs packets, which it does not as Windows ships it. */
  firewallLogging?: boolean;
}

function initialFiles(adminUsername: string, now: number): Record<string, DiskEntry> {
  const system: Record<string, Rights> = { SYSTEM: "full", Administrators: "full" };
  const folders: [path: string, access: Record<string, Rights>, inherits: boolean][] = [
    ["C:/", { ...system, Users: "readExecute" }, false],
    ["C:/ProgramData", { ...system, Users: "create" }, false],
    // Windows' own folders belong to the installer, and administrators only read them.
    ["C:/Windows", { SYSTEM: "full", Administrators: "readExecute", Users: "readExecute" }, false],
    ["C:/Windows/System32", {}, true],
    ["C:/Users", { ...system, Users: "readExecute" }, false],
    [`C:/Users/${adminUsername}`, { ...system, [adminUsername]: "full" }, false],
  ];
  return Object.fromEntries(
    folders.map(([path, access, inherits]) => [
      path.toLowerCase(),
      { path, kind: "directory", owner: "SYSTEM", access, inherits, size: 0, modified: now },
    ]),
  );
}

/** Windows as it is after its first boot from the image. */
export async function newMachineRecord(
  specification: MachineSpecification,
  now: number,
): Promise<MachineRecord> {
  const traits = imageTraits(specification.imageReference);
  const registry = newRegistry(traits);
  return {
    vmId: specification.vmId,
    resourceId: specification.resourceId,
    computerName: specification.computerName,
    imageReference: specification.imageReference,
    traits,
    timeZone: specification.timeZone ?? "UTC",
    power: "running",
    bootedAt: now,
    readyAt: now,
    accounts: [await createAccount(specification.adminUsername, specification.adminPassword)],
    services: inBoxServices(traits),
    features: [],
    registry,
    ipv6: { bindingEnabled: true, disabledComponentsAtBoot: traits.hardened ? 0xff : 0 },
    firewallRules: inBoxFirewallRules(traits),
    files: initialFiles(specification.adminUsername, now),
    identities: {},
  };
}
