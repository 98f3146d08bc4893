import { InvalidArgumentError } from "commander";
import { examples, selectionOptions, stackOption } from "../commandLine";
import type { DeclareVerb } from "../context";
import type { CollectOptions } from "../collect";

/** As far back as the machines read their logs. */
const longest = 720;

export const collect: DeclareVerb = (program, run, call) => {
  const command = program
    .command("collect")
    .summary("Collects logs, diagnostics and reports of machines in one archive without secrets.")
    .description(
      `Collects the machines' reports, their logs of PNRP, Task Scheduler, firewall, SSH server and holder, and what netsh says, with the lab as the stack's state has it, in one ZIP archive that only its owner may read.

Nothing is changed on a machine. Machines that are off are named and not dialled. Secrets that the stack knows, and what looks like a private key, are taken out of every text. The exit code is 0 where every machine answered everything and 1 where one did not; the archive is written all the same and says why.`,
    )
    .argument("[MACHINE...]", "The machines. All by default.")
    .option(
      "--output <FILE>",
      "The archive. Named after the project, the stack and the time by default.",
    )
    .option(
      "--since <HOURS>",
      `How far back events are read, in hours: 1 to ${longest}.`,
      hoursOf,
      24,
    )
    .option("--force", "Replaces the file where it exists.")
    .action((machines: string[], options: CollectOptions) =>
      run(async (context) => (await import("../collect")).collect(context, machines, options)),
    );
  examples(
    selectionOptions(stackOption(command)),
    `${call} collect --stack dev`,
    `${call} collect ada-1 --since 2 --output ada-1.zip --stack dev`,
  );
};

function hoursOf(value: string): number {
  const hours = Number(value);
  if (/^\d+$/.test(value) && hours >= 1 && hours <= longest) return hours;
  throw new InvalidArgumentError(`It is a whole number of hours from 1 to ${longest}.`);
}
