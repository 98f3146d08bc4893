import { engineEnvironment, getEngine } from "../engine";
import { lastLines, runCommand } from "../engine/runCommand";

/** A stack of the project in the current folder, by the CLI; the caller's environment decides where stacks are kept. */
export interface Stack {
  name: string;
  /** One output of the stack, secrets in plain; undefined where the stack has no such output. */
  output(name: string): Promise<unknown>;
  /** A structured value of the stack's configuration, without the project's name; undefined where it is not set. */
  configuration(key: string): Promise<unknown>;
  /** Sets a text that is no secret, at a path of the project's configuration; everything else there stays. */
  setConfiguration(path: string, value: string): Promise<void>;
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
  };
}

/** A command of the CLI that failed, with what it said on standard error. */
class PulumiError extends Error {
  constructor(args: string[], code: number | null, stderr: string) {
    const command = args.slice(0, 2).join(" ");
    super(`pulumi ${command} ended with ${code ?? "a signal"}:\n${lastLines(stderr, 10)}`);
    this.name = "PulumiError";
  }
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
