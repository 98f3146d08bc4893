import { examples, stackOption } from "../commandLine";
import type { DeclareVerb } from "../context";

export const status: DeclareVerb = (program, run, call) => {
  const command = program
    .command("status")
    .summary("Shows how each machine of a lab stands.")
    .description("Shows how each machine of a lab stands.")
    .argument("[MACHINE...]", "The machines. All by default.")
    .option("--json", "Writes the answer as JSON.")
    .action((machines: string[], options: { stack?: string; json?: boolean }) =>
      run(async (context) => (await import("../labStatus")).showStatus(context, machines, options)),
    );
  examples(stackOption(command), `${call} status ada-1 ada-2 --stack dev`);
};
