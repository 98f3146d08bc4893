/** The report of a rollout for machines. Pure. docs/rollout.md describes it. */
import type { Drift, Finding, StagePlan, StageStatus, Standing } from "./progress";
import type { StagePhase } from "./record";
import { secondsBetween, type Part, type RolloutView, type StageView } from "./view";

/** Version of the report's form: another one where a reader of this one could misread it. */
export const reportVersion = 1;

/** What `--json FILE` writes. It is made of events alone; nothing in it is secret. */
export interface RolloutReport {
  version: typeof reportVersion;
  /** The verb. */
  command?: string;
  /** Name of the rollout; absent where nothing was rolled out. */
  rollout?: string;
  begunAt?: string;
  endedAt?: string;
  exitCode?: number;
  /** In the order of the waves. */
  stages: ReportedStage[];
}

export interface ReportedPart {
  name: string;
  standing: Standing;
  detail?: string;
  begunAt?: string;
  /** When it came to stand as it does. */
  since?: string;
  /** From the one to the other. */
  seconds?: number;
}

export interface ReportedStage extends ReportedPart {
  /** The phase that it came to. */
  phase?: StagePhase;
  rings: ReportedPart[];
  findings: Finding[];
  plan?: StagePlan;
  status?: StageStatus;
  drift?: Drift[];
}

export function rolloutReport({
  command,
  rollout,
  begunAt,
  endedAt,
  exitCode,
  stages,
}: RolloutView): RolloutReport {
  return {
    version: reportVersion,
    command,
    rollout: rollout || undefined,
    begunAt,
    endedAt,
    exitCode,
    stages: stages.map(reportedStage),
  };
}

function reportedStage(stage: StageView): ReportedStage {
  const { phase, rings, findings, plan, status, drift } = stage;
  return {
    ...reportedPart(stage),
    phase,
    rings: rings.map(reportedPart),
    findings,
    plan,
    status,
    ...(drift.length > 0 && { drift }),
  };
}

function reportedPart({ name, standing, detail, begunAt, since }: Part): ReportedPart {
  const seconds = begunAt === undefined ? undefined : secondsBetween(begunAt, since);
  return { name, standing, detail, begunAt, since, seconds };
}
