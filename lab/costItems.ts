/** What of a lab costs money, from its stack's state. Pure. */
import { isOff } from "../components/power";
import type { StateResource } from "./stack";

/** Things of one kind and size in one region, which have one price. */
export interface CostItem {
  kind: "virtual machine" | "OS disk" | "public IP address" | "NAT gateway" | "private DNS zone";
  /** VM size; type, tier and GiB of a disk; SKU and version of an address. */
  size: string;
  region: string;
  /** What finds the meter of it; absent where the state does not tell enough. */
  meter?: Meter;
  count: number;
  /** Of machines only: how many run, are deallocated, or could not be asked about. */
  power?: { running: number; off: number; unknown: number };
  /** Hours since each was made, added up, as far as the state tells when; a machine that was off meanwhile counts, too. */
  hoursSinceMade: number;
}

/** What the Retail Prices API calls the price. */
export interface Meter {
  serviceName: string;
  /** Of a VM: its size. */
  armSkuName?: string;
  productName?: string;
  meterName?: string;
  unitOfMeasure: "1 Hour" | "1/Month";
  /** Regions under which the API may have it. */
  regions: string[];
  /** Of a VM: whether Windows Server's licence is paid with it. */
  windows?: boolean;
  /** Of a VM: whether it is a spot machine. */
  spot?: boolean;
}

/**
 * Lists what costs money of what the stack has made; what it uses and is somebody else's is left out. `power` is Azure's word for
 * each VM by ARM id, where it could be asked. A VM that is stopped and not deallocated costs as one that runs.
 */
export function costItems(
  resources: readonly StateResource[],
  power: ReadonlyMap<string, string>,
  now: Date,
): CostItem[] {
  const groups = new Map<string, CostItem>();
  for (const resource of resources) {
    if ((resource as { external?: boolean }).external) continue;
    for (const one of itemsOf(resource, power)) {
      const key = JSON.stringify([one.kind, one.size, one.region]);
      const group = groups.get(key);
      const hours = hoursSince(resource, now);
      if (!group) {
        groups.set(key, { ...one, hoursSinceMade: hours });
        continue;
      }
      group.count++;
      group.hoursSinceMade += hours;
      if (group.power && one.power) {
        for (const state of ["running", "off", "unknown"] as const) {
          group.power[state] += one.power[state];
        }
      }
    }
  }
  return [...groups.values()];
}

type Found = Omit<CostItem, "hoursSinceMade">;

function itemsOf(resource: StateResource, power: ReadonlyMap<string, string>): Found[] {
  const outputs = { ...resource.inputs, ...resource.outputs };
  const region = String(outputs.location ?? "")
    .toLowerCase()
    .replaceAll(" ", "");
  const sku = (outputs.sku as { name?: string } | undefined)?.name ?? "Basic";
  switch (resource.type) {
    case "azure-native:compute:VirtualMachine":
      return machineItems(outputs as MachineOutputs, region, power.get(resource.id ?? ""));
    case "azure-native:network:PublicIPAddress": {
      const version = String(outputs.publicIPAddressVersion ?? "IPv4");
      const method = String(outputs.publicIPAllocationMethod ?? "Dynamic");
      const meterName = `${sku} ${version} ${method} Public IP`;
      const meter = hourly("Virtual Network", meterName, [region], "IP Addresses");
      return [
        { kind: "public IP address", size: `${sku} ${version} ${method}`, region, meter, count: 1 },
      ];
    }
    case "azure-native:network:NatGateway": {
      const meter = hourly("NAT Gateway", `${sku} Gateway`, [region, "Global"]);
      return [{ kind: "NAT gateway", size: sku, region, meter, count: 1 }];
    }
    case "azure-native:privatedns:PrivateZone": {
      const meter: Meter = {
        serviceName: "Azure DNS",
        meterName: "Private Zone",
        unitOfMeasure: "1/Month",
        regions: ["Global", "Zone 1", ""],
      };
      return [{ kind: "private DNS zone", size: "", region: "global", meter, count: 1 }];
    }
    default:
      return [];
  }
}

