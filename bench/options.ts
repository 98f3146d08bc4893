import * as path from "node:path";
import { parseArgs } from "node:util";
import { kindNames, type KindName } from "./kinds";

/** What is measured, in this order on each lab. `chain` is no time: it counts the steps that wait for each other. */
export const operations = ["preview", "up", "no-op", "destroy", "chain"] as const;
export type Operation = (typeof operations)[number];

export interface BenchOptions {
  /** Machines of the labs. */
  sizes: number[];
  rounds: number;
  operations: Operation[];
  kinds: KindName[];
  /** The folder that is written into. */
  output: string;
  /** The longest that one operation may take, in seconds. */
  limit: number;
  skipsCheckpoints: boolean;
}

export type Request = { help: true } | { render: string; output: string } | BenchOptions;

export const help = `npm run bench -- [--sizes 1,5,10,50,200] [--rounds 3] [--operations LIST] [--kinds LIST] [--output FOLDER]
    measures Pulumi programs side by side against the local stand-in: round by round, all kinds in turn, so that all see the same
    computer; then writes performance.json, performance.md and performance.svg into the folder
npm run bench -- --render FILE [--output FOLDER]
    writes table and plot again from the performance.json of an earlier run

--sizes             machines of the labs; 5 is the lab of npm start, others have people of five machines each
--rounds            how often each operation is measured on a lab of its own; medians are of these
--operations        ${operations.join(",")}
                    up needs no preview before it, no-op and destroy need up; chain counts the remote steps that wait for each
                    other in a first up, once for each size and not timed
--kinds             ${kindNames.join(",")}
--output            docs by default
--limit             seconds that one operation may take; 1800 by default
--skip-checkpoints  lets the engine write its state at the end of an operation only, and not after each step, for all kinds alike

Each measured lab has a stand-in of its own, as a process of its own, that is started before and ended after it. Memory and CPU of
engine and stand-in are read from /proc and are missing where there is none. An operation that fails ends the run with exit
code 1; what was measured until then is written, and says so.`;

/** Reads the command line. Throws one error with everything that is wrong with it. */
export function parseOptions(args: string[], docs: string): Request {
  const { values } = parseArgs({
    args,
    options: {
      sizes: { type: "string", default: "1,5,10,50,200" },
      rounds: { type: "string", default: "3" },
      operations: { type: "string", default: operations.join(",") },
      kinds: { type: "string", default: kindNames.join(",") },
      output: { type: "string", default: docs },
      limit: { type: "string", default: "1800" },
      "skip-checkpoints": { type: "boolean", default: false },
      render: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return { help: true };
  const output = path.resolve(values.output);
  if (values.render !== undefined) return { render: path.resolve(values.render), output };

  const findings: string[] = [];
  const sizes = values.sizes.split(",").map((text) => wholeNumber("--sizes", text, 500, findings));
  const rounds = wholeNumber("--rounds", values.rounds, 100, findings);
  const limit = wholeNumber("--limit", values.limit, 86_400, findings);
  const chosen = listOf("--operations", values.operations, operations, findings);
  const kinds = listOf("--kinds", values.kinds, kindNames, findings);
  for (const later of ["no-op", "destroy"] as const) {
    if (chosen.includes(later) && !chosen.includes("up")) {
      findings.push(`--operations: ${later} needs up before it`);
    }
  }
  if (findings.length > 0) throw new Error(`${findings.join("\n")}\nnpm run bench -- --help`);
  return {
    sizes,
    rounds,
    limit,
    operations: chosen,
    kinds,
    output,
    skipsCheckpoints: values["skip-checkpoints"],
  };
}

function wholeNumber(option: string, text: string, most: number, findings: string[]): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > most) {
    findings.push(`${option}: ${JSON.stringify(text)} is no whole number from 1 to ${most}`);
  }
  return number;
}

/** Those of `all` that are named, in the order of `all`. */
function listOf<T extends string>(
  option: string,
  text: string,
  all: readonly T[],
  findings: string[],
): T[] {
  const named = text.split(",").map((one) => one.trim());
  for (const one of named) {
    if (!(all as readonly string[]).includes(one)) {
      findings.push(`${option}: ${JSON.stringify(one)} is none of ${all.join(", ")}`);
    }
  }
  return all.filter((one) => named.includes(one));
}
