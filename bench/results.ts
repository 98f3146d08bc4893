import * as fs from "node:fs";
import type { KindName } from "./kinds";
import type { Operation } from "./options";

/** What a process, or several together, have used. */
export interface Usage {
  /** Of all threads, in user and kernel mode. */
  cpuSeconds: number;
  /** The most memory that was resident at once, in MiB; of several processes the sum of each one's most. */
  peakMegabytes: number;
}

/** What reached the machines. */
export interface Reached {
  /** Command lines that ran on machines over SSH. */
  remoteCommands: number;
  /** Managed run commands that ran, through Azure's agent. */
  runCommands: number;
  /** SSH connections that a machine's server let in. */
  connections: number;
  /** Logons that were refused and connections that were dropped. */
  refused: number;
}

/** One operation, once. */
export interface Sample extends Reached {
  kind: KindName;
  machines: number;
  operation: Operation;
  round: number;
  /** Wall time of the whole command. */
  seconds: number;
  /** The process that runs the Pulumi program. */
  program?: Usage;
  /** The engine's processes: the CLI, the language host, and plugins where there are any. Only where /proc is. */
  engine?: Usage;
  /** The stand-in for Azure, Windows and the command provider. Only where /proc is. */
  standIn?: Usage;
  /** CPU seconds of the stand-in's event loop, the one thing of it that can hold everything else up. Only where /proc is. */
  standInLoopSeconds?: number;
  /** Resources of the program that the command declared or deleted, components included, without the stack. */
  resources: number;
}

/** The steps on machines that wait for each other in a first `up`: names, in order. */
export interface Chain {
  kind: KindName;
  machines: number;
  steps: string[];
}

/** Where it was measured. Nothing of it names a computer or a person. */
export interface MachineFacts {
  date: string;
  processor: string;
  cores: number;
  memoryGigabytes: number;
  system: string;
  node: string;
  engine: string;
  /** What played remote commands: our stand-in, or the genuine provider, which then counts to the engine. */
  commandProvider: "genuine" | "standIn";
}

/** All that a run measured: docs/performance.json. */
export interface Results {
  version: 1;
  facts: MachineFacts;
  rounds: number;
  /** Whether the engine wrote its state at the end only (PULUMI_SKIP_CHECKPOINTS) and not after each step. */
  skipsCheckpoints: boolean;
  /** Why the run ended early, where it did. */
  failure?: string;
  samples: Sample[];
  chains: Chain[];
}

/** Reads what a run has written. Throws, with all that is wrong, where the file is something else. */
export function readResults(file: string): Results {
  let results: unknown;
  try {
    results = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON: ${(error as Error).message}`);
  }
  const wrong = wrongPlaces(results);
  if (wrong.length === 0) return results as Results;
  throw new Error(
    `${file} does not hold the results of npm run bench (its performance.json):\n${wrong.map((one) => `  ${one}`).join("\n")}`,
  );
}

/** The type of each thing that table and plot cannot do without, by its name. */
const needed = {
  results: {
    version: "number",
    facts: "object",
    rounds: "number",
    skipsCheckpoints: "boolean",
    samples: "array",
    chains: "array",
  },
  facts: {
    date: "string",
    processor: "string",
    cores: "number",
    memoryGigabytes: "number",
    system: "string",
    node: "string",
    engine: "string",
    commandProvider: "string",
  },
  sample: {
    kind: "string",
    machines: "number",
    operation: "string",
    round: "number",
    seconds: "number",
    resources: "number",
    remoteCommands: "number",
    runCommands: "number",
    connections: "number",
    refused: "number",
  },
  chain: { kind: "string", machines: "number", steps: "array" },
} as const;

/** Of many samples that are wrong the first ones say enough. */
const mostWrong = 10;

function wrongPlaces(results: unknown): string[] {
  const wrong = wrongParts("", results, needed.results);
  if (wrong.length > 0) return wrong;
  const { version, facts, samples, chains } = results as Results;
  return [
    ...(Number(version) === 1 ? [] : [`version: is ${version}; this reads 1`]),
    ...wrongParts("facts", facts, needed.facts),
    ...samples.flatMap((one, index) => wrongParts(`samples[${index}]`, one, needed.sample)),
    ...chains.flatMap((one, index) => wrongParts(`chains[${index}]`, one, needed.chain)),
  ].slice(0, mostWrong);
}

function wrongParts(path: string, value: unknown, types: Readonly<Record<string, string>>) {
  if (typeOf(value) !== "object")
    return [`${path || "the file"}: is ${typeOf(value)}, not an object`];
  const found = value as Record<string, unknown>;
  return Object.entries(types).flatMap(([key, type]) =>
    typeOf(found[key]) === type
      ? []
      : [`${path === "" ? key : `${path}.${key}`}: is ${typeOf(found[key])}, not ${type}`],
  );
}

function typeOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

export function writeResults(file: string, results: Results): void {
  fs.writeFileSync(file, `${JSON.stringify(results, undefined, 1)}\n`);
}
