import { examples, stackOption } from "../commandLine";
import type { CostOptions } from "../labCost";
import type { DeclareVerb } from "../context";

export const cost: DeclareVerb = (program, run, call) => {
  const command = program
    .command("cost")
    .summary("Shows what of a lab costs money, and when it expires.")
    .description(
      "Shows what of a lab costs money, by kind and size, how long it has been there, and when the lab expires. " +
        "Prices are shown only where they are given or fetched, with their date and source.",
    )
    .option("--json", "Writes the answer as JSON.")
    .option(
      "--hours <PER-MONTH>",
      "How many hours a month every machine is on, 0 to 744. By default those that run now are on for 730, the others not at all.",
    )
    .option("--prices <FILE>", "Answers of Azure's Retail Prices API that were saved before.")
    .option("--fetch-prices", "Asks Azure's Retail Prices API, which needs no logon.")
    .option("--currency <CODE>", "The currency of --fetch-prices. USD by default.")
    .option("--save-prices <FILE>", "Keeps what --fetch-prices found, for --prices.")
    .action((options: CostOptions) =>
      run(async (context) => (await import("../labCost")).showCost(context, options, call)),
    );
  examples(
    stackOption(command),
    `${call} cost --stack dev`,
    `${call} cost --fetch-prices --save-prices prices.json --hours 160`,
  );
};
