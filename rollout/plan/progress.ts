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
  | { kind: "status"; stage: string; status: StageStatus; at: string }
  | { kind: "drift"; stage: string; drift: Drift; at: string }
  | { kind: "end"; exitCode: number; at: string };

type WithoutTime<Event> = Event extends RolloutEvent ? Omit<Event, "at"> & { at?: string } : never;

/** An event whose time, where none is given, is that of its telling. */
export type Happening = WithoutTime<RolloutEvent>;

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

/** How a stage stands between rollouts: what its record says, beside what is there now. */
export interface StageStatus {
  stack: string;
  /** Where a rollback leads; absent where no rollout has ever succeeded here. */
  lastGood?: { rollout: string; at: string; commit?: string; libraryVersion: string };
  /** The rollout that is or was last at work here. */
  attempt?: { rollout: string; phase: StagePhase; outcome: string; since: string };
  /** What is otherwise now than in the last good inputs, in a few words each; empty where nothing is. */
  changed: string[];
}

/** What was found of one resource in the cloud, or of one machine's inside. */
export interface Drift {
  side: "cloud" | "guest";
  /** Name of the resource, or key of the machine. */
  subject: string;
  standing: "in place" | "drifted" | "unknown";
  /** What differs (was, is), or why it is not known; nothing secret. */
  details: string[];
}
