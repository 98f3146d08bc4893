/** `npm run check`: asks the machines whether they are as the last update wanted them, without a deployment. */
import * as fs from "node:fs";
import { parseArgs } from "node:util";
import { checkMachines, exitCodeOf, table } from "./checkMachines";
import { checkNetwork, describePassage, exitCodeOfNetwork } from "./checkNetwork";
import { checkProof } from "./checkProof";
import { labReport } from "./labReport";
import { securityGroupIdsOf } from "./networkInState";
import { exitCodeOfProof, proofTable } from "./proofTable";
import { securityGroupsInAzure } from "./securityGroupsInAzure";
import { asItIsNow, openStack } from "./stack";

const help = `npm run check -- [MACHINE...] [--stack STACK] [--no-proof] [--json] [--output FILE]
    asks each machine, or those named, whether it is as the last update wanted it, and shows what somebody changed on it; then
    lets them prove each other: each one tests the declared TCP ports of others over IPv6, resolves the peer names that they
    register, and says what its holder, its PNRP cloud and its clock are like

--stack     the stack; the selected one by default
--no-proof  asks each machine about itself alone
--json      the answers as JSON (npm run --silent check -- --json)
--output    writes the lab's report to that file as JSON: for each machine its identities, the names that it registers, its groups,
            its cloud, and which ports of whom it reaches. Nothing in it is secret

Nothing is changed on a machine: during the proof it listens on those declared ports that nobody holds, and no longer. Of machines
that are named, each tests others, which listen. UDP ports cannot be tested: PNRP's own is proved by the clouds and names.

Machines that are off are named and not dialled, and take no part. What the network's security groups do with each declared port
is asked of Azure; where it does not answer, it is read from the stack's state, and of a group that is somebody else's only the
lab's own rules are known there. The exit code is 0 where all are as wanted, nothing is denied and the proof passes, 2 where one
is not, something is or the proof fails, and 1 where none is known to be otherwise but one could not be asked, or what a rule
means is not known.`;

const report = (message: string) => process.stderr.write(`${message}\n`);

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      stack: { type: "string" },
      "no-proof": { type: "boolean" },
      json: { type: "boolean" },
      output: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (values["no-proof"] && values.output !== undefined) {
    throw new Error("--output writes what the proof finds; leave out --no-proof.");
  }
  const stack = asItIsNow(await openStack({ stack: values.stack, report }));
  const resources = await stack.resources();
  const options = { settings: await stack.settings(), environment: stack.environment };
  const [checked, groups] = await Promise.all([
    checkMachines({ stack, only: positionals, report }),
    securityGroupsInAzure(securityGroupIdsOf(resources), options).catch((error: Error) => {
      report(
        `Azure cannot be asked for the security groups, which are taken from the stack's state: ${error.message}`,
      );
      return undefined;
    }),
  ]);
  const network = checkNetwork(resources, positionals, groups);
  const proof = values["no-proof"]
    ? undefined
    : await checkProof({ stack, checked, groups, report });
  const machines = Object.fromEntries(checked.map(({ machine, ...found }) => [machine, found]));
  if (proof && values.output !== undefined) {
    const text = JSON.stringify(await labReport(stack, checked, proof), undefined, 2);
    fs.writeFileSync(values.output, `${text}\n`);
  }
  console.log(
    values.json
      ? JSON.stringify(
          { stack: stack.name, machines, network, ...(proof && { proof }) },
          undefined,
          2,
        )
      : [
          table(checked),
          ...network.map(describePassage),
          ...(proof ? [proofTable(proof)] : []),
        ].join("\n"),
  );
  return Math.max(
    exitCodeOf(checked),
    exitCodeOfNetwork(network),
    proof ? exitCodeOfProof(proof) : 0,
  );
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
