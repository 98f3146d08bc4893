/** The seams inside the stand-in: what its Azure side asks of its Windows side, and the other way round. */

export interface ImageReference {
  publisher?: string;
  offer?: string;
  sku?: string;
  version?: string;
  /** A gallery or managed image, instead of the four above. */
  id?: string;
}

/** What Azure hands to Windows when it makes a machine. */
export interface MachineSpecification {
  /** Azure's instance id, new with every creation. */
  vmId: string;
  /** The VM's ARM id. */
  resourceId: string;
  computerName: string;
  adminUsername: string;
  adminPassword: string;
  imageReference: ImageReference;
  size: string;
  timeZone?: string;
}

export interface RunCommandRequest {
  name: string;
  script: string;
  parameters: { name: string; value: string }[];
  protectedParameters: { name: string; value: string }[];
  runAsUser?: string;
  runAsPassword?: string;
  timeoutInSeconds: number;
}

/** The instance view of a managed run command. */
export interface RunCommandResult {
  executionState: "Succeeded" | "Failed" | "TimedOut" | "Canceled";
  executionMessage: string;
  exitCode: number;
  /** Azure keeps the last 4 KB of each; the Azure side cuts them. */
  output: string;
  error: string;
  startTime: string;
  endTime: string;
}

/** The Windows side, as Azure sees it. */
export interface WindowsMachines {
  /** Installs Windows and boots it; resolves when the VM agent answers. */
  create(specification: MachineSpecification): Promise<void>;
  /** The machine and its disks are gone. */
  delete(vmId: string): Promise<void>;
  setPower(vmId: string, power: "running" | "deallocated"): Promise<void>;
  runCommand(vmId: string, request: RunCommandRequest): Promise<RunCommandResult>;
}

export interface Packet {
  /** Source and destination address, literal IPv4 or IPv6. */
  from: string;
  to: string;
  protocol: "TCP" | "UDP";
  port: number;
}

/** What the network says to a packet, before the guest's own firewall is asked. */
export interface Verdict {
  allowed: boolean;
  /** What decided, in words: `rule allow-ssh-ipv4 (priority 300) of network security group lab-nsg`. */
  reason: string;
  /** The machine that owns the destination address, where there is one. */
  vmId?: string;
}

/** The Azure side, as the machines and the SSH hosts see it. */
export interface Network {
  /** Azure's answer for a packet: addresses, routes, security groups of both ends. */
  send(packet: Packet): Verdict;
  addressesOf(vmId: string): { ipv4: string[]; ipv6: string[]; publicAddresses: string[] };
  /** Whether the machine can open connections to the internet (public address, NAT gateway, or default outbound access). */
  hasOutbound(vmId: string): boolean;
  /** Resolves a name through the private DNS zones linked to the machine's network. */
  resolveName(vmId: string, name: string): string[];
  power(vmId: string): "running" | "starting" | "deallocating" | "deallocated" | "gone";
}

/** Something that is made to go wrong, once or until taken away. */
export interface Fault {
  /**
   * `failRequest`: the provider refuses; `failAfterEffect`: it fails after it did the thing; `delay`: it waits first;
   * `dropConnection`: the SSH connection is cut, `before`, `during` or `after` the command had its effect;
   * `wrongKey`: an import stores another key than the one it was given; `noPeerStack`: the machine cannot run the stack;
   * `unreachable`: nothing listens, and the machine says so; `silent`: the machine swallows the packets, so that a dial
   * lasts until the dialling side gives up; `reboot`: the machine restarts at that point; `slowBoot`: nothing answers so
   * long after the next start; `sessionCannotOpenKeys`: only a task under the password can; `keyFolderRefused`: nobody can,
   * because the rights on the user's key folder are wrong; `identityStoreFull`: no identity can be made or imported;
   * `identityStoreCorrupted`: at its next use the user's identity store is found corrupted, and stays so until somebody
   * deletes it; `pnrpStoreCorrupted`, `pnrpNoKeyAccess`: from its next start on PNRPsvc does not start, for its own store is
   * corrupted or it may not read the machine's keys, until that is repaired; `holderKilled`: the presence holder's process
   * was ended from outside, noticed at the next look; the task scheduler starts it again; `seedNameIgnored`: PNRP makes
   * nothing of a name in the seed policy; `throttled`: Azure Resource Manager has
   * had too many requests, and says after how long it takes one again (`milliseconds`, in whole seconds).
   */
  kind:
    | "failRequest"
    | "failAfterEffect"
    | "delay"
    | "dropConnection"
    | "wrongKey"
    | "noPeerStack"
    | "unreachable"
    | "silent"
    | "reboot"
    | "slowBoot"
    | "sessionCannotOpenKeys"
    | "keyFolderRefused"
    | "identityStoreFull"
    | "identityStoreCorrupted"
    | "pnrpStoreCorrupted"
    | "pnrpNoKeyAccess"
    | "holderKilled"
    | "seedNameIgnored"
    | "throttled";
  /**
   * A part of the resource's name, the computer name or the command line that it applies to; a copy has the command line
   * `sftp`. Absent: everything.
   */
  match?: string;
  /** For provider requests: `create`, `update`, `delete`, `read`, `invoke`; for Resource Manager's: `start`, `deallocate`, `read`. */
  operation?: string;
  moment?: "before" | "during" | "after";
  milliseconds?: number;
  /** How often; absent: until removed. */
  times?: number;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The first fault of that kind that applies, counted down. */
  take(kind: Fault["kind"], subject: string, operation?: string): Fault | undefined;
}
