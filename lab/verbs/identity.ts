import { examples, stackOption } from "../commandLine";
import type { DeclareVerb } from "../context";

export const identity: DeclareVerb = (program, run, call) => {
  const command = program
    .command("identity")
    .summary("Shows people's identities, and takes a copy of one.")
    .description("Shows people's identities, and takes a copy of one out of the stack.")
    .usage("COMMAND [OPTIONS]")
    .helpCommand("help [COMMAND]", "Shows what a command does, its options and an example.");
  const list = command
    .command("list")
    .summary("Shows the people of the lab and their identities.")
    .description(
      "Shows the people of the lab, their peer names, and of whose identity a copy was taken.",
    )
    .action((options: { stack?: string }) =>
      run(async (context) => (await import("../identity")).listIdentities(context, options)),
    );
  examples(stackOption(list), `${call} identity list --stack dev`);
  const exportCommand = command
    .command("export")
    .summary("Writes a person's identity to two files.")
    .description(
      "Writes the person's identity to PERSON.peeridentity.xml, byte for byte as Windows exported it, and its password to " +
        "PERSON.peeridentity.password, both for you alone. It notes the copy in the stack's configuration (identityCopies).",
    )
    .argument("<PERSON>", "The person.")
    .option("--directory <DIRECTORY>", "An existing folder for the files. This one by default.")
    .option("--force", "Replaces files that exist.")
    .action((person: string, options: { stack?: string; directory?: string; force?: boolean }) =>
      run(async (context) => (await import("../identity")).writeIdentity(context, person, options)),
    );
  examples(stackOption(exportCommand), `${call} identity export ada --directory copies`);
  examples(command, `${call} identity list`, `${call} identity export ada --directory copies`);
};
