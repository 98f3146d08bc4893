/** Tries images on throw-away machines, before anybody relies on one. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describeFindings } from "../components/inputErrors";
import type { PeerLabArgs } from "../components/peerLabArgs";
import { readConfiguration } from "../components/plan/configuration";
import { isRefusal } from "../components/plan/findings";
import { exitCodes, type LabContext } from "./context";
import { probedImages } from "./probedImages";
import { probeImages, removeProbe } from "./probeImages";
import { probeText, runsPeers } from "./probeReport";
import { openStack } from "./stack";

export interface ProbeLabOptions {
  stack?: string;
  /** File of the machines' whole reports. */
  json?: string;
  /** Leaves machines and stack. */
  keep?: boolean;
  /** Stack of an earlier probe, which is removed; nothing else is done then. */
  remove?: string;
}

/**
 * Tries the images of the command line, or all that have a name. The exit code is 0 where every one runs the peer stack, 2 where one
 * does not, and 1 where one could not be asked.
 */
export async function probeLab(
  context: LabContext,
  wanted: readonly string[],
  options: ProbeLabOptions,
): Promise<number> {
  const { folder, environment, report, output } = context;
  const images = probedImages(wanted);
  const stack = await openStack({ stack: options.stack, project: folder, environment, report });
  const settings = await stack.settings();
  const around = { settings, folder, environment: stack.environment, report };
  if (options.remove !== undefined) {
    await removeProbe(options.remove, around);
    return exitCodes.done;
  }
  const { definition, findings: all } = readConfiguration(stack.project, settings, environment);
  // Images are tried before there is anybody.
  const findings = all.filter((finding) => finding.path !== "people" && isRefusal(finding));
  if (findings.length > 0) {
    throw new Error(describeFindings(`The configuration of stack ${stack.name}`, findings));
  }
  const results = await probeImages({
    ...around,
    images,
    like: definition as PeerLabArgs,
    signal: endRequested(context),
    keep: options.keep,
  });
  output(`\n${probeText(results)}\n`);
  if (options.json !== undefined) {
    const file = path.resolve(folder, options.json);
    fs.writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
    report(`The whole reports are in ${options.json}.`);
  }
  const verdicts = results.map(runsPeers);
  if (verdicts.includes("unknown")) return exitCodes.failed;
  return verdicts.includes("no") ? exitCodes.otherwise : exitCodes.done;
}

/**
 * Aborted when this process alone is asked to end. Ctrl-C in a terminal reaches the engine by itself, which must not be told
 * twice: it would leave without writing down what it made.
 */
function endRequested({ signal, endsItself, report }: LabContext): AbortSignal {
  const controller = new AbortController();
  endsItself();
  signal.addEventListener("abort", () => {
    report("It ends once what it made is removed. Whoever does not wait for that leaves machines.");
    if (signal.reason !== "SIGINT") controller.abort();
  });
  return controller.signal;
}
