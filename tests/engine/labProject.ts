import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { getEngine } from "../../engine";
import { runCommand } from "../../engine/runCommand";
import type { CommandProviderKind } from "../../local/commandProvider";
import { partsOf } from "../../local/directory";
import type { JournalEntry } from "../../local/journal";
import type { RequestObserver } from "../../local/provider";
import { startStandIn, type StandIn } from "../../local/standin";

const root = path.resolve(__dirname, "../..");

export interface Run {
  code: number | null;
  /** Everything the CLI printed. */
  output: string;
  /** What happened in the stand-in meanwhile. */
  journal: JournalEntry[];
}

/** A resource as the stack's state holds it. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A project of its own on a stand-in of its own, driven by the real CLI. */
export interface LabProject {
  standIn: StandIn;
  directory: string;
  /** Replaces the stack's configuration. Keys without a namespace are the program's. */
  configure(config: Record<string, unknown>): void;
  pulumi(...args: string[]): Promise<Run>;
  /** Runs any program in the project's folder to its end, with the engine and the stand-in around it. */
  run(file: string, args: string[], environment?: NodeJS.ProcessEnv): Promise<Run>;
  up(...args: string[]): Promise<Run>;
  preview(...args: string[]): Promise<Run>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each program has outputs of its own.
  outputs(): Promise<Record<string, any>>;
  resources(): Promise<StateResource[]>;
  /** The state as JSON, secrets in plain text. */
  exportState(): Promise<string>;
  /** Copies everything that is kept, which must not change meanwhile, into a folder that is made anew. */
  save(folder: string): void;
  /** Goes back to what was saved there; the configuration stays. */
  restore(folder: string): Promise<void>;
  /** Ends the stand-in and starts it again on the same directory. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/**
 * For runs that come to their end: the engine writes the state once, at that end, and not twice a step, which is half the work of
 * an update of a small lab. What is to be killed or interrupted is started without it, with the stand-in's environment alone.
 */
const stateAtTheEnd = { PULUMI_SKIP_CHECKPOINTS: "true" };

/** How long the engine may have to be built first, in milliseconds. */
export const engineTimeout = 900_000;

export interface LabProjectOptions {
  /** The folder of the repository whose program it is; the repository's own program by default. */
  folder?: string;
  /** What plays the remote commands; chosen by what can be had by default. */
  commandProvider?: CommandProviderKind;
  /** Awaited around every request to a provider that the stand-in plays. */
  observe?: RequestObserver;
}

/**
 * Opens a project whose program is the given TypeScript text, or else one of the repository's. It lies inside the checkout,
 * so that packages are found.
 */
export async function openLabProject(
  program?: string,
  { folder = ".", commandProvider, observe }: LabProjectOptions = {},
): Promise<LabProject> {
  const parent = path.join(root, ".peerlab", "tests");
  fs.mkdirSync(parent, { recursive: true });
  const directory = fs.mkdtempSync(path.join(parent, "lab-"));
  const write = (name: string, text: string) => fs.writeFileSync(path.join(directory, name), text);
  const index = path.posix.join("../../..", folder, "index");
  write("index.ts", program ?? `export = require(${JSON.stringify(index)});\n`);
  write("package.json", JSON.stringify({ name: "lab", version: "1.0.0" }));
  for (const name of ["tsconfig.json", "tsconfig.program.json"]) {
    fs.copyFileSync(path.join(root, name), path.join(directory, name));
  }
  if (program === undefined) {
    fs.copyFileSync(path.join(root, folder, "Pulumi.yaml"), path.join(directory, "Pulumi.yaml"));
  } else {
    const runtime = { name: "nodejs", options: { tsconfig: "tsconfig.program.json" } };
    write("Pulumi.yaml", stringify({ name: "own", runtime, main: "index.ts" }));
  }

  const engine = await getEngine();
  const kept = path.join(directory, "local");
  const start = () => startStandIn({ directory: kept, engine, commandProvider, observe });
  let standIn = await start();

  const run: LabProject["run"] = async (file, args, extra = {}) => {
    const before = standIn.journal.read().length;
    const environment = { ...process.env, ...standIn.environment, ...stateAtTheEnd, ...extra };
    const result = await runCommand(file, args, { cwd: directory, environment });
    return {
      code: result.code,
      output: result.stdout + result.stderr,
      journal: standIn.journal.read().slice(before),
    };
  };
  const pulumi = (...args: string[]) => run("pulumi", [...args, "--non-interactive"]);
  const stdout = async (...args: string[]): Promise<string> => {
    const environment: NodeJS.ProcessEnv = { ...process.env, ...standIn.environment };
    const result = await runCommand("pulumi", [...args, "--non-interactive"], {
      cwd: directory,
      environment,
    });
    if (result.code !== 0) throw new Error(result.stdout + result.stderr);
    return result.stdout;
  };
  const created = await pulumi("stack", "init", "test");
  if (created.code !== 0) throw new Error(created.output);

  return {
    get standIn() {
      return standIn;
    },
    directory,
    configure(config) {
      const namespaced = Object.entries(config).map(([key, value]) => [
        key.includes(":") ? key : `peerlab:${key}`,
        value,
      ]);
      write("Pulumi.test.yaml", stringify({ config: Object.fromEntries(namespaced) }));
    },
    pulumi,
    run,
    up: (...args) => pulumi("up", "--yes", "--skip-preview", "--stack", "test", ...args),
    preview: (...args) => pulumi("preview", "--stack", "test", ...args),
    outputs: async () =>
      JSON.parse(await stdout("stack", "output", "--json", "--stack", "test", "--show-secrets")),
    async resources() {
      // What `pulumi stack export` prints of it, without a process of its own.
      const stacks = path.join(partsOf(kept).backend, ".pulumi", "stacks");
      const file = fs.readFileSync(path.join(directory, "Pulumi.yaml"), "utf8");
      const { name } = parse(file) as { name: string };
      const text = fs.readFileSync(path.join(stacks, name, "test.json"), "utf8");
      const state = JSON.parse(text) as {
        checkpoint: { latest?: { resources?: StateResource[] } };
      };
      return state.checkpoint.latest?.resources ?? [];
    },
    exportState: () => stdout("stack", "export", "--stack", "test", "--show-secrets"),
    save(folder) {
      fs.rmSync(folder, { recursive: true, force: true });
      fs.cpSync(kept, folder, { recursive: true, verbatimSymlinks: true });
    },
    async restore(folder) {
      await standIn.close();
      fs.rmSync(kept, { recursive: true, force: true });
      fs.cpSync(folder, kept, { recursive: true, verbatimSymlinks: true });
      standIn = await start();
    },
    async restart() {
      await standIn.close();
      standIn = await start();
    },
    async close() {
      await standIn.close();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The read-only steps by which machines prove each other; who of them runs is a matter of its own. */
export const provingActions = ["Start-PeerListener", "Test-PeerReachability", "Stop-PeerListener"];

/** The guest actions that ran, one `machine: action` each, sorted; without the proof's. */
export function ran(run: Run): string[] {
  return actionsOf(run)
    .filter(({ action }) => !provingActions.includes(action))
    .map(({ machine, action }) => `${machine}: ${action}`)
    .sort();
}

/** The machines that tested others, sorted. */
export function tested(run: Run): string[] {
  return actionsOf(run)
    .filter(({ action }) => action === "Test-PeerReachability")
    .map(({ machine }) => machine)
    .sort();
}

/** The machines whose listeners were opened by a connection of their own, sorted. */
export function listened(run: Run): string[] {
  return actionsOf(run)
    .filter(({ action }) => action === "Start-PeerListener")
    .map(({ machine }) => machine)
    .sort();
}

function actionsOf(run: Run): { machine: string; action: string }[] {
  return run.journal
    .filter(({ kind }) => kind === "command")
    .map(({ subject, what }) => ({ machine: subject, action: what.split(" ").pop() ?? "" }));
}

/** Everything that reached a machine from outside, copies and run commands included. */
export function reached(run: Run): JournalEntry[] {
  return run.journal.filter(
    ({ kind }) => kind === "command" || kind === "copy" || kind === "runCommand" || kind === "ssh",
  );
}

/** The lab of `npm start`: two people, `ada` with three machines and `grace` with two. */
export const twoPeople = {
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  people: {
    ada: { machines: { "ada-1": {}, "ada-2": {}, "ada-3": {} } },
    grace: { machines: { "grace-1": {}, "grace-2": {} } },
  },
};
