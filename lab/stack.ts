import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Deployment, LocalWorkspace } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { engineEnvironment, getEngine } from "../engine";
import { openPulumi } from "../engine/pulumi";
import { lastLines } from "../engine/runCommand";
import { openWorkspace } from "./workspace";

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

/** A stack of the project in the current folder, by the Automation API; the caller's environment decides where stacks are kept. */
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
  const project = await openProject(options);
  const stack = await project.find(options.stack);
  return project.stack(stack);
}

/** A stack, as the list of a project's stacks has it. */
export interface StackSummary {
  name: string;
  /** Whether it is the selected one. */
  current: boolean;
  /** When it was last updated, ISO 8601; absent where it never was. */
  lastUpdate?: string;
}

/** A Pulumi project in a folder, and its stacks. */
export interface Project {
  stacks(): Promise<StackSummary[]>;
  /** The name of a stack in full; of the selected one where none is named. Throws where there is none. */
  find(stack: string | undefined): Promise<string>;
  /** A stack by its name in full. */
  stack(name: string): Stack;
  /**
   * What the last update of a stack left, without what is still to be deleted, its secrets as they are kept: encrypted. Neither
   * passphrase nor key is needed.
   */
  encryptedResources(name: string): Promise<StateResource[]>;
}

/** Opens the project in a folder. Throws where there is none. */
export async function openProject(options: Omit<StackOptions, "stack"> = {}): Promise<Project> {
  const { project = process.cwd(), environment = process.env, report } = options;
  const file = path.join(project, "Pulumi.yaml");
  if (!fs.existsSync(file)) {
    throw new Error(
      `There is no Pulumi.yaml in ${project}: this is run in the folder of a project.`,
    );
  }
  const engine = await getEngine({ environment, report });
  const variables = { ...environment, ...engineEnvironment(engine, environment) };
  const workspace = await openWorkspace(project, variables);
  const stacks = async () =>
    (await told("stack ls", workspace.listStacks())).map(
      ({ name, current, lastUpdate }): StackSummary => ({ name, current, lastUpdate }),
    );
  return {
    stacks,
    find: async (wanted) => stackName(await stacks(), wanted),
    stack: (name) => stackOf(name, { project, workspace, variables }),
    async encryptedResources(name) {
      // The Automation API's own export always decrypts.
      const text = await openPulumi(variables, project).run(["stack", "export", "--stack", name]);
      return resourcesIn(JSON.parse(text) as Partial<Deployment>);
    },
  };
}

interface Opened {
  project: string;
  workspace: LocalWorkspace;
  variables: NodeJS.ProcessEnv;
}

function stackOf(name: string, { project, workspace, variables }: Opened): Stack {
  const settings = async () =>
    Object.entries(await told("config", workspace.getAllConfig(name))).map(
      ([key, { value = "" }]) => [key, value] as const,
    );
  const resources = async () => {
    const exported = await told("stack export", workspace.exportStack(name));
    return resourcesIn(exported).map((resource) => inPlain(resource) as StateResource);
  };
  return {
    name,
    project: projectName(project),
    environment: variables,
    async output(output) {
      const root = (await resources()).find(({ type }) => type === "pulumi:pulumi:Stack");
      return root?.outputs?.[output];
    },
    async configuration(key) {
      const found = (await settings()).find(([candidate]) => candidate.endsWith(`:${key}`));
      return found === undefined ? undefined : structured(found[1]);
    },
    setConfiguration: (path, value) =>
      told("config set", workspace.setConfig(name, path, { value }, true)),
    async setStructured(key, value) {
      // One call for all of it: `config set --path` would leave what the old value has more, and takes `true` for a boolean.
      const entry = { value: JSON.stringify(value), objectValue: value, secret: false };
      await told(
        "config set-all",
        workspace.setAllConfigJson(name, JSON.stringify({ [key]: entry })),
      );
    },
    settings: async () => Object.fromEntries(await settings()),
    resources,
    up: (args) => runInForeground("pulumi", ["up", ...args, "--stack", name], project, variables),
  };
}

/** The resources of an exported state but those that are still to be deleted. */
function resourcesIn({ deployment }: Partial<Deployment>): StateResource[] {
  const { resources = [] } = (deployment ?? {}) as { resources?: StateResource[] | null };
  return (resources ?? []).filter((resource) => !resource.delete);
}

/** A structured value of the configuration, which the Automation API gives as JSON; undefined where it is a plain text. */
function structured(value: string): unknown {
  try {
    const parsed = JSON.parse(value) as unknown;
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
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

/** What the Automation API knows of a command that failed. */
interface CommandResult {
  code?: number;
  stderr?: string;
}

/** A command of the CLI that failed, with what it said on standard error. */
export class PulumiError extends Error {
  constructor(command: string, { code, stderr = "" }: CommandResult) {
    // The Automation API puts a line of its own before it, which alone has the CLI's exit code.
    const [own, exitCode] = /^Command failed with exit code (\d+): .*\n/.exec(stderr) ?? [];
    const said = stderr.slice(own?.length ?? 0);
    super(
      `pulumi ${command} ended with ${exitCode ?? code ?? "a signal"}:\n${lastLines(said, 10)}`,
    );
    this.name = "PulumiError";
  }
}

/** Waits for what the engine is asked, and says of a failure what the CLI said on standard error. */
async function told<T>(command: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    // The Automation API's own message has all of the output, which may hold secrets.
    const { commandResult } = error as { commandResult?: CommandResult };
    if (!commandResult) throw error;
    throw new PulumiError(command, commandResult);
  }
}

function projectName(folder: string): string {
  const { name } = parse(fs.readFileSync(path.join(folder, "Pulumi.yaml"), "utf8")) as {
    name?: unknown;
  };
  return typeof name === "string" ? name : "";
}

function stackName(stacks: readonly StackSummary[], wanted: string | undefined): string {
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
