/** `npm run bench`: measures Pulumi programs side by side against the local stand-in. */
import * as fs from "node:fs";
import * as path from "node:path";
import { chainOf } from "./chain";
import { machineFacts } from "./machineFacts";
import { kindOf, makesLab, type KindName } from "./kinds";
import { openMeasuredLab, type MeasuredLab, type TimedOperation } from "./measuredLab";
import { help, parseOptions, type BenchOptions } from "./options";
import { svgOf } from "./plot";
import { readResults, writeResults, type Results } from "./results";
import { markdownOf } from "./table";
import { formatTargets } from "./formatTargets";

const report = (message: string) => process.stderr.write(`${message}\n`);

async function main(args: string[]): Promise<number> {
  const request = parseOptions(args, path.resolve(__dirname, "../docs"));
  if ("help" in request) {
    console.log(help);
    return 0;
  }
  if ("render" in request) {
    render(readResults(request.render), request.output);
    return 0;
  }
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => ended.abort());
  }
  const results: Results = {
    version: 1,
    facts: await machineFacts(),
    rounds: request.rounds,
    skipsCheckpoints: request.skipsCheckpoints,
    samples: [],
    chains: [],
  };
  fs.mkdirSync(request.output, { recursive: true });
  try {
    await measureAll(request, results, ended.signal);
  } catch (error) {
    results.failure = (error as Error).message.split("\n")[0];
    throw error;
  } finally {
    writeResults(path.join(request.output, "performance.json"), results);
    render(results, request.output);
  }
  console.log(formatTargets(results));
  return 0;
}

/** Writes table and plot of the results into the folder. */
function render(results: Results, folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "performance.md"), markdownOf(results));
  fs.writeFileSync(path.join(folder, "performance.svg"), svgOf(results));
  report(`Written: performance.md and performance.svg in ${folder}.`);
}

async function measureAll(
  options: BenchOptions,
  results: Results,
  signal: AbortSignal,
): Promise<void> {
  const { sizes, rounds, kinds } = options;
  const timed = options.operations.filter((one): one is TimedOperation => one !== "chain");
  const declared = new Map<number, number>();

  const withLab = async (
    kind: KindName,
    machines: number,
    action: (lab: MeasuredLab) => Promise<void>,
  ) => {
    const { limit, skipsCheckpoints } = options;
    const bareResources = declared.get(machines) ?? 0;
    const own = { kind: kindOf(kind), machines, bareResources, limit, skipsCheckpoints, signal };
    const lab = await openMeasuredLab(own);
    try {
      await action(lab);
    } finally {
      await lab.close();
    }
  };

  if (timed.length > 0) {
    for (const machines of sizes) {
      // How many bare resources are as many, and everything loaded once before the first that counts.
      await withLab("library", machines, async (lab) => {
        declared.set(machines, (await lab.measure("preview")).resources);
        results.facts.commandProvider = lab.standIn.session.providers.command
          ? "standIn"
          : "genuine";
      });
      report(`${machines} machines: ${declared.get(machines)} resources`);
    }
    for (let round = 1; round <= rounds; round++) {
      for (const machines of sizes) {
        for (const kind of kinds) {
          await withLab(kind, machines, async (lab) => {
            for (const operation of timed) {
              const measured = await lab.measure(operation);
              results.samples.push({ kind, machines, operation, round, ...measured });
              const where = `round ${round}/${rounds}, ${machines} machines, ${kind}, ${operation}`;
              report(`${where}: ${measured.seconds.toFixed(1)} s`);
            }
          });
        }
      }
    }
  }
  if (options.operations.includes("chain")) {
    for (const machines of sizes) {
      for (const kind of kinds.filter((name) => makesLab(kindOf(name)))) {
        // The same steps in both modes.
        if (kindOf(kind).mode === "default") continue;
        const steps = await chainOf(kindOf(kind), machines, signal);
        results.chains.push({ kind, machines, steps });
        report(`${machines} machines, ${kind}: ${steps.length} steps wait for each other`);
      }
    }
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    report(error.message);
    process.exitCode = 1;
  },
);
