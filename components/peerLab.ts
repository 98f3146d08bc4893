import * as pulumi from "@pulumi/pulumi";
import * as privatedns from "@pulumi/azure-native/privatedns";
import * as resources from "@pulumi/azure-native/resources";
import { unlessFailed } from "./failedResources";
import { refuse } from "./inputErrors";
import type { JumpHost, PeerMachine } from "./peerMachine";
import {
  PeerNetwork,
  type ExistingNetworkArgs,
  type GraphPortArgs,
  type Outbound,
} from "./peerNetwork";
import {
  checkLab,
  planLab,
  type LabDefinition,
  type LabMachinePlan,
  type LabPlan,
} from "./plan/lab";
import { withSecrets } from "./secrets";
import { SharedPeerIdentity } from "./sharedPeerIdentity";
import {
  WindowsPeer,
  type AutoShutdownArgs,
  type ImageReferenceArgs,
  type OsDiskArgs,
  type PatchMode,
  type SpotArgs,
  type WindowsPeerArgs,
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
  /** Tags of every resource. */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** The lab user of every machine, an administrator. `labuser` by default. */
  adminUsername?: string;
  /** Password of the lab user on every machine. One for each machine is made by default. Secret. */
  adminPassword?: pulumi.Input<string>;
  /** Who administers: addresses or ranges of both families, never everybody. */
  adminSources: string[];
  /** The way to the machines' private addresses; they get no public ones then. */
  jumpHost?: JumpHost;
  /** Key of the machine through which the others find the PNRP cloud. The first in code-point order by default. */
  seed?: string;
  /** Ranges of networks peered with this one whose machines are peers too. */
  peerSources?: string[];
  /** Ports of the applications. None by default. */
  graphPorts?: GraphPortArgs[];
  /** Opens RDP to `adminSources`. False by default. */
  rdp?: boolean;
  /** Denies everything else from the rest of the virtual network. True by default. */
  isolate?: boolean;
  /** How machines reach the internet. `natGateway` with a jump host, `existing` in an existing subnet, else `instance`. */
  outbound?: Outbound;
  /** IPv4 range of the virtual network. 10.80.0.0/16 by default. */
  ipv4Space?: string;
  /** IPv6 range of the virtual network. fd5a:9c2e:71b0::/48 by default. */
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
}

/** A person as the lab reports her. */
export interface LabPerson {
  /** How she is called. */
  displayName: string;
  /** Her secure peer name; empty as long as she has had no machine. */
  peerName: string;
}

/**
 * A whole lab from a map of people and machines: resource group, network, machines, one peer identity for each person on all
 * her machines, and a report. The order in which people and machines are given means nothing.
 *
 * Throws an `InputPropertiesError` that holds every mistake in the arguments.
 */
export class PeerLab extends pulumi.ComponentResource {
  /** Name of the resource group. */
  public readonly resourceGroupName: pulumi.Output<string>;
  /** Machines by key. */
  public readonly machines: pulumi.Output<{ [key: string]: LabMachine }>;
  /** People by key. */
  public readonly people: pulumi.Output<{ [key: string]: LabPerson }>;
  /** The lab user. */
  public readonly adminUsername: pulumi.Output<string>;
  /** Password of the lab user by machine. Secret. */
  public readonly adminPasswords: pulumi.Output<{ [key: string]: string }>;
  /** Public SSH host keys by machine. */
  public readonly hostKeys: pulumi.Output<{ [key: string]: string }>;
  /** The identities by person, to be kept or taken elsewhere: exported identity and its password. Secret. */
  public readonly exportedIdentities: pulumi.Output<{ [key: string]: ExportedIdentity }>;

