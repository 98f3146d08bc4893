import * as crypto from "node:crypto";
import { exitCodes, type ExitCode, type RolloutContext } from "./context";
import { MissingVariablesError } from "./environment";
import { openJournal, type Journal } from "./journal";
import { stagesBefore, wavesOf } from "./plan/order";
import type { StageRecord } from "./plan/record";
import { lastOf, whyNotResumed, wavesWithin, type KnownRollout } from "./plan/resume";
import { readRecord } from "./record";
import { runStage, type StageOutcome } from "./runStage";
import { openStage, StageError } from "./stage";

/** `rollout up`: takes the stages through their phases, wave by wave, and stops after a wave in which one does not pass. */
export async function runUp(context: RolloutContext): Promise<ExitCode> {
  const { definition, options, folder } = context;
  const chosen = wavesOf(definition, options);
  const journal = openJournal(folder);
  const last = options.resume ? await lastRollout(context, journal, chosen.flat()) : undefined;
  const refusal = options.resume ? whyNotResumed(last, options.file) : undefined;
  if (refusal !== undefined) throw new Error(refusal);
  const waves = wavesWithin(chosen, last?.stages);
  const stages = waves.flat();
  const { rollout, startedAt } = last ?? newRollout(context.now());
  context.emit({ kind: "rollout", rollout, command: "up", waves });
  if (!(await allCanBeOpened(context, stages))) return exitCodes.failed;

  const succeeded = new Map<string, string>();
  for (const wave of waves) {
    let failed: string | undefined;
    const outcomes = await Promise.all(
      wave.map(async (name) => {
        const before = () => lastSuccesses(context, name, succeeded);
        const own = { name, rollout, startedAt, command: "up" as const, stages };
        const isStopped = () => (failed === undefined ? undefined : `stage ${failed} did not pass`);
        const run = { ...own, context, journal, before, isStopped };
        const outcome = await runStage({ ...run, resumed: last !== undefined });
        if (outcome === "passed") succeeded.set(name, context.now().toISOString());
        else if (outcome === "failed") failed ??= name;
        return outcome;
      }),
    );
    const code = codeOf(outcomes);
    if (code !== exitCodes.done) {
      for (const name of waves.slice(waves.indexOf(wave) + 1).flat()) {
        const detail = "a stage before it has not passed";
        context.emit({ kind: "stage", stage: name, standing: "skipped", detail });
      }
      return code;
    }
  }
  return exitCodes.done;
}

/** A name that is no other rollout's; it is the token of its proofs, too. */
export function newRollout(now: Date): { rollout: string; startedAt: string } {
  const startedAt = now.toISOString();
  const time = startedAt.replace(/\.\d+/, "").replace(/[-:]/g, "");
  return { rollout: `${time}-${crypto.randomBytes(3).toString("hex")}`, startedAt };
}

/** What failed weighs most; then what is not known, and what waits. */
export function codeOf(outcomes: readonly StageOutcome[]): ExitCode {
  const has = (...some: StageOutcome[]) => outcomes.some((outcome) => some.includes(outcome));
  if (has("failed")) return exitCodes.failed;
  if (has("unknown")) return exitCodes.unknown;
  if (has("waiting", "interrupted", "stopped")) return exitCodes.waiting;
  return exitCodes.done;
}

/** What is wrong with a stage is said before anything is begun; a backend that does not answer is met when its stage's turn comes. */
async function allCanBeOpened(
  context: RolloutContext,
  stages: readonly string[],
): Promise<boolean> {
  const problems = await Promise.all(
    stages.map(async (stage) => {
      const error = await openStage(context, stage).then(
        () => undefined,
        (reason: Error) => reason,
      );
      const isWrong = error instanceof StageError || error instanceof MissingVariablesError;
      return isWrong ? { stage, detail: error.message } : undefined;
    }),
  );
  for (const problem of problems) {
    if (problem) context.emit({ kind: "stage", standing: "failed", ...problem });
  }
  return problems.every((problem) => problem === undefined);
}

/** When the stages of the wave before last succeeded: in this rollout, or by their records. */
async function lastSuccesses(
  context: RolloutContext,
  name: string,
  succeeded: ReadonlyMap<string, string>,
): Promise<{ stage: string; succeededAt?: string }[]> {
  if (context.definition.stages[name].gates.freshnessSeconds === undefined) return [];
  return Promise.all(
    stagesBefore(context.definition, name).map(async (stage) => {
      const known = succeeded.get(stage);
      if (known !== undefined) return { stage, succeededAt: known };
      const { lastGood, attempt } = await readRecord(await openStage(context, stage));
      // What was begun since then and failed is what is there now.
      const holds = attempt?.outcome === "succeeded" || attempt?.outcome === "rolledBack";
      return { stage, ...(holds && lastGood && { succeededAt: lastGood.at }) };
    }),
  );
}

/** The rollout that was at work last, by the journals of this computer, else by the stages' records. */
async function lastRollout(
  context: RolloutContext,
  journal: Journal,
  stages: readonly string[],
): Promise<KnownRollout | undefined> {
  const entries = stages.flatMap((stage) => journal.read(stage) ?? []);
  const known = entries.map((entry) => ({ ...entry, hasEnded: entry.outcome === "succeeded" }));
  return lastOf(known.length > 0 ? known : await recordedRollouts(context, stages));
}

async function recordedRollouts(
  context: RolloutContext,
  stages: readonly string[],
): Promise<KnownRollout[]> {
  const known = await Promise.all(
    stages.map(async (stage) => {
      // Of one that cannot be asked nothing is known; its turn will tell.
      const record = await openStage(context, stage)
        .then(readRecord)
        .catch(() => undefined);
      return recordedRollout(stage, record);
    }),
  );
  return known.flatMap((one) => one ?? []);
}

/** What a stage's record says of the rollout that was last at work there. */
export function recordedRollout(
  stage: string,
  record: StageRecord | undefined,
): KnownRollout | undefined {
  const { attempt } = record ?? {};
  if (!attempt) return undefined;
  const { rollout, outcome, since, stages } = attempt;
  const command = outcome === "rolledBack" ? "rollback" : (attempt.command ?? "up");
  const hasEnded = outcome === "rolledBack" || outcome === "succeeded";
  return { rollout, command, stage, stages, startedAt: since, hasEnded };
}
