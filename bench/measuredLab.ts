import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { lastLines } from "../engine/runCommand";
import { openJournal } from "../local/journal";
import { reachedIn, resourcesIn } from "./commandOutput";
import { entryOf, projectFileOf, variablesOf, type Kind } from "./kinds";
import { configurationOf } from "./labs";
import type { Operation } from "./options";
import { forgetPeak, mainThreadSeconds, usageOf, watchTree } from "./processes";
import type { Sample, Usage } from "./results";
import { startStandInProcess, type StandInProcess } from "./standInProcess";

const root = path.resolve(__dirname, "..");

export type TimedOperation = Exclude<Operation, "chain">;

/** What one operation used and did. */
export type Measured = Omit<Sample, "kind" | "machines" | "operation" | "round">;

export interface MeasuredLabOptions {
  kind: Kind;
  machines: number;
  /** How many bare resources are declared, where it is that kind. */
  bareResources: number;
  /** The longest that one operation may take, in seconds. */
  limit: number;
  skipsCheckpoints: boolean;
  /** Ends the operation that runs. */
  signal: AbortSignal;
}

/** A project with a stack and a stand-in of its own. */
export interface MeasuredLab {
  standIn: StandInProcess;
  /** Throws with the last lines of the output where the operation fails, takes too long or is ended. */
  measure(operation: TimedOperation): Promise<Measured>;
  close(): Promise<void>;
}

const commands: Record<TimedOperation, string[]> = {
  preview: ["preview"],
  up: ["up", "--yes", "--skip-preview"],
  "no-op": ["up", "--yes", "--skip-preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
};

/** Opens a lab in a folder inside the checkout, so that packages are found. */
export async function openMeasuredLab(options: MeasuredLabOptions): Promise<MeasuredLab> {
  const { kind, machines, bareResources, limit, skipsCheckpoints, signal } = options;
  const parent = path.join(root, ".peerlab", "bench");
  fs.mkdirSync(parent, { recursive: true });
  const directory = fs.mkdtempSync(path.join(parent, `${kind.name}-`));
  const write = (name: string, text: string) => fs.writeFileSync(path.join(directory, name), text);
  write("index.ts", entryOf(kind, "../../.."));
  write("package.json", JSON.stringify({ name: "bench", version: "1.0.0" }));
  write("Pulumi.yaml", projectFileOf(kind));
  for (const name of ["tsconfig.json", "tsconfig.program.json"]) {
    fs.copyFileSync(path.join(root, name), path.join(directory, name));
  }
  const config = { ...configurationOf(machines), "bench:resources": bareResources };
  write("Pulumi.test.yaml", stringify({ config }));

  const kept = path.join(directory, "local");
  const removeFolder = () => fs.rmSync(directory, { recursive: true, force: true });
  const standIn = await startStandInProcess(kept).catch((error: Error) => {
    removeFolder();
    throw error;
  });
  const close = async () => {
    await standIn.close();
    removeFolder();
  };
  const usageFile = path.join(directory, "usage.json");
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    ...standIn.environment,
    ...variablesOf(kind),
    ...(skipsCheckpoints ? { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" } : {}),
    NODE_OPTIONS: `--require=${path.join(__dirname, "programUsage.cjs")}`,
    PEERLAB_BENCH_USAGE: usageFile,
  };

  const run = (args: string[]) =>
    new Promise<{ seconds: number; output: string; engine?: Usage }>((resolve, reject) => {
      const started = process.hrtime.bigint();
      const child = spawn("pulumi", [...args, "--stack", "test", "--non-interactive"], {
        cwd: directory,
        env: environment,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const tree = watchTree(child.pid ?? 0);
      let ending: string | undefined;
      const end = (why: string) => {
        ending ??= why;
        tree.kill();
      };
      const timer = setTimeout(() => end(`took longer than ${limit} s`), limit * 1000);
      const abort = () => end("was ended");
      signal.addEventListener("abort", abort);
      if (signal.aborted) abort();
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => (output += text));
      }
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        return tree.end();
      };
      child.once("error", (error) => {
        settle();
        reject(error);
      });
      child.once("close", (code) => {
        const seconds = Number(process.hrtime.bigint() - started) / 1e9;
        const engine = settle();
        if (code === 0 && ending === undefined) return resolve({ seconds, output, engine });
        const how = ending ?? `failed with exit code ${code}`;
        const what = `pulumi ${args[0]} of ${kind.title}, ${machines} machines,`;
        reject(new Error(`${what} ${how}:\n${lastLines(output, 40)}`));
      });
    });

  try {
    await run(["stack", "init"]);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    standIn,
    async measure(operation) {
      const entries = () => openJournal(kept).read();
      const before = entries().length;
      fs.rmSync(usageFile, { force: true });
      forgetPeak(standIn.pid);
      const standInBefore = usageOf(standIn.pid);
      const loopBefore = mainThreadSeconds(standIn.pid);
      const { seconds, output, engine } = await run(commands[operation]);
      const standInAfter = usageOf(standIn.pid);
      const loopAfter = mainThreadSeconds(standIn.pid);
      return {
        seconds,
        engine,
        // No program runs for destroy.
        program: fs.existsSync(usageFile)
          ? (JSON.parse(fs.readFileSync(usageFile, "utf8")) as Usage)
          : undefined,
        standIn: standInBefore &&
          standInAfter && {
            cpuSeconds: standInAfter.cpuSeconds - standInBefore.cpuSeconds,
            peakMegabytes: standInAfter.peakMegabytes,
          },
        standInLoopSeconds:
          loopBefore === undefined || loopAfter === undefined ? undefined : loopAfter - loopBefore,
        resources: resourcesIn(output),
        ...reachedIn(entries().slice(before)),
      };
    },
    close,
  };
}