  constructor(name: string, args: PeerLabArgs, opts?: pulumi.ComponentResourceOptions) {
    super("peerlab:index:PeerLab", name, withSecrets(args), opts);
    const definition: LabDefinition = {
      ...args,
      adminPassword: typeof args.adminPassword === "string" ? args.adminPassword : undefined,
    };
    refuse(`PeerLab ${name}`, checkLab(definition));
    const plan = planLab(name, definition);
    const parent = { parent: this };

    const group = resourceGroup(name, args, parent);
    const shared = { resourceGroupName: group.name, location: group.location, tags: args.tags };
    const { existing, jumpHost } = args;
    const network = new PeerNetwork(
      name,
      {
        ...shared,
        adminSources: args.adminSources,
        jumpHostAddress: jumpHost?.privateAddress,
        peerSources: args.peerSources,
        graphPorts: args.graphPorts,
        rdp: args.rdp,
        isolate: args.isolate,
        outbound: args.outbound,
        ipv4Space: args.ipv4Space,
        ipv6Space: args.ipv6Space,
        ipv4Subnet: args.ipv4Subnet,
        ipv6Subnet: args.ipv6Subnet,
        existing,
      },
      parent,
    );
    const peers = new Map<string, WindowsPeer>();
    for (const machine of plan.machines) {
      peers.set(machine.key, windowsPeer(name, args, shared, network, plan, machine, parent));
    }
    seedName(name, shared, network, plan, peers, parent);
    const identities = new Map<string, SharedPeerIdentity>();
    for (const person of plan.people) {
      const { maker, rotation, exportedIdentity, exportPassword } = args.people[person.key];
      const identity = new SharedPeerIdentity(
        `${name}-${person.key}`,
        {
          machines: Object.fromEntries(
            person.machines.map((machine) => [machine.key, proven(machine, peers)]),
          ),
          person: person.key,
          maker,
          rotation,
          exportedIdentity,
          exportPassword,
        },
        parent,
      );
      identities.set(person.key, identity);
    }

    this.resourceGroupName = group.name;
    this.machines = machinesOf(plan, peers, identities);
    this.people = pulumi.all(
      Object.fromEntries(
        plan.people.map(({ key, definition: { displayName } }) => [
          key,
          (identities.get(key) as SharedPeerIdentity).peerName.apply((peerName): LabPerson => ({
            displayName: displayName ?? key,
            peerName,
          })),
        ]),
      ),
    );
    this.adminUsername = pulumi.output(args.adminUsername ?? "labuser");
    this.adminPasswords = pulumi.secret(pulumi.all(each(peers, (peer) => peer.adminPassword)));
    this.hostKeys = pulumi.all(each(peers, (peer) => peer.hostKey));
    this.exportedIdentities = pulumi.secret(pulumi.all(each(identities, exported)));
    this.registerOutputs({
      resourceGroupName: this.resourceGroupName,
      machines: this.machines,
      people: this.people,
      adminUsername: this.adminUsername,
      adminPasswords: this.adminPasswords,
      hostKeys: this.hostKeys,
      exportedIdentities: this.exportedIdentities,
    });
  }
}

/** An identity that can be taken elsewhere. */
export interface ExportedIdentity {
  /** Base64 of the exported file's bytes. */
  exportedIdentity: string;
  /** The password it is exported under. */
  exportPassword: string;
}

type Parent = { parent: pulumi.Resource };
type Shared = Required<Pick<WindowsPeerArgs, "resourceGroupName">> &
  Pick<WindowsPeerArgs, "location" | "tags">;

function resourceGroup(
  name: string,
  args: PeerLabArgs,
  parent: Parent,
): { name: pulumi.Output<string>; location: pulumi.Input<string> } {
  const { resourceGroupName, location, tags } = args;
  if (resourceGroupName === undefined) {
    const made = new resources.ResourceGroup(name, { location, tags }, parent);
    return { name: made.name, location: made.location };
  }
  const found = resources.getResourceGroupOutput({ resourceGroupName }, parent);
  return { name: found.name, location: location ?? found.location };
}

