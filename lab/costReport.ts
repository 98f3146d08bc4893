/** What a lab costs, put together. Pure. */
import Table from "cli-table3";
import type { CostItem } from "./costItems";
import { endOf, type Expiry } from "./expiry";
import { priceOf, type Prices } from "./prices";

/** Azure's own month, of its price calculator. */
export const hoursOfMonth = 730;

export interface CostLine extends Omit<CostItem, "meter"> {
  /** Of one, for {@link unit}; absent without a price. */
  price?: number;
  unit?: string;
  /** Of all of them; absent without a price, or where it is not known which machines run. */
  perMonth?: number;
}

export interface CostReport {
  stack: string;
  expiry: Expiry & { hoursLeft?: number };
  /** Hours that every machine is taken to be on each month; absent where it is as now. */
  hours?: number;
  lines: CostLine[];
  prices?: { source: string; retrieved: string; currency: string };
  /** Sum of what has a price; absent where nothing has. */
  perMonth?: number;
  /** What the sum leaves out. */
  leftOut: string[];
}

export interface CostQuestion {
  stack: string;
  items: readonly CostItem[];
  expiry: Expiry;
  prices?: Prices;
  hours?: number;
  now: Date;
}

/** Puts prices to what a lab consists of. */
export function costReport({ stack, items, expiry, prices, hours, now }: CostQuestion): CostReport {
  const lines = items.map(({ meter, ...item }): CostLine => {
    const price = prices && priceOf(meter, prices);
    if (price === undefined) return item;
    const on = unitsOf(item, meter!.unitOfMeasure === "1 Hour", hours);
    return {
      ...item,
      price,
      unit: meter!.unitOfMeasure,
      perMonth: on === undefined ? undefined : on * price,
    };
  });
  const sums = lines.flatMap(({ perMonth }) => (perMonth === undefined ? [] : [perMonth]));
  const end = endOf(expiry.expires);
  return {
    stack,
    expiry: { ...expiry, ...(end && { hoursLeft: Math.max(0, (+end - +now) / 3_600_000) }) },
    hours,
    lines,
    prices: prices && {
      source: prices.source,
      retrieved: prices.retrieved,
      currency: prices.BillingCurrency,
    },
    perMonth: prices && sums.length > 0 ? sums.reduce((sum, one) => sum + one, 0) : undefined,
    leftOut: [
      ...lines
        .filter(({ perMonth }) => prices && perMonth === undefined)
        .map(
          ({ kind, size, price }) =>
            `${kind} ${size}`.trim() + (price === undefined ? " (no price)" : " (power not known)"),
        ),
      "data that leaves (NAT gateway, internet, peering)",
      "disk operations, DNS queries",
      "discounts, taxes and licences of your own",
    ],
  };
}

/** How many units of its price a group takes in a month; undefined where that depends on power that is not known. */
function unitsOf(
  { count, power }: Omit<CostItem, "meter">,
  isHourly: boolean,
  hours: number | undefined,
): number | undefined {
  if (!isHourly) return count;
  if (!power) return count * hoursOfMonth;
  if (hours !== undefined) return count * hours;
  return power.unknown > 0 ? undefined : power.running * hoursOfMonth;
}

/** The report for people. */
export function costText(report: CostReport): string {
  const { lines, prices, perMonth, hours } = report;
  const currency = prices?.currency ?? "";
  const head = ["What", "Size", "Region", "Count", "Running", "Off", "Unknown", "Hours in all"];
  const table = new Table({
    head: prices ? [...head, "Price", `${currency} a month`] : head,
    style: { head: [], border: [], compact: true },
  });
  for (const one of lines) {
    const { power, price, unit = "" } = one;
    const powers = power ? [power.running, power.off, power.unknown] : ["", "", ""];
    const money = [
      price === undefined ? "no price" : `${price} ${unit.replace(/^1[ /]/, "/ ")}`,
      one.perMonth?.toFixed(2) ?? "",
    ];
    table.push([
      one.kind,
      one.size,
      one.region,
      one.count,
      ...powers,
      Math.round(one.hoursSinceMade),
      ...(prices ? money : []),
    ]);
  }
  const taken =
    hours === undefined
      ? `the machines that run now on for ${hoursOfMonth} hours`
      : `every machine on for ${hours} hours`;
  const priced = prices && [
    perMonth === undefined
      ? "Nothing here has a price."
      : `${perMonth.toFixed(2)} ${currency} a month, with ${taken}.`,
    `Without: ${report.leftOut.join("; ")}.`,
    `Retail prices of ${prices.retrieved || "an unknown date"}, from ${prices.source}.`,
  ];
  return `${[table.toString(), expiryText(report), ...(priced ?? [])].join("\n")}\n`;
}

function expiryText({ stack, expiry }: CostReport): string {
  const { expires, state, hoursLeft = 0 } = expiry;
  switch (state) {
    case "none":
      return "It has no tag expires.";
    case "unreadable":
      return `Its tag expires is ${JSON.stringify(expires)}; allowed are an ISO 8601 date or date-time, such as 2026-12-24.`;
    case "expired":
      return `It has EXPIRED (${expires}). Nothing is deleted by itself: pulumi destroy --stack ${stack} does it.`;
    case "valid":
      return `It expires ${expires}, in ${Math.ceil(hoursLeft)} hours.`;
  }
}
