import type { LabProject, Run } from "../labProject";
import { runVerb } from "../labVerb";

/** `npm run check` of the stack, without npm. */
export function checkOf(lab: LabProject, ...args: string[]): Promise<Run> {
  return runVerb(lab, ["check", "--stack", "test", ...args]);
}
