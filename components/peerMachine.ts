import type * as pulumi from "@pulumi/pulumi";

/**
 * A machine as the method components (`SharedPeerIdentity`) take it. `WindowsPeer` gives it as its output `machine`; people
 * with virtual machines of their own fill it in by hand.
 */
export interface PeerMachine {
  /** How to reach the machine over SSH, as an administrator with a password logon. */
  connection: PeerConnection;
  /**
   * The VM's instance id (`vmId`), not its ARM id: a re-created VM of the same name has the same ARM id, and every step on
   * the machine has to run again.
   */
  instanceId: string;
  /** Private IPv4 address. */
  privateIpv4?: string;
  /** Private IPv6 address. */
  privateIpv6?: string;
  /** What its Windows Firewall has to let in and where it finds the PNRP cloud; left alone where absent. */
  networking?: GuestNetworking;
  /** ARM id of the VM, where it may have to be started. */
  virtualMachineId?: string;
  /** What Azure calls its power now, such as `running` or `deallocated`. Taken for running where absent. */
  power?: string;
  /** Why nothing may be done on the machine now, where that is so; a step that is due fails with it. */
  waitsFor?: string;
  /**
   * Lets steps that run on the machine show first that it can run the peer stack, and fail by the name of what does not work. No step
   * runs for that alone. Not by default.
   */
  proveCapability?: boolean;
  /** Another value whenever the user's password has changed; not the password. */
  passwordVersion?: string;
}

/** How a machine is reached over SSH. */
export interface PeerConnection {
  /** Name or address that the computer that runs Pulumi, or the jump host, can reach. */
  host: string;
  /** Port of the SSH server. 22 by default. */
  port?: number;
  /** The lab user: identities belong to a Windows user, so all steps run as this one. */
  user: string;
  /** Password of the lab user: a key logon cannot open the user's keys. Secret. */
  password: string;
  /** The SSH server's public host key, `ssh-ed25519 AAAA...`. Without it the server is not verified. */
  hostKey?: string;
  /** A host to go through. */
  jumpHost?: JumpHost;
}

/** An SSH host with a way to the machines' private addresses. */
export interface JumpHost {
  /** Name or address that the computer that runs Pulumi can reach. */
  host: string;
  /** Port of the SSH server. 22 by default. */
  port?: number;
  /** User on the jump host. */
  user: string;
  /** Password of that user. Secret. */
  password?: string;
  /** Private key of that user, instead of the password. Secret. */
  privateKey?: string;
  /** The jump host's public host key, `ssh-ed25519 AAAA...`. Without it the host is not verified. */
  hostKey?: string;
  /** The address the machines see the jump host under; it is let in on TCP 22 by both firewalls. */
  privateAddress?: string;
}

/** What a machine's networking has to look like. */
export interface GuestNetworking {
  /** All of the library's rules of the machine's Windows Firewall. */
  firewallRules: GuestFirewallRule[];
  /** How the machine finds the PNRP cloud. */
  seed?: GuestSeed;
}

/** One inbound rule of a Windows Firewall, for one address family. */
export interface GuestFirewallRule {
  /** Name of the rule. */
  name: string;
  /** Name as Windows shows it. */
  displayName: string;
  /** `TCP` or `UDP`. */
  protocol: string;
  /** Local port. */
  port: number;
  /** `IPv4` or `IPv6`. */
  family: string;
  /** Who may come in: addresses and ranges of the family. */
  remoteAddresses: string[];
  /** Whether traffic through an edge device such as Teredo may come in: `Block` or `Allow`. */
  edgeTraversal: string;
}

/** How a machine finds the PNRP cloud: Azure carries no multicast. */
export interface GuestSeed {
  /** `seed` or `peer`. */
  role: string;
  /** One DNS name or one IPv6 address, for all seeds together. */
  server: string;
}

/** Machines by key. */
export type PeerMachines = { [key: string]: pulumi.Input<PeerMachine> };
