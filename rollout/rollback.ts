import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import type { ExitCode, RolloutContext } from "./context";
import { checkOutProgram, isSameProgram, type EarlierProgram } from "./earlierProgram";
import { healStage } from "./heal";
import { openJournal, writeAtomically, type Journal, type JournalEntry } from "./journal";
import { whenFree } from "./locks";
import { inputsDigest } from "./plan/gates";
import type { GoodInputs, StageRecord } from "./plan/record";
import { readRecord } from "./record";
import { runStage } from "./runStage";
import { openStage, StageError, type Stage } from "./stage";
import { codeOf, newRollout } from "./up";

/**
 * `rollout rollback`: takes a stage back to the inputs with which it last succeeded, through the same gates but freshness and
 * approval. After a success that is what was before it.
 */
export async function runRollback(context: RolloutContext): Promise<ExitCode> {
  const name = context.options.stage as string;
  const journal = openJournal(context.folder);
  const { rollout, startedAt } = newRollout(context.now());
  context.emit({ kind: "rollout", rollout, command: "rollback", waves: [[name]] });
  let program: EarlierProgram | undefined;
  try {
    const outcome = await runStage({
      ...{ context, journal, name, rollout, startedAt, command: "rollback", resumed: false },
      stages: [name],
      isStopped: () => undefined,
      before: () => Promise.resolve([]),
      back: {
        without: ["freshness", "approval"],
        async prepare() {
          const begun = { rollout, startedAt, stages: [name] };
          const prepared = await prepareRollback(context, journal, name, begun);
          program = prepared.program;
          return { ...prepared, project: program?.project };
        },
      },
    });
    return codeOf([outcome]);
  } finally {
    await program?.remove();
  }
}

/** What a stage goes back to, and what it could go back to after that. */
interface RollbackTarget {
  target: GoodInputs;
  previous?: GoodInputs;
}

/** Writes the earlier configuration, and finds the program that goes with it. */
async function prepareRollback(
  context: RolloutContext,
  journal: Journal,
  name: string,
  begun: Pick<JournalEntry, "rollout" | "startedAt" | "stages">,
): Promise<RollbackTarget & { program?: EarlierProgram }> {
  const stage = await openStage(context, name);
  const report = (detail: string) =>
    context.emit({ kind: "stage", stage: name, standing: "running", detail });
  const left = journal.read(name);
  await whenFree(context, stage, "freshness", () => healStage(stage, left, report));
  const known = await readRecord(stage);
  const chosen = rollbackTarget(known, left?.command === "rollback" ? left.target : undefined);
  if (!chosen) {
    const none = known.lastGood ? "nothing is known from before its last success" : "it never has";
    throw new StageError(name, `there is nothing to go back to where it succeeded: ${none}`);
  }
  const { target } = chosen;
  journal.aim(name, inputsDigest(target));
  const now = await stage.inputs();
  const program = isSameProgram(now, target)
    ? undefined
    : await checkOutProgram(stage, target, journal.folderOf(name));
  // From here on it is not as a rollout left it, so none is to be resumed.
  const since = context.now().toISOString();
  const noted = {
    ...begun,
    stage: name,
    command: "rollback",
    inputsDigest: inputsDigest(now),
  } as const;
  journal.write({ ...noted, phase: "freshness", outcome: "running", since });
  const text = withSecretsProvider(target.configuration, now.configuration);
  if (text !== now.configuration) {
    const kept = replaceConfiguration(stage, text, journal.folderOf(name), begun.rollout);
    const where = kept === undefined ? "" : `; what stood there is kept in ${kept}`;
    report(`wrote the configuration of ${target.at} into ${stage.configurationFile}${where}`);
  }
  if (program) {
    report(`runs the program of commit ${target.commit?.slice(0, 10)}`);
    const beside = path.relative(stage.project, stage.configurationFile);
    const file = path.join(program.project, beside);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text, { mode: 0o600 });
  }
  return { ...chosen, ...(program && { program }) };
}

/**
 * What a rollback leads to: where the last rollout did not succeed, the last good inputs, which it left; where it did, those before
 * them. One that was broken off leads where it was to lead.
 */
export function rollbackTarget(
  { lastGood, previousGood, attempt }: StageRecord,
  aim?: string,
): RollbackTarget | undefined {
  const isAim = (inputs: GoodInputs | undefined) =>
    aim !== undefined && inputs !== undefined && inputsDigest(inputs) === aim;
  const isLeft = attempt?.outcome === "succeeded" || isAim(previousGood);
  if (isLeft && !isAim(lastGood)) {
    return previousGood && { target: previousGood, previous: lastGood };
  }
  return lastGood && { target: lastGood };
}

/**
 * Replaces a stack's configuration file. What stood in it may be nowhere else, so it is kept in the folder, by the name of the rollback:
 * gives that file, if there was anything.
 */
export function replaceConfiguration(
  { configurationFile }: Pick<Stage, "configurationFile">,
  text: string,
  folder: string,
  rollout: string,
): string | undefined {
  let kept: string | undefined;
  if (fs.existsSync(configurationFile)) {
    kept = path.join(folder, `${path.basename(configurationFile, ".yaml")}.before-${rollout}.yaml`);
    writeAtomically(kept, fs.readFileSync(configurationFile, "utf8"));
  }
  writeAtomically(configurationFile, text);
  return kept;
}

/** The earlier text, with how the stack keeps its secrets now: that is the stack's, and nothing that a rollout changes. */
export function withSecretsProvider(earlier: string, now: string): string {
  const [document, current] = [parseDocument(earlier), parseDocument(now)];
  let changed = false;
  for (const key of ["secretsprovider", "encryptedkey", "encryptionsalt"]) {
    const value = current.get(key);
    if (value === document.get(key)) continue;
    if (value === undefined) document.delete(key);
    else document.set(key, value);
    changed = true;
  }
  return changed ? document.toString({ lineWidth: 0 }) : earlier;
}
