import { sameId } from "../arm/id";
import type { VirtualMachineAssigned, VirtualMachineProperties } from "../arm/model";
import { assignedOf, normalizedLocation, propertiesOf } from "../arm/model";
import type { Properties, PropertyValue } from "../../provider";
import { isObject } from "../../provider";
import type { Rule } from "./rule";

/**
 * What a virtual machine keeps for life. azure-native plans an update in place for each of these (only `location`
 * replaces), and Azure refuses the update.
 */
const unchangeable = [
  "storageProfile.imageReference",
  "storageProfile.osDisk.createOption",
  "osProfile.computerName",
  "osProfile.adminUsername",
  "osProfile.adminPassword",
  "osProfile.customData",
  "osProfile.windowsConfiguration.provisionVMAgent",
  "osProfile.windowsConfiguration.enableAutomaticUpdates",
  "osProfile.windowsConfiguration.timeZone",
  "osProfile.windowsConfiguration.additionalUnattendContent",
  "osProfile.windowsConfiguration.winRM",
  "zones",
  "availabilitySet",
  "priority",
  "evictionPolicy",
  "plan",
  "securityProfile.uefiSettings",
  "securityProfile.securityType",
  "platformFaultDomain",
];

const writeOnly = new Set([
  "osProfile.adminPassword",
  "osProfile.customData",
  "osProfile.windowsConfiguration.additionalUnattendContent",
]);

export const propertyChange: Rule = {
  id: "VM-UNCHANGEABLE",
  grade: "C",
  status: 409,
  code: "PropertyChangeNotAllowed",
  check: (put) => {
    if (!put.existing) return [];
    const { existing, oldProperties } = put;
    return unchangeable
      .filter((path) => {
        // Azure never shows these again; the engine remembers what they were.
        const before = writeOnly.has(path) ? oldProperties : existing.properties;
        return before && !same(valueAt(before, path), valueAt(put.properties, path));
      })
      .map((path) => `Changing property '${path}' is not allowed.`);
  },
};

function valueAt(properties: Properties, path: string): PropertyValue | undefined {
  let value: PropertyValue | undefined = properties;
  for (const step of path.split(".")) value = isObject(value) ? value[step] : undefined;
  return value;
}

function same(before: PropertyValue | undefined, after: PropertyValue | undefined): boolean {
  return JSON.stringify(ordered(before)) === JSON.stringify(ordered(after));
}

function ordered(value: PropertyValue | undefined): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, part]) => [name, ordered(part)]),
  );
}

export const locationChange: Rule = {
  id: "VM-LOCATION",
  grade: "A",
  status: 409,
  code: "InvalidResourceLocation",
  check: (put) => {
    const before = put.existing && propertiesOf<VirtualMachineProperties>(put.existing).location;
    const { location } = propertiesOf<VirtualMachineProperties>(put);
    return put.existing && normalizedLocation(before) !== normalizedLocation(location)
      ? [
          `The resource '${put.name}' already exists in location '${before}'. A resource with the same name cannot be ` +
            `created in location '${location}'. Please select a new resource name.`,
        ]
      : [];
  },
};

export const interfaceChange: Rule = {
  id: "VM-NIC-CHANGE",
  grade: "C",
  status: 409,
  code: "CannotAddOrRemoveNetworkInterfacesFromARunningVirtualMachine",
  check: (put) => {
    if (!put.existing || !isRunning(put.existing)) return [];
    const ids = (properties: VirtualMachineProperties) =>
      properties.networkProfile?.networkInterfaces ?? [];
    const before = ids(propertiesOf<VirtualMachineProperties>(put.existing));
    const after = ids(propertiesOf<VirtualMachineProperties>(put));
    const unchanged =
      before.length === after.length &&
      before.every(({ id }) => after.some((other) => sameId(other.id, id)));
    return unchanged
      ? []
      : [
          `Network interfaces cannot be added to or removed from virtual machine ${put.name} while it is running; ` +
            "deallocate it first.",
        ];
  },
};

export const diskSizeChange: Rule = {
  id: "VM-OSDISK-SIZE",
  grade: "C",
  status: 409,
  code: "Conflict",
  check: (put) => {
    if (!put.existing || !isRunning(put.existing)) return [];
    const sizeOf = (properties: VirtualMachineProperties) =>
      properties.storageProfile?.osDisk?.diskSizeGB;
    const before = sizeOf(propertiesOf<VirtualMachineProperties>(put.existing));
    const after = sizeOf(propertiesOf<VirtualMachineProperties>(put));
    return after === undefined || before === after
      ? []
      : [
          `The size of the OS disk of ${put.name} cannot change from ${before ?? "the image's"} to ${after} GB while ` +
            "the machine is running; deallocate it first.",
        ];
  },
};

/** What Azure changes only in a machine that is switched off. */
const changeableWhenDeallocated = [
  "billingProfile.maxPrice",
  "storageProfile.diskControllerType",
  "securityProfile.encryptionAtHost",
  "proximityPlacementGroup",
  "host",
];

export const runningChange: Rule = {
  id: "VM-CHANGE-RUNNING",
  grade: "C",
  status: 409,
  code: "OperationNotAllowed",
  check: (put) => {
    const { existing } = put;
    if (!existing || !isRunning(existing)) return [];
    return changeableWhenDeallocated
      .filter((path) => !same(valueAt(existing.properties, path), valueAt(put.properties, path)))
      .map(
        (path) =>
          `Property '${path}' of ${put.name} cannot be changed while the machine is running; deallocate it first.`,
      );
  },
};

function isRunning(resource: NonNullable<Parameters<Rule["check"]>[0]["existing"]>): boolean {
  return assignedOf<VirtualMachineAssigned>(resource).power === "running";
}

/** What Azure refuses to change in a virtual machine that exists. */
export const machineChangeRules: Rule[] = [
  locationChange,
  propertyChange,
  interfaceChange,
  diskSizeChange,
  runningChange,
];
