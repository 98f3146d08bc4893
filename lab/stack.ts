import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { engineEnvironment, getEngine } from "../engine";
import { lastLines, runCommand } from "../engine/runCommand";

/** A resource as the stack's state holds it, secrets in plain. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  /** True for one that was replaced and is still to be deleted. */
  delete?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A stack of the project in the current folder, by the CLI; the caller's environment decides where stacks are kept. */
export interface Stack {
  name: string;
  /** The project's name, the namespace of its configuration. */
  project: string;
  /** One output of the stack, secrets in plain; undefined where the stack has no such output. */
  output(name: string): Promise<unknown>;
  /** A structured value of the stack's configuration, without the project's name; undefined where it is not set. */
  configuration(key: string): Promise<unknown>;
  /** Sets a text that is no secret, at a path of the project's configuration; everything else there stays. */
  setConfiguration(path: string, value: string): Promise<void>;
  /** Replaces a structured value of the project's configuration. Nothing of it is secret. */
  setStructured(key: string, value: object): Promise<void>;
  /** The whole configuration as a program is given it: texts by `namespace:key`, secrets in plain. */
  settings(): Promise<Record<string, string>>;
  /** What the last update left, by `pulumi stack export`: in memory alone. Without what is still to be deleted. */
  resources(): Promise<StateResource[]>;
  /** Runs `pulumi up` on our own terminal; the exit code, by the shells' rule 128 + number where a signal ended it. */
  up(args: string[]): Promise<number>;
  /** The environment in which the engine is found. */
  environment: NodeJS.ProcessEnv;
}

export interface StackOptions {
  /** The stack's name; the selected one by default. */
  stack?: string;
  /** Folder of the project; the current one by default. */
  project?: string;
  environment?: NodeJS.ProcessEnv;
  /** Told before a step that takes long. */
  report?: (message: string) => void;
}

/** Finds the stack. Throws where there is none of that name, or none is named and none is selected. */
export async function openStack(options: StackOptions = {}): Promise<Stack> {
  const { project = process.cwd(), environment = process.env, report } = options;
  const engine = await getEngine({ environment, report });
  const variables = { ...environment, ...engineEnvironment(engine, environment) };
  const call = (args: string[]) =>
    runCommand("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: project,
      environment: variables,
    });
  const run = async (args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await call(args);
    // Only what the CLI says of a failure: its standard output may hold secrets.
    if (code !== 0) throw new PulumiError(args, code, stderr);
    return stdout;
  };

  const name = await stackName(run, options.stack);
  const ofStack = ["--stack", name];
  return {
    name,
    project: projectName(project),
    environment: variables,
    async output(output) {
      const args = ["stack", "output", output, "--json", "--show-secrets", ...ofStack];
      const { code, stdout, stderr } = await call(args);
      if (code !== 0 && /does not have output property/.test(stderr)) return undefined;
      if (code !== 0) throw new PulumiError(args, code, stderr);
      return JSON.parse(stdout);
    },
    async configuration(key) {
      const all = JSON.parse(await run(["config", "--json", ...ofStack])) as Record<
        string,
        { objectValue?: unknown }
      >;
      const found = Object.keys(all).find((candidate) => candidate.endsWith(`:${key}`));
      return found === undefined ? undefined : all[found].objectValue;
    },
    async setConfiguration(path, value) {
      await run(["config", "set", "--path", path, value, "--plaintext", ...ofStack]);
    },
    async setStructured(key, value) {
      // One call for all of it: `config set --path` would leave what the old value has more, and takes `true` for a boolean.
      const entry = { value: JSON.stringify(value), objectValue: value, secret: false };
      await run(["config", "set-all", "--json", JSON.stringify({ [key]: entry }), ...ofStack]);
    },
    async settings() {
      const all = JSON.parse(
        await run(["config", "--json", "--show-secrets", ...ofStack]),
      ) as Record<string, { value?: string }>;
      return Object.fromEntries(Object.entries(all).map(([key, { value = "" }]) => [key, value]));
    },
    async resources() {
      const text = await run(["stack", "export", "--show-secrets", ...ofStack]);
      const { deployment } = JSON.parse(text) as { deployment?: { resources?: object[] } };
      const all = (deployment?.resources ?? []).map(inPlain) as StateResource[];
      return all.filter((resource) => !resource.delete);
    },
    up: (args) => runInForeground("pulumi", ["up", ...args, ...ofStack], project, variables),
  };
}

/**
 * The stack as it is when it is first asked: its resources and settings are read once, however many parts of a check ask for them.
 * Each reading is a run of the CLI.
 */
export function asItIsNow(stack: Stack): Stack {
  let resources: ReturnType<Stack["resources"]> | undefined;
  let settings: ReturnType<Stack["settings"]> | undefined;
  return {
    ...stack,
    resources: () => (resources ??= stack.resources()),
    settings: () => (settings ??= stack.settings()),
  };
}

/** The engine's mark of a secret in an exported state, `{ [mark]: ..., plaintext: JSON }`. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** A value of an exported state with its secrets, nested ones too, as they are. */
function inPlain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(inPlain);
  const { plaintext } = value as { plaintext?: unknown };
  if (secretMark in value && typeof plaintext === "string") return inPlain(JSON.parse(plaintext));
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, inPlain(entry)]));
}

/** Ctrl-C reaches the command by itself, from the terminal, and is its own affair; other signals are passed on. */
function runInForeground(
  file: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: "inherit" });
    const ignore = () => {};
    const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
    const signals = ["SIGTERM", "SIGHUP"] as const;
    process.on("SIGINT", ignore);
    for (const signal of signals) process.on(signal, passOn);
    child.once("close", () => {
      process.off("SIGINT", ignore);
      for (const signal of signals) process.off(signal, passOn);
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + os.constants.signals[signal!]));
  });
}

/** A command of the CLI that failed, with what it said on standard error. */
class PulumiError extends Error {
  constructor(args: string[], code: number | null, stderr: string) {
    const command = args.slice(0, 2).join(" ");
    super(`pulumi ${command} ended with ${code ?? "a signal"}:\n${lastLines(stderr, 10)}`);
    this.name = "PulumiError";
  }
}

function projectName(folder: string): string {
  const { name } = parse(fs.readFileSync(path.join(folder, "Pulumi.yaml"), "utf8")) as {
    name?: unknown;
  };
  return typeof name === "string" ? name : "";
}

type RunPulumi = (args: string[]) => Promise<string>;

async function stackName(run: RunPulumi, wanted: string | undefined): Promise<string> {
  const stacks = JSON.parse(await run(["stack", "ls", "--json"])) as {
    name: string;
    current: boolean;
  }[];
  const found =
    wanted === undefined
      ? stacks.find(({ current }) => current)
      : stacks.find(({ name }) => name === wanted || name.endsWith(`/${wanted}`));
  // Another organisation's stack is not in the list; the CLI knows it or says what is wrong.
  if (wanted?.includes("/")) return wanted;
  if (found) return found.name;
  const what = wanted === undefined ? "No stack is selected" : `There is no stack ${wanted}`;
  const known = stacks.map(({ name }) => name).join(", ");
  throw new Error(
    `${what}. ${known ? `Name one with --stack: ${known}.` : "This project has none here; pulumi up makes the first."}`,
  );
}
