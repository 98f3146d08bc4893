import { examples } from "../commandLine";
import type { DeclareVerb } from "../context";

export const list: DeclareVerb = (program, run, call) => {
  const command = program
    .command("list")
    .summary("Shows the stacks of the project and their labs.")
    .description(
      "Shows the stacks of the project and their labs, one line each: regions, resource groups, people, machines, the last update, and " +
        "the tag expires. It is read from the stacks' states: neither Azure nor a machine is asked, and no passphrase is needed.",
    )
    .option("--json", "Writes the answer as JSON.")
    .action((options: { json?: boolean; stack?: string }) =>
      run(async (context) => (await import("../listStacks")).listStacks(context, options)),
    )
    .addHelpText(
      "after",
      "\nThe exit code is 1 where the state of a stack cannot be read, which is said; the others are listed.",
    );
  examples(
    command.option("--stack <STACK>", "That stack alone. All by default."),
    `${call} list`,
    `${call} list --json`,
  );
};
