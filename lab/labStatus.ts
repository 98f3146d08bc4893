import { exitCodes, type LabContext } from "./context";
import { readLab } from "./labInState";
import { selectMachines } from "./selectMachines";
import { openStack } from "./stack";

/** Shows how machines stand. */
export async function showStatus(
  { folder, environment, report, output }: LabContext,
  words: readonly string[],
  { stack: name, json }: { stack?: string; json?: boolean },
): Promise<number> {
  const stack = await openStack({ stack: name, project: folder, environment, report });
  const lab = await readLab(stack);
  const all = words.length === 0;
  const machines = selectMachines(lab, { machines: words, people: [], rings: [], all }).map(
    ({ ask: _secret, ...machine }) => machine,
  );
  output(`${JSON.stringify(json ? machines : machines[0], undefined, 2)}\n`);
  return exitCodes.done;
}
