import { DiskError, type DiskEntry, type Logon, type Machine } from "../windows";

interface OpenFile {
  path: string;
  content: Buffer;
  changed: boolean;
}

export interface OpenMode {
  write: boolean;
  create: boolean;
  truncate: boolean;
  exclusive: boolean;
}

/**
 * The files and folders that one SFTP session has open. Writes reach the disk when a file is closed, or with what has
 * arrived when the session breaks off.
 */
export class SftpHandles {
  private readonly files = new Map<number, OpenFile>();
  private readonly directories = new Map<number, DiskEntry[] | undefined>();
  private next = 1;

  constructor(
    private readonly disk: Machine["disk"],
    private readonly logon: Logon,
    private readonly written: (path: string, size: number, outcome: "ok" | "cut") => void,
  ) {}

  open(path: string, mode: OpenMode): Buffer {
    const target = this.disk.resolve(path, this.logon);
    const present = this.disk.find(target);
    if (present?.kind === "directory") throw new DiskError("IsADirectory", target);
    if (present && mode.exclusive) throw new DiskError("AlreadyExists", target);
    if (!present && !mode.create) throw new DiskError("NotFound", target);
    if (mode.write && (!present || mode.truncate)) {
      // Truncated and checked for rights at once, as a file system does.
      this.disk.write(target, Buffer.alloc(0), this.logon);
    }
    const content = this.disk.read(target, this.logon);
    if (mode.write && present && !mode.truncate) this.disk.write(target, content, this.logon);
    return this.add(this.files, { path: target, content, changed: false });
  }

  openDirectory(path: string): Buffer {
    return this.add(this.directories, this.disk.list(path, this.logon));
  }

  file(handle: Buffer): OpenFile {
    const file = this.files.get(numberOf(handle));
    if (!file) throw new DiskError("NotFound", "a closed handle");
    return file;
  }

  write(handle: Buffer, offset: number, data: Buffer): void {
    const file = this.file(handle);
    const end = offset + data.length;
    if (end > file.content.length) {
      const longer = Buffer.alloc(end);
      file.content.copy(longer);
      file.content = longer;
    }
    data.copy(file.content, offset);
    file.changed = true;
  }

  /** All entries the first time, then undefined. */
  nextEntries(handle: Buffer): DiskEntry[] | undefined {
    const id = numberOf(handle);
    if (!this.directories.has(id)) throw new DiskError("NotFound", "a closed handle");
    const entries = this.directories.get(id);
    this.directories.set(id, undefined);
    return entries && entries.length > 0 ? entries : undefined;
  }

  close(handle: Buffer): void {
    const id = numberOf(handle);
    if (this.directories.delete(id)) return;
    const file = this.file(handle);
    this.files.delete(id);
    if (!file.changed) return;
    this.disk.write(file.path, file.content, this.logon);
    this.written(file.path, file.content.length, "ok");
  }

  closeAll(): void {
    for (const { path, content, changed } of this.files.values()) {
      if (!changed) continue;
      try {
        this.disk.write(path, content, this.logon);
        this.written(path, content.length, "cut");
      } catch (error) {
        // The file or its folder is gone in the meantime: nobody is left to be told.
        if (!(error instanceof DiskError)) throw error;
      }
    }
    this.files.clear();
  }

  private add<T>(table: Map<number, T>, value: T): Buffer {
    const id = this.next++;
    table.set(id, value);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(id);
    return handle;
  }
}

function numberOf(handle: Buffer): number {
  return handle.length === 4 ? handle.readUInt32BE(0) : 0;
}
