import * as os from "node:os";
import * as path from "node:path";
import { isHeld, readLocks, removeBrokenWrites, type BackendLock } from "../engine/backendFiles";
import { clearLocks, healInterrupted } from "../engine/interrupted";
import { isRunning } from "../engine/lock";
import { isAbandoned, type JournalEntry } from "./journal";
import { LockedError, ownerOf } from "./locks";
import { recordStack } from "./plan/record";
import { resourceFinder } from "./resourceIds";
import type { Stage } from "./stage";

/**
 * Makes a stage's stack usable after an update that was killed: takes away the lock of a process that no longer runs, and settles
 * what it was about to create by asking Azure. What the engine of an ended rollout of our own still does is interrupted first. Throws
 * a {@link LockedError} where somebody else is at work.
 */
export async function healStage(
  stage: Stage,
  entry: JournalEntry | undefined,
  report: (message: string) => void,
): Promise<void> {
  const backend = await backendFolder(stage);
  const name = stage.definition.stack.slice(stage.definition.stack.lastIndexOf("/") + 1);
  if (backend !== undefined) {
    const held = readLocks(backend, name).find(isHeld);
    if (held && !(await endLeftOver(held, entry, report))) {
      throw new LockedError(stage.name, ownerOf(held));
    }
    removeBrokenWrites(backend, name);
    await clearLocks({ pulumi: stage.pulumi, stack: recordStack(name), backend, report });
  }
  await healInterrupted({
    pulumi: stage.pulumi,
    stack: backend === undefined ? stage.definition.stack : name,
    backend,
    findResource: resourceFinder(async () => ({
      settings: await stage.lab.settings(),
      environment: stage.environment,
    })),
    report,
  });
}

/** The folder of a backend that is one; undefined where the stacks are kept by a service or in a bucket. */
async function backendFolder(stage: Stage): Promise<string | undefined> {
  const { url } = JSON.parse(await stage.pulumi.run(["whoami", "--json"])) as { url?: string };
  if (!url?.startsWith("file://")) return undefined;
  const folder = url.slice("file://".length);
  return folder.startsWith("~") ? path.join(os.homedir(), folder.slice(1)) : folder;
}

const graceMilliseconds = 30_000;
const pauseMilliseconds = 200;

/** Interrupts the engine that an ended rollout of ours has left at work, and waits until it has written down what it made. */
async function endLeftOver(
  { pid, hostname, timestamp }: BackendLock,
  entry: JournalEntry | undefined,
  report: (message: string) => void,
): Promise<boolean> {
  const isOurs =
    entry !== undefined &&
    entry.process.host === os.hostname() &&
    isAbandoned(entry) &&
    ["running", "interrupted"].includes(entry.outcome) &&
    hostname === entry.process.host &&
    Date.parse(timestamp) >= Date.parse(entry.since) - clockStep;
  if (!isOurs) return false;
  report(`The engine of the rollout that was interrupted still runs (process ${pid}): ending it.`);
  signalTo(pid, "SIGINT");
  const end = Date.now() + graceMilliseconds;
  while (isRunning(pid) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
  if (isRunning(pid)) signalTo(pid, "SIGKILL");
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  return true;
}

/** The engine notes when it took its lock in whole seconds. */
const clockStep = 1_000;

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
