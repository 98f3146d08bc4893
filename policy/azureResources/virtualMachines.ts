import { at, oneOf, received, type Finding } from "../../components/plan/findings";
import {
  availabilityZone,
  evictionPolicy,
  licenseType,
  licenseTypes,
  machineSize,
  osDiskSize,
  osDiskType,
  patchMode,
  spotPrice,
  timeZone,
} from "../../components/plan/rules/machines";
import { rule } from "../../components/plan/rules/rule";
import { sources } from "../../components/plan/rules/sources";
import {
  adminPasswordCharacters,
  adminPasswordClasses,
  adminPasswordForbidden,
  adminPasswordLength,
  adminPasswordUsername,
  adminUsernameForm,
  adminUsernameReserved,
  computerName,
  computerNameNotUser,
} from "../../components/plan/rules/windowsAccounts";
import { isWindows } from "../peers";
import {
  elementsAt,
  isObject,
  textAt,
  unknown,
  valueAt,
  type Plain,
  type PlainObject,
} from "../properties";
import type { Resource } from "../resource";
import { below, ofEach, ofNumber, ofText } from "./known";
import { judgeConfigurations } from "./networkInterfaces";

export const hasInterface = rule(
  {
    id: "VM-NEEDS-NIC",
    source: "azure-docs, virtual-network/virtual-network-network-interface-vm.md",
  },
  (_path, count: number) => (count === 0 ? ["is empty; a machine has at least one interface"] : []),
);

export const onePrimaryInterface = rule(
  { id: "VM-ONE-PRIMARY-NIC", source: "grycap/im#324: NetworkInterfaceMustHavePrimaryPropertySet" },
  (_path, primaries: number, count: number) =>
    count > 1 && primaries !== 1
      ? [`has ${primaries} primary interfaces of ${count}; exactly one is primary`]
      : [],
);

export const oneZone = rule(
  { id: "VM-ONE-ZONE", source: sources.azureNative },
  (_path, zones: number) =>
    zones > 1 ? [`has ${zones} zones; a machine is in one zone at most`] : [],
);

export const zoneOrSet = rule(
  { id: "VM-ZONE-AVSET", source: "terraform-provider-azurerm: the two exclude each other" },
  (_path, zones: number, hasSet: boolean) =>
    zones > 0 && hasSet ? ["stands beside availabilitySet; give one of the two"] : [],
);

export const windowsSettings = rule(
  { id: "WIN-LINUXCONFIG", source: sources.azureNative },
  (_path, both: boolean) =>
    both ? ["stands beside windowsConfiguration; a machine runs one of the two systems"] : [],
);

/** Who installs updates says whether Windows does it by itself. */
export const updatesFitPatchMode = rule(
  { id: "WIN-PATCHMODE", source: sources.azureNative },
  (_path, mode: string, automatic: boolean | undefined) => {
    const wanted = new Map([
      ["manual", false],
      ["automaticbyos", true],
    ]).get(mode.toLowerCase());
    return wanted === undefined || (automatic ?? true) === wanted
      ? []
      : [
          `is ${automatic === undefined ? "missing, which means true" : received(automatic)}; with the patch mode ${mode} it is ${wanted}`,
        ];
  },
);

export const spotOnly = rule(
  { id: "SPOT", source: "terraform-provider-azurerm" },
  (_path, priority: string | undefined) =>
    priority?.toLowerCase() === "spot"
      ? []
      : [
          `stands beside the priority ${received(priority ?? "Regular")}; it is for Spot machines only`,
        ],
);

export const diskNumbersOnce = rule(
  { id: "VM-LUN-DUP", source: sources.azureNative },
  (_path, luns: readonly number[]) => {
    const twice = [...new Set(luns.filter((lun, index) => luns.indexOf(lun) !== index))];
    return twice.length > 0 ? [`use the lun ${oneOf(twice.map(String))} more than once`] : [];
  },
);

