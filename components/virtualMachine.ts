import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/azure-native/compute";
import * as devtestlab from "@pulumi/azure-native/devtestlab";
import * as network from "@pulumi/azure-native/network";
import { detached, orInPreview, unlessFailed } from "./failedResources";
import { together } from "./outputs";
import type { MachinePlan } from "./plan/machine";
import { sizeClass } from "./plan/sizes";
import { powerOf } from "./power";
import { newToken } from "./secrets";
import { lean, type Lean } from "./leanResource";
import type { WindowsPeerArgs } from "./windowsPeer";

type Parent = { parent: pulumi.Resource };

/**
 * No fixed name: a new version or SKU replaces the address, and the old one is bound to the interface until then. No zone:
 * an address of no zone serves a machine in any, and a machine that changes its zone keeps it.
 */
export function publicAddress(
  name: string,
  args: WindowsPeerArgs,
  version: "IPv4" | "IPv6",
  parent: Parent,
): Lean<network.PublicIPAddress> {
  return new network.PublicIPAddress(
    `${name}-${version.toLowerCase()}`,
    {
      resourceGroupName: args.resourceGroupName,
      location: args.location,
      tags: args.tags,
      publicIPAddressVersion: version,
      publicIPAllocationMethod: network.IPAllocationMethod.Static,
      sku: { name: network.PublicIPAddressSkuName.Standard },
    },
    lean(parent),
  );
}

/** IPv4 is primary and IPv6 secondary: Azure knows no other way. The interface outlives the VM, and with it the addresses. */
export function networkInterface(
  name: string,
  args: WindowsPeerArgs,
  publicIpv4: Lean<network.PublicIPAddress> | undefined,
  publicIpv6: Lean<network.PublicIPAddress> | undefined,
  parent: Parent,
): Lean<network.NetworkInterface> {
  const group = args.networkSecurityGroupId;
  return new network.NetworkInterface(
    `${name}-nic`,
    {
      resourceGroupName: args.resourceGroupName,
      location: args.location,
      tags: args.tags,
      networkSecurityGroup:
        group === undefined
          ? undefined
          : // An empty id means none; azure-native drops a property that is undefined.
            (pulumi.output(group).apply((id) => (id === "" ? undefined : { id })) as pulumi.Output<{
              id: string;
            }>),
      ipConfigurations: [
        {
          name: "ipv4",
          primary: true,
          privateIPAddressVersion: network.IPVersion.IPv4,
          privateIPAllocationMethod: network.IPAllocationMethod.Dynamic,
          subnet: { id: args.subnetId },
          publicIPAddress: publicIpv4 && { id: publicIpv4.id },
        },
        {
          name: "ipv6",
          primary: false,
          privateIPAddressVersion: network.IPVersion.IPv6,
          privateIPAllocationMethod: network.IPAllocationMethod.Dynamic,
          subnet: { id: args.subnetId },
          publicIPAddress: publicIpv6 && { id: publicIpv6.id },
        },
      ],
    },
    // Azure moves nothing to another region, and azure-native plans an update.
    lean({ ...parent, replaceOnChanges: ["location"] }),
  );
}

/** The interface as Azure has it now: its addresses, and the VM that it is on. */
export function interfaceNow(
  resourceGroupName: pulumi.Input<string>,
  nic: Lean<network.NetworkInterface>,
  parent: Parent,
): pulumi.Output<network.GetNetworkInterfaceResult> {
  return network.getNetworkInterfaceOutput(
    { resourceGroupName, networkInterfaceName: nameOnceMade(nic) },
    parent,
  );
}

/**
 * The VM's name. A VM that was deleted behind Pulumi's back is still in the stack's state, and a plain update would call it
 * unchanged. So the interface, which stays, is asked for the VM that it is on: that one keeps its name, and where there is
 * none, the VM gets a new name, which makes Pulumi create it again.
 */
export function machineName(
  name: string,
  found: pulumi.Output<network.GetNetworkInterfaceResult>,
): pulumi.Output<string> {
  return found.apply(({ virtualMachine: on }) => {
    const attached = on?.id?.split("/").at(-1) ?? "";
    // An interface that somebody put on a machine of theirs: Azure refuses to put it on another one too.
    return attached.startsWith(`${name}-vm`) ? attached : `${name}-vm${newToken().slice(0, 8)}`;
  });
}

