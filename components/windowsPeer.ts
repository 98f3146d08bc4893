import * as pulumi from "@pulumi/pulumi";
import type { StepPolicy, WhenOff } from "./beforeStep";
import { orInPreview } from "./failedResources";
import { attemptAt, guestFilesCopy, guestStep } from "./guestSteps";
import { currentGuestFilesHash } from "./guestFiles";
import { refuse } from "./inputErrors";
import {
  appliedPassword,
  givenPassword,
  initialPassword,
  passwordVersion,
} from "./labUserPassword";
import { asPlain, joined, together } from "./outputs";
import { nameIfOff } from "./power";
import type { GuestNetworking, JumpHost, PeerMachine } from "./peerMachine";
import type { Outbound } from "./peerNetwork";
import { fitted, judgedTags, plain, plainJumpHost, plainPlacement } from "./plainValues";
import { windowsPeerShape } from "./plan/argumentShapes";
import { checkComponentName, machineNames } from "./plan/componentNames";
import { checkMachine, planMachine, type MachineDefinition } from "./plan/machine";
import { checkInterface } from "./plan/networkInterface";
import { checkPlacement } from "./plan/placement";
import { besides } from "./plan/shape";
import { pinnedHostKey, preparation } from "./preparation";
import { withSecrets } from "./secrets";
import {
  addressesOf,
  interfaceNow,
  machineName,
  machineNow,
  networkInterface,
  publicAddress,
  shutdownSchedule,
  virtualMachine,
} from "./virtualMachine";

/** An image in full, instead of one of the presets. Either `id`, or the other four. */
export interface ImageReferenceArgs {
  /** Publisher, such as `MicrosoftWindowsDesktop`. */
  publisher?: string;
  /** Offer, such as `windows-11`. */
  offer?: string;
  /** SKU, such as `win11-24h2-ent`. */
  sku?: string;
  /** Version; `latest` is safe, pinned versions disappear from the marketplace. */
  version?: string;
  /** ARM id of an image or of a gallery image. */
  id?: string;
}

/** Kind of an OS disk. */
export const OsDiskType = {
  StandardHdd: "Standard_LRS",
  StandardSsd: "StandardSSD_LRS",
  StandardSsdZoneRedundant: "StandardSSD_ZRS",
  PremiumSsd: "Premium_LRS",
  PremiumSsdZoneRedundant: "Premium_ZRS",
} as const;
export type OsDiskType = (typeof OsDiskType)[keyof typeof OsDiskType];

/** The machine's OS disk. It is deleted with the machine. */
export interface OsDiskArgs {
  /** Size in GiB, 127 to 4095. The image's own by default. */
  sizeGb?: number;
  /** Kind of disk. `StandardSSD_LRS` by default. */
  type?: OsDiskType;
}

/** What happens to a spot machine that Azure takes back. */
export const EvictionPolicy = { Deallocate: "Deallocate", Delete: "Delete" } as const;
export type EvictionPolicy = (typeof EvictionPolicy)[keyof typeof EvictionPolicy];

/** Makes the machine a spot machine, which is cheap and may be taken back at any time. */
export interface SpotArgs {
  /** Highest price in US dollars an hour; -1, the default, is the price on demand. */
  maxPrice?: number;
  /** `Deallocate` by default. */
  evictionPolicy?: EvictionPolicy;
}

/** Switches the machine off every day. */
export interface AutoShutdownArgs {
  /** Time of day, `1900` for 19:00. */
  time: string;
  /** Windows time zone of that time, such as `W. Europe Standard Time`. `UTC` by default. */
  timeZone?: string;
  /** Whom to write to before. Nobody by default. */
  notifyEmail?: string;
  /** How long before, 15 to 120 minutes. 30 by default. */
  notifyMinutes?: number;
}

/** Who installs updates, and so who restarts the machine. */
export const PatchMode = {
  Manual: "Manual",
  AutomaticByOS: "AutomaticByOS",
  AutomaticByPlatform: "AutomaticByPlatform",
} as const;
export type PatchMode = (typeof PatchMode)[keyof typeof PatchMode];

