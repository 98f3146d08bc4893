import { knownImages } from "../probedImages";
import { examples, stackOption } from "../commandLine";
import type { DeclareVerb } from "../context";
import type { ProbeLabOptions } from "../probe";

export const probe: DeclareVerb = (program, run, call) => {
  const command = program
    .command("probe")
    .summary("Tries images on throw-away machines.")
    .description(
      "Makes one throw-away machine for each image, does on it once whatever a lab does (PNRP, identity, group, name, firewall rule), " +
        "shows what its Windows answered, and removes everything again. The machines go into a stack and a resource group of their own.",
    )
    .argument(
      "[IMAGE...]",
      `The images: ${knownImages.join(", ")}, publisher:offer:sku[:version], or the ARM id of an image. All that have a name by default.`,
    )
    .option("--json <FILE>", "Writes the machines' whole reports to that file, to be sent in.")
    .option("--keep", "Leaves machines and stack, to be looked at.")
    .option("--remove <PROBE>", "Removes what an interrupted or a kept probe left.")
    .action((images: string[], options: ProbeLabOptions) =>
      run(async (context) => (await import("../probe")).probeLab(context, images, options)),
    )
    .addHelpText(
      "after",
      `
The configuration of the stack gives region, administrators' addresses, jump host and kind of
machine. Microsoft documents the peer stack for no current image, and images change: this tells
what one really does. It takes about half an hour on Azure, for which the machines cost money.

The exit code is 0 where every image runs the peer stack, 2 where one does not, and 1 where one
could not be asked.`,
    );
  examples(
    stackOption(command),
    `${call} probe windows-11 --stack dev --json report.json`,
    `${call} probe --remove probe-20260102030405`,
  );
};
