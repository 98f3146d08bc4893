/** What is wrong with a rollout.yaml, rule by rule. docs/rollout.md lists them. */
import { at, oneOf, received } from "../../components/plan/findings";
import { nearest } from "../../components/plan/nearest";
import { rule, type Mistake } from "../../components/plan/rules/rule";
import { secondsOf } from "./duration";

const ownSource = "a rollout goes to every stage once, in one order, and each has one record";
const nothingElse = "what nothing reads as it was meant would be no gate";

/** The text is YAML, each key once. */
export const yamlForm = rule(
  { id: "ROLLOUT-YAML", source: "yaml.org/spec/1.2.2" },
  (_path, message: string) => [message],
);

/** There is something to roll out. */
export const stagesGiven = rule(
  { id: "ROLLOUT-STAGES", source: ownSource },
  (_path, stages?: object) =>
    stages !== undefined && Object.keys(stages).length > 0
      ? []
      : ["names no stage; a stage is a stack of the program: dev: {}"],
);

/** Names of stages are names of jobs, of environments and of resources in what is generated. */
export const stageName = rule(
  {
    id: "ROLLOUT-STAGE-NAME",
    source: "kubernetes.io, Object Names and IDs (RFC 1123 labels); jobs of a GitHub workflow",
  },
  (_path, name: string) =>
    /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)
      ? []
      : [
          `is no name of a stage; it has 1 to 40 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen`,
        ],
);

/** The name of a stack as the engine takes it, with room for the record's: `STACK-rollout`. */
export const stackName = rule(
  {
    id: "ROLLOUT-STACK-NAME",
    source: "pulumi/pulumi, sdk/go/common/tokens/names.go; 8 characters are the record's",
  },
  (_path, name: string) =>
    /^([\w.-]{1,100}\/){0,2}[\w.-]{1,92}$/.test(name)
      ? []
      : [
          `is ${received(name)}; a stack's name has 1 to 92 letters, digits, hyphens, underscores and periods, after ORGANISATION/ or ORGANISATION/PROJECT/ where it is another's`,
        ],
);

/** One stack is one stage: two would overwrite each other's record and work. */
export const stackOnce = rule(
  { id: "ROLLOUT-STACK-DUP", source: ownSource },
  (_path, stack: string, of: string, isRecord: boolean) => [
    isRecord
      ? `is ${received(stack)}, which is the stack of the record of the stage ${of}`
      : `is ${received(stack)}, the stack of the stage ${of} in the same project and backend`,
  ],
);

/** Folders are named from the file, so that it means the same on every computer. */
export const relativeFolder = rule(
  { id: "ROLLOUT-FOLDER", source: "the file is read on other computers, too" },
  (_path, folder: string) => {
    if (folder.trim() === "") return ["is empty; a folder is named relative to the file's own: ."];
    return /^([/\\~]|[A-Za-z]:)/.test(folder)
      ? [`is ${received(folder)}; a folder is named relative to the file's own`]
      : [];
  },
);

/** A text that says something. */
export const someText = rule(
  { id: "ROLLOUT-EMPTY", source: nothingElse },
  (_path, value: string) => (value.trim() === "" ? ["is empty"] : []),
);

/** Each entry once. */
export const listedOnce = rule(
  { id: "ROLLOUT-LIST-DUP", source: nothingElse },
  (path, values: readonly (string | undefined)[]) =>
    values.flatMap((value, index): Mistake[] => {
      const first = values.indexOf(value);
      if (value === undefined || first === index) return [];
      return [
        { path: at(path, index), reason: `is ${received(value)}, the same as ${at(path, first)}` },
      ];
    }),
);

/** Variables that a rollout sets itself. */
export const ownVariables = ["PEERLAB_PROOF_TOKEN", "PULUMI_CONTINUE_ON_ERROR"];

const variable = /^[A-Za-z_][A-Za-z0-9_]*$/;
const callersName = /^[A-Z_][A-Z0-9_]*$/;

/** The name of a variable, which no rollout sets itself. */
export const variableName = rule(
  { id: "ROLLOUT-VARIABLE", source: "pubs.opengroup.org, XBD 8.1 Environment Variable Definition" },
  (_path, name: string) => {
    if (ownVariables.includes(name)) return ["is set by the rollout itself"];
    return variable.test(name)
      ? []
      : ["is no name of a variable: letters, digits and underscores, no digit first"];
  },
);

/**
 * The name of the caller's variable, in capital letters as those of POSIX's own programs: what looks otherwise may be the secret that
 * somebody meant, and is not shown.
 */
