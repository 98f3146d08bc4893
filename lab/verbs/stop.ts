import { examples, selectionOptions, stackOption } from "../commandLine";
import type { DeclareVerb } from "../context";
import type { SwitchWords } from "../startStop";

export const stop: DeclareVerb = (program, run, call) => {
  const command = program
    .command("stop")
    .summary(
      "Deallocates machines, so that they cost nothing but their disks and addresses; the seed last.",
    )
    .description(
      "Deallocates machines, so that they cost nothing but their disks and addresses. The seed is the last. Whoever works on a machine is logged off: in a terminal it is asked first, elsewhere --yes is wanted.",
    )
    .argument("[MACHINE...]", "The machines.")
    .option("--all", "All machines.")
    .option("--yes", "Does not ask.")
    .option("--json", "Writes what came of each machine as JSON.")
    .action((machines: string[], options: SwitchWords) =>
      run(async (context) =>
        (await import("../startStop")).switchPower(context, "deallocated", machines, options, call),
      ),
    );
  examples(
    selectionOptions(stackOption(command)),
    `${call} stop --all --stack dev`,
    `${call} stop --ring canary --yes`,
  );
};
