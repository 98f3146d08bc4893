import { Option } from "commander";
import { examples, stackOption } from "../commandLine";
import type { DeclareVerb } from "../context";
import type { CheckLabOptions } from "../check";

export const check: DeclareVerb = (program, run, call) => {
  const command = program
    .command("check")
    .summary("Asks machines whether they are as the last update wanted them.")
    .description(
      "Asks each machine, or those that are named, whether it is as the last update wanted it, and shows what somebody changed on it. " +
        "Then it lets them prove each other: each one tests the declared TCP ports of others over IPv6, resolves the peer names that " +
        "they register, and says what its holder, its PNRP cloud and its clock are like.",
    )
    .argument("[MACHINE...]", "The machines. All by default.")
    .option("--no-proof", "Asks each machine about itself alone.")
    .option("--json", "Writes the answers as JSON.")
    .addOption(
      new Option(
        "--output <FILE>",
        "Writes the lab's report to that file as JSON: for each machine its identities, the names that it registers, its groups, its " +
          "cloud, and which ports of whom it reaches. Nothing in it is secret.",
      ).conflicts("proof"),
    )
    .action((machines: string[], options: CheckLabOptions) =>
      run(async (context) => (await import("../check")).checkLab(context, machines, options)),
    )
    .addHelpText(
      "after",
      `
Nothing is changed on a machine: during the proof it listens on those declared ports that nobody
holds, and no longer. Of machines that are named, each tests others, which listen. UDP ports cannot
be tested: PNRP's own is proved by the clouds and names.

Machines that are off are named and not dialled, and take no part. What the network's security
groups do with each declared port is asked of Azure. Where it does not answer, it is read from the
stack's state, and of a group that is somebody else's only the lab's own rules are known there.

The exit code is 0 where all are as wanted, nothing is denied and the proof passes. It is 2 where
one is not, something is denied or the proof fails, and 1 where none is known to be otherwise but
one could not be asked, or what a rule means is not known.`,
    );
  examples(
    stackOption(command),
    `${call} check`,
    `${call} check ada-1 ada-2 --no-proof --stack dev`,
    `${call} check --json --output lab.json`,
  );
};