export const callersVariable = rule(
  { id: "ROLLOUT-VARIABLE-OF", source: "a file that is under version control holds no secret" },
  (_path, name: unknown) =>
    typeof name === "string" && callersName.test(name)
      ? []
      : [
          "(not shown) is no name of a variable: capital letters, digits and underscores, no digit first. Name the variable of yours that holds the value, never the value",
        ],
);

/** The least and the most of a number; of durations in seconds. */
export interface Range {
  minimum: number;
  maximum: number;
}

/** A whole number within its range. */
export const countRange = rule(
  { id: "ROLLOUT-NUMBER", source: nothingElse },
  (_path, value: number, { minimum, maximum }: Range) =>
    Number.isInteger(value) && value >= minimum && value <= maximum
      ? []
      : [`is ${received(value)}; it is a whole number from ${minimum} to ${maximum}`],
);

/** A duration within its range. */
export const durationForm = rule(
  { id: "ROLLOUT-DURATION", source: nothingElse },
  (_path, value: unknown, { minimum, maximum }: Range) => {
    const seconds = secondsOf(value);
    const isMap = typeof value === "object";
    if (seconds !== undefined && seconds >= minimum && seconds <= maximum) return [];
    const what = isMap ? "is no text" : `is ${received(value)}`;
    return [
      `${what}; it is a duration like 90s, 30m, 12h or 1d, or a number of seconds, from ${minimum} to ${maximum} seconds`,
    ];
  },
);

/** What becomes of a rollout that finds another one at work. */
export const whenLockedWords = ["stop", "wait"] as const;
export const whenLockedWord = rule(
  { id: "ROLLOUT-WHEN-LOCKED", source: "the engine's lock takes one update of a stack at a time" },
  (_path, value: string) =>
    whenLockedWords.some((word) => word === value)
      ? []
      : [
          `is ${received(value)}${nearest(value, whenLockedWords)}; allowed are ${oneOf(whenLockedWords)}`,
        ],
);

/** A program to run. */
export const commandGiven = rule(
  { id: "ROLLOUT-COMMAND", source: "without a program there is no gate" },
  (_path, run?: readonly (string | undefined)[]) => {
    if (run === undefined) return ["is missing; it is a program and its arguments, as a list"];
    return run.length === 0 || run[0]?.trim() === ""
      ? ["names no program; it is a program and its arguments, as a list"]
      : [];
  },
);

/** A person or a machine stands in one place. Other rules of rings are those of a lab. */
export const ringOnce = rule(
  { id: "ROLLOUT-RING-DUP", source: "a change reaches each machine once" },
  (_path, value: string, earlier: string) => [`is ${received(value)}, the same as ${earlier}`],
);

/** The waves name all stages, each once. */
export const waveStages = rule(
  { id: "ROLLOUT-WAVES", source: ownSource },
  (
    path,
    waves: readonly (readonly (string | undefined)[] | undefined)[],
    stages: readonly string[],
  ) => {
    const seen = new Map<string, string>();
    const mistakes = waves.flatMap((wave, number): Mistake[] => {
      const here = at(path, number);
      if (wave?.length === 0) return [{ path: here, reason: "is a wave without a stage" }];
      return (wave ?? []).flatMap((stage, index): Mistake[] => {
        if (stage === undefined) return [];
        const place = at(here, index);
        const earlier = seen.get(stage);
        if (!stages.includes(stage)) {
          const reason = `is ${received(stage)}, which is no stage${nearest(stage, stages)}; there are ${oneOf(stages)}`;
          return [{ path: place, reason }];
        }
        if (earlier === undefined) {
          seen.set(stage, place);
          return [];
        }
        return [{ path: place, reason: `is ${received(stage)}, the same as ${earlier}` }];
      });
    });
    const left = stages.filter((stage) => !seen.has(stage));
    if (left.length > 0) {
      mistakes.push(`leaves out ${left.join(", ")}; it names every stage, or the key is left out`);
    }
    return mistakes;
  },
);

/** Freshness is about the wave before. */
export const freshnessOfFirst = rule(
  {
    id: "ROLLOUT-FRESHNESS-FIRST",
    source: "there is no wave before the first",
    severity: "warning",
  },
  () => ["is of a stage of the first wave, which waits for no other: it does nothing"],
);

/** Every rule of rollout.yaml alone, but for those of kinds, keys and rings that all configuration shares. */
export const rolloutRules = [
  yamlForm,
  stagesGiven,
  stageName,
  stackName,
  stackOnce,
  relativeFolder,
  someText,
  listedOnce,
  variableName,
  callersVariable,
  countRange,
  durationForm,
  whenLockedWord,
  commandGiven,
  ringOnce,
  waveStages,
  freshnessOfFirst,
];
