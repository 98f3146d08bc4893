/** `npm run probe`: tries images on throw-away machines, before anybody relies on one. */
import * as fs from "node:fs";
import { parseArgs } from "node:util";
import type { PeerLabArgs } from "../components/peerLabArgs";
import { readConfiguration } from "../components/plan/configuration";
import { isRefusal } from "../components/plan/findings";
import { describeFindings } from "../components/inputErrors";
import { probeImages, removeProbe } from "./probeImages";
import { knownImages, probedImages } from "./probedImages";
import { probeText, runsPeers } from "./probeReport";
import { openStack } from "./stack";

const help = `npm run probe -- [IMAGE...] [--stack STACK] [--json FILE] [--keep]
    makes one throw-away machine for each image, does on it once whatever a lab does (PNRP, identity, group, name, firewall rule),
    shows what its Windows answered, and removes everything again
npm run probe -- --remove PROBE [--stack STACK]
    removes what an interrupted or a kept probe left

IMAGE    ${knownImages.join(", ")};
         publisher:offer:sku[:version], or the ARM id of an image; all that have a name by default
--stack  the stack whose configuration gives region, administrators' addresses, jump host and kind of machine; the selected one by
         default. The machines go into a stack and a resource group of their own
--json   a file for the machines' whole reports, to be sent in
--keep   leaves machines and stack, to be looked at

Microsoft documents the peer stack for no current image, and images change: this tells what one really does. It takes about half an
hour on Azure, for which the machines cost money. The exit code is 0 where every image runs the peer stack, 2 where one does not,
and 1 where one could not be asked.`;

const report = (message: string) => process.stderr.write(`${message}\n`);

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      stack: { type: "string" },
      json: { type: "string" },
      keep: { type: "boolean" },
      remove: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const images = probedImages(positionals);
  const stack = await openStack({ stack: values.stack, report });
  const settings = await stack.settings();
  if (values.remove !== undefined) {
    await removeProbe(values.remove, { settings, environment: stack.environment, report });
    return 0;
  }
  const { definition, findings: all } = readConfiguration(stack.project, settings, process.env);
  // Images are tried before there is anybody.
  const findings = all.filter((finding) => finding.path !== "people" && isRefusal(finding));
  if (findings.length > 0) {
    throw new Error(describeFindings(`The configuration of stack ${stack.name}`, findings));
  }
  const results = await probeImages({
    images,
    like: definition as PeerLabArgs,
    settings,
    environment: stack.environment,
    report,
    signal: endRequested(),
    keep: values.keep,
  });
  console.log(`\n${probeText(results)}`);
  if (values.json !== undefined) {
    fs.writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
    report(`The whole reports are in ${values.json}.`);
  }
  const verdicts = results.map(runsPeers);
  return verdicts.includes("unknown") ? 1 : verdicts.includes("no") ? 2 : 0;
}

/**
 * Aborted when this process alone is asked to end. Ctrl-C in a terminal reaches the engine by itself, which must not be told
 * twice: it would leave without writing down what it made.
 */
function endRequested(): AbortSignal {
  const controller = new AbortController();
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => controller.abort());
  }
  return controller.signal;
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
