/** Asks the machines whether they are as the last update wanted them, without a deployment. */
import * as fs from "node:fs";
import * as path from "node:path";
import { checkMachines, exitCodeOf, table } from "./checkMachines";
import { checkNetwork, describePassage, exitCodeOfNetwork } from "./checkNetwork";
import { checkProof } from "./checkProof";
import type { LabContext } from "./context";
import { labReport } from "./labReport";
import { securityGroupIdsOf } from "./networkInState";
import { exitCodeOfProof, proofTable } from "./proofTable";
import { securityGroupsInAzure } from "./securityGroupsInAzure";
import { asItIsNow, openStack } from "./stack";

export interface CheckLabOptions {
  stack?: string;
  /** Whether the machines prove each other, too. */
  proof: boolean;
  json?: boolean;
  /** File of the lab's report. */
  output?: string;
}

/**
 * Asks each machine, or those of the keys, and shows what was found. The exit code is 0 where all are as wanted, nothing is denied and
 * the proof passes, 2 where something is otherwise, and 1 where something could not be asked.
 */
export async function checkLab(
  { folder, environment, report, output }: LabContext,
  keys: readonly string[],
  options: CheckLabOptions,
): Promise<number> {
  const stack = asItIsNow(
    await openStack({ stack: options.stack, project: folder, environment, report }),
  );
  const resources = await stack.resources();
  const azure = { settings: await stack.settings(), environment: stack.environment };
  const [checked, groups] = await Promise.all([
    checkMachines({ stack, only: keys, report }),
    securityGroupsInAzure(securityGroupIdsOf(resources), azure).catch((error: Error) => {
      report(
        `Azure cannot be asked for the security groups, which are taken from the stack's state: ${error.message}`,
      );
      return undefined;
    }),
  ]);
  const network = checkNetwork(resources, keys, groups);
  const proof = options.proof ? await checkProof({ stack, checked, groups, report }) : undefined;
  const machines = Object.fromEntries(checked.map(({ machine, ...found }) => [machine, found]));
  if (proof && options.output !== undefined) {
    const report = JSON.stringify(await labReport(stack, checked, proof), undefined, 2);
    fs.writeFileSync(path.resolve(folder, options.output), `${report}\n`);
  }
  const text = options.json
    ? JSON.stringify(
        { stack: stack.name, machines, network, ...(proof && { proof }) },
        undefined,
        2,
      )
    : [table(checked), ...network.map(describePassage), ...(proof ? [proofTable(proof)] : [])].join(
        "\n",
      );
  output(`${text}\n`);
  return Math.max(
    exitCodeOf(checked),
    exitCodeOfNetwork(network),
    proof ? exitCodeOfProof(proof) : 0,
  );
}
