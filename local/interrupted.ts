import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isRunning } from "../engine/lock";
import type { Pulumi } from "./pulumi";

export interface HealOptions {
  pulumi: Pulumi;
  stack: string;
  /** Folder of the stacks' state; absent where the stacks are kept somewhere else. */
  backend?: string;
  /** The id of the resource of a type token with these inputs, if it exists. */
  findResource: (type: string, inputs: Record<string, unknown>) => string | undefined;
  report: (message: string) => void;
}

/** What an interrupted run has left undone, as `pulumi stack export` tells it. */
interface PendingOperation {
  type: "creating" | "updating" | "deleting" | "reading" | "importing";
  resource: { urn: string; type: string; inputs?: Record<string, unknown> };
}

/**
 * Makes a stack usable again after a run that was killed: takes away the lock of a process that no longer runs, and
 * settles what it was about to create, taking over what exists and forgetting what does not. Throws where another
 * process is still at work on the stack.
 */
export async function healInterrupted(options: HealOptions): Promise<void> {
  await clearLocks(options);
  await settlePending(options);
}

async function clearLocks({ pulumi, stack, backend, report }: HealOptions): Promise<void> {
  if (!backend) return;
  const locks = readLocks(backend, stack);
  if (locks.length === 0) return;
  const alive = locks.find(({ hostname, pid }) => hostname !== os.hostname() || isRunning(pid));
  if (alive) {
    throw new Error(
      `Process ${alive.pid} on ${alive.hostname} is at work on the stack ${stack}. Wait for it, or end it first.`,
    );
  }
  report(`The last run was interrupted and has left a lock on the stack ${stack}: clearing it.`);
  await pulumi.run(["cancel", "--yes", "--stack", stack]);
}

async function settlePending(options: HealOptions): Promise<void> {
  const { pulumi, stack, findResource, report } = options;
  const exported = await pulumi.run(["stack", "export", "--stack", stack]);
  const { deployment } = JSON.parse(exported) as {
    deployment?: { pending_operations?: PendingOperation[] };
  };
  const pending = deployment?.pending_operations ?? [];
  if (pending.length === 0) return;

  const found = pending
    .filter(({ type }) => type === "creating")
    .flatMap(({ resource }) => {
      const id = findResource(resource.type, resource.inputs ?? {});
      return id === undefined ? [] : [{ urn: resource.urn, id }];
    });
  report(
    `The last run was interrupted in ${pending.length} operation(s): ${found.length} of the resources it was creating ` +
      "exist and are taken over; the state is brought up to date first.",
  );
  await pulumi.run([
    "refresh",
    "--yes",
    "--skip-preview",
    "--stack",
    stack,
    ...found.flatMap(({ urn, id }) => [
      "--import-pending-creates",
      urn,
      "--import-pending-creates",
      id,
    ]),
    "--clear-pending-creates",
  ]);
}

interface BackendLock {
  pid: number;
  hostname: string;
}

/** The locks of all projects' stacks of this name; the backend keeps one file per process. */
function readLocks(backend: string, stack: string): BackendLock[] {
  const folder = path.join(backend, ".pulumi", "locks", "organization");
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder).flatMap((project) => {
    const locks = path.join(folder, project, stack);
    if (!fs.existsSync(locks)) return [];
    return fs
      .readdirSync(locks)
      .filter((name) => name.endsWith(".json"))
      .map((name) => JSON.parse(fs.readFileSync(path.join(locks, name), "utf8")) as BackendLock);
  });
}