/** A machine's part in finding the PNRP cloud. */
export const SeedRole = { Seed: "seed", Peer: "peer" } as const;
export type SeedRole = (typeof SeedRole)[keyof typeof SeedRole];

/** How the machine finds the PNRP cloud: Azure carries no multicast, so it is told a seed. */
export interface SeedArgs {
  /** `seed`: the others find the cloud through this machine. `peer`: through `server`. */
  role: SeedRole;
  /** One DNS name or one IPv6 address, for all seeds together. */
  server: string;
}

export interface WindowsPeerArgs {
  /** Resource group that everything is made in. */
  resourceGroupName: pulumi.Input<string>;
  /** Azure region. The resource group's, or the provider's, by default. */
  location?: pulumi.Input<string>;
  /** Tags of every resource. */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** ARM id of a dual-stack subnet: `PeerNetwork.subnetId`. */
  subnetId: pulumi.Input<string>;
  /** ARM id of a security group for the interface; empty or absent where the subnet carries one. */
  networkSecurityGroupId?: pulumi.Input<string>;
  /** What the Windows Firewall lets in: `PeerNetwork.guestNetworking`. */
  networking: pulumi.Input<GuestNetworking>;
  /** How the machine finds the PNRP cloud. Left alone by default. */
  seed?: pulumi.Input<SeedArgs>;
  /** Windows' own name for the machine, 1 to 15 characters. The component's name by default. Another one replaces it. */
  computerName?: string;
  /** Image by name. `windows-11` by default: Microsoft documents no server release for Identity and Grouping. */
  image?: string;
  /** Image in full, instead of `image`. */
  imageReference?: ImageReferenceArgs;
  /** VM size. `Standard_D2s_v5` by default. */
  size?: string;
  /** OS disk. */
  osDisk?: OsDiskArgs;
  /** Availability zone, `1` to `3`. None by default. Another one replaces the machine. */
  zone?: string;
  /** Makes it a spot machine. */
  spot?: SpotArgs;
  /** Licence. `Windows_Client` for client images, which states that you are entitled to run them; else none. */
  licenseType?: string;
  /** Secure boot and a virtual TPM. True by default for images that want it (Windows 11). */
  trustedLaunch?: boolean;
  /** Encrypts disks at the host. False by default; the subscription must have the feature. */
  encryptionAtHost?: boolean;
  /** Boot diagnostics in storage that Azure manages. True by default. */
  bootDiagnostics?: boolean;
  /** Switches the machine off every day. Not by default. */
  autoShutdown?: AutoShutdownArgs;
  /** Windows time zone, such as `W. Europe Standard Time`. `UTC` by default. Another one replaces the machine. */
  timeZone?: string;
  /** Who installs updates. `Manual` by default, so that no update restarts a machine while it is being prepared. */
  patchMode?: PatchMode;
  /** The lab user, an administrator. `labuser` by default. Another one replaces the machine. */
  adminUsername?: string;
  /**
   * Password of the lab user, 12 to 123 characters. Made once and kept in the stack's state by default. Another one is set on
   * the running machine, by the lab user herself, so that nothing is lost that Windows protects by it. Secret.
   */
  adminPassword?: pulumi.Input<string>;
  /** A public IPv4 address. By default exactly where there is no jump host. */
  publicIpv4?: boolean;
  /** A public IPv6 address. False by default. */
  publicIpv6?: boolean;
  /** The way to the machine's private address. */
  jumpHost?: pulumi.Input<JumpHost>;
  /** How the machine reaches the internet. `instance` with a public IPv4 address, else `existing`. */
  outbound?: Outbound;
  /** Address of an OpenSSH MSI for images without the capability (Windows Server 2016). */
  openSshMsi?: string;
  /** Proves on the machine that it can run the peer stack before anybody relies on it. True by default. */
  proveCapability?: boolean;
  /** What becomes of a step on the machine while it is off. `fail` by default; nothing is started without being asked for. */
  whenOff?: WhenOff;
  /** How long the machine may be silent before a step on it fails, 1 to 7200 seconds. 600 by default. */
  answerTimeoutSeconds?: number;
  /**
   * What the machine waits for, by a value that is known when it is done: only then it is made, changed or replaced, and what runs on
   * it follows. Its interface and addresses do not wait. Another value changes nothing. Nothing by default.
   */
  after?: pulumi.Input<string>;
}

