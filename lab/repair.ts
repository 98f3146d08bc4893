/** `npm run repair`: puts machines right that were changed by hand, by an update in which their step runs once more. */
import { parseArgs } from "node:util";
import { checkMachines, exitCodeOf, requireKnown, table } from "./checkMachines";
import { readMachines } from "./machinesInState";
import { openStack, type Stack } from "./stack";

const help = `npm run repair -- [MACHINE...] [--stack STACK] [--yes] [-- ARGUMENTS...]
    puts the named machines right, or all that npm run check finds drifted: notes a new token and these machines in the stack's
    configuration (reconcile), and runs pulumi up, which lets their step run once more

--stack       the stack; the selected one by default; its program is this repository's, which reads that key
--yes         does not ask before the update
ARGUMENTS...  further arguments of pulumi up

The token stays in the configuration: it does nothing more, and neither does taking it away. The update is an ordinary one:
whatever else was changed in the definition is brought about too. Its exit code is passed on.`;

const report = (message: string) => process.stderr.write(`${message}\n`);

async function main(args: string[]): Promise<number> {
  const end = args.indexOf("--");
  const [own, further] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: {
      stack: { type: "string" },
      yes: { type: "boolean", short: "y" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const stack = await openStack({ stack: values.stack, report });
  const upArguments = [...(values.yes ? ["--yes"] : []), ...further];
  if (positionals.length > 0) {
    requireKnown(positionals, await readMachines(stack));
    return putRight(stack, [...new Set(positionals)], upArguments);
  }
  const checked = await checkMachines({ stack, report });
  console.log(table(checked));
  const drifted = checked.flatMap(({ machine, state }) => (state === "drifted" ? [machine] : []));
  if (drifted.length > 0) return putRight(stack, drifted, upArguments);
  console.log("\nNo machine is drifted: there is nothing to put right, and nothing was run.");
  return exitCodeOf(checked);
}

async function putRight(stack: Stack, machines: string[], upArguments: string[]): Promise<number> {
  const token = new Date().toISOString();
  await stack.setStructured("reconcile", { token, machines });
  console.log(
    `\nNoted in the configuration of the stack ${stack.name}: reconcile, with the token ${token}, for ${machines.join(", ")}.\n` +
      `pulumi up lets their step run once more:\n`,
  );
  return stack.up(upArguments);
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
