import type * as pulumi from "@pulumi/pulumi";
import type { WhenOff } from "./beforeStep";
import type { JumpHost } from "./peerMachine";
import type { ExistingNetworkArgs, GraphPortArgs, Outbound } from "./peerNetwork";
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
  /** Another value gives her a new identity on all machines. `1` by default. */
  rotation?: string;
  /** An identity exported elsewhere, instead of a new one: base64 of the exported file's bytes. Secret. */
  exportedIdentity?: pulumi.Input<string>;
  /** The password it was exported under. Secret. */
  exportPassword?: pulumi.Input<string>;
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
  /** Key of the machine through which the others find the PNRP cloud. The one longest in the lab by default. */
  seed?: string;
  /** What becomes of a step on a machine that is off. `fail` by default; nothing is started without being asked for. */
  whenOff?: WhenOff;
  /** How long a machine may be silent before a step on it fails, 1 to 7200 seconds. 600 by default. */
  answerTimeoutSeconds?: number;
  /** Puts machines right that were changed by hand. */
  reconcile?: ReconcileArgs;
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
  /** The person's secure peer name, as this machine computes it from the key it holds. */
  peerName: string;
  /** Whether the machine holds a usable identity and nothing waits for a reboot. */
  ready: boolean;
  /** What it waits for: `reboot`, or `power on` while it is off. */
  pending: string[];
}

/** A person as the lab reports her. */
export interface LabPerson {
  /** How she is called. */
  displayName: string;
  /** Her secure peer name; empty as long as she has had no machine. */
  peerName: string;
}

/** An identity that can be taken elsewhere. */
export interface ExportedIdentity {
  /** Base64 of the exported file's bytes. */
  exportedIdentity: string;
  /** The password it is exported under. */
  exportPassword: string;
}
