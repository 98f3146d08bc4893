import type { RolloutOptions } from "./arguments";
import type { RolloutDefinition } from "./plan/definition";
import type { Happening } from "./plan/progress";

/** What every verb is given. A verb is a function `(context: RolloutContext) => Promise<ExitCode>`. */
export interface RolloutContext {
  /** What rollout.yaml says. */
  definition: RolloutDefinition;
  /** Folder of rollout.yaml, absolute: projects, policy packs and `.peerlab/rollout/` are below it. */
  folder: string;
  /** What the command line says. */
  options: RolloutOptions;
  /** The caller's environment, from which each stage takes what its mapping names. */
  environment: NodeJS.ProcessEnv;
  /** Tells what happens: progress lines and reports are made of that alone. The time is filled in. */
  emit(event: Happening): void;
  /** Says something to whoever watches that is no part of the rollout, on standard error: what takes long, what could not be asked. */
  report(message: string): void;
  /** The clock. */
  now(): Date;
  /** Whether a person at a terminal can be asked: for an approval, or before an update. */
  interactive: boolean;
  /** Asks that person, and gives her answer without spaces around it; empty where nobody can be asked. */
  ask(question: string): Promise<string>;
  /** Aborted when this process is asked to end: what is under way is interrupted once, noted, and can be resumed. */
  signal: AbortSignal;
}

/** What a verb ends with, for pipelines. */
export const exitCodes = {
  /** All done; of `drift`: there is none. */
  done: 0,
  /** An error, or a gate that failed. */
  failed: 1,
  /** What was asked for waits: an approval is missing, a soak was interrupted. */
  waiting: 2,
  /** `drift` found some. */
  drifted: 3,
  /** Somebody could not be asked, and nothing is known to be wrong. */
  unknown: 4,
  /** The command line, or rollout.yaml, is wrong: nothing was begun. */
  usage: 64,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
