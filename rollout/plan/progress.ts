import type { StagePhase } from "./record";

/** How a stage or ring stands. `unknown`: nobody could be asked; that is neither good nor bad. */
export type Standing =
  "pending" | "running" | "waiting" | "succeeded" | "failed" | "skipped" | "unknown";

/** What happens in a rollout, in its order: what progress lines and reports are made of. Nothing in it is secret. */
export type RolloutEvent =
  | { kind: "rollout"; rollout: string; command: string; waves: string[][]; at: string }
  | {
      kind: "stage";
      stage: string;
      standing: Standing;
      phase?: StagePhase;
      detail?: string;
      at: string;
    }
  | { kind: "ring"; stage: string; ring: string; standing: Standing; detail?: string; at: string }
  | { kind: "finding"; stage: string; finding: Finding; at: string }
  | { kind: "plan"; stage: string; plan: StagePlan; at: string }
  | { kind: "end"; exitCode: number; at: string };

/** One thing that is wrong, where, and why. */
export interface Finding {
  phase: StagePhase;
  ring?: string;
  /** Key of the machine that it is about. */
  machine?: string;
  message: string;
}

/** What a preview plans for a stage. */
export interface StagePlan {
  create: number;
  update: number;
  replace: number;
  delete: number;
  same: number;
  /** Keys of machines. */
  replacedMachines: string[];
  deletedMachines: string[];
  createdMachines: string[];
  /** Guest steps that would run, by resource name. */
  steps: string[];
}
