import * as path from "node:path";
import type { LabProject, Run } from "./labProject";

const root = path.resolve(__dirname, "../..");
const main = [
  "--require",
  path.join(root, "engine/typescript.cjs"),
  path.join(root, "lab/main.ts"),
];

/** Runs a verb as `npm run lab -- VERB ARGUMENTS...` does, in the lab's project, without npm. */
export function runVerb(
  lab: LabProject,
  [verb, ...args]: readonly [string, ...string[]],
  environment?: NodeJS.ProcessEnv,
): Promise<Run> {
  return lab.run(process.execPath, [...main, verb, ...args], environment);
}
