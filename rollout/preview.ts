import * as fs from "node:fs";
import * as path from "node:path";
import { withTemporaryFolder } from "../engine/temporaryFolder";
import { exitCodes, type ExitCode, type RolloutContext } from "./context";
import { previewOf } from "./enginePhases";
import { labPartsOf } from "./labParts";
import { wavesOf } from "./plan/order";
import { wantedInputs } from "./stageRings";
import { openStage, StageUnknownError } from "./stage";

/** `rollout plan`: what an update of each stage would do, and what its gate says of that. Nothing is written. */
export async function runPlan(context: RolloutContext): Promise<ExitCode> {
  const waves = wavesOf(context.definition, context.options);
  context.emit({ kind: "rollout", rollout: "", command: "plan", waves });
  const codes: ExitCode[] = [];
  for (const wave of waves) {
    codes.push(...(await Promise.all(wave.map((name) => planStage(context, name)))));
  }
  const failed = codes.find((code) => code === exitCodes.failed);
  return failed ?? codes.find((code) => code !== exitCodes.done) ?? exitCodes.done;
}

async function planStage(context: RolloutContext, name: string): Promise<ExitCode> {
  const tell = (standing: "running" | "failed" | "succeeded" | "unknown", detail?: string) =>
    context.emit({
      ...{ kind: "stage", stage: name, standing, phase: "preview" },
      ...(detail === undefined ? {} : { detail }),
    });
  try {
    // The engine may add to a configuration file; a copy is all that it sees.
    return await withTemporaryFolder("peerlab-plan-", async (folder) => {
      const stage = await openStage(context, name);
      const [now, { configuration }] = [await stage.inputs(), await wantedInputs(stage)];
      const configFile = path.join(folder, path.basename(stage.configurationFile));
      fs.writeFileSync(configFile, configuration, { mode: 0o600 });
      const others = configuration !== now.configuration;
      tell("running", others ? "with other rings than its configuration has" : undefined);
      const parts = await labPartsOf(stage);
      const result = await previewOf({ context, stage, parts }, { configFile });
      for (const finding of result.findings ?? []) {
        context.emit({ kind: "finding", stage: name, finding });
      }
      const passed = result.outcome === "passed";
      tell(passed ? "succeeded" : "failed", result.detail);
      return passed ? exitCodes.done : exitCodes.failed;
    });
  } catch (error) {
    const isUnknown = error instanceof StageUnknownError;
    tell(isUnknown ? "unknown" : "failed", (error as Error).message);
    return isUnknown ? exitCodes.unknown : exitCodes.failed;
  }
}
