/** What rollout.yaml looks like: its keys, and the ranges of their numbers. */
import {
  any,
  boolean,
  fields,
  list,
  map,
  number,
  text,
  type Shape,
} from "../../components/plan/shape";
import { ringName } from "../../components/plan/rules/rings";
import { commandGiven, stagesGiven, type Range } from "./rolloutRules";

/** `30m`, `1d` or a number of seconds: two kinds fit, so its rule judges it. */
export const duration: Shape = { ...any };

/** The name of a variable; what stands in its place may be a secret, so its rule judges it, which shows none. */
export const variableReference: Shape = { ...any };

const day = 86_400;

/** Ranges of the numbers, by the last key of their path; durations in seconds. */
export const ranges = {
  freshness: { minimum: 1, maximum: 366 * day },
  replacedMachines: { minimum: 0, maximum: 10_000 },
  deletedMachines: { minimum: 0, maximum: 10_000 },
  valid: { minimum: 60, maximum: 366 * day },
  timeout: { minimum: 1, maximum: day },
  soak: { minimum: 0, maximum: 7 * day },
  lockTimeout: { minimum: 1, maximum: 7 * day },
} as const satisfies Readonly<Record<string, Range>>;

const gates = fields({
  freshness: duration,
  preview: fields({
    replacedMachines: number,
    deletedMachines: number,
    allowedMachines: list(text),
  }),
  policyPacks: list(text),
  approval: fields({ approvers: list(text), valid: duration }),
  proof: boolean,
  command: fields({ run: list(text), timeout: duration }, { run: commandGiven }),
  soak: duration,
});

const forAllStages = {
  environment: map(variableReference),
  gates,
  whenLocked: text,
  lockTimeout: duration,
};

/** Every key of rollout.yaml. */
export const rolloutShape = fields(
  {
    name: text,
    defaults: fields(forAllStages),
    stages: map(
      fields({
        stack: text,
        project: text,
        rings: list(
          fields(
            { name: text, people: list(text), machines: list(text) },
            { name: (path) => ringName(path, undefined) },
          ),
        ),
        ...forAllStages,
      }),
    ),
    waves: list(list(text)),
  },
  { stages: stagesGiven },
);

/** A list as the file says it: an entry that has not the shape is undefined, so that the others keep their places. */
export type WrittenList<Entry> = readonly (Entry | undefined)[];

/** A stage, or what all stages have, as the file says it. */
export interface WrittenStage {
  stack?: string;
  project?: string;
  rings?: WrittenList<{
    name?: string;
    people?: WrittenList<string>;
    machines?: WrittenList<string>;
  }>;
  environment?: Record<string, unknown>;
  gates?: WrittenGates;
  whenLocked?: string;
  lockTimeout?: unknown;
}

export interface WrittenGates {
  freshness?: unknown;
  preview?: {
    replacedMachines?: number;
    deletedMachines?: number;
    allowedMachines?: WrittenList<string>;
  };
  policyPacks?: WrittenList<string>;
  approval?: { approvers?: WrittenList<string>; valid?: unknown };
  proof?: boolean;
  command?: { run?: WrittenList<string>; timeout?: unknown };
  soak?: unknown;
}

/** The file, as far as it has the shape. */
export interface WrittenRollout {
  name?: string;
  defaults?: WrittenStage;
  stages?: Record<string, WrittenStage>;
  waves?: WrittenList<WrittenList<string>>;
}