/**
 * A Windows machine that is ready for peer networking: interface with IPv4 and IPv6, addresses, VM, a managed run command that
 * prepares Windows (IPv6, services, firewall, seed, SSH server), the SSH server's host key pinned from its answer, and a copy
 * of the guest files.
 *
 * What Azure cannot change in place (image, computer name, user, time zone, zone, ...) replaces the machine, delete first.
 * Throws an `InputPropertiesError` that holds every mistake in the arguments.
 */
export class WindowsPeer extends pulumi.ComponentResource {
  /** The machine for `SharedPeerIdentity` and the other components that do something on it. Secret. */
  public readonly machine: pulumi.Output<PeerMachine>;
  /** Known when the machine has proved, or did not have to prove, that it can run the peer stack. */
  public readonly proof: pulumi.Output<string>;
  /** Windows' own name. */
  public readonly computerName: pulumi.Output<string>;
  /** ARM id of the VM. */
  public readonly virtualMachineId: pulumi.Output<string>;
  /** The VM's instance id, new with every re-creation. */
  public readonly instanceId: pulumi.Output<string>;
  /** Private IPv4 address. */
  public readonly privateIpv4: pulumi.Output<string>;
  /** Private IPv6 address. */
  public readonly privateIpv6: pulumi.Output<string>;
  /** Public IPv4 address; empty where there is none. */
  public readonly publicIpv4: pulumi.Output<string>;
  /** Public IPv6 address; empty where there is none. */
  public readonly publicIpv6: pulumi.Output<string>;
  /** The lab user. */
  public readonly adminUsername: pulumi.Output<string>;
  /** Password of the lab user. Secret. */
  public readonly adminPassword: pulumi.Output<string>;
  /** Public host key of the machine's SSH server. */
  public readonly hostKey: pulumi.Output<string>;

