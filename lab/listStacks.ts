import { exitCodes, type LabContext } from "./context";
import { fewAtATime } from "./fewAtATime";
import { openProject, type Project } from "./stack";
import { listed, stackTable, type ListedStack } from "./stackSummary";

const atATime = 4;

/**
 * Shows the stacks of the project and their labs, or the one that is named. Neither Azure nor a machine is asked, and no secret is decrypted. The exit code is
 * 1 where a stack's state cannot be read.
 */
export async function listStacks(
  { folder, environment, report, output }: LabContext,
  { json = false, stack }: { json?: boolean; stack?: string },
): Promise<number> {
  const project = await openProject({ project: folder, environment, report });
  const now = new Date();
  const only = stack === undefined ? undefined : await project.find(stack);
  const all = await project.stacks();
  const summaries = all.filter(({ name }) => only === undefined || name === only);
  const stacks: ListedStack[] = new Array(summaries.length);
  await fewAtATime(summaries, atATime, async (summary, index) => {
    stacks[index] = listed(summary, await read(project, summary.name), now);
  });
  if (json) output(`${JSON.stringify(stacks, undefined, 2)}\n`);
  else if (stacks.length === 0)
    report("This project has no stack here; pulumi up makes the first.");
  else output(`${stackTable(stacks)}\n`);
  return stacks.some(({ unreadable }) => unreadable !== null) ? exitCodes.failed : exitCodes.done;
}

async function read(project: Project, name: string): Promise<Parameters<typeof listed>[1]> {
  try {
    return { resources: await project.encryptedResources(name) };
  } catch (error) {
    return { unreadable: (error as Error).message };
  }
}
