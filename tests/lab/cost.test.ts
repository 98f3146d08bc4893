import * as assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { costItems } from "../../lab/costItems";
import { costReport, costText } from "../../lab/costReport";
import {
  fetchPrices,
  filterOf,
  priceOf,
  readPrices,
  type Prices,
  type RetailPrice,
} from "../../lab/prices";
import type { StateResource } from "../../lab/stack";

const now = new Date("2026-11-02T00:00:00Z");
const machine = (name: string, changes: object = {}): StateResource => ({
  urn: `urn:pulumi:test::lab::azure-native:compute:VirtualMachine::${name}`,
  type: "azure-native:compute:VirtualMachine",
  id: name,
  outputs: {
    location: "westeurope",
    hardwareProfile: { vmSize: "Standard_D2s_v5" },
    licenseType: "Windows_Client",
    timeCreated: "2026-11-01T00:00:00Z",
    storageProfile: {
      osDisk: { diskSizeGB: 127, managedDisk: { storageAccountType: "StandardSSD_LRS" } },
    },
    ...changes,
  },
});
const other = (type: string, outputs: object): StateResource => ({
  urn: `urn:pulumi:test::lab::${type}::one`,
  type,
  outputs: { location: "westeurope", sku: { name: "Standard" }, ...outputs },
});
const network = [
  other("azure-native:network:PublicIPAddress", {
    publicIPAddressVersion: "IPv4",
    publicIPAllocationMethod: "Static",
  }),
  other("azure-native:network:NatGateway", {}),
  other("azure-native:privatedns:PrivateZone", { location: "global" }),
];

/** Made by hand after the API's documentation; the figures are nobody's prices. */
const item = (changes: Partial<RetailPrice>): RetailPrice => ({
  currencyCode: "USD",
  tierMinimumUnits: 0,
  retailPrice: 1,
  armRegionName: "westeurope",
  armSkuName: "Standard_D2s_v5",
  productName: "Virtual Machines Dsv5 Series",
  skuName: "D2s v5",
  meterName: "D2s v5",
  serviceName: "Virtual Machines",
  unitOfMeasure: "1 Hour",
  type: "Consumption",
  effectiveStartDate: "2021-11-01T00:00:00Z",
  ...changes,
});
const windows = item({ productName: "Virtual Machines Dsv5 Series Windows", retailPrice: 2 });
const all: RetailPrice[] = [
  item({}),
  windows,
  item({ skuName: "D2s v5 Spot", meterName: "D2s v5 Spot", retailPrice: 0.25 }),
  item({ skuName: "D2s v5 Low Priority", meterName: "D2s v5 Low Priority", retailPrice: 0.5 }),
  item({ type: "Reservation", retailPrice: 519 }),
  item({ armRegionName: "northeurope", retailPrice: 9 }),
  item({ effectiveStartDate: "2027-01-01T00:00:00Z", retailPrice: 8 }),
  item({
    serviceName: "Storage",
    armSkuName: "",
    productName: "Standard SSD Managed Disks",
    skuName: "E10 LRS",
    meterName: "E10 LRS Disk",
    unitOfMeasure: "1/Month",
    retailPrice: 10,
  }),
  item({
    serviceName: "Storage",
    armSkuName: "",
    productName: "Standard SSD Managed Disks",
    skuName: "E10 LRS",
    meterName: "E10 LRS Disk Mount",
    unitOfMeasure: "1/Month",
    retailPrice: 3,
  }),
  item({
    serviceName: "Virtual Network",
    armSkuName: "",
    productName: "IP Addresses",
    skuName: "Standard",
    meterName: "Standard IPv4 Static Public IP",
    retailPrice: 0.5,
  }),
  item({
    serviceName: "NAT Gateway",
    armSkuName: "",
    productName: "NAT Gateway",
    skuName: "Standard",
    meterName: "Standard Gateway",
    armRegionName: "Global",
    retailPrice: 0.1,
  }),
  item({
    serviceName: "Azure DNS",
    armSkuName: "",
    productName: "Azure DNS",
    skuName: "Private",
    meterName: "Private Zone",
    armRegionName: "Zone 1",
    unitOfMeasure: "1/Month",
    retailPrice: 0.75,
  }),
  item({
    serviceName: "Azure DNS",
    armSkuName: "",
    productName: "Azure DNS",
    skuName: "Private",
    meterName: "Private Zone",
    armRegionName: "Zone 1",
    unitOfMeasure: "1/Month",
    tierMinimumUnits: 25,
    retailPrice: 0.1,
  }),
];
const prices = (Items: RetailPrice[]): Prices => ({
  source: "a test",
  retrieved: "2026-11-01T00:00:00Z",
  BillingCurrency: "USD",
  Items,
});
const priceOfMachine = (changes: object, items = all) =>
  priceOf(costItems([machine("one", changes)], new Map(), now)[0].meter, prices(items));

