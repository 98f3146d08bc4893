/** Azure's retail prices: matched with what a lab consists of, asked for, and kept. Nothing is ever guessed. */
import type { Meter } from "./costItems";

/** An item of the API's answer. https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices */
export interface RetailPrice {
  currencyCode: string;
  retailPrice: number;
  tierMinimumUnits?: number;
  armRegionName: string;
  armSkuName?: string;
  productName: string;
  skuName: string;
  meterName: string;
  serviceName: string;
  unitOfMeasure: string;
  type: string;
  effectiveStartDate?: string;
  effectiveEndDate?: string;
}

/** Prices with where they are from; kept in a file in the same form. */
export interface Prices {
  source: string;
  /** ISO 8601; empty where it is not known. */
  retrieved: string;
  BillingCurrency: string;
  Items: RetailPrice[];
}

/** The one price of a meter, of the first use where there are steps; undefined where there is none, or there are different ones. */
export function priceOf(
  meter: Meter | undefined,
  { Items, retrieved }: Prices,
): number | undefined {
  if (!meter) return undefined;
  const date = retrieved || new Date().toISOString();
  const found = Items.filter((item) => isOf(item, meter) && isInEffect(item, date));
  for (const region of meter.regions) {
    const values = found
      .filter(({ armRegionName }) => armRegionName.toLowerCase() === region.toLowerCase())
      .map(({ retailPrice }) => retailPrice);
    if (values.length > 0) return new Set(values).size === 1 ? values[0] : undefined;
  }
  return undefined;
}

function isOf(item: RetailPrice, meter: Meter): boolean {
  const { meterName, productName, skuName } = item;
  const same =
    item.type === "Consumption" &&
    item.serviceName === meter.serviceName &&
    item.unitOfMeasure === meter.unitOfMeasure &&
    (item.tierMinimumUnits ?? 0) === 0 &&
    (meter.productName === undefined || productName === meter.productName) &&
    (meter.meterName === undefined || meterName === meter.meterName);
  if (!same || meter.armSkuName === undefined) return same;
  const words = `${meterName} ${skuName}`;
  return (
    item.armSkuName?.toLowerCase() === meter.armSkuName.toLowerCase() &&
    / Windows$/.test(productName) === meter.windows &&
    !/cloud ?services|dedicated host/i.test(productName) &&
    !/low priority/i.test(words) &&
    /\bspot\b/i.test(words) === meter.spot
  );
}

function isInEffect(
  { effectiveStartDate: start, effectiveEndDate: end }: RetailPrice,
  date: string,
): boolean {
  const at = Date.parse(date);
  return !(Date.parse(start ?? "") > at) && !(Date.parse(end ?? "") <= at);
}

/** The API's filter for a meter, OData. */
export function filterOf(meter: Meter): string {
  const isRegional = meter.regions.length === 1;
  const terms = {
    priceType: "Consumption",
    serviceName: meter.serviceName,
    armRegionName: isRegional ? meter.regions[0] : undefined,
    armSkuName: meter.armSkuName,
    productName: meter.productName,
    meterName: meter.meterName,
  };
  return Object.entries(terms)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`${name} eq '${value.replaceAll("'", "''")}'`],
    )
    .join(" and ");
}

/** Where the prices are asked for. */
export const retailPricesEndpoint = "https://prices.azure.com/api/retail/prices";
const mostPages = 20;
const longestMilliseconds = 30_000;

/** Asks Azure for the prices of meters, which needs no logon. Throws where it does not answer in the documented form. */
export async function fetchPrices(
  meters: readonly Meter[],
  {
    endpoint = retailPricesEndpoint,
    currency = "USD",
    signal,
  }: { endpoint?: string; currency?: string; signal?: AbortSignal },
): Promise<Prices> {
  const limit = AbortSignal.timeout(longestMilliseconds);
  const until = signal ? AbortSignal.any([signal, limit]) : limit;
  const items: RetailPrice[] = [];
  for (const filter of new Set(meters.map(filterOf))) {
    const query = new URLSearchParams({ currencyCode: `'${currency}'`, $filter: filter });
    let next: string | null | undefined = `${endpoint}?${query}`;
    for (let page = 0; next; page++) {
      if (page >= mostPages)
        throw new Error(`${endpoint} has more than ${mostPages} pages for: ${filter}`);
      const answer: { Items: RetailPrice[]; NextPageLink?: string | null } = await ask(
        next,
        endpoint,
        until,
      );
      const foreign = answer.Items.find(({ currencyCode }) => currencyCode !== currency);
      if (foreign)
        throw new Error(`${endpoint} answers in ${foreign.currencyCode} instead of ${currency}.`);
      items.push(...answer.Items);
      next = answer.NextPageLink;
      if (next && new URL(next).origin !== new URL(endpoint).origin) {
        throw new Error(`${endpoint} names another host for its next page.`);
      }
    }
  }
  return {
    source: endpoint,
    retrieved: new Date().toISOString(),
    BillingCurrency: currency,
    Items: items,
  };
}

async function ask(url: string, endpoint: string, signal: AbortSignal) {
  try {
    const response = await fetch(url, { signal, redirect: "error" });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    const body = (await response.json()) as { Items: RetailPrice[]; NextPageLink?: string | null };
    requireItems(body);
    return body;
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    throw new Error(`Azure's prices cannot be had from ${endpoint}: ${cause?.message || message}`);
  }
}

/** Reads kept prices: what {@link fetchPrices} gave, or an answer of the API as it is, whose date is not known. */
export function readPrices(text: string, file: string): Prices {
  try {
    const body = JSON.parse(text) as Partial<Prices>;
    requireItems(body);
    const { source = file, retrieved = "", Items } = body as Prices;
    const currencies = new Set(Items.map(({ currencyCode }) => currencyCode));
    const currency = body.BillingCurrency ?? [...currencies][0] ?? "";
    if ([...currencies].some((one) => one !== currency))
      throw new Error("it has several currencies");
    return { source, retrieved, BillingCurrency: currency, Items };
  } catch (error) {
    throw new Error(
      `${file} holds no prices of the Azure Retail Prices API: ${(error as Error).message}`,
    );
  }
}

function requireItems(body: { Items?: unknown }): void {
  const texts = [
    "currencyCode",
    "armRegionName",
    "productName",
    "skuName",
    "meterName",
    "serviceName",
    "unitOfMeasure",
    "type",
  ];
  const isPrice = (item: Record<string, unknown> | null) =>
    typeof item === "object" &&
    item !== null &&
    Number.isFinite(item.retailPrice) &&
    texts.every((name) => typeof item[name] === "string");
  if (!Array.isArray(body?.Items) || !body.Items.every(isPrice))
    throw new Error("its Items are not in the documented form");
}
