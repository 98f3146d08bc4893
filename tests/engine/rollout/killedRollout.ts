import * as fs from "node:fs";
import * as path from "node:path";
import type { JournalEntry } from "../../../local/journal";
import { openJournal } from "../../../rollout/journal";
import type { StagePhase } from "../../../rollout/plan/record";
import type { RolloutRun, StagedLab } from "./stagedLab";

/** Where a rollout is killed. */
export type KillPoint =
  /** When a stage has come to a phase: the driver. */
  | { stage: string; phase: StagePhase }
  /** At the first entry of the stand-in's journal that matches: the driver alone, or with the engine. */
  | { what: string; matches: (entry: JournalEntry) => boolean; withEngine: boolean };

export function describePoint(point: KillPoint): string {
  return "phase" in point ? `${point.stage} comes to its ${point.phase}` : point.what;
}

/** Starts a rollout and kills it there with SIGKILL. Throws where it ends without having come there. */
export async function killedRollout(
  { lab, start }: StagedLab,
  args: readonly string[],
  point: KillPoint,
): Promise<RolloutRun> {
  const running = start(args);
  const pid = running.child.pid!;
  const forget =
    "phase" in point
      ? watchPhase(lab.directory, pid, point)
      : lab.standIn.journal.listen((entry) => {
          if (!point.matches(entry)) return;
          forget();
          process.kill(point.withEngine ? -pid : pid, "SIGKILL");
        });
  const run = await running.ended;
  forget();
  if (run.code !== null) throw new Error(`not killed when ${describePoint(point)}:\n${run.output}`);
  return run;
}

/** Kills the process when its own entry in the stage's journal says that it has come to the phase. */
function watchPhase(
  folder: string,
  pid: number,
  { stage, phase }: { stage: string; phase: StagePhase },
): () => void {
  const journal = openJournal(folder);
  const root = path.join(folder, ".peerlab", "rollout");
  const watcher = fs.watch(root, () => {
    const entry = journal.read(stage);
    if (entry?.process.pid !== pid || entry.phase !== phase || entry.outcome !== "running") return;
    watcher.close();
    process.kill(pid, "SIGKILL");
  });
  return () => watcher.close();
}
