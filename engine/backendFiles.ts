import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isRunning } from "./lock";

/** A lock as the engine writes it. */
export interface BackendLock {
  pid: number;
  username: string;
  hostname: string;
  /** When it was taken, ISO 8601. */
  timestamp: string;
}

/** The locks of all projects' stacks of this name; a backend in a folder keeps one file per process. */
export function readLocks(backend: string, stack: string): BackendLock[] {
  return filesOf(backend, stack)
    .filter((file) => file.startsWith(path.join(backend, ".pulumi", "locks")))
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as BackendLock);
}

/** Whether the process that took the lock may still be at work. */
export function isHeld({ pid, hostname }: Pick<BackendLock, "pid" | "hostname">): boolean {
  return hostname !== os.hostname() || isRunning(pid);
}

/**
 * Removes what a killed run has left of a file that it was writing into the stack's folders. Pulumi replaces its files as a
 * whole, by drafts (`*.tmp`), but writes a file of attributes beside each in place: cut off there, every command on the
 * stack ends with "failed to load checkpoint: EOF". Without that file the stack is as it was; a draft of a lock counts as a
 * lock. Does nothing while a process is at work on the stack.
 */
export function removeBrokenWrites(backend: string, stack: string): void {
  if (readLocks(backend, stack).some(isHeld)) return;
  for (const file of filesOf(backend, stack)) {
    if (file.endsWith(".tmp") || (file.endsWith(".attrs") && !isJson(file))) {
      fs.rmSync(file, { force: true });
    }
  }
}

/** Every file about the stacks of this name: state and its backup, locks, history and the states before each run. */
function filesOf(backend: string, stack: string): string[] {
  const root = path.join(backend, ".pulumi");
  const projects = (...parts: string[]) =>
    list(path.join(root, ...parts)).map((project) => path.join(root, ...parts, project));
  const states = projects("stacks").flatMap((folder) =>
    list(folder)
      .filter((name) => name.startsWith(`${stack}.json`))
      .map((name) => path.join(folder, name)),
  );
  const others = [
    ...projects("locks", "organization"),
    ...projects("history"),
    ...projects("backups"),
  ].flatMap((project) => {
    const folder = path.join(project, stack);
    return list(folder).map((name) => path.join(folder, name));
  });
  return [...states, ...others];
}

/** The names in a folder; none where there is no such folder. */
function list(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}

function isJson(file: string): boolean {
  try {
    JSON.parse(fs.readFileSync(file, "utf8"));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
