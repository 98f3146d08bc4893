import type { PutRequest } from "../arm/azure";
import type { VirtualMachineProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import { readMachineSize, type DiskController } from "./machineSize";
import type { Rule } from "./rule";

/** The sizes before and after, where the PUT changes the size. */
function resizeOf(put: PutRequest): { before: string; after: string } | undefined {
  const sizeOf = (resource: Pick<PutRequest, "properties">) =>
    propertiesOf<VirtualMachineProperties>(resource).hardwareProfile?.vmSize;
  const before = put.existing && sizeOf(put.existing);
  const after = sizeOf(put);
  if (before === undefined || after === undefined) return undefined;
  return before.toLowerCase() === after.toLowerCase() ? undefined : { before, after };
}

/** Windows keeps its page file on the temporary disk; only Linux machines may cross this line. */
export const resourceDiskChange: Rule = {
  id: "VM-RESIZE-TEMP-DISK",
  grade: "B",
  status: 409,
  code: "OperationNotAllowed",
  check: (put) => {
    const resize = resizeOf(put);
    if (!resize) return [];
    const before = readMachineSize(resize.before).resourceDisk;
    const after = readMachineSize(resize.after).resourceDisk;
    return before === undefined || after === undefined || before === after
      ? []
      : [
          `Unable to resize the VM '${put.name}' since changing from resource disk to non-resource disk VM size and ` +
            "vice-versa is not allowed. Please refer to https://aka.ms/AAah4sj for more details.",
        ];
  },
};

/** A machine keeps its disk controller unless the PUT names another one together with the size. */
export const diskControllerChange: Rule = {
  id: "VM-RESIZE-CONTROLLER",
  grade: "B",
  code: "InvalidParameter",
  check: (put) => {
    const resize = resizeOf(put);
    if (!resize) return [];
    const controller =
      namedController(put) ??
      (put.existing && namedController(put.existing)) ??
      defaultController(resize.before);
    const supported = readMachineSize(resize.after).controllers;
    return !controller || !supported || supported.includes(controller)
      ? []
      : [
          `The VM size '${resize.after}' cannot boot with OS image or disk. Please check that disk controller types ` +
            "supported by the OS image or disk is one of the supported disk controller types for the VM size " +
            `'${resize.after}'. Please query sku api at https://aka.ms/azure-compute-skus  to determine supported disk ` +
            "controller types for the VM size.",
        ];
  },
};

function namedController(resource: Pick<PutRequest, "properties">): DiskController | undefined {
  return propertiesOf<VirtualMachineProperties>(resource).storageProfile?.diskControllerType;
}

/** Azure takes SCSI where the size leaves the choice. */
function defaultController(size: string): DiskController | undefined {
  const { controllers } = readMachineSize(size);
  return controllers?.includes("SCSI") ? "SCSI" : controllers?.[0];
}

/** What Azure refuses in a change of a machine's size. */
export const resizeRules: Rule[] = [resourceDiskChange, diskControllerChange];
