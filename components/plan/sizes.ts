/**
 * What Azure cannot change by a resize: whether the machine has a local temporary disk, and by which controller its disks
 * are attached. Read from the size's name, by Azure's naming convention: `Standard_D2ds_v5` is family D, 2 vCPUs, features
 * `ds`, version 5.
 *
 * Of families D, E and B a size of version 4 (B: 2) or later has a temporary disk exactly where a `d` is among its features;
 * earlier versions have one. From version 6 on, disks are attached by NVMe alone. Other families say nothing by their names that
 * can be relied on: their class is `other`, no change between them replaces a machine, and Azure has the last word.
 */
export function sizeClass(size: string): string {
  const match =
    /^(?:Standard|Basic)_([A-Z]+)(\d+)(?:-\d+)?([a-z]*)(?:_[A-Za-z0-9]+)*?(?:_v(\d+))?$/i.exec(
      size,
    );
  if (!match) return "other";
  const [, family, , features, version = "1"] = match;
  const firstWithoutDisk = ({ D: 4, E: 4, B: 2 } as Record<string, number>)[family.toUpperCase()];
  if (firstWithoutDisk === undefined) return "other";
  const temporaryDisk = Number(version) < firstWithoutDisk || features.toLowerCase().includes("d");
  const controller = Number(version) >= 6 ? "NVMe" : "SCSI";
  return `${temporaryDisk ? "temporary disk" : "no temporary disk"}, ${controller}`;
}
