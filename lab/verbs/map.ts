import { Option } from "commander";
import { examples, stackOption } from "../commandLine";
import type { DeclareVerb } from "../context";
import type { MapOptions } from "../drawMap";

export const map: DeclareVerb = (program, run, call) => {
  const command = program
    .command("map")
    .summary("Draws a lab: people, machines, rings, and who reaches whom.")
    .description(
      "Draws a lab as its stack's last update left it: people and what they share, machines, addresses, rings and seeds, and who " +
        "reaches whom, with the reason where somebody does not. The page and the picture need no network and hold no secrets.",
    )
    .option(
      "--output <FILE>",
      "The file, whose extension says the format: .svg, .html or .htm. Standard output by default.",
    )
    .addOption(
      new Option(
        "--format <FORMAT>",
        "The format, whatever the extension says. A page (html) on standard output by default.",
      ).choices(["svg", "html"]),
    )
    .option(
      "--report <FILE>",
      "What check --output wrote: who reaches whom is taken from there, not from the last update's proof.",
    )
    .option("--force", "Replaces a file that exists.")
    .action((options: MapOptions) =>
      run(async (context) => (await import("../drawMap")).drawMap(context, options)),
    );
  examples(
    stackOption(command),
    `${call} map --output lab.html --stack dev`,
    `${call} map --report report.json --output lab.svg`,
  );
};
