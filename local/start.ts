/** `npm start`: the whole lab on this computer, with one command. */
import * as fs from "node:fs";
import { removeBrokenWrites } from "../engine/backendFiles";
import { runInForeground } from "./childProcess";
import { localDirectory, partsOf } from "./directory";
import { backendUrl } from "./environment";
import { readEventLog } from "./eventLog";
import { openResourceFinder } from "./findResource";
import { healInterrupted } from "../engine/interrupted";
import {
  formatChanges,
  formatFailures,
  formatMachines,
  formatPeerNames,
  type MachineOutput,
} from "./outcome";
import { openPulumi, type Pulumi } from "../engine/pulumi";
import { keepSaltOut } from "./salt";
import { useStandIn } from "./useStandIn";

const stack = "local";
const report = (message: string) => process.stderr.write(`${message}\n`);

/** Brings the stack `local` of the project in `project` up on the stand-in in `directory`. Returns the exit code of `up`. */
async function start(project: string, directory: string): Promise<number> {
  report(
    "This is the local stand-in: Azure and Windows are played on this computer, nothing is made in Azure.",
  );
  return useStandIn({ directory, report }, async (standIn) => {
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      ...standIn,
      // A machine that fails does not hold up the others.
      PULUMI_CONTINUE_ON_ERROR: "true",
      // The event log is a flag that Pulumi only has among its debug commands.
      PULUMI_DEBUG_COMMANDS: "true",
    };
    const cleanUp = keepSaltOut(project, standIn);
    try {
      const pulumi = openPulumi(environment, project);
      const { azure, backend: own, eventLog } = partsOf(directory);
      const backend = environment.PULUMI_BACKEND_URL === backendUrl(directory) ? own : undefined;
      if (backend) removeBrokenWrites(backend, stack);
      await pulumi.run(["stack", "select", stack, "--create"]);
      await healInterrupted({
        pulumi,
        stack,
        backend,
        findResource: openResourceFinder(azure),
        report,
      });
      fs.rmSync(eventLog, { force: true });
      const code = await runInForeground(
        "pulumi",
        [
          "up",
          "--yes",
          "--skip-preview",
          "--suppress-outputs",
          "--stack",
          stack,
          "--event-log",
          eventLog,
        ],
        environment,
      );
      await conclude(pulumi, eventLog, code);
      return code;
    } finally {
      cleanUp();
    }
  });
}

async function conclude(pulumi: Pulumi, eventLog: string, code: number): Promise<void> {
  const summary = readEventLog(eventLog);
  if (!summary) {
    report(`\npulumi up ended with ${code} before it did anything; what is wrong stands above.`);
    return;
  }
  // It holds the inputs and outputs of all resources.
  fs.rmSync(eventLog, { force: true });
  const machines = await readMachines(pulumi);
  const parts = [
    Object.keys(machines).length > 0 ? formatMachines(machines, summary.failures) : "",
    formatPeerNames(machines),
    formatFailures(summary.failures),
    code === 0
      ? formatChanges(summary)
      : "Not everything is done. Run npm start again to finish: what is done already stays as it is.",
    "This was the local stand-in, not Azure. To look around: npm run local -- look\n" +
      "To go on to Azure: pulumi up --stack dev (README.md says what it needs).",
  ];
  console.log(`\n${parts.filter(Boolean).join("\n\n")}`);
}

async function readMachines(pulumi: Pulumi): Promise<Record<string, MachineOutput>> {
  const text = await pulumi.run(["stack", "output", "--json", "--stack", stack]);
  const outputs = JSON.parse(text) as { machines?: unknown };
  // A program that failed before its first export has no such output, and one that holds secrets is not shown.
  return typeof outputs.machines === "object" && outputs.machines !== null
    ? (outputs.machines as Record<string, MachineOutput>)
    : {};
}

start(process.cwd(), localDirectory()).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    report(error.message);
    process.exitCode = 1;
  },
);
