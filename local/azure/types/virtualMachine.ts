import * as crypto from "node:crypto";
import type { Azure, PutRequest } from "../arm/azure";
import { AzureError } from "../arm/error";
import type { VirtualMachineAssigned, VirtualMachineProperties } from "../arm/model";
import { assignedOf, propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import { isObject } from "../../provider";
import type { Properties, PropertyValue } from "../../provider";
import { virtualMachineRules } from "../rules/machines";
import { makeDisk, removeDisks } from "./disk";
import type { ResourceType } from "./type";
import { commonView, computeApiVersion, OperationFailure, stored, without } from "./type";

export const machineType = "Microsoft.Compute/virtualMachines";

export const virtualMachine: ResourceType = {
  token: "azure-native:compute:VirtualMachine",
  type: machineType,
  apiVersion: computeApiVersion,
  path: ["vmName"],
  replacedBy: ["location"],
  rules: virtualMachineRules,
  put: (put, azure) => (put.existing ? change(put, put.existing, azure) : create(put, azure)),
  view,
  async remove(machine, azure) {
    const assigned = assignedOf<VirtualMachineAssigned>(machine);
    for (const command of azure.store.children(machine.id)) azure.store.remove(command.id);
    // A NIC is free as soon as its machine is gone; one with deleteOption Delete goes with it.
    azure.store.remove(machine.id);
    removeDisks(machine, assigned, azure);
    const { networkProfile } = propertiesOf<VirtualMachineProperties>(machine);
    for (const { id, deleteOption } of networkProfile?.networkInterfaces ?? []) {
      if (deleteOption === "Delete" && id !== undefined) azure.store.remove(id);
    }
    await azure.windows.delete(assigned.vmId);
    azure.journal.write({
      kind: "machine",
      subject: machine.id,
      what: "deleted",
      detail: assigned.vmId,
    });
  },
};

/**
 * Nothing of what Azure never shows again is kept: the password, custom data, the contents of unattended answers, user
 * data.
 */
function withoutWriteOnly(properties: Properties): Properties {
  const { osProfile, ...rest } = without(properties, "userData");
  if (!isObject(osProfile)) return rest;
  const kept = without(osProfile, "adminPassword", "customData", "secrets");
  const windows = kept.windowsConfiguration;
  return {
    ...rest,
    osProfile: isObject(windows)
      ? { ...kept, windowsConfiguration: without(windows, "additionalUnattendContent") }
      : kept,
  };
}

async function create(put: PutRequest, azure: Azure): Promise<AzureResource> {
  const wanted = propertiesOf<VirtualMachineProperties>(put);
  const { osDisk, dataDisks, imageReference } = wanted.storageProfile ?? {};
  const machine = { id: put.id, name: put.name, location: wanted.location };
  const assigned: VirtualMachineAssigned = {
    vmId: crypto.randomUUID(),
    osDiskId: makeDisk(machine, osDisk ?? {}, "OsDisk", azure),
    dataDiskIds: (dataDisks ?? []).map((disk) => makeDisk(machine, disk, "DataDisk", azure)),
    power: "running",
  };
  const record = stored(
    put,
    withoutWriteOnly(put.properties),
    assigned as unknown as Properties,
    "Creating",
  );
  // On disk before Windows is: a stand-in that dies now knows at its next start what to clear away.
  azure.store.put(record);
  try {
    await azure.windows.create({
      vmId: assigned.vmId,
      resourceId: put.id,
      computerName: wanted.osProfile?.computerName ?? put.name,
      adminUsername: wanted.osProfile?.adminUsername ?? "",
      adminPassword: wanted.osProfile?.adminPassword ?? "",
      imageReference: imageReference ?? {},
      size: wanted.hardwareProfile?.vmSize ?? "Standard_A1",
      timeZone: wanted.osProfile?.windowsConfiguration?.timeZone,
    });
  } catch (error) {
    azure.store.put({ ...record, provisioningState: "Failed" });
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperationFailure(
      new AzureError(
        409,
        "OSProvisioningTimedOut",
        `OS Provisioning for VM '${put.name}' did not finish in the allotted time: ${reason}`,
      ),
    );
  }
  azure.journal.write({
    kind: "machine",
    subject: put.id,
    what: "created",
    detail: assigned.vmId,
  });
  return azure.store.put({ ...record, provisioningState: "Succeeded" });
}

async function change(
  put: PutRequest,
  existing: AzureResource,
  azure: Azure,
): Promise<AzureResource> {
  const { dataDisks } = propertiesOf<VirtualMachineProperties>(put).storageProfile ?? {};
  const assigned = assignedOf<VirtualMachineAssigned>(existing);
  const { location } = propertiesOf<VirtualMachineProperties>(put);
  const known = propertiesOf<VirtualMachineProperties>(existing).storageProfile?.dataDisks ?? [];
  const dataDiskIds = (dataDisks ?? []).map((disk) => {
    const index = known.findIndex(({ lun }) => lun === disk.lun);
    const machine = { id: existing.id, name: existing.name, location };
    return assigned.dataDiskIds[index] ?? makeDisk(machine, disk, "DataDisk", azure);
  });
  const changed = azure.store.put(
    stored(put, withoutWriteOnly(put.properties), { ...existing.assigned, dataDiskIds }),
  );
  if (assigned.power === "running" && sizeOf(existing) !== sizeOf(changed)) {
    // A machine that runs is restarted to get its other size.
    await azure.windows.setPower(assigned.vmId, "deallocated");
    await azure.windows.setPower(assigned.vmId, "running");
    azure.journal.write({
      kind: "machine",
      subject: existing.id,
      what: "restarted",
      detail: "resize",
    });
  }
  return changed;
}

function sizeOf(machine: AzureResource): string {
  return (
    propertiesOf<VirtualMachineProperties>(machine).hardwareProfile?.vmSize ?? ""
  ).toLowerCase();
}

function view(machine: AzureResource, azure: Azure, expand?: string): Properties {
  const { vmId, osDiskId, dataDiskIds, power } = assignedOf<VirtualMachineAssigned>(machine);
  const properties = machine.properties;
  const storage = (isObject(properties.storageProfile) ? properties.storageProfile : {}) as {
    osDisk?: Properties;
    dataDisks?: Properties[];
  };
  const profile = isObject(properties.osProfile) ? properties.osProfile : undefined;
  return {
    ...commonView(machine, computeApiVersion),
    etag: machine.etag,
    vmId,
    timeCreated: machine.created,
    hardwareProfile: { vmSize: "Standard_A1", ...(properties.hardwareProfile as Properties) },
    storageProfile: {
      ...storage,
      osDisk: diskView(
        { osType: "Windows", caching: "ReadWrite", ...storage.osDisk },
        osDiskId,
        azure,
      ),
      dataDisks: (storage.dataDisks ?? []).map((disk, index) =>
        diskView(disk, dataDiskIds[index], azure),
      ),
    },
    ...(profile ? { osProfile: profileView(profile, machine.name) } : {}),
    ...(expand?.toLowerCase() === "instanceview" ? { instanceView: instanceView(power) } : {}),
  };
}

function diskView(disk: Properties, id: string | undefined, azure: Azure): Properties {
  const record = azure.store.get(id);
  const managed = isObject(disk.managedDisk) ? disk.managedDisk : {};
  return {
    deleteOption: "Detach",
    ...disk,
    ...(record ? { name: record.name, diskSizeGB: record.properties.diskSizeGB } : {}),
    managedDisk: { ...managed, ...(id === undefined ? {} : { id }) },
  };
}

function profileView(profile: Properties, machineName: string): Properties {
  const windows: PropertyValue | undefined = profile.windowsConfiguration;
  return {
    computerName: machineName,
    allowExtensionOperations: true,
    requireGuestProvisionSignal: true,
    secrets: [],
    ...profile,
    windowsConfiguration: {
      provisionVMAgent: true,
      enableAutomaticUpdates: true,
      ...(isObject(windows) ? windows : {}),
    },
  };
}

const powerInWords: { [power in VirtualMachineAssigned["power"]]: string } = {
  running: "VM running",
  starting: "VM starting",
  deallocating: "VM deallocating",
  deallocated: "VM deallocated",
};

function instanceView(power: VirtualMachineAssigned["power"]): Properties {
  return {
    statuses: [
      {
        code: "ProvisioningState/succeeded",
        level: "Info",
        displayStatus: "Provisioning succeeded",
      },
      {
        code: `PowerState/${power}`,
        level: "Info",
        displayStatus: powerInWords[power],
      },
    ],
  };
}
