/** What is around every verb of `npm run lab`: command line, help, ways to end, exit code. */
import { Command, CommanderError, type OutputConfiguration } from "commander";
import { exitCodes, type DeclareVerb, type LabContext, type RunVerb } from "./context";

/** The computer around it; another one in tests. */
export type Around = Omit<LabContext, "further" | "endsItself"> & {
  /** Told once a verb ends by itself when it is asked to. */
  endsItself?(): void;
};

/** Runs the verb that the command line names. Never throws: what is wrong is said, and is in the exit code. */
export async function runCommandLine(
  args: readonly string[],
  verbs: readonly DeclareVerb[],
  call: string,
  around: Around,
): Promise<number> {
  const end = args.indexOf("--");
  const [own, further] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  let code: number = exitCodes.done;
  const run: RunVerb = async (work, { takesFurther = false } = {}) => {
    if (further.length > 0 && !takesFurther) {
      program.error(`error: nothing after -- is taken here, not ${JSON.stringify(further[0])}`);
    }
    code = await work({ endsItself: () => {}, ...around, further });
  };
  const program = labCommand(verbs, call, run, {
    writeOut: (text) => around.output(text),
    writeErr: (text) => around.screen.write(text),
  });
  try {
    await program.parseAsync([...own], { from: "user" });
    return code;
  } catch (error) {
    // Its message has been written; help is no error.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    }
    around.report((error as Error).message);
    return around.signal.aborted ? exitCodes.interrupted : exitCodes.failed;
  }
}

/** The command with all its verbs. */
export function labCommand(
  verbs: readonly DeclareVerb[],
  call: string,
  run: RunVerb,
  output: OutputConfiguration = {},
): Command {
  const program = new Command(call)
    .description(
      "Lives with a lab: shows, checks, starts, stops and draws what pulumi up has made.",
    )
    .usage("VERB [OPTIONS]")
    .helpCommand("help [VERB]", "Shows what a verb does, its options and an example.")
    .helpOption("-h, --help", "Shows this text, or that of the verb before it.")
    .showHelpAfterError(`(${call} help says what there is.)`)
    .exitOverride()
    // A verb takes this over only from a command that has it when the verb is declared.
    .configureOutput(output);
  // Rollouts are no part of the package.
  if (call.startsWith("npm ")) {
    program.addHelpText(
      "after",
      "\nA change of several stacks, one after the other, is a command of its own: npm run rollout -- --help.",
    );
  }
  for (const declare of verbs) declare(program, run, call);
  return program;
}

/** The option that every verb on one stack has. */
export function stackOption(command: Command): Command {
  return command.option("--stack <STACK>", "The stack. The selected one by default.");
}

/** The options of a verb on machines, besides their names, for `selectMachines`. Each may be repeated. */
export function selectionOptions(command: Command): Command {
  const several = (value: string, before: string[] = []) => [...before, value];
  return command
    .option("--person <PERSON>", "All machines of a person. May be repeated.", several)
    .option("--ring <RING>", "All machines of a ring. May be repeated.", several);
}

/** Ends a verb's help with examples, each with what it does. */
export function examples(command: Command, ...lines: string[]): Command {
  const head = lines.length === 1 ? "Example:" : "Examples:";
  return command.addHelpText("after", `\n${head}\n${lines.map((line) => `  ${line}`).join("\n")}`);
}
