/** `npm run check`: asks the machines whether they are as the last update wanted them, without a deployment. */
import { parseArgs } from "node:util";
import { checkMachines, exitCodeOf, table } from "./checkMachines";
import { checkNetwork, describePassage, exitCodeOfNetwork } from "./checkNetwork";
import { openStack } from "./stack";

const help = `npm run check -- [MACHINE...] [--stack STACK] [--json]
    asks each machine, or those named, whether it is as the last update wanted it, and shows what somebody changed on it;
    changes nothing

--stack  the stack; the selected one by default
--json   the answers as JSON (npm run --silent check -- --json)

Machines that are off are named and not dialled. What the network's security groups do with each declared port is read from the
stack's state; of a group that is somebody else's only the lab's own rules are known there. The exit code is 0 where all are as
wanted and nothing is denied, 2 where one is not or something is, and 1 where none is known to be otherwise but one could not be
asked, or what a rule means is not known.`;

const report = (message: string) => process.stderr.write(`${message}\n`);

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      stack: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const stack = await openStack({ stack: values.stack, report });
  const [checked, network] = await Promise.all([
    checkMachines({ stack, only: positionals, report }),
    stack.resources().then((resources) => checkNetwork(resources, positionals)),
  ]);
  const machines = Object.fromEntries(checked.map(({ machine, ...found }) => [machine, found]));
  console.log(
    values.json
      ? JSON.stringify({ stack: stack.name, machines, network }, undefined, 2)
      : [table(checked), ...network.map(describePassage)].join("\n"),
  );
  return Math.max(exitCodeOf(checked), exitCodeOfNetwork(network));
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
