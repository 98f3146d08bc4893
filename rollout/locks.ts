import { ConcurrentUpdateError } from "@pulumi/pulumi/automation";
import type { BackendLock } from "../engine/backendFiles";
import type { Lock } from "../engine/lock";
import type { RolloutContext } from "./context";
import type { Journal } from "./journal";
import { phasesOf } from "./plan/order";
import type { StagePhase } from "./plan/record";
import type { Stage } from "./stage";

/** Somebody else is at work on the stage's stack. The message names whom the engine's lock names. */
export class LockedError extends Error {
  constructor(
    stage: string,
    readonly owner: string,
  ) {
    super(`stages.${stage}: its stack is in use ${owner}`);
    this.name = "LockedError";
  }
}

/** The owner of a lock in words. */
export function ownerOf({ username, hostname, pid, timestamp }: BackendLock): string {
  return `by ${username}@${hostname} (process ${pid}) since ${timestamp}`;
}

const pauseMilliseconds = 2_000;

/**
 * Does it with the engine's lock, which the engine takes and gives by itself. Where somebody else has it, `whenLocked` decides: a
 * {@link LockedError} at once, or after the stage's timeout.
 */
export async function whenFree<T>(
  context: Pick<RolloutContext, "emit" | "now" | "signal">,
  stage: Pick<Stage, "name" | "definition">,
  phase: StagePhase,
  act: () => Promise<T>,
  wait = pause,
): Promise<T> {
  const { whenLocked, lockTimeoutSeconds } = stage.definition;
  const end = context.now().getTime() + lockTimeoutSeconds * 1000;
  let told = "";
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const locked = asLocked(stage, error as Error);
      if (!locked) throw error;
      const isOver = context.now().getTime() >= end || context.signal.aborted;
      if (whenLocked === "stop" || isOver) throw locked;
      if (told !== locked.owner) {
        const detail = `waits for its stack, in use ${locked.owner}`;
        context.emit({ kind: "stage", stage: stage.name, standing: "waiting", phase, detail });
        told = locked.owner;
      }
      await wait(pauseMilliseconds, context.signal);
    }
  }
}

/**
 * Takes a stage for this process, which no other rollout of the same folder then touches. Where one has it, `whenLocked` decides in
 * the same way.
 */
export function takeStage(
  context: Pick<RolloutContext, "emit" | "now" | "signal" | "definition">,
  journal: Pick<Journal, "take">,
  name: string,
  wait = pause,
): Promise<Extract<Lock, { acquired: true }>> {
  const take = () => {
    const lock = journal.take(name);
    if (lock.acquired) return Promise.resolve(lock);
    const who = lock.holder ? `process ${lock.holder.pid} on ${lock.holder.host}` : "a process";
    const owner = `by another rollout of this folder (${who})`;
    return Promise.reject(new LockedError(name, owner));
  };
  const definition = context.definition.stages[name];
  return whenFree(context, { name, definition }, phasesOf(definition)[0], take, wait);
}

/** Waits, or returns when the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}

function asLocked(stage: Pick<Stage, "name">, error: Error): LockedError | undefined {
  if (error instanceof LockedError) return error;
  if (!(error instanceof ConcurrentUpdateError)) return undefined;
  const [, by, at] = /created by (.+? \(pid \d+\)) at (\S+)/.exec(error.message) ?? [];
  // A backend that is a service names nobody; its page of the stack does.
  const owner = by === undefined ? "by another update" : `by ${by} since ${at}`;
  return new LockedError(stage.name, owner);
}
