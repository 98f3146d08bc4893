import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";

const children = new Set<ChildProcess>();

/** How long a program may take to end itself after it was asked to, in milliseconds. */
const gracePeriod = 5_000;

/** Starts Node as a child that does not outlive this process. */
export function spawnNode(args: string[], options: SpawnOptions): ChildProcess {
  const child = spawn(process.execPath, args, { windowsHide: true, ...options });
  children.add(child);
  child.once("exit", () => children.delete(child));
  child.once("error", () => children.delete(child));
  return child;
}

/** Asks the child to end, and ends it after a grace period. */
export function endChild(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), gracePeriod);
  child.once("exit", () => clearTimeout(timer));
}

/** Ends all children at once. */
export function endChildren(): void {
  for (const child of children) child.kill("SIGKILL");
}
