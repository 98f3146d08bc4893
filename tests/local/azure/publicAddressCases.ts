import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import { creations } from "./ruleCase";
import type { Stage } from "./stage";
import { publicAddressInputs, resourceGroupName, tokens } from "./stage";

function addressCase(rule: string, code: string, illegal: Properties, legal: Properties): RuleCase {
  return creations(
    rule,
    code,
    tokens.publicAddress,
    publicAddressInputs("p", illegal),
    publicAddressInputs("p", legal),
  );
}

const changeOfAddress = (change: Properties) => async (stage: Stage) => {
  const made = await stage.create(tokens.publicAddress, "c", publicAddressInputs("c"));
  try {
    await stage.update(made, publicAddressInputs("c", change));
  } finally {
    await stage.remove(made);
  }
};

export const publicAddressCases: RuleCase[] = [
  addressCase(
    "PIP-STANDARD-STATIC",
    "StandardSkuPublicIPAddressesMustBeStatic",
    { publicIPAllocationMethod: "Dynamic" },
    { publicIPAddressVersion: "IPv6" },
  ),
  addressCase("PIP-BASIC-RETIRED", "IPv4BasicSkuPublicIpCountLimitReached", { sku: null }, {}),
  addressCase(
    "PIP-BASIC-ZONES",
    "ZonesNotAllowedInBasicSkuResource",
    { sku: { name: "Basic" }, zones: ["1"] },
    { zones: ["1"] },
  ),
  addressCase(
    "PIP-IDLE",
    "PublicIPAddressIdleTimeoutInvalid",
    { idleTimeoutInMinutes: 31 },
    { idleTimeoutInMinutes: 30 },
  ),
  addressCase(
    "PIP-IPV6-IDLE",
    "PublicIPAddressIdleTimeoutInvalid",
    { publicIPAddressVersion: "IPv6", idleTimeoutInMinutes: 5 },
    { publicIPAddressVersion: "IPv6", idleTimeoutInMinutes: 4 },
  ),
  addressCase(
    "PIP-DNSLABEL",
    "InvalidDomainNameLabel",
    { dnsSettings: { domainNameLabel: "Ada" } },
    { dnsSettings: { domainNameLabel: "ada-1" } },
  ),
  {
    rule: "PIP-DNSLABEL-DUP",
    code: "DnsRecordInUse",
    prepare: async (stage) =>
      (
        await stage.create(
          tokens.publicAddress,
          "a",
          publicAddressInputs("a", { dnsSettings: { domainNameLabel: "ada" } }),
        )
      ).outputs,
    illegal: (stage) =>
      stage.create(
        tokens.publicAddress,
        "b",
        publicAddressInputs("b", { dnsSettings: { domainNameLabel: "ada" } }),
      ),
    legal: (stage) =>
      stage.create(
        tokens.publicAddress,
        "b",
        publicAddressInputs("b", { location: "westus", dnsSettings: { domainNameLabel: "ada" } }),
      ),
  },
  addressCase(
    "PIP-GLOBAL",
    "GlobalPublicIpInvalid",
    { sku: { name: "Standard", tier: "Global" }, publicIPAddressVersion: "IPv6" },
    { sku: { name: "Standard", tier: "Global" } },
  ),
  addressCase(
    "PIP-GLOBAL",
    "GlobalPublicIpInvalid",
    {
      ipTags: [{ ipTagType: "RoutingPreference", tag: "Internet" }],
      publicIPAddressVersion: "IPv6",
    },
    { ipTags: [{ ipTagType: "RoutingPreference", tag: "Internet" }] },
  ),
  addressCase(
    "PIP-BASIC-IPV6-STATIC",
    "PublicIPAddressAllocationMethodInvalid",
    { sku: { name: "Basic" }, publicIPAddressVersion: "IPv6" },
    { publicIPAddressVersion: "IPv6" },
  ),
  {
    rule: "PIP-UNCHANGEABLE",
    code: "PropertyChangeNotAllowed",
    illegal: changeOfAddress({ zones: ["1"] }),
    legal: changeOfAddress({ tags: { a: "b" } }),
  },
  {
    rule: "LOCATION-UNCHANGEABLE",
    code: "InvalidResourceLocation",
    illegal: changeOfAddress({ location: "westus" }),
    legal: changeOfAddress({ location: "East US" }),
  },
  {
    rule: "NAT-NEEDS-ADDRESS",
    prepare: async (stage) => ({
      id: (await stage.create(tokens.publicAddress, "n", publicAddressInputs("n"))).id,
    }),
    illegal: (stage) =>
      stage.create(tokens.natGateway, "g", { resourceGroupName, sku: { name: "Standard" } }),
    legal: (stage, _lab, { id }) =>
      stage.create(tokens.natGateway, "h", {
        resourceGroupName,
        sku: { name: "Standard" },
        publicIpAddresses: [{ id }],
      }),
  },
  {
    rule: "REGION-NAT-PIP",
    code: "InvalidResourceReference",
    prepare: async (stage) => ({
      id: (await stage.create(tokens.publicAddress, "n", publicAddressInputs("n"))).id,
    }),
    illegal: (stage, _lab, { id }) =>
      stage.create(tokens.natGateway, "g", {
        resourceGroupName,
        location: "westus",
        publicIpAddresses: [{ id }],
      }),
    legal: (stage, _lab, { id }) =>
      stage.create(tokens.natGateway, "g", { resourceGroupName, publicIpAddresses: [{ id }] }),
  },
  {
    rule: "PIP-ONE-USE",
    code: "PublicIPAddressInUse",
    prepare: async (stage) => {
      const make = async (name: string) =>
        (await stage.create(tokens.publicAddress, name, publicAddressInputs(name))).id;
      const [used, free] = [await make("used"), await make("free")];
      const inputs = { resourceGroupName, publicIpAddresses: [{ id: used }] };
      await stage.create(tokens.natGateway, "first", inputs);
      return { used, free };
    },
    illegal: (stage, _lab, { used }) =>
      stage.create(tokens.natGateway, "g", {
        resourceGroupName,
        publicIpAddresses: [{ id: used }],
      }),
    legal: (stage, _lab, { free }) =>
      stage.create(tokens.natGateway, "g", {
        resourceGroupName,
        publicIpAddresses: [{ id: free }],
      }),
  },
  creations(
    "NAT-IDLE",
    "NatGatewayIdleTimeoutInvalid",
    tokens.natGateway,
    { resourceGroupName, idleTimeoutInMinutes: 121 },
    { resourceGroupName, idleTimeoutInMinutes: 120 },
  ),
  {
    rule: "NAT-IPV4-ONLY",
    code: "NatGatewayPublicIpVersionNotSupported",
    prepare: async (stage) => ({
      six: (
        await stage.create(
          tokens.publicAddress,
          "six",
          publicAddressInputs("six", { publicIPAddressVersion: "IPv6" }),
        )
      ).id,
      four: (await stage.create(tokens.publicAddress, "four", publicAddressInputs("four"))).id,
    }),
    illegal: (stage, _lab, { six }) =>
      stage.create(tokens.natGateway, "g", { resourceGroupName, publicIpAddresses: [{ id: six }] }),
    legal: (stage, _lab, { four }) =>
      stage.create(tokens.natGateway, "g", {
        resourceGroupName,
        publicIpAddresses: [{ id: four }],
      }),
  },
];