export const agentForExtensions = rule(
  { id: "WIN-AGENT", source: sources.azureNative },
  (_path, agent: boolean, extensions: boolean) =>
    !agent && extensions
      ? ["is false; without the agent allowExtensionOperations has to be false too"]
      : [],
);

export const base64Data = rule(
  { id: "CUSTOMDATA", source: sources.azureNative },
  (_path, data: string) =>
    data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data) ? [] : ["is not in base64"],
);

/** An image of the market is named by four parts. */
export const wholeImage = rule(
  { id: "VM-IMAGE-REQUIRED", source: sources.azureNative },
  (_path, missing: readonly string[]) =>
    missing.length > 0
      ? [`lacks ${missing.join(", ")}; an image has publisher, offer, sku and version`]
      : [],
);

export const wholeProfile = rule(
  { id: "WIN-OSPROFILE", source: sources.azureNative },
  (_path, missing: readonly string[]) =>
    missing.length > 0
      ? [`lacks ${missing.join(", ")}; a Windows machine needs adminUsername and adminPassword`]
      : [],
);

export function judgeVirtualMachine(resource: Resource): Finding[] {
  const { properties } = resource;
  return [
    ...ofText(properties, "", ["hardwareProfile", "vmSize"], machineSize),
    ...judgeInterfaces(properties),
    ...judgeZones(properties),
    ...ofText(
      properties,
      "",
      ["storageProfile", "osDisk", "managedDisk", "storageAccountType"],
      osDiskType,
    ),
    ...diskNumbersOnce(
      "storageProfile.dataDisks",
      elementsAt(properties, "storageProfile", "dataDisks").flatMap(([, disk]) => {
        const lun = valueAt(disk, "lun");
        return typeof lun === "number" ? [lun] : [];
      }),
    ),
    ...judgeImage(properties),
    ...judgeSpot(properties),
    ...(isWindows(resource) ? judgeWindows(properties) : []),
  ];
}

function judgeImage(properties: PlainObject): Finding[] {
  const image = valueAt(properties, "storageProfile", "imageReference");
  const isMarket = textAt(image, "publisher") !== undefined;
  const parts = ["publisher", "offer", "sku", "version"];
  return isMarket
    ? wholeImage(
        "storageProfile.imageReference",
        parts.filter((part) => isMissing(image, part)),
      )
    : [];
}

function isMissing(value: Plain | undefined, key: string): boolean {
  const found = valueAt(value, key);
  return found === undefined || found === "";
}

function judgeInterfaces(properties: PlainObject): Finding[] {
  const profile = valueAt(properties, "networkProfile");
  const list = valueAt(profile, "networkInterfaces");
  const inline = valueAt(profile, "networkInterfaceConfigurations");
  if (profile === unknown || list === unknown || inline === unknown) return [];
  const all = [list, inline].flatMap((entry) => (Array.isArray(entry) ? entry : []));
  const isKnownPrimary = all.every((entry) => valueAt(entry, "primary") !== unknown);
  const primaries = all.filter((entry) => valueAt(entry, "primary") === true).length;
  const path = "networkProfile.networkInterfaces";
  return [
    ...hasInterface(path, all.length),
    ...(isKnownPrimary ? onePrimaryInterface(path, primaries, all.length) : []),
    ...ofEach(properties, "", ["networkProfile", "networkInterfaceConfigurations"], (here, entry) =>
      judgeConfigurations(at(here, "ipConfigurations"), valueAt(entry, "ipConfigurations")),
    ),
  ];
}

function judgeZones(properties: PlainObject): Finding[] {
  const zones = valueAt(properties, "zones");
  const count = Array.isArray(zones) ? zones.length : 0;
  return [
    ...oneZone("zones", count),
    ...zoneOrSet("zones", count, isObject(valueAt(properties, "availabilitySet"))),
    ...ofEach(properties, "", ["zones"], (path, zone) =>
      typeof zone === "string" ? availabilityZone(path, zone) : [],
    ),
  ];
}

