import * as path from "node:path";
import { lastLines } from "../engine/runCommand";
import { openLabProject } from "../tests/engine/labProject";
import { longestChain, openStepRounds } from "../tests/engine/stepRounds";
import { entryOf, type Kind } from "./kinds";
import { configurationOf } from "./labs";

/**
 * The longest chain of steps on machines that wait for each other in a first `up`, with everything that can run at once running at
 * once: names of the resources, in order. The stand-in runs in this process, which holds steps back.
 */
export async function chainOf(
  kind: Kind,
  machines: number,
  signal: AbortSignal,
): Promise<string[]> {
  const rounds = openStepRounds();
  // The repository's own program reads the configuration of the project that it is opened in without another one.
  const program = kind.program === "index" ? undefined : entryOf(kind, "../../..");
  const lab = await openLabProject(program, { observe: rounds.observe });
  try {
    signal.throwIfAborted();
    lab.configure(configurationOf(machines));
    const eventLog = path.join(lab.directory, "events.json");
    rounds.follow(eventLog);
    const run = await lab.run(
      "pulumi",
      [
        ...["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test"],
        ...["--parallel", "10000", "--event-log", eventLog],
      ],
      // Without the first the CLI does not know the flag; without the others it writes the whole state after each step.
      {
        PULUMI_DEBUG_COMMANDS: "true",
        PULUMI_EXPERIMENTAL: "true",
        PULUMI_SKIP_CHECKPOINTS: "true",
      },
    );
    if (run.code !== 0) {
      throw new Error(
        `pulumi up of ${kind.title}, ${machines} machines, for its chain of steps, failed with exit code ${run.code}:\n${lastLines(run.output, 40)}`,
      );
    }
    return longestChain(eventLog);
  } finally {
    rounds.end();
    await lab.close();
  }
}
