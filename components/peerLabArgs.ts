import type * as pulumi from "@pulumi/pulumi";
import type { WhenOff } from "./beforeStep";
import type { JumpHost } from "./peerMachine";
import type { ExistingNetworkArgs, GraphPortArgs, Outbound } from "./peerNetwork";
import type { LeavingPeerGroupMember, PeerGroupMember } from "./peerGroupMembers";
import type { ProofName, WhenFailed } from "./peerProof";
import type { ServiceArgs } from "./peerServices";
import type { PeerGroupRole } from "./personalPeerGroup";
import type { ReconcileArgs } from "./sharedPeerIdentity";
import type {
  AutoShutdownArgs,
  ImageReferenceArgs,
  OsDiskArgs,
  PatchMode,
  SpotArgs,
} from "./windowsPeer";

/** A machine of a lab. Everything is optional; what is absent comes from `machineDefaults`. */
export interface LabMachineArgs {
  /** Windows' own name, 1 to 15 characters, once in the lab. The machine's key by default. */
  computerName?: string;
  /** Image by name. `windows-11` by default. */
  image?: string;
  /** Image in full, instead of `image`. */
  imageReference?: ImageReferenceArgs;
  /** VM size. `Standard_D2s_v5` by default. */
  size?: string;
  /** OS disk. */
  osDisk?: OsDiskArgs;
  /** Availability zone, `1` to `3`. None by default. */
  zone?: string;
  /** Makes it a spot machine. */
  spot?: SpotArgs;
  /** Licence. `Windows_Client` for client images by default. */
  licenseType?: string;
  /** Secure boot and a virtual TPM. True by default for images that want it. */
  trustedLaunch?: boolean;
  /** Encrypts disks at the host. False by default. */
  encryptionAtHost?: boolean;
  /** Boot diagnostics. True by default. */
  bootDiagnostics?: boolean;
  /** Switches the machine off every day. Not by default. */
  autoShutdown?: AutoShutdownArgs;
  /** Windows time zone. `UTC` by default. */
  timeZone?: string;
  /** Who installs updates. `Manual` by default. */
  patchMode?: PatchMode;
  /** A public IPv4 address. By default exactly where there is no jump host. */
  publicIpv4?: boolean;
  /** A public IPv6 address. False by default. */
  publicIpv6?: boolean;
  /** How the machine reaches the internet. The lab's by default. */
  outbound?: Outbound;
  /** Address of an OpenSSH MSI for images without the capability. */
  openSshMsi?: string;
}

/** A person of a lab, and her machines. */
export interface PersonArgs {
  /** How the person is called in reports. Her key by default. Changing it changes no identity. */
  displayName?: string;
  /** Her machines by key. A key is the computer name by default. May be empty: her identity is kept. */
  machines?: { [key: string]: LabMachineArgs };
  /** Key of the machine that makes her identity. The first in code-point order by default. */
  maker?: string;
  /**
   * Another value gives her a new identity on all machines; the value before it brings the old one back, which the stack's state
   * keeps. `1` by default.
   */
  rotation?: string;
  /** An identity exported elsewhere, instead of a new one: base64 of the exported file's bytes. Secret. */
  exportedIdentity?: pulumi.Input<string>;
  /** The password it was exported under. Secret. */
  exportPassword?: pulumi.Input<string>;
  /**
   * How she is found: by one identity that all her machines hold, or by a group that each of them joins under an identity of its
   * own. `identity` by default.
   */
  sharing?: Sharing;
  /** Her group, where `sharing` is `group`. */
  group?: LabGroupArgs;
  /** What runs on her machines, by name: each is registered under a peer name of its own. None by default. */
  services?: { [service: string]: ServiceArgs };
}

/** How a person is found whichever of her machines is up. */
export const Sharing = {
  /** One identity on all her machines, made on one and imported on the others. */
  Identity: "identity",
  /** One group, created on one of her machines, which the others join by invitation. */
  Group: "group",
} as const;
export type Sharing = (typeof Sharing)[keyof typeof Sharing];

/** The group of a person of a lab. */
export interface LabGroupArgs {
  /** Key of the machine that creates the group. By default the first administrator in code-point order that is on. Of no importance later. */
  creator?: string;
  /** What her machines may do in the group. `administrator` by default, so that any of them can invite the others. */
  role?: PeerGroupRole;
  /** The role of single machines, by key, where it is another one. */
  roles?: { [machine: string]: PeerGroupRole };
  /** How long an invitation can be used, 300 (5 minutes) to 31536000 (a year) seconds. 86400 (a day) by default. */
  invitationLifetimeSeconds?: number;
  /**
   * How long a member's credential holds, 28800 (8 hours) to 315360000 (10 years) seconds; it is renewed at half-time as long
   * as the member's machine is on, and nothing else ends a membership. 2419200 (28 days) by default. Of no importance once
   * the group is there. Who creates the group gets Windows' own credential, which does not follow it: ten years, as the stand-in
   * has it.
   */
  memberLifetimeSeconds?: number;
}

/** How a lab's machines prove to each other that they are really there. */
export interface ProofArgs {
  /** Another value, such as a date, runs the proof once more: 1 to 64 characters of ASCII. */
  token?: string;
  /** What becomes of an update whose proof fails. `fail` by default. */
  whenFailed?: WhenFailed;
  /** Of how many others each machine tests the ports, 2 to 32; all of them in a lab that is not larger. 6 by default. */
  sample?: number;
  /**
   * How long what fails is tried again, 0 to 600 seconds. 120 by default. Listeners end after an hour at most: where tests of
   * about 65 machines or more fail for 120 seconds, four of them at a time, those that come last find them closed and fail for
   * that, too. Where that can be, a lower value or a higher `--parallel` helps; a smaller `sample` does not.
   */
  settleSeconds?: number;
}

