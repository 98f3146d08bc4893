import * as fs from "node:fs";
import * as os from "node:os";

/** Who holds a lock. */
export interface LockHolder {
  pid: number;
  host: string;
}

export type Lock =
  { acquired: true; release: () => void } | { acquired: false; holder: LockHolder | undefined };

/**
 * Takes the lock `file` (its folder must exist), without waiting. The lock of a process of this computer that no longer
 * runs is taken over. The release is also done when the process exits normally; after a kill the next caller takes over.
 */
export function tryLock(file: string): Lock {
  const own: LockHolder = { pid: process.pid, host: os.hostname() };
  for (;;) {
    if (createWith(file, JSON.stringify(own))) {
      const release = once(() => {
        process.off("exit", release);
        fs.rmSync(file, { force: true });
      });
      process.on("exit", release);
      return { acquired: true, release };
    }
    const holder = readHolder(file);
    if (holder === "gone") continue;
    if (!holder || holder.host !== own.host || isRunning(holder.pid)) {
      return { acquired: false, holder };
    }
    removeStale(file, holder);
  }
}

/** The holder of the lock `file` if it is a process that runs, else `undefined`. */
export function lockHolder(file: string): LockHolder | undefined {
  const holder = readHolder(file);
  if (holder === "gone" || !holder) return undefined;
  return holder.host !== os.hostname() || isRunning(holder.pid) ? holder : undefined;
}

/** Whether a process with this id runs on this computer. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function createWith(file: string, content: string): boolean {
  try {
    fs.writeFileSync(file, content, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Removes a dead holder's lock. It is first moved under a name of our own: of several processes that see the dead holder
 * only one can move that file, and one that moved a lock taken meanwhile puts it back.
 */
function removeStale(file: string, dead: LockHolder): void {
  const stale = `${file}.${process.pid}.stale`;
  try {
    fs.renameSync(file, stale);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = readHolder(stale);
  if (moved !== "gone" && moved?.pid !== dead.pid) fs.renameSync(stale, file);
  else fs.rmSync(stale, { force: true });
}

function readHolder(file: string): LockHolder | undefined | "gone" {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "gone";
    throw error;
  }
  try {
    const value = JSON.parse(text) as Partial<LockHolder>;
    return typeof value.pid === "number" && typeof value.host === "string"
      ? { pid: value.pid, host: value.host }
      : undefined;
  } catch {
    return undefined;
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
