import { examples, selectionOptions, stackOption } from "../commandLine";
import type { DeclareVerb } from "../context";
import type { SwitchWords } from "../startStop";

export const start: DeclareVerb = (program, run, call) => {
  const command = program
    .command("start")
    .summary("Starts machines that are off, the seed first.")
    .description(
      "Starts machines that are off, the seed first: the others wait until it runs and its SSH server answers. Machines that run already are left as they are.",
    )
    .argument("[MACHINE...]", "The machines.")
    .option("--all", "All machines.")
    .option("--json", "Writes what came of each machine as JSON.")
    .action((machines: string[], options: SwitchWords) =>
      run(async (context) =>
        (await import("../startStop")).switchPower(context, "running", machines, options, call),
      ),
    );
  examples(
    selectionOptions(stackOption(command)),
    `${call} start --all --stack dev`,
    `${call} start ada-1 --person grace`,
  );
};
