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
  /** Of `generate`: branch of the program's repository that is rolled out. */
  branch?: string;
  /** Of `generate operator`: the one commit that is rolled out, in the place of a branch. */
  commit?: string;
  /** Of `generate github`: version of Node. */
  nodeVersion?: string;
  /** Of `generate operator`: URL of the program's repository. */
  repository?: string;
  /** Of `generate operator`: namespace of the resources. */
  namespace?: string;
  /** Of `generate operator`: organisation of the stacks. */
  organization?: string;
  /** Of `generate operator`: Kubernetes secret with the access to the repository. */
  gitSecret?: string;
  /** Of `generate operator`: service account that the workspaces run as. */
  serviceAccount?: string;
  /** Of `generate operator`: stages whose approval is given by applying the resource. */
  approved: string[];
  /** Of `generate operator`: how often a stack is looked at again, a duration like 1h. */
  resync?: string;
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

const known = {
  file: { type: "string" },
  to: { type: "string" },
  only: { type: "string" },
  resume: { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  by: { type: "string" },
  proof: { type: "boolean" },
  output: { type: "string" },
  branch: { type: "string" },
  commit: { type: "string" },
  "node-version": { type: "string" },
  repository: { type: "string" },
  namespace: { type: "string" },
  organization: { type: "string" },
  "git-secret": { type: "string" },
  "service-account": { type: "string" },
  approved: { type: "string", multiple: true },
  resync: { type: "string" },
  json: { type: "string" },
  markdown: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;
type Option = Exclude<keyof typeof known, "file" | "help">;

const ofStages: readonly Option[] = ["to", "only"];
const ofReports: readonly Option[] = ["json", "markdown"];
const ofGenerators: Readonly<Record<Generator, readonly Option[]>> = {
  github: ["output", "branch", "node-version"],
  operator: [
    "output",
    "branch",
    "commit",
    "repository",
    "namespace",
    "organization",
    "git-secret",
    "service-account",
    "approved",
    "resync",
  ],
};

/** Which options each verb has, besides `--file` and `--help`. */
export const optionsOf: Readonly<Record<Verb, readonly Option[]>> = {
  plan: [...ofStages, ...ofReports],
  up: [...ofStages, "resume", "yes", ...ofReports],
  status: [...ofStages, ...ofReports],
  approve: ["by", ...ofReports],
  rollback: ["yes", ...ofReports],
  drift: [...ofStages, "proof", ...ofReports],
  generate: [...new Set(Object.values(ofGenerators).flat())],
};

/** Reads the command line. `help` where that is asked for, of a verb or of all. Throws `UsageError`. */
export function readArguments(args: readonly string[]): RolloutOptions | { help: Verb | "all" } {
  const { values, positionals } = parsed(args);
  const [verb, ...words] = positionals;
  if (verb === undefined || verb === "help") {
    const [of] = words;
    return verb === undefined && !values.help ? missingVerb() : { help: isVerb(of) ? of : "all" };
  }
  if (!isVerb(verb)) {
    throw new UsageError(
      `${received(verb)} is no verb of rollout${nearest(verb, verbs)}; there are ${oneOf(verbs)}.`,
    );
  }
  if (values.help) return { help: verb };
  const subject = subjectOf(verb, words);
  const own = subject.generator ? ofGenerators[subject.generator] : optionsOf[verb];
  const given = Object.keys(values).filter((name) => name !== "file") as Option[];
  const foreign = given.find((name) => !own.includes(name));
  if (foreign !== undefined) {
    const what = [verb, ...(subject.generator ? [subject.generator] : [])].join(" ");
    const has = oneOf(["--file", ...own.map((one) => `--${one}`)]);
    throw new UsageError(`rollout ${what} has no --${foreign}; it has ${has}.`);
  }
  refuseBoth(values, "to", "only", "one stage with all before it, or one alone");
  refuseBoth(values, "branch", "commit", "whatever the branch holds, or one commit");
  const empty = Object.entries(values).find(([, value]) => [value].flat().includes(""));
  if (empty) throw new UsageError(`--${empty[0]} is empty.`);
  return {
    ...subject,
    verb,
    file: values.file ?? "rollout.yaml",
    to: values.to,
    only: values.only,
    resume: values.resume ?? false,
    yes: values.yes ?? false,
    by: values.by,
    proof: values.proof ?? false,
    output: values.output,
    branch: values.branch,
    commit: values.commit,
    nodeVersion: values["node-version"],
    repository: values.repository,
    namespace: values.namespace,
    organization: values.organization,
    gitSecret: values["git-secret"],
    serviceAccount: values["service-account"],
    approved: values.approved ?? [],
    resync: values.resync,
    json: values.json,
    markdown: values.markdown,
  };
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

function refuseBoth(values: object, one: Option, other: Option, why: string): void {
  const given = Object.keys(values);
  if (given.includes(one) && given.includes(other)) {
    throw new UsageError(`--${one} and --${other} cannot stand together: ${why}.`);
  }
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
    const names = Object.keys(known).map((name) => `--${name}`);
    throw new UsageError(
      `--${option} is no option of rollout${nearest(`--${option}`, names)}; there are ${oneOf(names)}.`,
    );
  }
}
