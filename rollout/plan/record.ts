/** Name of the stack whose outputs are a stage's record. */
export function recordStack(stack: string): string {
  return `${stack}-rollout`;
}

/** What is kept of a stage, in a stack of its own beside the stage's: `lastGood` is what `rollback` goes back to. Nothing secret. */
export interface StageRecord {
  /** Version of this form. */
  version: 1;
  lastGood?: GoodInputs;
  /** The inputs before those, so that a rollback can be taken back. */
  previousGood?: GoodInputs;
  /** The rollout that is or was last at work here. */
  attempt?: StageAttempt;
  approvals: Approval[];
}

/** Everything that decides what an update does. */
export interface Inputs {
  /** Text of the stack's configuration file; its secrets stand in it as the stack's secrets provider has encrypted them. */
  configuration: string;
  /** Commit of the program's repository; absent outside of one. */
  commit?: string;
  /** Whether files of the program differed from the commit. */
  uncommitted?: boolean;
  /** SHA-256, in hex, over what differed from the commit, or over the program where there is no commit. */
  differences?: string;
  /** Version of the library. */
  libraryVersion: string;
  /** SHA-256 over the guest files, in hex. */
  guestFilesHash: string;
}

export interface GoodInputs extends Inputs {
  /** The rollout they came with. */
  rollout: string;
  /** When the stage's last gate was passed, ISO 8601 in UTC. */
  at: string;
}

/** Steps of a stage, in their order. */
export const stagePhases = [
  "freshness",
  "preview",
  "approval",
  "update",
  "proof",
  "command",
  "soak",
  "record",
] as const;
export type StagePhase = (typeof stagePhases)[number];

export interface StageAttempt {
  /** Name of the rollout: another one for each, the same where it is resumed. Also the token of its proofs. */
  rollout: string;
  /** SHA-256 over the inputs, in hex. */
  inputsDigest: string;
  phase: StagePhase;
  outcome: "running" | "waiting" | "failed" | "succeeded" | "rolledBack";
  /** When it came to this phase, ISO 8601 in UTC. */
  since: string;
  /** What went wrong, a sentence each. */
  failures: string[];
  /** What is, or was, at work; `up` where it is not said. */
  command?: "up" | "rollback";
  /** All stages of the rollout. */
  stages?: string[];
}

/** Somebody's agreement to exactly these inputs. */
export interface Approval {
  by: string;
  inputsDigest: string;
  at: string;
}