describe("lab: what of a lab costs money", () => {
  const power = new Map([
    ["one", "running"],
    ["two", "deallocated"],
    ["three", "stopped"],
  ]);
  const lab = [machine("one"), machine("two"), machine("three"), ...network];

  it("counts machines by power, and disks and network as always there", () => {
    const items = costItems(lab, power, now);
    const shown = items.map(({ kind, size, count, hoursSinceMade }) => [
      kind,
      size,
      count,
      hoursSinceMade,
    ]);
    assert.deepEqual(shown, [
      ["virtual machine", "Standard_D2s_v5, own licence (Windows_Client)", 3, 72],
      ["OS disk", "StandardSSD_LRS, E10 LRS, 127 GiB", 3, 72],
      ["public IP address", "Standard IPv4 Static", 1, 0],
      ["NAT gateway", "Standard", 1, 0],
      ["private DNS zone", "", 1, 0],
    ]);
    // Stopped and not deallocated is paid.
    assert.deepEqual(items[0].power, { running: 2, off: 1, unknown: 0 });
    const foreign = { ...network[0], external: true } as StateResource;
    assert.deepEqual(costItems([foreign], power, now), []);
  });

  for (const [gib, type, tier] of [
    [128, "StandardSSD_LRS", "E10 LRS"],
    [129, "Premium_ZRS", "P15 ZRS"],
    [4, "Standard_LRS", "S4 LRS"],
    [4095, "Premium_LRS", "P50 LRS"],
  ] as const) {
    it(`takes ${gib} GiB of ${type} for ${tier}`, () => {
      const osDisk = { diskSizeGB: gib, managedDisk: { storageAccountType: type } };
      const [, disk] = costItems([machine("one", { storageProfile: { osDisk } })], power, now);
      assert.equal(disk.meter?.meterName, `${tier} Disk`);
    });
  }

  it("has no meter for disks that it does not know", () => {
    const osDisk = { diskSizeGB: 127, managedDisk: { storageAccountType: "PremiumV2_LRS" } };
    const [, disk] = costItems([machine("one", { storageProfile: { osDisk } })], power, now);
    assert.equal(disk.meter, undefined);
  });

  it("finds the one price: base with a licence of one's own, Windows' without, spot for spot", () => {
    assert.equal(priceOfMachine({}), 1);
    assert.equal(priceOfMachine({ licenseType: "Windows_Server" }), 1);
    assert.equal(priceOfMachine({ licenseType: undefined }), 2);
    assert.equal(priceOfMachine({ priority: "Spot" }), 0.25);
    assert.equal(priceOfMachine({ location: "northeurope" }), 9);
  });

  it("has no price where there is none, or where there are different ones", () => {
    assert.equal(priceOfMachine({ location: "uksouth" }), undefined);
    assert.equal(priceOfMachine({ priority: "Spot", licenseType: "None" }), undefined);
    assert.equal(priceOfMachine({}, [item({}), item({ retailPrice: 1.5 })]), undefined);
    assert.equal(priceOfMachine({}, [item({}), item({})]), 1);
  });

  it("adds up what has a price, and says what it leaves out", () => {
    const items = costItems(lab, power, now);
    const question = { stack: "dev", items, expiry: { expires: "", state: "none" } as const, now };
    const asNow = costReport({ ...question, prices: prices(all) });
    assert.equal(asNow.perMonth, 2 * 730 + 3 * 10 + 0.5 * 730 + 0.1 * 730 + 0.75);
    const hours = costReport({ ...question, prices: prices(all), hours: 100 });
    assert.equal(hours.perMonth, 3 * 100 + 3 * 10 + 0.5 * 730 + 0.1 * 730 + 0.75);
    const without = costReport({
      ...question,
      prices: prices(all.filter(({ serviceName }) => serviceName !== "Storage")),
    });
    assert.match(without.leftOut.join("\n"), /^OS disk StandardSSD_LRS.*\(no price\)$/m);
    assert.match(
      costText(without),
      /no price[^]*Retail prices of 2026-11-01T00:00:00Z, from a test/,
    );
    const unknown = costReport({
      ...question,
      items: costItems(lab, new Map(), now),
      prices: prices(all),
    });
    assert.match(unknown.leftOut.join("\n"), /^virtual machine .*\(power not known\)$/m);
    const bare = costReport(question);
    assert.equal(bare.perMonth, undefined);
    assert.doesNotMatch(costText(bare), /price|USD/i);
  });

  it("says what has expired", () => {
    const expired = { expires: "2026-10-31", state: "expired" } as const;
    const report = costReport({ stack: "dev", items: [], expiry: expired, now });
    assert.match(costText(report), /EXPIRED \(2026-10-31\)\. Nothing is deleted by itself/);
    const valid = { expires: "2026-11-02", state: "valid" } as const;
    assert.match(
      costText(costReport({ stack: "dev", items: [], expiry: valid, now })),
      /in 24 hours/,
    );
  });
});

