import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import type { JournalEntry } from "../../../local/journal";
import type { RolloutReport } from "../../../rollout/plan/jsonReport";
import type { WrittenRollout } from "../../../rollout/plan/rolloutShape";
import { provingActions, type LabProjectOptions } from "../labProject";
import { openRolloutProject, type RolloutProject } from "./rolloutProject";

const root = path.resolve(__dirname, "../../..");

/** How `npm run rollout` ended. */
export interface RolloutRun {
  /** The exit code; null where it was killed. */
  code: number | null;
  /** Everything that it printed. */
  output: string;
  /** What `--json` wrote; undefined of a verb that wrote none, or where it was killed. */
  report?: RolloutReport;
  /** What happened in the stand-in meanwhile. */
  journal: JournalEntry[];
}

/** A rollout that is under way. */
export interface RunningRollout {
  child: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  /** Resolves when it has printed something that matches, or has ended. */
  said(words: RegExp): Promise<void>;
  ended: Promise<RolloutRun>;
}

/** A rollout of labs on one stand-in, driven by processes of its own as its users start them. */
export interface StagedLab extends Omit<RolloutProject, "definition" | "context"> {
  /** Writes rollout.yaml. */
  writeStages(rollout: WrittenRollout): void;
  /** Starts `npm run rollout -- VERB ...`; the environment is laid over the caller's. */
  start(args: readonly string[], environment?: NodeJS.ProcessEnv): RunningRollout;
  rollout(...args: string[]): Promise<RolloutRun>;
  /** Keeps everything as it is now, configuration and rollouts included. */
  save(): void;
  /** Goes back to what was kept. */
  restore(): Promise<void>;
}

/** The verbs that write a report. */
const reporting = ["plan", "up", "status", "approve", "rollback", "drift"];

/** Opens a project with a stack for each stage. */
export async function openStagedLab(
  stages: readonly string[],
  options?: LabProjectOptions,
): Promise<StagedLab> {
  const project = await openRolloutProject(stages, {}, options);
  const { lab } = project;
  const { directory } = lab;
  const saved = { standIn: path.join(directory, "saved"), own: path.join(directory, "saved-own") };
  const own = [...stages.map((stage) => `Pulumi.${stage}.yaml`), ".peerlab"];
  const copy = (from: string, to: string) => {
    for (const name of own) {
      fs.rmSync(path.join(to, name), { recursive: true, force: true });
      const file = path.join(from, name);
      if (fs.existsSync(file)) fs.cpSync(file, path.join(to, name), { recursive: true });
    }
  };

  let runs = 0;
  const start: StagedLab["start"] = (args, environment = {}) => {
    const file = path.join(directory, `report-${++runs}.json`);
    const before = lab.standIn.journal.read().length;
    const script = path.join(root, "rollout", "main.ts");
    const compiler = ["--require", path.join(root, "engine", "typescript.cjs")];
    const report = reporting.includes(args[0]) ? ["--json", file] : [];
    const child = spawn(process.execPath, [...compiler, script, ...args, ...report], {
      cwd: directory,
      env: { ...process.env, ...lab.standIn.environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that all of it can be killed.
      detached: true,
    });
    let output = "";
    let heard = () => {};
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        heard();
      });
    }
    // An engine that outlives a driver that was killed keeps its output open: the exit is what counts.
    const ended = once(child, "exit").then(([code]): RolloutRun => {
      const written = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
      return {
        code: code as number | null,
        output,
        report: written === undefined ? undefined : (JSON.parse(written) as RolloutReport),
        journal: lab.standIn.journal.read().slice(before),
      };
    });
    const said = (words: RegExp) => {
      const isSaid = new Promise<void>((resolve) => {
        heard = () => words.test(output) && resolve();
        heard();
      });
      return Promise.race([isSaid, ended.then(() => {})]);
    };
    return { child, output: () => output, said, ended };
  };

  return {
    ...project,
    writeStages: (rollout) =>
      fs.writeFileSync(path.join(directory, "rollout.yaml"), stringify(rollout)),
    start,
    rollout: (...args) => start(args).ended,
    save() {
      lab.save(saved.standIn);
      fs.mkdirSync(saved.own, { recursive: true });
      copy(directory, saved.own);
    },
    async restore() {
      await lab.restore(saved.standIn);
      copy(saved.own, directory);
    },
  };
}

/** The report's part about a stage. */
export function stageOf({ report, output }: RolloutRun, stage: string) {
  const found = report?.stages.find(({ name }) => name === stage);
  if (!found) throw new Error(`nothing is reported of ${stage}:\n${output}`);
  return found;
}

/** How the stages, or the rings of one, stand at the end of a run. */
export function standings(
  parts: readonly { name: string; standing: string }[] = [],
): Record<string, string> {
  return Object.fromEntries(parts.map(({ name, standing }) => [name, standing]));
}

/** The guest action that a command runs. */
export const actionOf = ({ what }: JournalEntry) => what.split(" ").at(-1) ?? "";

/** What changes machines, `machine: step` each, sorted. */
export function stepsOf(journal: readonly JournalEntry[]): string[] {
  return journal
    .filter((entry) => ["command", "runCommand"].includes(entry.kind))
    .filter((entry) => !isLook(entry))
    .map((entry) => `${entry.subject}: ${entry.kind === "command" ? actionOf(entry) : entry.kind}`)
    .sort();
}

/** What only looks: the proof and the check. */
export function isLook(entry: JournalEntry): boolean {
  return [...provingActions, "Test-PeerMachine"].includes(actionOf(entry));
}
