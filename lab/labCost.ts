import * as fs from "node:fs";
import * as path from "node:path";
import { exitCodes, type LabContext } from "./context";
import { costItems } from "./costItems";
import { costReport, costText } from "./costReport";
import { expiryOf } from "./expiry";
import { virtualMachinesNow } from "./machinePower";
import { fetchPrices, readPrices, type Prices } from "./prices";
import { asItIsNow, openStack, type Stack } from "./stack";

export interface CostOptions {
  stack?: string;
  json?: boolean;
  hours?: string;
  prices?: string;
  fetchPrices?: boolean;
  currency?: string;
  savePrices?: string;
}

/** The environment variable that names another Retail Prices API, for tests. */
const endpointVariable = "PEERLAB_RETAIL_PRICES";

/** Shows what of a lab costs money. */
export async function showCost(
  context: LabContext,
  options: CostOptions,
  call: string,
): Promise<number> {
  const { folder, environment, report, output, signal } = context;
  const mistakes = mistakesIn(options);
  if (mistakes.length > 0) {
    for (const mistake of mistakes) report(mistake);
    return exitCodes.usage;
  }
  const file = options.prices;
  let prices: Prices | undefined =
    file === undefined ? undefined : readPrices(readText(path.resolve(folder, file), file), file);
  const stack = asItIsNow(
    await openStack({ stack: options.stack, project: folder, environment, report }),
  );
  const resources = await stack.resources();
  const now = new Date();
  const items = costItems(resources, await powerNow(stack, report), now);
  if (items.length === 0 && !options.json) {
    report(`The stack ${stack.name} has nothing that costs money.`);
    return exitCodes.done;
  }
  if (options.fetchPrices) {
    const meters = items.flatMap(({ meter }) => (meter ? [meter] : []));
    const endpoint = environment[endpointVariable];
    prices = await fetchPrices(meters, { endpoint, currency: options.currency, signal });
    if (options.savePrices !== undefined) {
      fs.writeFileSync(
        path.resolve(folder, options.savePrices),
        `${JSON.stringify(prices, undefined, 2)}\n`,
      );
      report(`The prices are in ${options.savePrices}.`);
    }
  }
  const answer = costReport({
    stack: stack.name,
    items,
    expiry: expiryOf(resources, now),
    prices,
    hours: options.hours === undefined ? undefined : Number(options.hours),
    now,
  });
  output(options.json ? `${JSON.stringify(answer, undefined, 2)}\n` : costText(answer));
  if (!prices)
    report(
      `No prices are shown: ${call} cost --fetch-prices asks Azure for them, --prices FILE takes kept ones.`,
    );
  return exitCodes.done;
}

function mistakesIn({
  hours,
  prices,
  fetchPrices: asks,
  currency,
  savePrices,
}: CostOptions): string[] {
  const mistakes: string[] = [];
  if (hours !== undefined && !(/^\d+(\.\d+)?$/.test(hours) && Number(hours) <= 744)) {
    mistakes.push(`--hours is ${JSON.stringify(hours)}; allowed is a number from 0 to 744.`);
  }
  if (prices !== undefined && asks)
    mistakes.push("--prices and --fetch-prices are two sources: give one.");
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency)) {
    mistakes.push(
      `--currency is ${JSON.stringify(currency)}; allowed is a code of three capital letters, such as EUR.`,
    );
  }
  if (!asks && (currency ?? savePrices) !== undefined) {
    mistakes.push("--currency and --save-prices belong to --fetch-prices.");
  }
  return mistakes;
}

/** Azure's word for each VM of the stack; nothing where Azure cannot be asked, which is said. */
async function powerNow(
  stack: Stack,
  report: (line: string) => void,
): Promise<Map<string, string>> {
  const ids = (await stack.resources()).flatMap(({ type, id }) =>
    type === "azure-native:compute:VirtualMachine" && id ? [id] : [],
  );
  try {
    const options = { settings: await stack.settings(), environment: stack.environment };
    const now = await virtualMachinesNow(ids, options);
    return new Map([...now].map(([id, { power }]) => [id, power]));
  } catch (error) {
    report(`Azure cannot be asked which machines run: ${(error as Error).message}`);
    return new Map();
  }
}

function readText(file: string, named: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`The prices ${named} cannot be read: ${(error as Error).message}`);
  }
}
