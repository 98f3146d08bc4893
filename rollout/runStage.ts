import type { RolloutContext } from "./context";
import { approvalPhase, confirmUpdate, freshnessPhase } from "./approvalPhase";
import { commandPhase } from "./commandPhase";
import { previewPhase, updatePhase } from "./enginePhases";
import { healStage } from "./heal";
import { isAbandoned, type Journal, type JournalEntry } from "./journal";
import { labPartsOf } from "./labParts";
import { LockedError, takeStage, whenFree } from "./locks";
import { passed, type Phase, type PhaseContext, type PhaseResult } from "./phase";
import { inputsDigest } from "./plan/gates";
import { nextPhase, phasesOf, resumeAt } from "./plan/order";
import type { GoodInputs, Inputs, StageAttempt, StagePhase, StageRecord } from "./plan/record";
import { proofPhase, soakPhase } from "./proofPhase";
import { changeRecord, readRecord } from "./record";
import { writeRings } from "./stageRings";
import { openStage, StageUnknownError, type Stage } from "./stage";

/** How a stage ends. `stopped`: another stage of its wave failed. */
export type StageOutcome = PhaseResult["outcome"] | "stopped";

/** A stage's way through a rollout. */
export interface StageRun {
  context: RolloutContext;
  journal: Journal;
  name: string;
  rollout: string;
  command: JournalEntry["command"];
  /** All stages of the rollout. */
  stages: readonly string[];
  /** When the rollout began, ISO 8601 in UTC. */
  startedAt: string;
  /** Whether it goes on from where the same rollout stood. */
  resumed: boolean;
  /** Whether no further phase is to be begun, because another stage failed. */
  isStopped: () => string | undefined;
  /** Asks for the stages of the wave before, with their last success. */
  before: () => Promise<PhaseContext["before"]>;
  /** Of a rollback: what it goes back to. */
  back?: RollbackRun;
}

/** A stage's way back to inputs that were good. */
export interface RollbackRun {
  /** Puts them in place, with the stage for itself; gives the folder of the program where it is another one. */
  prepare: () => Promise<{ project?: string; target: Inputs; previous?: GoodInputs }>;
  /** Phases that it does not go through. */
  without: readonly StagePhase[];
}

const phases: Readonly<Record<StagePhase, Phase>> = {
  freshness: freshnessPhase,
  preview: previewPhase,
  approval: approvalPhase,
  update: updatePhase,
  proof: proofPhase,
  command: commandPhase,
  soak: soakPhase,
  record: () => Promise.resolve(passed),
};

/** Takes a stage through its phases. What it comes to is told, and is in the journal and the record. Never throws. */
export async function runStage(run: StageRun): Promise<StageOutcome> {
  const { context, name, journal } = run;
  const tell = (standing: "failed" | "unknown" | "waiting", detail: string) =>
    context.emit({ kind: "stage", stage: name, standing, detail });
  let lock: Awaited<ReturnType<typeof takeStage>> | undefined;
  try {
    lock = await takeStage(context, journal, name);
    return await throughPhases(run);
  } catch (error) {
    // Nothing was at fault: it was told to end while it waited for somebody else.
    if (error instanceof LockedError && context.signal.aborted) {
      tell("waiting", `${error.message}; this rollout was interrupted while it waited`);
      return "interrupted";
    }
    const isUnknown = error instanceof StageUnknownError;
    tell(isUnknown ? "unknown" : "failed", (error as Error).message);
    return isUnknown ? "unknown" : "failed";
  } finally {
    lock?.release();
  }
}

