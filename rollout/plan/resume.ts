/** Which rollout `up --resume` goes on with. Pure. */
import { rolloutCall } from "./call";

/** A rollout, or a rollback, as the journal or the record of a stage knows it. */
export interface KnownRollout {
  rollout: string;
  command: "up" | "rollback";
  /** The stage that knows it. */
  stage: string;
  /** All of its stages; absent where an earlier version wrote of it. */
  stages?: readonly string[];
  /** When it began, ISO 8601 in UTC. */
  startedAt: string;
  /** Whether the stage has come to its end in it. */
  hasEnded: boolean;
}

/** The one that began last, of whatever command; undefined where there is none. */
export function lastOf(known: readonly KnownRollout[]): KnownRollout | undefined {
  return known.toSorted((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt))[0];
}

/** Why there is nothing for `up` to go on with, and what to do; undefined where there is. `file` is the rollout.yaml that was named. */
export function whyNotResumed(last: KnownRollout | undefined, file?: string): string | undefined {
  const anew = `${rolloutCall("up", { file })} begins a new one.`;
  if (!last) return `There is no rollout to resume; ${anew}`;
  const { command, stage, hasEnded } = last;
  if (command === "up") return undefined;
  return hasEnded
    ? `There is no rollout to resume: what was last at work is the rollback of ${stage}, which has ended; ${anew}`
    : `There is no rollout to resume: what was last at work is the rollback of ${stage}, which has not ended; ${rolloutCall(`rollback ${stage}`, { file })} finishes it.`;
}

/** The waves without what is no stage of the rollout. All of them where its stages are not known. */
export function wavesWithin(
  waves: readonly (readonly string[])[],
  stages: readonly string[] | undefined,
): string[][] {
  return waves
    .map((wave) => wave.filter((stage) => stages?.includes(stage) ?? true))
    .filter((wave) => wave.length > 0);
}