  constructor(name: string, args: WindowsPeerArgs, opts?: pulumi.ComponentResourceOptions) {
    // With what the machine waits for among its inputs, its interface would wait too.
    super("peerlab:index:WindowsPeer", name, withSecrets({ ...args, after: undefined }), opts);
    const shaped = fitted(args, windowsPeerShape);
    args = shaped.args;
    const definition: MachineDefinition = {
      ...args,
      adminPassword: plain(args.adminPassword),
      jumpHost: plainJumpHost(args.jumpHost),
      seed: plainSeed(args.seed),
    };
    const ofContent = [
      ...checkComponentName("name", name, machineNames),
      ...checkPlacement("", plainPlacement(args)),
      ...checkInterface("", {
        subnetId: plain(args.subnetId),
        networkSecurityGroupId: plain(args.networkSecurityGroupId),
      }),
      ...checkMachine("", name, definition),
    ];
    refuse(`WindowsPeer ${name}`, [...shaped.findings, ...besides(shaped.findings, ofContent)], {
      resource: this,
      options: opts,
    });
    args = { ...args, tags: judgedTags(`WindowsPeer ${name}`, args.tags) };
    const plan = planMachine(name, definition);
    const parent = { parent: this };

    const given = givenPassword(name, args.adminPassword, plan);
    const initial = initialPassword(name, given, parent);
    const publicIpv4 = plan.publicIpv4 ? publicAddress(name, args, "IPv4", parent) : undefined;
    const publicIpv6 = plan.publicIpv6 ? publicAddress(name, args, "IPv6", parent) : undefined;
    const nic = networkInterface(name, args, publicIpv4, publicIpv6, parent);
    const found = interfaceNow(args.resourceGroupName, nic, parent);
    const vmName = machineName(name, found);
    const vm = virtualMachine(name, args, plan, nic, vmName, initial, parent);
    const { instanceId, power } = machineNow(args.resourceGroupName, vm, parent);
    nameIfOff(plan.computerName, power, this);
    const target = joined({ virtualMachineId: vm.id, power });
    shutdownSchedule(name, args, vm, parent);

    const networking = together([args.networking, args.seed]).apply(
      ([known, seed]): GuestNetworking => (seed ? { ...known, seed } : known),
    );
    const prepared = preparation(name, args, plan, { vm, instanceId, target, networking }, parent);
    const hostKey = pinnedHostKey(name, args.resourceGroupName, vm, prepared, instanceId, parent);

    const addresses = addressesOf(args.resourceGroupName, found, publicIpv4, publicIpv6, parent);
    const { privateIpv4, privateIpv6 } = addresses;
    const reached = together([
      args.jumpHost,
      orInPreview(addresses.publicIpv4, ""),
      orInPreview(privateIpv4, ""),
      orInPreview(hostKey, ""),
    ]).apply(([jumpHost, publicAddress, address, key]) => ({
      host: jumpHost === undefined ? publicAddress : address,
      port: 22,
      user: plan.adminUsername,
      password: "",
      hostKey: key,
      jumpHost,
    }));
    const policy: StepPolicy = args;
    const wanted = given ?? initial;
    const password = appliedPassword(
      name,
      { plan, policy, instanceId, initial, wanted, connection: reached, target, prepared },
      parent,
    );
    // In a preview a machine is known unless it will be another instance; see PersonalPeerGroup.
    const connection = together([reached, orInPreview(password, "")]).apply(([known, applied]) => ({
      ...known,
      password: applied,
    }));
    const guestFiles = currentGuestFilesHash();
    const attempt = attemptAt(
      `${name}-guest-files`,
      instanceId.apply((instance) => ({ instance, guestFiles })),
      parent,
    );
    const described = together([
      connection,
      instanceId,
      orInPreview(privateIpv4, ""),
      orInPreview(privateIpv6, ""),
      networking,
      vm.id,
      power,
      orInPreview(
        asPlain(together([initial, password]).apply(([one, other]) => passwordVersion(one, other))),
        "another",
      ),
    ]).apply(
      ([known, instance, ipv4, ipv6, rules, virtualMachineId, now, version]): PeerMachine => ({
        connection: known,
        instanceId: instance,
        privateIpv4: ipv4,
        privateIpv6: ipv6,
        networking: rules,
        virtualMachineId,
        power: now,
        passwordVersion: version,
      }),
    );
    const step = {
      machine: described,
      machineName: plan.computerName,
      policy,
      triggers: [attempt],
    };
    const copy = guestFilesCopy(`${name}-guest-files`, step, { ...parent, deletedWith: vm });
    const capability =
      args.proveCapability === false
        ? undefined
        : guestStep(
            `${name}-capability`,
            { ...step, action: "Test-PeerCapability" },
            { ...parent, dependsOn: copy, deletedWith: vm },
          );

    // Whoever uses the machine waits until the files are there and the proof is given.
    this.proof = pulumi.output(capability?.id ?? "");
    const ready = [copy.id, this.proof].map((id) => orInPreview(id, ""));
    this.machine = together([described, ready]).apply(([known]) => known);
    this.computerName = pulumi.output(plan.computerName);
    this.virtualMachineId = vm.id;
    this.instanceId = instanceId;
    this.privateIpv4 = privateIpv4;
    this.privateIpv6 = privateIpv6;
    this.publicIpv4 = addresses.publicIpv4;
    this.publicIpv6 = addresses.publicIpv6;
    this.adminUsername = pulumi.output(plan.adminUsername);
    this.adminPassword = password;
    this.hostKey = hostKey;
    this.registerOutputs({
      machine: this.machine,
      proof: this.proof,
      computerName: this.computerName,
      virtualMachineId: this.virtualMachineId,
      instanceId: this.instanceId,
      privateIpv4: this.privateIpv4,
      privateIpv6: this.privateIpv6,
      publicIpv4: this.publicIpv4,
      publicIpv6: this.publicIpv6,
      adminUsername: this.adminUsername,
      adminPassword: this.adminPassword,
      hostKey: this.hostKey,
    });
  }
}

/** The parts of a seed that can be judged before anything exists. */
function plainSeed(seed: WindowsPeerArgs["seed"]): MachineDefinition["seed"] {
  const known = plain(seed);
  return known && { role: plain(known.role), server: plain(known.server) };
}
