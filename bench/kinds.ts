import { stringify } from "yaml";

/** What is measured side by side. */
export const kindNames = [
  "empty-default",
  "empty",
  "bare",
  "hand-written-default",
  "library",
  "library-default",
  "hand-written",
] as const;
export type KindName = (typeof kindNames)[number];

/** A program as it is measured. */
export interface Kind {
  name: KindName;
  /** By which docs/performance.md speaks of it. */
  letter: string;
  title: string;
  /**
   * `default`: as Pulumi runs a TypeScript program by default, type-checked by ts-node and with stack traces. `ours`: as this
   * repository's program runs, translated by SWC (tsconfig.program.json) and with `Error.stackTraceLimit = 0`.
   */
  mode: "default" | "ours";
  /** The program, relative to this repository. None: the empty program. */
  program?: string;
}

export const kinds: readonly Kind[] = [
  {
    name: "empty-default",
    letter: "a",
    title: "the empty program, as Pulumi runs it by default",
    mode: "default",
  },
  {
    name: "empty",
    letter: "a′",
    title: "the empty program, as ours is run",
    mode: "ours",
  },
  {
    name: "bare",
    letter: "b",
    title: "as many bare resources as (d) declares, as ours is run",
    mode: "ours",
    program: "bench/programs/bare",
  },
  {
    name: "hand-written-default",
    letter: "c",
    title: "the hand-written program, as Pulumi runs it by default",
    mode: "default",
    program: "bench/programs/handWritten",
  },
  {
    name: "library",
    letter: "d",
    title: "the library with its program",
    mode: "ours",
    program: "index",
  },
  {
    name: "library-default",
    letter: "e",
    title: "the library in somebody else's program, as Pulumi runs it by default",
    mode: "default",
    program: "bench/programs/someoneElses",
  },
  {
    name: "hand-written",
    letter: "f",
    title: "the hand-written program, as ours is run",
    mode: "ours",
    program: "bench/programs/handWritten",
  },
];

export function kindOf(name: KindName): Kind {
  return kinds.find((kind) => kind.name === name) as Kind;
}

/** Whether it makes the machines of a lab. */
export function makesLab({ program }: Kind): boolean {
  return program !== undefined && program !== "bench/programs/bare";
}

/**
 * The text of the project's `index.ts`. `toRoot` is the way from there to this repository. The limit is set before anything else
 * is loaded, as `index.ts` of the repository sets it before it declares anything; SWC would move an `import` before it.
 */
export function entryOf({ mode, program }: Kind, toRoot: string): string {
  const file = program === undefined ? undefined : JSON.stringify(`${toRoot}/${program}`);
  if (mode === "default") return file === undefined ? "export {};\n" : `export * from ${file};\n`;
  const loaded = file === undefined ? "{}" : `require(${file})`;
  return `Error.stackTraceLimit = 0;\nexport = ${loaded};\n`;
}

/** The text of its `Pulumi.yaml`. All are of one project name, so that all take the same configuration. */
export function projectFileOf({ mode }: Kind): string {
  const options = mode === "ours" ? { tsconfig: "tsconfig.program.json" } : {};
  return stringify({ name: "peerlab", runtime: { name: "nodejs", options }, main: "index.ts" });
}

/** The variables of the process that runs it, to be laid over the stand-in's. */
export function variablesOf({ mode }: Kind): NodeJS.ProcessEnv {
  // The stand-in's environment spares its users the type check.
  return mode === "default" ? { PULUMI_NODEJS_TRANSPILE_ONLY: undefined } : {};
}
