import { exitCodes, type ExitCode, type RolloutContext } from "./context";
import { isAbandoned, openJournal, type JournalEntry } from "./journal";
import { configurationContent } from "./plan/gates";
import { wavesOf } from "./plan/order";
import type { StageStatus, Standing } from "./plan/progress";
import type { Inputs, StageAttempt, StageRecord } from "./plan/record";
import { readRecord } from "./record";
import { wantedInputs } from "./stageRings";
import { openStage, StageUnknownError } from "./stage";

/** `rollout status`: how each stage stands by its record, and what is otherwise now. Nothing is written. */
export async function runStatus(context: RolloutContext): Promise<ExitCode> {
  const waves = wavesOf(context.definition, context.options);
  context.emit({ kind: "rollout", rollout: "", command: "status", waves });
  const known = await Promise.all(waves.flat().map((name) => tellStatus(context, name)));
  return known.find((code) => code === exitCodes.failed) ?? (Math.max(...known) as ExitCode);
}

/** Tells of one stage; another one's status does not depend on whether this one is as it has to be. */
async function tellStatus(context: RolloutContext, name: string): Promise<ExitCode> {
  try {
    const stage = await openStage(context, name);
    const [record, inputs] = [await readRecord(stage), await wantedInputs(stage)];
    const status = statusOf(stage.definition.stack, record, inputs);
    const entry = openJournal(context.folder).read(name);
    context.emit({ kind: "status", stage: name, status });
    context.emit({ kind: "stage", stage: name, ...standingOf(record.attempt, entry) });
    return exitCodes.done;
  } catch (error) {
    const isUnknown = error instanceof StageUnknownError;
    const [standing, detail] = [
      isUnknown ? "unknown" : "failed",
      (error as Error).message,
    ] as const;
    context.emit({ kind: "stage", stage: name, standing, detail });
    return isUnknown ? exitCodes.unknown : exitCodes.failed;
  }
}

function statusOf(stack: string, { lastGood, attempt }: StageRecord, inputs: Inputs): StageStatus {
  return {
    stack,
    ...(lastGood && {
      lastGood: {
        ...{ rollout: lastGood.rollout, at: lastGood.at, libraryVersion: lastGood.libraryVersion },
        ...(lastGood.commit !== undefined && { commit: lastGood.commit }),
      },
    }),
    ...(attempt && {
      attempt: {
        ...{ rollout: attempt.rollout, phase: attempt.phase },
        ...{ outcome: attempt.outcome, since: attempt.since },
      },
    }),
    changed: lastGood ? changedSince(lastGood, inputs) : [],
  };
}

/** What is otherwise than in those inputs, in a few words each. */
export function changedSince(before: Inputs, now: Inputs): string[] {
  const changed: string[] = [];
  const [earlier, content] = [before, now].map((one) => configurationContent(one.configuration));
  if (earlier !== content) changed.push("configuration");
  if (before.commit !== now.commit) {
    changed.push(`commit ${short(before.commit)}, now ${short(now.commit)}`);
  }
  if (before.differences !== now.differences) {
    changed.push(now.uncommitted ? "files that are not committed" : "the program's files");
  }
  if (before.libraryVersion !== now.libraryVersion) {
    changed.push(`library ${before.libraryVersion}, now ${now.libraryVersion}`);
  }
  if (before.guestFilesHash !== now.guestFilesHash) changed.push("guest files");
  return changed;
}

function short(commit: string | undefined): string {
  return commit?.slice(0, 10) ?? "unknown";
}

const standings: Readonly<Record<StageAttempt["outcome"], Standing>> = {
  running: "running",
  waiting: "waiting",
  failed: "failed",
  succeeded: "succeeded",
  rolledBack: "succeeded",
};

function standingOf(
  attempt: StageAttempt | undefined,
  entry: JournalEntry | undefined,
): { standing: Standing; phase?: StageAttempt["phase"]; detail?: string } {
  if (!attempt) return { standing: "pending", detail: "no rollout has come here" };
  const { outcome, phase, failures } = attempt;
  // This computer knows better whether somebody is still at work, and at what.
  const own = entry?.rollout === attempt.rollout ? entry : undefined;
  if (outcome === "running" && own && isAbandoned(own)) {
    const again = own.command === "rollback" ? "the same rollback" : "up --resume";
    const detail = `interrupted; ${again} goes on`;
    return { standing: "waiting", phase: own.phase, detail };
  }
  if (outcome === "rolledBack") return { standing: "succeeded", detail: "rolled back" };
  const detail = failures.join("; ");
  return { standing: standings[outcome], phase: own?.phase ?? phase, ...(detail && { detail }) };
}
