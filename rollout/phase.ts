import type { RolloutContext } from "./context";
import type { JournalEntry } from "./journal";
import type { LabParts } from "./labParts";
import type { Finding } from "./plan/progress";
import type { Inputs, StagePhase, StageRecord } from "./plan/record";
import type { Stage } from "./stage";

/** What a phase of a stage is given. */
export interface PhaseContext {
  context: RolloutContext;
  stage: Stage;
  parts: LabParts;
  /** Name of the rollout, and token of its proofs. */
  rollout: string;
  /** What the journal says of this phase: since when it is under way. */
  entry: Pick<JournalEntry, "since">;
  record: StageRecord;
  inputs: Inputs;
  inputsDigest: string;
  /** The stages of the wave before, with their last success. */
  before: readonly { stage: string; succeededAt?: string }[];
  /** Folder for what the phase leaves behind. */
  folder: string;
}

/** How a phase ends: why it does not go on. */
export interface PhaseResult {
  /** `interrupted`: on request; the same phase begins again when the rollout is resumed. */
  outcome: "passed" | "failed" | "waiting" | "unknown" | "interrupted";
  findings?: Finding[];
  /** In a sentence. */
  detail?: string;
}

export type Phase = (phase: PhaseContext) => Promise<PhaseResult>;

export const passed: PhaseResult = { outcome: "passed" };

/** Failed where something was found. */
export function judged(findings: Finding[]): PhaseResult {
  return findings.length === 0 ? passed : { outcome: "failed", findings };
}

export function interrupted(phase: StagePhase): PhaseResult {
  return { outcome: "interrupted", detail: `interrupted in its phase ${phase}` };
}
