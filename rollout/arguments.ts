/** The command line of `npm run rollout`. */
import { parseArgs } from "node:util";
import { received, oneOf } from "../components/plan/findings";
import { nearest } from "../components/plan/nearest";

export const verbs = ["plan", "up", "status", "approve", "rollback", "drift", "generate"] as const;
export type Verb = (typeof verbs)[number];

/** What can be generated from rollout.yaml. */
export const generators = ["github", "operator"] as const;
export type Generator = (typeof generators)[number];

/** What the command line says, once it is known to be right; stages named are still to be compared with rollout.yaml. */
export interface RolloutOptions {
  verb: Verb;
  /** Path of rollout.yaml, as given. `rollout.yaml` by default. */
  file: string;
  /** Of `approve` and `rollback`: the stage. */
  stage?: string;
  /** Of `plan`, `up`, `status` and `drift`: this stage and all waves before its own. */
  to?: string;
  /** Of the same verbs: this stage alone. */
  only?: string;
  /** Of `up`: goes on with the rollout that was interrupted last. */
  resume: boolean;
  /** Of `up` and `rollback`: asks nothing at a terminal. It is no approval. */
  yes: boolean;
  /** Of `approve`: who does. */
  by?: string;
  /** Of `drift`: lets the machines prove each other, too. */
  proof: boolean;
  /** Of `generate`: what. */
  generator?: Generator;
  /** Of `generate`: the file; standard output where there is none. */
  output?: string;
  /** Of `generate operator`: URL and branch of the program's repository. */
  repository?: string;
  branch?: string;
  /** File for the report as JSON. */
  json?: string;
  /** File for the report as Markdown. */
  markdown?: string;
}

/** A command line that says nothing that could be done. The message is for the user. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

type Option = Exclude<keyof RolloutOptions, "verb" | "stage" | "generator">;

const ofStages: readonly Option[] = ["to", "only"];
const ofReports: readonly Option[] = ["json", "markdown"];

/** Which options a verb has, besides `--file` and `--help`. */
const optionsOf: Readonly<Record<Verb, readonly Option[]>> = {
  plan: [...ofStages, ...ofReports],
  up: [...ofStages, "resume", "yes", ...ofReports],
  status: [...ofStages, ...ofReports],
  approve: ["by", ...ofReports],
  rollback: ["yes", ...ofReports],
  drift: [...ofStages, "proof", ...ofReports],
  generate: ["output", "repository", "branch"],
};

const known = {
  file: { type: "string" },
  to: { type: "string" },
  only: { type: "string" },
  resume: { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  by: { type: "string" },
  proof: { type: "boolean" },
  output: { type: "string" },
  repository: { type: "string" },
  branch: { type: "string" },
  json: { type: "string" },
  markdown: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the command line. `help` where that is asked for, of a verb or of all. Throws `UsageError`. */
export function readArguments(args: readonly string[]): RolloutOptions | { help: Verb | "all" } {
  const { values, positionals } = parsed(args);
  const [verb, ...rest] = positionals;
  if (verb === undefined || verb === "help") {
    const [of] = rest;
    return verb === undefined && !values.help ? missingVerb() : { help: isVerb(of) ? of : "all" };
  }
  if (!isVerb(verb)) {
    throw new UsageError(
      `${received(verb)} is no verb of rollout${nearest(verb, verbs)}; there are ${oneOf(verbs)}.`,
    );
  }
  if (values.help) return { help: verb };
  const { file = "rollout.yaml", resume = false, yes = false, proof = false, ...others } = values;
  for (const name of Object.keys(values) as (Option | "help")[]) {
    if (name === "file" || name === "help" || optionsOf[verb].includes(name)) continue;
    const own = optionsOf[verb].map((one) => `--${one}`);
    throw new UsageError(`rollout ${verb} has no --${name}; it has ${oneOf(["--file", ...own])}.`);
  }
  if (others.to !== undefined && others.only !== undefined) {
    throw new UsageError(
      "--to and --only cannot stand together: one stage with all before it, or one alone.",
    );
  }
  const empty = Object.entries(values).find(([, value]) => value === "");
  if (empty) throw new UsageError(`--${empty[0]} is empty.`);
  return { verb, file, resume, yes, proof, ...others, ...subjectOf(verb, rest) };
}

function subjectOf(verb: Verb, rest: readonly string[]): { stage?: string; generator?: Generator } {
  const [subject, further] = rest;
  if (verb === "approve" || verb === "rollback") {
    if (subject === undefined) {
      throw new UsageError(`Which stage? rollout ${verb} STAGE.`);
    }
    refuseFurther(verb, further);
    return { stage: subject };
  }
  if (verb === "generate") {
    const wanted = generators.find((one) => one === subject);
    if (wanted === undefined) {
      const what =
        subject === undefined
          ? "What is to be generated?"
          : `${received(subject)} cannot be generated${nearest(subject, generators)}.`;
      throw new UsageError(`${what} There are ${oneOf(generators)}.`);
    }
    refuseFurther(verb, further);
    return { generator: wanted };
  }
  if (subject !== undefined) {
    const hint = optionsOf[verb].includes("only")
      ? `; --only ${subject} names one stage, --to ${subject} all up to it`
      : "";
    throw new UsageError(`rollout ${verb} takes no ${received(subject)}${hint}.`);
  }
  return {};
}

function refuseFurther(verb: Verb, further: string | undefined): void {
  if (further !== undefined)
    throw new UsageError(`rollout ${verb} takes one word, and ${received(further)} is a second.`);
}

function missingVerb(): never {
  throw new UsageError(
    `What is to be done? There are ${oneOf(verbs)}; npm run rollout -- --help says more.`,
  );
}

function isVerb(word: string | undefined): word is Verb {
  return verbs.some((verb) => verb === word);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: known });
  } catch (error) {
    const { message } = error as Error;
    const [, option] = /^Unknown option '--?([^']+)'/.exec(message) ?? [];
    if (option === undefined) throw new UsageError(message);
    const names = Object.keys(known);
    throw new UsageError(
      `--${option} is no option of rollout${nearest(option, names)}; there are ${oneOf(names.map((name) => `--${name}`))}.`,
    );
  }
}
