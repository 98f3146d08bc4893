export type DiskController = "SCSI" | "NVMe";

/** What the name of a VM size tells of the disks it takes. */
export interface MachineSize {
  /** Whether it has a temporary disk of Azure's older kind (`D:`), a "resource disk"; undefined where the name does not tell. */
  resourceDisk?: boolean;
  /** How it can be connected to its OS and data disks; undefined where the name does not tell. */
  controllers?: DiskController[];
}

/** `Standard_E32-16ads_v5`: family E, features `ads`, version 5; older names write the features into the family (`DS3_v2`). */
const pattern =
  /^Standard_(?<family>[A-Z]+)\d+(?:-\d+)?(?<features>[a-z]*)(?:_(?!v\d)[A-Z0-9]+)?(?:_v(?<version>\d+))?(?:_Promo)?$/i;

/** The version from which on the letter `d` says that there is a local disk; before it every size has one. */
const diskLetterFrom: Record<string, number> = {
  A: Infinity,
  B: 2,
  D: 4,
  DC: 3,
  E: 4,
  EC: 5,
  F: 6,
  FX: 2,
  M: 3,
};

/**
 * Reads a size by Azure's naming conventions. A local disk of version 6 or later is an NVMe disk, which is no resource disk.
 * Families made for storage, graphics and computation go by tables of their own, and nothing is said of them.
 * https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
 */
export function readMachineSize(name: string): MachineSize {
  const parts = pattern.exec(name)?.groups;
  if (!parts) return {};
  const features = (parts.features ?? "").toLowerCase();
  const version = Number(parts.version ?? 1);
  // `DS` and `GS` are D and G with premium storage.
  const family = (parts.family ?? "").toUpperCase().replace(/^([DGFA])S$/, "$1");
  const from = diskLetterFrom[family === "EB" ? "E" : family];
  if (from === undefined) return {};
  return {
    resourceDisk: hasResourceDisk(family, features, version, from),
    ...controllersOf(family, features, version),
  };
}

function hasResourceDisk(
  family: string,
  features: string,
  version: number,
  diskLetterTells: number,
): boolean {
  if (version >= 6 || (family === "FX" && version >= 2)) return false;
  // The first AMD sizes came before the letter.
  const isEarlyAmd = /^[DE]$/.test(family) && version === 4 && features.includes("a");
  return version < diskLetterTells || isEarlyAmd || features.includes("d");
}

function controllersOf(
  family: string,
  features: string,
  version: number,
): Pick<MachineSize, "controllers"> {
  if (family === "B" || family === "A") return { controllers: ["SCSI"] };
  if (family === "M" || family === "FX") return version === 1 ? { controllers: ["SCSI"] } : {};
  if (version < 5) return { controllers: ["SCSI"] };
  // E with `b` is made for bandwidth, and takes both.
  if (version === 5) return { controllers: features.includes("b") ? ["SCSI", "NVMe"] : ["SCSI"] };
  return features.includes("a") && version === 6 ? {} : { controllers: ["NVMe"] };
}
