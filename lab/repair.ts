/** Puts machines right that were changed by hand, by an update in which their step runs once more. */
import { checkMachines, exitCodeOf, requireKnown, table } from "./checkMachines";
import type { LabContext } from "./context";
import { readMachines } from "./machinesInState";
import { openStack, type Stack } from "./stack";

/**
 * Puts the machines of the keys right, or all that are found drifted. Returns the exit code of the update; where there is none, that
 * of the check.
 */
export async function repairMachines(
  context: LabContext,
  keys: readonly string[],
  options: { stack?: string; yes?: boolean },
): Promise<number> {
  const { folder, environment, further, report, output } = context;
  const stack = await openStack({ stack: options.stack, project: folder, environment, report });
  const upArguments = [...(options.yes ? ["--yes"] : []), ...further];
  if (keys.length > 0) {
    requireKnown(keys, await readMachines(stack));
    return putRight(stack, [...new Set(keys)], upArguments, context);
  }
  const checked = await checkMachines({ stack, report });
  output(`${table(checked)}\n`);
  const drifted = checked.flatMap(({ machine, state }) => (state === "drifted" ? [machine] : []));
  if (drifted.length > 0) return putRight(stack, drifted, upArguments, context);
  output("\nNo machine is drifted: there is nothing to put right, and nothing was run.\n");
  return exitCodeOf(checked);
}

async function putRight(
  stack: Stack,
  machines: string[],
  upArguments: string[],
  { output, endsItself }: LabContext,
): Promise<number> {
  const token = new Date().toISOString();
  await stack.setStructured("reconcile", { token, machines });
  output(
    `\nNoted in the configuration of the stack ${stack.name}: reconcile, with the token ${token}, for ${machines.join(", ")}.\n` +
      `pulumi up lets their step run once more:\n\n`,
  );
  // Ctrl-C in a terminal is pulumi's own affair, whose exit code is waited for.
  endsItself();
  return stack.up(upArguments);
}