/** A part of a lab that a change reaches before the next one. */
export interface RingArgs {
  /** What the ring is called: 1 to 20 lower-case letters, digits and hyphens, once, and not `others`. Another name proves the ring anew. */
  name: string;
  /** Keys of people, all of whose machines belong to the ring. None by default. */
  people?: string[];
  /** Keys of single machines. None by default. */
  machines?: string[];
}

export interface PeerLabArgs {
  /** People by key: lower-case letters, digits and hyphens. At least one. */
  people: { [key: string]: PersonArgs };
  /** What every machine is like unless it says otherwise. */
  machineDefaults?: LabMachineArgs;
  /** An existing resource group. A new one is made by default. */
  resourceGroupName?: pulumi.Input<string>;
  /** Azure region. The existing resource group's, or the provider's, by default. */
  location?: pulumi.Input<string>;
  /** Tags of every resource, 15 at most: the private DNS zone takes no more. */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** The lab user of every machine, an administrator. `labuser` by default. */
  adminUsername?: string;
  /** Password of the lab user on every machine. One for each machine is made by default. Another one is set on the running machines. Secret. */
  adminPassword?: pulumi.Input<string>;
  /** Who administers: addresses or ranges of both families, never everybody. */
  adminSources: string[];
  /** The way to the machines' private addresses; they get no public ones then. */
  jumpHost?: JumpHost;
  /**
   * Keys of the machines through which the others find the PNRP cloud; two survive the loss of one. The one longest in the lab by
   * default; none of the lab's own where the list is empty.
   */
  seeds?: string[];
  /**
   * Private IPv6 addresses of seeds outside of the lab, in networks peered with this one that `peerSources` names. None by
   * default.
   */
  externalSeeds?: string[];
  /** What becomes of a step on a machine that is off. `fail` by default; nothing is started without being asked for. */
  whenOff?: WhenOff;
  /** How long a machine may be silent before a step on it fails, 1 to 7200 seconds. 600 by default. */
  answerTimeoutSeconds?: number;
  /** Puts machines right that were changed by hand. */
  reconcile?: ReconcileArgs;
  /** How the machines prove to each other that they are really there. */
  proof?: ProofArgs;
  /**
   * Parts of the lab that a change reaches in this order, 20 at most: no machine of a ring is made, changed or replaced, and nothing
   * runs on one, before all machines of the rings before it have gone through their steps and their proof has passed. Where it has not,
   * the update ends there. Machines that no ring names are a last one, `others`. A machine is in one ring, and so is a person who
   * has a group. One ring of all machines by default.
   */
  rings?: RingArgs[];
  /** Ranges of networks peered with this one whose machines are peers too. */
  peerSources?: string[];
  /** Ports of the applications, 450 at most. None by default. */
  graphPorts?: GraphPortArgs[];
  /** Opens RDP to `adminSources`. False by default. */
  rdp?: boolean;
  /** Denies everything else from the rest of the virtual network. True by default. */
  isolate?: boolean;
  /** How machines reach the internet. With a jump host `natGateway`, or `existing` in an existing subnet; else `instance`. */
  outbound?: Outbound;
  /** IPv4 range of the virtual network. 10.80.0.0/16 by default. */
  ipv4Space?: string;
  /** IPv6 range of the virtual network, /48 to /64. fd5a:9c2e:71b0::/48 by default. */
  ipv6Space?: string;
  /** IPv4 range of the subnet. The first /24 of the space by default. */
  ipv4Subnet?: string;
  /** IPv6 range of the subnet, exactly a /64. The first of the space by default. */
  ipv6Subnet?: string;
  /** Uses parts of a network that exist already. */
  existing?: ExistingNetworkArgs;
}

/** A machine as the lab reports it. */
export interface LabMachine {
  /** Key of the person. */
  person: string;
  /** Windows' own name. */
  computerName: string;
  /** Private IPv4 address. */
  privateIpv4: string;
  /** Private IPv6 address. */
  privateIpv6: string;
  /** Public IPv4 address; empty where there is none. */
  publicIpv4: string;
  /**
   * Secure peer name of the identity that it holds, as it computes it from the key: the person's, or its own where she has a
   * group. Empty where it failed.
   */
  peerName: string;
  /** Peer name of the group that it belongs to; empty where there is none. */
  group: string;
  /** The peer names of its services, and whether its presence holder has them registered. */
  names: ProofName[];
  /** State of its global PNRP cloud, such as `active`; empty where it took no part in the proof. */
  cloud: string;
  /** Whether the machine holds a usable identity, nothing waits, and its part of the proof passed. */
  ready: boolean;
  /** What it waits for: `reboot`, `power on` while it is off, or `group` while it has not been connected to another member. */
  pending: string[];
}

/** A person as the lab reports her. */
export interface LabPerson {
  /** How she is called. */
  displayName: string;
  /** `identity` or `group`. */
  sharing: Sharing;
  /** Her secure peer name, of her identity or of her group; empty as long as she has had no machine. */
  peerName: string;
  /** Who belongs to her group; absent where she shares an identity. */
  group?: LabPersonGroup;
}

/** The members of a person's group. */
export interface LabPersonGroup {
  /** Her machines, by key, as far as they are members. */
  members: { [machine: string]: PeerGroupMember };
  /** Those that are none of her machines any more, until their credentials end: Windows cannot evict. */
  leaving: LeavingPeerGroupMember[];
}

/** An identity that can be taken elsewhere. */
export interface ExportedIdentity {
  /** Base64 of the exported file's bytes. */
  exportedIdentity: string;
  /** The password it is exported under. */
  exportPassword: string;
}