async function throughPhases(run: StageRun): Promise<StageOutcome> {
  const { context, journal, name, rollout } = run;
  const back = await run.back?.prepare();
  const stage = await openStage(context, name, {
    project: back?.project,
    variables: { PEERLAB_PROOF_TOKEN: rollout },
  });
  const left = journal.read(name);
  const report = (detail: string) =>
    context.emit({ kind: "stage", stage: name, standing: "running", detail });
  await whenFree(context, stage, "freshness", () => healStage(stage, left, report));
  if (run.command === "up") writeRings(stage, report);
  const parts = await labPartsOf(stage);
  const inputs = await stage.inputs();
  const digest = inputsDigest(inputs);
  const record = await readRecord(stage);
  const entry = run.resumed ? entryOf(left, record, rollout) : undefined;
  const resumed = { rollout, inputsDigest: digest, journal: entry };
  const first = run.resumed
    ? resumeAt(record, resumed, stage.definition)
    : phasesOf(stage.definition)[0];
  if (first === "skip") {
    const detail = "succeeded in this rollout before";
    context.emit({ kind: "stage", stage: name, standing: "skipped", detail });
    return "passed";
  }
  const whole = { command: run.command, stages: [...run.stages] };
  const common = { stage: name, rollout, ...whole, startedAt: run.startedAt };
  const note = (phase: StagePhase, since: string, outcome: JournalEntry["outcome"] = "running") =>
    journal.write({ ...common, phase, since, outcome, inputsDigest: digest });

  const attemptOf = (phase: StagePhase, since: string) => ({
    ...{ rollout, inputsDigest: digest, phase, since, ...whole },
  });
  const begun = context.now().toISOString();
  note(first, entry?.phase === first ? entry.since : begun);
  const latest = await changeRecord(stage, (known) => ({
    ...known,
    attempt: { ...attemptOf(first, begun), outcome: "running", failures: [] },
  }));
  const before = await run.before();
  const folder = journal.folderOf(name);

  let phase: StagePhase | undefined = first;
  while (phase !== undefined) {
    const since: string =
      phase === first && entry?.phase === first ? entry.since : context.now().toISOString();
    const stopped = run.isStopped();
    if (stopped !== undefined) {
      note(phase, since, "interrupted");
      context.emit({ kind: "stage", stage: name, standing: "skipped", phase, detail: stopped });
      await changeRecord(stage, (known) => ({
        ...known,
        attempt: { ...attemptOf(phase!, since), outcome: "waiting", failures: [stopped] },
      }));
      return "stopped";
    }
    note(phase, since);
    context.emit({ kind: "stage", stage: name, standing: "running", phase });
    const own: PhaseContext = {
      ...{ context, stage, parts, rollout, entry: { since }, record: latest, inputs },
      ...{ inputsDigest: digest, before, folder },
    };
    const result = run.back?.without.includes(phase) ? passed : await through(phase, own);
    if (result.outcome !== "passed") return end(run, stage, attemptOf(phase, since), result, note);
    const next = nextPhase(phase, stage.definition);
    if (phase === "record" || next === undefined) break;
    phase = next;
  }
  const at = context.now().toISOString();
  await changeRecord(stage, (known) =>
    back
      ? rolledBack(known, { ...back.target, rollout, at }, back.previous, attemptOf("record", at))
      : succeeded(known, { ...inputs, rollout, at }, attemptOf("record", at)),
  );
  note("record", at, "succeeded");
  context.emit({ kind: "stage", stage: name, standing: "succeeded" });
  return "passed";
}

async function through(phase: StagePhase, own: PhaseContext): Promise<PhaseResult> {
  if (phase === "update") {
    const confirmed = await confirmUpdate(own);
    if (confirmed.outcome !== "passed") return confirmed;
  }
  try {
    return await phases[phase](own);
  } catch (error) {
    if (own.context.signal.aborted) {
      return { outcome: "interrupted", detail: `interrupted in its phase ${phase}` };
    }
    if (error instanceof StageUnknownError || error instanceof LockedError) throw error;
    return { outcome: "failed", findings: [{ phase, message: (error as Error).message }] };
  }
}

type Attempt = Omit<StageAttempt, "outcome" | "failures">;

type Note = (phase: StagePhase, since: string, outcome: JournalEntry["outcome"]) => void;

async function end(
  { context, name, command }: StageRun,
  stage: Stage,
  attempt: Attempt,
  { outcome, findings = [], detail }: PhaseResult,
  note: Note,
): Promise<StageOutcome> {
  const { phase, since } = attempt;
  const kept = outcome === "waiting" ? "waiting" : outcome === "failed" ? "failed" : "running";
  // What a soak has waited already counts when it is resumed.
  note(phase, since, outcome === "interrupted" ? "interrupted" : kept);
  for (const finding of findings) context.emit({ kind: "finding", stage: name, finding });
  const standings = { failed: "failed", unknown: "unknown" } as const;
  const standing = standings[outcome as keyof typeof standings] ?? "waiting";
  const again = command === "rollback" ? "the same rollback" : "up --resume";
  const how = outcome === "interrupted" ? `${detail}; ${again} goes on` : detail;
  context.emit({ kind: "stage", stage: name, standing, phase, detail: how });
  const failures = findings.map(({ machine, message }) =>
    machine === undefined || message.includes(machine) ? message : `${machine}: ${message}`,
  );
  await changeRecord(stage, (known) => ({
    ...known,
    attempt: { ...attempt, outcome: kept, failures },
  }));
  return outcome;
}

/** The record of a stage that has passed its last gate with these inputs. */
function succeeded(known: StageRecord, good: GoodInputs, attempt: Attempt): StageRecord {
  const { lastGood, previousGood } = known;
  const isOther = lastGood !== undefined && inputsDigest(lastGood) !== inputsDigest(good);
  const before = isOther ? lastGood : previousGood;
  return {
    ...known,
    lastGood: good,
    ...(before && { previousGood: before }),
    attempt: { ...attempt, outcome: "succeeded", failures: [] },
  };
}

/** The same of one that is back where it was. */
function rolledBack(
  known: StageRecord,
  good: GoodInputs,
  previous: GoodInputs | undefined,
  attempt: Attempt,
): StageRecord {
  return {
    ...known,
    lastGood: good,
    ...(previous && { previousGood: previous }),
    attempt: { ...attempt, outcome: "rolledBack", failures: [] },
  };
}

/** Where this rollout stood: by the journal of this computer, else by the record, which another one may have written. */
function entryOf(
  left: JournalEntry | undefined,
  { attempt }: StageRecord,
  rollout: string,
): Pick<JournalEntry, "phase" | "inputsDigest" | "since"> | undefined {
  if (left?.rollout === rollout && isAbandoned(left)) return left;
  return attempt?.rollout === rollout ? attempt : undefined;
}
