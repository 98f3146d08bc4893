import type { PutRequest } from "../arm/azure";
import type { VirtualMachineProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { Rule } from "./rule";

function machineOf(put: PutRequest): VirtualMachineProperties {
  return propertiesOf<VirtualMachineProperties>(put);
}

export const imageRequired: Rule = {
  id: "VM-IMAGE-REQUIRED",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const { storageProfile } = machineOf(put);
    const image = storageProfile?.imageReference;
    const complete = image?.id ?? (image?.publisher && image.offer && image.sku && image.version);
    return storageProfile?.osDisk?.createOption === "FromImage" && !complete
      ? [
          "Required parameter 'storageProfile.imageReference' is missing (null) or incomplete: it has an id, or " +
            "publisher, offer, sku and version.",
        ]
      : [];
  },
};

export const disksByLun: Rule = {
  id: "VM-LUN-DUP",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const luns = (machineOf(put).storageProfile?.dataDisks ?? []).map(({ lun }) => lun);
    return luns
      .filter((lun, index) => luns.indexOf(lun) !== index)
      .map((lun) => `A data disk with Lun '${lun}' already exists on virtual machine ${put.name}.`);
  },
};

export const diskNameFree: Rule = {
  id: "VM-DISK-NAME",
  grade: "B",
  status: 409,
  code: "ConflictingUserInput",
  check: (put, azure) => {
    if (put.existing) return [];
    const group = put.id.split("/providers/")[0];
    const { osDisk, dataDisks } = machineOf(put).storageProfile ?? {};
    return [osDisk, ...(dataDisks ?? [])]
      .filter((disk) => disk?.name && disk.createOption !== "Attach")
      .filter((disk) => azure.store.get(`${group}/providers/Microsoft.Compute/disks/${disk?.name}`))
      .map(
        (disk) =>
          `Disk ${disk?.name} already exists in resource group ${group.split("/").pop()?.toUpperCase()}. Only ` +
          "CreateOption.Attach is supported.",
      );
  },
};

/** Images of Windows bring a disk of 127 GB, the small ones of 30; of other images nothing is known. */
export const diskSize: Rule = {
  id: "OSDISK-SIZE",
  grade: "B",
  status: 409,
  code: "OperationNotAllowed",
  check: (put) => {
    const { imageReference, osDisk } = machineOf(put).storageProfile ?? {};
    const size = osDisk?.diskSizeGB;
    if (size === undefined || osDisk?.createOption !== "FromImage") return [];
    const { publisher, sku } = imageReference ?? {};
    const ofImage = /smalldisk/i.test(sku ?? "") ? 30 : 127;
    return [
      ...(/^MicrosoftWindows/i.test(publisher ?? "") && size < ofImage
        ? [
            `The specified disk size ${size} GB is smaller than the size of the corresponding disk in the VM image: ` +
              `${ofImage} GB. This is not allowed. Please choose equal or greater size or do not specify an explicit size.`,
          ]
        : []),
      ...(size > 4095
        ? [`The specified disk size ${size} GB is larger than the maximum: 4095 GB.`]
        : []),
    ];
  },
};

export const ultraDisk: Rule = {
  id: "OSDISK-ULTRA",
  grade: "A",
  code: "InvalidParameter",
  check: (put) =>
    machineOf(put).storageProfile?.osDisk?.managedDisk?.storageAccountType === "UltraSSD_LRS"
      ? ["Storage account type UltraSSD_LRS cannot be used for an OS disk."]
      : [],
};

/** What Azure asks of a virtual machine's image and disks. */
export const machineDiskRules: Rule[] = [
  imageRequired,
  disksByLun,
  diskNameFree,
  diskSize,
  ultraDisk,
];
