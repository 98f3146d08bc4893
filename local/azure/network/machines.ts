import { idKey, parentId } from "../arm/id";
import type {
  IPConfiguration,
  NetworkInterfaceAssigned,
  NetworkInterfaceProperties,
  VirtualMachineAssigned,
  VirtualMachineProperties,
} from "../arm/model";
import { assignedOf, propertiesOf } from "../arm/model";
import type { AzureResource, ResourceStore } from "../arm/store";

const machineType = "Microsoft.Compute/virtualMachines";

/** Finds machines by their instance id, which is not part of their resource id. */
export interface MachineBook {
  byVmId(vmId: string): AzureResource | undefined;
}

export function openMachineBook(store: ResourceStore): MachineBook {
  const ids = new Map<string, string>();
  store.listen((before, after) => {
    if (before?.type === machineType) ids.delete(vmIdOf(before));
    if (after?.type === machineType) ids.set(vmIdOf(after), after.id);
  });
  return { byVmId: (vmId) => store.get(ids.get(vmId)) };
}

export function vmIdOf(machine: AzureResource): string {
  return assignedOf<VirtualMachineAssigned>(machine).vmId;
}

/** One place where a machine is attached to a network. */
export interface Attachment {
  nic: AzureResource;
  configuration: IPConfiguration;
  address: string;
  subnetId: string;
  networkId: string;
}

export function attachmentsOf(machine: AzureResource, store: ResourceStore): Attachment[] {
  const { networkProfile } = propertiesOf<VirtualMachineProperties>(machine);
  return (networkProfile?.networkInterfaces ?? [])
    .map(({ id }) => store.get(id))
    .filter((nic) => nic !== undefined)
    .flatMap(attachmentsOfInterface);
}

export function attachmentsOfInterface(nic: AzureResource): Attachment[] {
  const { addresses } = assignedOf<NetworkInterfaceAssigned>(nic);
  return (propertiesOf<NetworkInterfaceProperties>(nic).ipConfigurations ?? []).flatMap(
    (configuration) => {
      const address = addresses[configuration.name ?? ""];
      const subnetId = configuration.subnet?.id;
      if (!address || !subnetId) return [];
      return [
        { nic, configuration, address, subnetId, networkId: idKey(parentId(subnetId) ?? "") },
      ];
    },
  );
}

/** The machine that a NIC is attached to. */
export function machineOf(nic: AzureResource, store: ResourceStore): AzureResource | undefined {
  return store.referrers(nic.id).find(({ type }) => type === machineType);
}
