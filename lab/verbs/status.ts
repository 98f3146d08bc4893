import { examples, selectionOptions, stackOption } from "../commandLine";
import type { DeclareVerb } from "../context";
import type { StatusOptions } from "../labStatus";

export const status: DeclareVerb = (program, run, call) => {
  const command = program
    .command("status")
    .summary("Shows how each machine of a lab stands.")
    .description(
      "Shows how each machine of a lab stands, and its people: power, addresses, identity, names, group, what it found when it last " +
        "tested the others, and whether somebody changed it since its last update.",
    )
    .argument("[MACHINE...]", "The machines. All by default.")
    .option("--no-ask", "Dials no machine: whether somebody changed one is not known then.")
    .option("--json", "Writes the answer as JSON.")
    .action((machines: string[], options: StatusOptions) =>
      run(async (context) => (await import("../labStatus")).showStatus(context, machines, options)),
    )
    .addHelpText(
      "after",
      `
Azure is asked first which machines are off, and those are not dialled. A machine says itself
whether it is as its last update wanted it: "drifted" where somebody changed it, "waiting" where it
waits for a reboot or the like, "off", and "unknown" where it does not answer or was not asked.
Nothing is changed. What machines found of each other is of their last test; check tests anew.

The exit code is 0 where all are as wanted, 2 where one is not, and 1 where none is known to be
otherwise but one could not be asked. With --no-ask it is 0, and 1 where Azure cannot be asked.`,
    );
  examples(
    selectionOptions(stackOption(command)),
    `${call} status`,
    `${call} status ada-1 ada-2 --stack dev`,
    `${call} status --person ada --no-ask --json`,
  );
};