function windowsPeer(
  name: string,
  args: PeerLabArgs,
  shared: Shared,
  network: PeerNetwork,
  plan: LabPlan,
  machine: LabMachinePlan,
  parent: Parent,
): WindowsPeer {
  const { key, definition, seed, provenBy } = machine;
  return new WindowsPeer(
    `${name}-${key}`,
    {
      ...(definition as LabMachineArgs),
      ...shared,
      computerName: definition.computerName ?? key,
      subnetId: network.subnetId,
      networkSecurityGroupId: network.interfaceSecurityGroupId,
      networking: network.guestNetworking,
      seed: { role: seed ? "seed" : "peer", server: plan.seedServer },
      adminUsername: args.adminUsername,
      adminPassword: args.adminPassword,
      jumpHost: args.jumpHost,
      // One machine of each image proves it for the others, which wait for it.
      proveCapability: provenBy === undefined,
    },
    parent,
  );
}

/** The machine once the machine that proves its image has done so. */
function proven(
  machine: LabMachinePlan,
  peers: Map<string, WindowsPeer>,
): pulumi.Output<PeerMachine> {
  const own = peers.get(machine.key) as WindowsPeer;
  const prover = machine.provenBy === undefined ? undefined : peers.get(machine.provenBy);
  if (!prover) return own.machine;
  return pulumi.all([own.machine, prover.proof]).apply(([known]) => known);
}

/**
 * The name under which the machines find the PNRP cloud: a private zone linked to the network, with the seed's address. A
 * change of seeds changes this record and nothing on the machines.
 */
function seedName(
  name: string,
  shared: Shared,
  network: PeerNetwork,
  plan: LabPlan,
  peers: Map<string, WindowsPeer>,
  parent: Parent,
): void {
  const { resourceGroupName, tags } = shared;
  const seeds = plan.machines.filter(({ seed }) => seed);
  if (seeds.length === 0) return;
  const zone = new privatedns.PrivateZone(
    `${name}-seed`,
    { resourceGroupName, tags, privateZoneName: plan.seedZone, location: "global" },
    parent,
  );
  new privatedns.VirtualNetworkLink(
    `${name}-seed`,
    {
      resourceGroupName,
      tags,
      privateZoneName: zone.name,
      location: "global",
      registrationEnabled: false,
      virtualNetwork: { id: network.virtualNetworkId },
    },
    parent,
  );
  new privatedns.PrivateRecordSet(
    `${name}-seed`,
    {
      resourceGroupName,
      privateZoneName: zone.name,
      recordType: "AAAA",
      relativeRecordSetName: "seed",
      ttl: 60,
      aaaaRecords: seeds.map(({ key }) => ({
        ipv6Address: (peers.get(key) as WindowsPeer).privateIpv6,
      })),
    },
    parent,
  );
}

function machinesOf(
  plan: LabPlan,
  peers: Map<string, WindowsPeer>,
  identities: Map<string, SharedPeerIdentity>,
): pulumi.Output<{ [key: string]: LabMachine }> {
  const machines: Record<string, pulumi.Output<LabMachine>> = {};
  for (const { key, person } of plan.machines) {
    const peer = peers.get(key) as WindowsPeer;
    const { reports } = identities.get(person) as SharedPeerIdentity;
    const report = reports.apply((all) => all[key]);
    machines[key] = pulumi
      .all([
        peer.computerName,
        // A lab with a machine that failed says what is known of it, and reports the others.
        unlessFailed(peer.privateIpv4, ""),
        unlessFailed(peer.privateIpv6, ""),
        unlessFailed(peer.publicIpv4, ""),
        report,
      ])
      .apply(
        ([computerName, privateIpv4, privateIpv6, publicIpv4, { peerName, usable, pending }]) => ({
          person,
          computerName,
          privateIpv4,
          privateIpv6,
          publicIpv4,
          peerName,
          ready: usable && pending.length === 0,
        }),
      );
  }
  return pulumi.all(machines);
}

function exported(identity: SharedPeerIdentity): pulumi.Output<ExportedIdentity> {
  return pulumi
    .all([identity.exportedIdentity, identity.exportPassword])
    .apply(([exportedIdentity, exportPassword]) => ({ exportedIdentity, exportPassword }));
}

function each<T, R>(map: Map<string, T>, of: (value: T) => R): Record<string, R> {
  return Object.fromEntries([...map].map(([key, value]) => [key, of(value)]));
}