function judgeSpot(properties: PlainObject): Finding[] {
  if (valueAt(properties, "priority") === unknown) return [];
  const given = [["evictionPolicy"], ["billingProfile", "maxPrice"]].filter((keys) => {
    const value = valueAt(properties, ...keys);
    return value !== undefined && value !== unknown;
  });
  return [
    ...given.flatMap((keys) => spotOnly(below("", keys), textAt(properties, "priority"))),
    ...ofText(properties, "", ["evictionPolicy"], evictionPolicy),
    ...ofNumber(properties, "", ["billingProfile", "maxPrice"], spotPrice),
  ];
}

function judgeWindows(properties: PlainObject): Finding[] {
  const user = textAt(properties, "osProfile", "adminUsername");
  const settings = valueAt(properties, "osProfile", "windowsConfiguration");
  const settingsPath = "osProfile.windowsConfiguration";
  const automatic = valueAt(settings, "enableAutomaticUpdates");
  const hasLinux = isObject(valueAt(properties, "osProfile", "linuxConfiguration"));
  const profile = valueAt(properties, "osProfile");
  const extensions = valueAt(profile, "allowExtensionOperations");
  return [
    ...ofNumber(properties, "", ["storageProfile", "osDisk", "diskSizeGB"], (path, size) =>
      // How large an image is, its name does not say: there are small ones, and those of others.
      size > 4095 ? osDiskSize(path, size) : [],
    ),
    ...(isObject(profile)
      ? [
          ...wholeProfile(
            "osProfile",
            ["adminUsername", "adminPassword"].filter((key) => isMissing(profile, key)),
          ),
          // Azure takes the machine's name where no other is given.
          ...(valueAt(profile, "computerName") === undefined
            ? ofText(properties, "", ["vmName"], computerName)
            : []),
        ]
      : []),
    ...(extensions === unknown || valueAt(settings, "provisionVMAgent") !== false
      ? []
      : agentForExtensions(at(settingsPath, "provisionVMAgent"), false, extensions !== false)),
    ...ofText(properties, "", ["osProfile", "customData"], base64Data),
    ...ofText(properties, "", ["osProfile", "computerName"], (path, name) => [
      ...computerName(path, name),
      ...(user === undefined ? [] : computerNameNotUser(path, name, user)),
    ]),
    ...ofText(properties, "", ["osProfile", "adminUsername"], (path, name) => [
      ...adminUsernameForm(path, name),
      ...adminUsernameReserved(path, name),
    ]),
    ...ofText(properties, "", ["osProfile", "adminPassword"], (path, password) => [
      // Azure's interface takes 8; that its portal wants 12 is no reason to stop a stack of somebody else.
      ...(password.length >= 8 && password.length <= 123
        ? []
        : adminPasswordLength(path, password)),
      ...adminPasswordClasses(path, password),
      ...adminPasswordCharacters(path, password),
      ...adminPasswordForbidden(path, password),
      ...(user ? adminPasswordUsername(path, password, user) : []),
    ]),
    ...windowsSettings("osProfile.linuxConfiguration", hasLinux && isObject(settings)),
    ...ofText(settings, settingsPath, ["timeZone"], timeZone),
    ...ofText(settings, settingsPath, ["patchSettings", "patchMode"], (path, mode) => [
      ...patchMode(path, mode),
      ...(automatic === unknown
        ? []
        : updatesFitPatchMode(
            at(settingsPath, "enableAutomaticUpdates"),
            mode,
            typeof automatic === "boolean" ? automatic : undefined,
          )),
    ]),
    ...ofText(properties, "", ["licenseType"], (path, license) =>
      licenseTypes.some((one) => one.toLowerCase() === license.toLowerCase())
        ? []
        : licenseType(path, license),
    ),
  ];
}