/** A machine's addresses, asked for and not taken from the resources, for the reason given at {@link machineNow}. */
export interface MachineAddresses {
  privateIpv4: pulumi.Output<string>;
  privateIpv6: pulumi.Output<string>;
  publicIpv4: pulumi.Output<string>;
  publicIpv6: pulumi.Output<string>;
}

export function addressesOf(
  resourceGroupName: pulumi.Input<string>,
  found: pulumi.Output<network.GetNetworkInterfaceResult>,
  publicIpv4: Lean<network.PublicIPAddress> | undefined,
  publicIpv6: Lean<network.PublicIPAddress> | undefined,
  parent: Parent,
): MachineAddresses {
  const privateAddress = (configuration: string) =>
    found.apply(
      ({ ipConfigurations }) =>
        ipConfigurations?.find(({ name }) => name === configuration)?.privateIPAddress ?? "",
    );
  const publicAddressOf = (resource: Lean<network.PublicIPAddress> | undefined) =>
    resource === undefined
      ? pulumi.output("")
      : network
          .getPublicIPAddressOutput(
            { resourceGroupName, publicIpAddressName: nameOnceMade(resource) },
            parent,
          )
          .apply(({ ipAddress }) => ipAddress ?? "");
  return {
    privateIpv4: privateAddress("ipv4"),
    privateIpv6: privateAddress("ipv6"),
    publicIpv4: publicAddressOf(publicIpv4),
    publicIpv6: publicAddressOf(publicIpv6),
  };
}

/** A resource's name, unknown as long as it is still to be made, so that a preview asks for nothing that is not there. */
export function nameOnceMade(resource: {
  id: pulumi.Output<string>;
  name: pulumi.Output<string>;
}): pulumi.Output<string> {
  return together([resource.id, resource.name]).apply(([, name]) => name);
}

/**
 * What Azure refuses to change on a VM (409 PropertyChangeNotAllowed) although azure-native plans an update, and what needs
 * the machine switched off: the machine is replaced. Sources: the ForceNew list of terraform-provider-azurerm,
 * pulumi-azure-native#1117 and #577.
 */
export const replacingProperties = [
  "availabilitySet",
  "billingProfile.maxPrice",
  "evictionPolicy",
  "networkProfile.networkInterfaces",
  // Only where somebody has the password that a machine is made with made anew, by --replace.
  "osProfile.adminPassword",
  "osProfile.adminUsername",
  "osProfile.computerName",
  "osProfile.customData",
  "osProfile.windowsConfiguration.enableAutomaticUpdates",
  "osProfile.windowsConfiguration.provisionVMAgent",
  "osProfile.windowsConfiguration.timeZone",
  "plan",
  "priority",
  "securityProfile.encryptionAtHost",
  "securityProfile.securityType",
  "securityProfile.uefiSettings",
  "storageProfile.imageReference",
  "storageProfile.osDisk.createOption",
  "storageProfile.osDisk.diskSizeGB",
  "storageProfile.osDisk.managedDisk.storageAccountType",
  "zones",
];