describe("lab: Azure's retail prices", () => {
  let server: http.Server;
  let endpoint: string;
  let asked: URL[];
  let answer: (url: URL) => [number, unknown];
  before((done) => {
    server = http.createServer(({ url }, response) => {
      const target = new URL(url!, endpoint);
      asked.push(target);
      const [status, body] = answer(target);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    server.listen(0, "127.0.0.1", () => {
      endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/retail/prices`;
      done();
    });
  });
  beforeEach(() => (asked = []));
  after((done) => void server.close(done));
  const meters = () =>
    costItems([machine("one"), machine("two")], new Map(), now).map(({ meter }) => meter!);

  it("are asked for once for each meter, page by page, with currency and filter", async () => {
    answer = (url) => [
      200,
      url.searchParams.has("$skip")
        ? { Items: [{ ...windows, currencyCode: "EUR" }], NextPageLink: null }
        : { Items: [item({ currencyCode: "EUR" })], NextPageLink: `${endpoint}?$skip=1` },
    ];
    const found = await fetchPrices(meters(), { endpoint, currency: "EUR" });
    assert.equal(found.Items.length, 4);
    assert.equal(found.source, endpoint);
    assert.ok(Date.parse(found.retrieved) > 0);
    assert.equal(asked.length, 4);
    assert.equal(asked[0].searchParams.get("currencyCode"), "'EUR'");
    assert.equal(
      asked[0].searchParams.get("$filter"),
      "priceType eq 'Consumption' and serviceName eq 'Virtual Machines' and armRegionName eq 'westeurope' and armSkuName eq 'Standard_D2s_v5'",
    );
    assert.deepEqual(readPrices(JSON.stringify(found), "kept.json"), found);
  });

  it("are one clear error where they cannot be had", async () => {
    const fails = (message: RegExp) => assert.rejects(fetchPrices(meters(), { endpoint }), message);
    answer = () => [429, {}];
    await fails(/Azure's prices cannot be had from http:.* it answers 429/);
    answer = () => [200, { Items: [{ retailPrice: "1" }] }];
    await fails(/not in the documented form/);
    answer = () => [200, { Items: [item({ currencyCode: "EUR" })] }];
    await fails(/answers in EUR instead of USD/);
    answer = () => [200, { Items: [], NextPageLink: "http://elsewhere.example/" }];
    await fails(/names another host/);
    answer = () => [200, { Items: [], NextPageLink: endpoint }];
    await fails(/more than 20 pages/);
    const nowhere = "http://127.0.0.1:9/";
    await assert.rejects(fetchPrices(meters(), { endpoint: nowhere }), /cannot be had from http/);
  });

  it("are read from a file, an answer of the API as it is too, and nothing else", () => {
    const raw = readPrices(
      JSON.stringify({ BillingCurrency: "USD", Items: all, Count: all.length }),
      "raw.json",
    );
    assert.deepEqual([raw.source, raw.retrieved], ["raw.json", ""]);
    const mixed = JSON.stringify({ Items: [item({}), item({ currencyCode: "EUR" })] });
    for (const text of ["", "[]", "null", "{}", mixed]) {
      assert.throws(() => readPrices(text, "x.json"), /x\.json holds no prices/, text);
    }
    assert.match(filterOf({ ...meters()[0], productName: "o'clock" }), /'o''clock'/);
  });
});
