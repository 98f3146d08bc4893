import * as path from "node:path";
import type { LabProject, Run } from "../labProject";

const root = path.resolve(__dirname, "../../..");
const compiler = path.join(root, "engine/typescript.cjs");

/** `npm run check` of the stack, without npm. */
export function checkOf(lab: LabProject, ...args: string[]): Promise<Run> {
  return lab.run(process.execPath, [
    ...["--require", compiler, path.join(root, "lab/check.ts"), "--stack", "test"],
    ...args,
  ]);
}