export function virtualMachine(
  name: string,
  args: WindowsPeerArgs,
  plan: MachinePlan,
  nic: Lean<network.NetworkInterface>,
  vmName: pulumi.Output<string>,
  password: pulumi.Output<string>,
  parent: Parent,
): Lean<compute.VirtualMachine> {
  const { spot } = args;
  return new compute.VirtualMachine(
    `${name}-vm`,
    {
      resourceGroupName: args.resourceGroupName,
      vmName: unlessFailed(onceDone(vmName, args.after), "failed"),
      location: args.location,
      tags: args.tags,
      hardwareProfile: { vmSize: plan.size },
      networkProfile: {
        networkInterfaces: [
          { id: nic.id, primary: true, deleteOption: compute.DeleteOptions.Detach },
        ],
      },
      osProfile: {
        computerName: plan.computerName,
        adminUsername: plan.adminUsername,
        adminPassword: password,
        windowsConfiguration: {
          provisionVMAgent: true,
          enableAutomaticUpdates: plan.patchMode !== "Manual",
          patchSettings: { patchMode: plan.patchMode },
          timeZone: args.timeZone,
        },
      },
      storageProfile: {
        imageReference: plan.image.reference,
        osDisk: {
          createOption: compute.DiskCreateOptionTypes.FromImage,
          deleteOption: compute.DiskDeleteOptionTypes.Delete,
          diskSizeGB: args.osDisk?.sizeGb,
          managedDisk: { storageAccountType: args.osDisk?.type ?? "StandardSSD_LRS" },
        },
      },
      securityProfile: securityProfile(args, plan),
      diagnosticsProfile: { bootDiagnostics: { enabled: args.bootDiagnostics ?? true } },
      licenseType: plan.licenseType,
      zones: args.zone === undefined ? undefined : [args.zone],
      priority: spot && compute.VirtualMachinePriorityTypes.Spot,
      evictionPolicy: spot && (spot.evictionPolicy ?? "Deallocate"),
      billingProfile: spot && { maxPrice: spot.maxPrice ?? -1 },
    },
    lean({
      ...parent,
      // The interface can be on one VM only, so the old one goes first.
      deleteBeforeReplace: true,
      replaceOnChanges: replacingProperties,
      replacementTrigger: sizeClass(plan.size),
    }),
  );
}

/** The value once something else is done: the resource waits, and does not depend on where that comes from. */
function onceDone(
  value: pulumi.Output<string>,
  after: pulumi.Input<string> | undefined,
): pulumi.Output<string> {
  if (after === undefined) return value;
  const done = detached(unlessFailed(orInPreview(pulumi.output(after), ""), ""));
  return together([value, done]).apply(([known]) => known);
}

function securityProfile(args: WindowsPeerArgs, plan: MachinePlan) {
  if (!plan.trustedLaunch && !args.encryptionAtHost) return undefined;
  return {
    encryptionAtHost: args.encryptionAtHost,
    ...(plan.trustedLaunch && {
      securityType: compute.SecurityTypes.TrustedLaunch,
      uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
    }),
  };
}

/** A machine as Azure has it now. */
export interface MachineNow {
  /** `vmId`, new with every re-creation. */
  instanceId: pulumi.Output<string>;
  /** `running`, `deallocated`, ... */
  power: pulumi.Output<string>;
}

/**
 * What the VM is now. It is asked for and not taken from the resource, because azure-native's preview of any update, were it
 * of a tag, calls all outputs but the name and the location unknown, and every step on the machine would be planned again.
 */
export function machineNow(
  resourceGroupName: pulumi.Input<string>,
  vm: Lean<compute.VirtualMachine>,
  parent: Parent,
): MachineNow {
  const found = compute.getVirtualMachineOutput(
    { resourceGroupName, vmName: nameOnceMade(vm), expand: "instanceView" },
    parent,
  );
  return {
    instanceId: found.vmId,
    power: found.apply(({ instanceView }) => powerOf(instanceView)),
  };
}

/** Azure wants this very name for a schedule that switches a VM off. */
export function shutdownSchedule(
  name: string,
  args: WindowsPeerArgs,
  vm: Lean<compute.VirtualMachine>,
  parent: Parent,
): void {
  const { autoShutdown } = args;
  if (!autoShutdown) return;
  const { time, timeZone, notifyEmail, notifyMinutes } = autoShutdown;
  new devtestlab.GlobalSchedule(
    `${name}-shutdown`,
    {
      name: pulumi.interpolate`shutdown-computevm-${vm.name}`,
      resourceGroupName: args.resourceGroupName,
      location: vm.location,
      tags: args.tags,
      status: devtestlab.EnableStatus.Enabled,
      taskType: "ComputeVmShutdownTask",
      dailyRecurrence: { time },
      timeZoneId: timeZone ?? "UTC",
      targetResourceId: vm.id,
      notificationSettings: notifyEmail
        ? {
            status: devtestlab.EnableStatus.Enabled,
            emailRecipient: notifyEmail,
            timeInMinutes: notifyMinutes ?? 30,
          }
        : undefined,
    },
    // Azure leaves it behind when the machine goes, and one of the same name comes for the machine that follows.
    lean({ ...parent, deleteBeforeReplace: true }),
  );
}
