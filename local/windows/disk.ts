import type { Logon } from "./accounts";
import type { Blobs } from "./blobs";
import { DiskError } from "./diskError";
import { baseName, normalizePath, parentPath } from "./diskPath";

/** `create`: read, and make files and folders inside, as everybody may in `C:/ProgramData`. */
export type Rights = "full" | "readExecute" | "create";

/** A file or folder; its access list holds the principals by name. */
export interface DiskEntry {
  path: string;
  kind: "file" | "directory";
  owner: string;
  access: Record<string, Rights>;
  /** Whether the access list of the folder above counts too. */
  inherits: boolean;
  /** Where the content is; files only. */
  blob?: string;
  size: number;
  modified: number;
}

/** A machine's disk: names without regard to case, owners, and access lists that are enforced. */
export interface Disk {
  /** The normal form of a path as this logon would write it. */
  resolve(path: string, logon: Logon): string;
  stat(path: string, logon: Logon): DiskEntry;
  find(path: string): DiskEntry | undefined;
  list(path: string, logon: Logon): DiskEntry[];
  read(path: string, logon: Logon): Buffer;
  write(path: string, content: Buffer, logon: Logon): void;
  makeDirectory(path: string, logon: Logon): void;
  remove(path: string, logon: Logon): void;
  removeDirectory(path: string, logon: Logon): void;
  rename(from: string, to: string, logon: Logon): void;
  /** Sets owner and access list; `inherits: false` cuts the list of the folder above off. */
  secure(path: string, security: Pick<DiskEntry, "owner" | "access" | "inherits">): void;
  /** Everything the entry's access list says, the inherited part included. */
  effectiveAccess(path: string): Record<string, Rights>;
}

export interface DiskOptions {
  /** The machine's own table: path in small letters to entry. */
  entries: Record<string, DiskEntry>;
  blobs: Blobs;
  now: () => number;
  changed: () => void;
}

export function homeOf(logon: Logon): string {
  return logon.kind === "system" ? "C:/Windows/System32" : `C:/Users/${logon.userName}`;
}

export function openDisk({ entries, blobs, now, changed }: DiskOptions): Disk {
  const find = (path: string): DiskEntry | undefined => entries[path.toLowerCase()];
  const effectiveAccess = (path: string): Record<string, Rights> => {
    const entry = find(path);
    if (!entry) return {};
    const parent = parentPath(entry.path);
    const inherited = entry.inherits && parent !== entry.path ? effectiveAccess(parent) : {};
    return { ...inherited, ...entry.access };
  };
  const rightsOf = (path: string, logon: Logon): Rights[] => {
    const access = effectiveAccess(path);
    const principals =
      logon.kind === "system"
        ? ["SYSTEM", "Administrators", "Users"]
        : [logon.userName, "Users", ...(logon.administrator ? ["Administrators"] : [])];
    return principals.map((name) => access[name]).filter((rights) => rights !== undefined);
  };
  const demand = (entry: DiskEntry, needed: Rights, logon: Logon): void => {
    const rights = rightsOf(entry.path, logon);
    const granted =
      rights.includes("full") ||
      (needed === "create" && rights.includes("create")) ||
      (needed === "readExecute" && rights.length > 0);
    if (!granted) throw new DiskError("AccessDenied", entry.path);
  };
  const existing = (path: string): DiskEntry => {
    const entry = find(path);
    if (!entry) throw new DiskError("NotFound", path);
    return entry;
  };
  const directory = (path: string): DiskEntry => {
    const entry = existing(path);
    if (entry.kind !== "directory") throw new DiskError("NotADirectory", path);
    return entry;
  };
  const childrenOf = (path: string): DiskEntry[] =>
    Object.values(entries).filter(
      (entry) => entry.path !== path && parentPath(entry.path).toLowerCase() === path.toLowerCase(),
    );
  const add = (path: string, kind: DiskEntry["kind"], logon: Logon): DiskEntry => {
    const parent = directory(parentPath(path));
    demand(parent, "create", logon);
    const entry: DiskEntry = {
      path: `${parent.path.replace(/\/$/, "")}/${baseName(path)}`,
      kind,
      // What LocalSystem makes belongs to the administrators, what a user makes to the user.
      owner: logon.kind === "system" ? "Administrators" : logon.userName,
      access: rightsOf(parent.path, logon).includes("full") ? {} : { [logon.userName]: "full" },
      inherits: true,
      size: 0,
      modified: now(),
    };
    entries[path.toLowerCase()] = entry;
    return entry;
  };
  const resolve = (path: string, logon: Logon) => normalizePath(path, homeOf(logon));
  const drop = (path: string) => {
    delete entries[path.toLowerCase()];
    changed();
  };

  return {
    resolve,
    find,
    effectiveAccess,
    stat(path, logon) {
      const entry = existing(resolve(path, logon));
      demand(entry, "readExecute", logon);
      return entry;
    },
    list(path, logon) {
      const entry = directory(resolve(path, logon));
      demand(entry, "readExecute", logon);
      return childrenOf(entry.path);
    },
    read(path, logon) {
      const entry = existing(resolve(path, logon));
      if (entry.kind === "directory") throw new DiskError("IsADirectory", entry.path);
      demand(entry, "readExecute", logon);
      return entry.blob ? blobs.get(entry.blob) : Buffer.alloc(0);
    },
    write(path, content, logon) {
      const target = resolve(path, logon);
      const present = find(target);
      if (present?.kind === "directory") throw new DiskError("IsADirectory", target);
      if (present) demand(present, "full", logon);
      const entry = present ?? add(target, "file", logon);
      entry.blob = blobs.put(content);
      entry.size = content.length;
      entry.modified = now();
      changed();
    },
    makeDirectory(path, logon) {
      const target = resolve(path, logon);
      if (find(target)) throw new DiskError("AlreadyExists", target);
      add(target, "directory", logon);
      changed();
    },
    remove(path, logon) {
      const entry = existing(resolve(path, logon));
      if (entry.kind === "directory") throw new DiskError("IsADirectory", entry.path);
      demand(entry, "full", logon);
      drop(entry.path);
    },
    removeDirectory(path, logon) {
      const entry = directory(resolve(path, logon));
      demand(entry, "full", logon);
      if (childrenOf(entry.path).length > 0) throw new DiskError("NotEmpty", entry.path);
      drop(entry.path);
    },
    rename(from, to, logon) {
      const entry = existing(resolve(from, logon));
      const target = resolve(to, logon);
      if (entry.kind === "directory") throw new DiskError("AccessDenied", entry.path);
      if (find(target)) throw new DiskError("AlreadyExists", target);
      demand(entry, "full", logon);
      const moved = add(target, "file", logon);
      Object.assign(moved, { blob: entry.blob, size: entry.size, access: entry.access });
      drop(entry.path);
    },
    secure(path, security) {
      Object.assign(existing(path), security);
      changed();
    },
  };
}