function hourly(
  serviceName: string,
  meterName: string,
  regions: string[],
  productName?: string,
): Meter {
  return { serviceName, meterName, regions, productName, unitOfMeasure: "1 Hour" };
}

interface MachineOutputs {
  hardwareProfile?: { vmSize?: string };
  licenseType?: string;
  priority?: string;
  storageProfile?: {
    osDisk?: { diskSizeGB?: number; managedDisk?: { storageAccountType?: string } };
  };
}

/**
 * A VM and its OS disk. With a licence of one's own (`Windows_Client`: multitenant hosting rights; `Windows_Server`: Azure Hybrid
 * Benefit) a VM costs what one without Windows does.
 * https://learn.microsoft.com/azure/virtual-machines/windows/hybrid-use-benefit-licensing
 */
function machineItems(outputs: MachineOutputs, region: string, power: string | undefined): Found[] {
  const size = outputs.hardwareProfile?.vmSize ?? "";
  const { licenseType = "" } = outputs;
  const windows = !["windows_client", "windows_server"].includes(licenseType.toLowerCase());
  const spot = outputs.priority === "Spot";
  const words = [
    size,
    spot ? "spot" : "",
    windows ? "Windows' licence paid" : `own licence (${licenseType})`,
  ];
  const state = !power
    ? "unknown"
    : isOff(power) && power.startsWith("dealloc")
      ? "off"
      : "running";
  const machine: Found = {
    kind: "virtual machine",
    size: words.filter((word) => word !== "").join(", "),
    region,
    meter: {
      serviceName: "Virtual Machines",
      armSkuName: size,
      unitOfMeasure: "1 Hour",
      regions: [region],
      windows,
      spot,
    },
    count: 1,
    power: { running: 0, off: 0, unknown: 0, [state]: 1 },
  };
  const { diskSizeGB, managedDisk } = outputs.storageProfile?.osDisk ?? {};
  return [machine, diskItem(managedDisk?.storageAccountType ?? "", diskSizeGB, region)];
}

/** Sizes in GiB up to which a tier reaches. https://learn.microsoft.com/azure/virtual-machines/disks-types */
const tiers: [number, number][] = [
  [4, 1],
  [8, 2],
  [16, 3],
  [32, 4],
  [64, 6],
  [128, 10],
  [256, 15],
  [512, 20],
  [1024, 30],
  [2048, 40],
  [4096, 50],
  [8192, 60],
  [16384, 70],
  [32767, 80],
];
const disks: Readonly<Record<string, { letter: string; productName: string; least: number }>> = {
  Standard: { letter: "S", productName: "Standard HDD Managed Disks", least: 4 },
  StandardSSD: { letter: "E", productName: "Standard SSD Managed Disks", least: 1 },
  Premium: { letter: "P", productName: "Premium SSD Managed Disks", least: 1 },
};

function diskItem(type: string, sizeGb: number | undefined, region: string): Found {
  const [family = "", redundancy = ""] = type.split("_");
  const disk = Object.hasOwn(disks, family) ? disks[family] : undefined;
  const tier = tiers.find(([most]) => sizeGb !== undefined && sizeGb <= most)?.[1];
  const name = disk && tier ? `${disk.letter}${Math.max(tier, disk.least)} ${redundancy}` : "";
  const size = [type, name, sizeGb === undefined ? "size not known" : `${sizeGb} GiB`];
  const meter: Meter | undefined =
    disk && name
      ? {
          serviceName: "Storage",
          productName: disk.productName,
          meterName: `${name} Disk`,
          unitOfMeasure: "1/Month",
          regions: [region],
        }
      : undefined;
  return {
    kind: "OS disk",
    size: size.filter((word) => word !== "").join(", "),
    region,
    meter,
    count: 1,
  };
}

/** When it was made, by Azure for a VM, else by the engine. */
function hoursSince(resource: StateResource, now: Date): number {
  const { created } = resource as { created?: string };
  const made = Date.parse(String(resource.outputs?.timeCreated ?? created));
  return Number.isNaN(made) ? 0 : Math.max(0, (+now - made) / 3_600_000);
}
