import * as crypto from "node:crypto";
import type { Azure } from "../arm/azure";
import type { Disk, VirtualMachineProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";

/** Managed disks, as far as virtual machines bring them along: they are resources of their own and can outlive them. */

const diskType = "Microsoft.Compute/disks";

function diskName(machineName: string, disk: Disk, kind: "OsDisk" | "DataDisk"): string {
  if (disk.name) return disk.name;
  const ordinal = kind === "OsDisk" ? 1 : (disk.lun ?? 0) + 2;
  return `${machineName}_${kind}_${ordinal}_${crypto.randomBytes(16).toString("hex")}`;
}

/** Makes the disk of a machine; a disk that is attached is only named. Returns its id. */
export function makeDisk(
  machine: { id: string; name: string; location?: string },
  disk: Disk,
  kind: "OsDisk" | "DataDisk",
  azure: Azure,
): string {
  if (disk.createOption === "Attach" && disk.managedDisk?.id) return disk.managedDisk.id;
  const group = machine.id.split("/providers/")[0];
  const name = diskName(machine.name, disk, kind);
  const id = `${group}/providers/${diskType}/${name}`;
  azure.store.put({
    id,
    type: diskType,
    name,
    properties: {
      location: machine.location ?? "",
      diskSizeGB: disk.diskSizeGB ?? 127,
      sku: { name: disk.managedDisk?.storageAccountType ?? "Standard_LRS" },
    },
    assigned: {},
    provisioningState: "Succeeded",
    created: new Date().toISOString(),
  });
  return id;
}

/** Deletes those disks of a machine whose `deleteOption` says so; the others stay behind. */
export function removeDisks(
  machine: AzureResource,
  diskIds: { osDiskId: string; dataDiskIds: string[] },
  azure: Azure,
): void {
  const { osDisk, dataDisks } =
    propertiesOf<VirtualMachineProperties>(machine).storageProfile ?? {};
  if (osDisk?.deleteOption === "Delete") azure.store.remove(diskIds.osDiskId);
  (dataDisks ?? []).forEach((disk, index) => {
    const id = diskIds.dataDiskIds[index];
    if (disk.deleteOption === "Delete" && id !== undefined) azure.store.remove(id);
  });
}
