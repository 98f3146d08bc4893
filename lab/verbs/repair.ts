import { examples, stackOption } from "../commandLine";
import type { DeclareVerb } from "../context";

export const repair: DeclareVerb = (program, run, call) => {
  const command = program
    .command("repair")
    .summary("Puts machines right that were changed by hand.")
    .description(
      "Puts the named machines right, or all that a check finds drifted. It notes a new token and these machines in the stack's " +
        "configuration (reconcile), and runs pulumi up, which lets their step run once more.",
    )
    .usage("[OPTIONS] [MACHINE...] [-- ARGUMENTS...]")
    .argument("[MACHINE...]", "The machines. All that are drifted by default.")
    .option("-y, --yes", "Does not ask before the update.")
    .action((machines: string[], options: { stack?: string; yes?: boolean }) =>
      run(
        async (context) => (await import("../repair")).repairMachines(context, machines, options),
        { takesFurther: true },
      ),
    )
    .addHelpText(
      "after",
      `
What stands after -- are further arguments of pulumi up. The stack's program is one that reads the
key reconcile, as this repository's does. The token stays in the configuration: it does nothing
more, and neither does taking it away. The update is an ordinary one: whatever else was changed in
the definition is brought about too. Its exit code is passed on.`,
    );
  examples(
    stackOption(command),
    `${call} repair`,
    `${call} repair ada-1 --yes --stack dev`,
    `${call} repair ada-1 -- --parallel 4`,
  );
};
