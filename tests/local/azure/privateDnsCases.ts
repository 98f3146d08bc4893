import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import { resourceGroupName, tokens } from "./stage";

const zone = { resourceGroupName, privateZoneName: "lab.internal" };

function dnsCase(
  rule: string,
  code: string,
  token: string,
  illegal: Properties,
  legal: Properties,
): RuleCase {
  const make =
    (properties: Properties): RuleCase["legal"] =>
    (stage, lab) =>
      stage.create(token, "d", {
        ...zone,
        ...(token === tokens.link
          ? { location: "global", virtualNetwork: { id: lab.network.id } }
          : {}),
        ...(token === tokens.record ? { relativeRecordSetName: "d", ttl: 60 } : {}),
        ...(token === tokens.zone ? { location: "global" } : {}),
        ...properties,
      });
  return {
    rule,
    code,
    prepare: async (stage) =>
      (await stage.create(tokens.zone, "zone", { ...zone, location: "Global" })).outputs,
    illegal: make(illegal),
    legal: make(legal),
  };
}

const address = { recordType: "A", aRecords: [{ ipv4Address: "10.1.0.4" }] };

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ipv4Address: `10.1.0.${index + 4}` }));

export const dnsCases: RuleCase[] = [
  dnsCase(
    "DNS-GLOBAL",
    "LocationNotAvailableForResourceType",
    tokens.zone,
    { privateZoneName: "a.b", location: "eastus" },
    { privateZoneName: "a.b" },
  ),
  dnsCase(
    "DNS-ZONE-NAME",
    "BadRequest",
    tokens.zone,
    { privateZoneName: "internal" },
    { privateZoneName: "a.b" },
  ),
  dnsCase(
    "DNS-ZONE-RESERVED",
    "BadRequest",
    tokens.zone,
    { privateZoneName: "Azure.com" },
    { privateZoneName: "lab.azure.com" },
  ),
  {
    ...dnsCase("DNS-LINK-NETWORK", "InvalidResourceReference", tokens.link, {}, {}),
    illegal: (stage, lab) =>
      stage.create(tokens.link, "l", {
        ...zone,
        location: "global",
        virtualNetwork: { id: lab.subnet.id },
      }),
  },
  {
    ...dnsCase("DNS-LINK-ONCE", "Conflict", tokens.link, {}, {}),
    illegal: async (stage, lab) => {
      const link = {
        ...zone,
        location: "global",
        virtualNetwork: { id: lab.network.id },
      };
      const made = await stage.create(tokens.link, "one", link);
      try {
        await stage.create(tokens.link, "two", link);
      } finally {
        await stage.remove(made);
      }
    },
  },
  {
    ...dnsCase("DNS-LINK-NAMESPACE", "BadRequest", tokens.link, {}, {}),
    prepare: async (stage, lab) => {
      await stage.create(tokens.zone, "zone", { ...zone, location: "global" });
      const elsewhere = { resourceGroupName: "elsewhere", location: "eastus" };
      await stage.create(tokens.group, "elsewhere", elsewhere);
      const theirs = { ...zone, resourceGroupName: "elsewhere", location: "global" };
      await stage.create(tokens.zone, "theirs", theirs);
      const virtualNetwork = { id: lab.network.id };
      return {
        link: (await stage.create(tokens.link, "theirs", { ...theirs, virtualNetwork })).id,
      };
    },
    legal: async (stage, lab, { link }) => {
      await stage.server.deleteResource(String(link));
      const virtualNetwork = { id: lab.network.id };
      await stage.create(tokens.link, "ours", { ...zone, location: "global", virtualNetwork });
    },
  },
  {
    ...dnsCase("DNS-LINK-ONCE", "Conflict", tokens.link, {}, {}),
    // A network has one zone in which its machines are registered.
    illegal: async (stage, lab) => {
      const registering = {
        ...zone,
        location: "global",
        registrationEnabled: true,
        virtualNetwork: { id: lab.network.id },
      };
      const second = { ...registering, privateZoneName: "second.internal" };
      const made = await stage.create(tokens.zone, "second", {
        resourceGroupName,
        privateZoneName: "second.internal",
        location: "global",
      });
      const link = await stage.create(tokens.link, "one", registering);
      try {
        await stage.create(tokens.link, "two", second);
      } finally {
        await stage.remove(link);
        await stage.remove(made);
      }
    },
  },
  dnsCase(
    "DNS-RECORD-NAME",
    "BadRequest",
    tokens.record,
    { ...address, relativeRecordSetName: "a b" },
    address,
  ),
  dnsCase(
    "DNS-RECORD-TYPE",
    "InvalidRecordType",
    tokens.record,
    { recordType: "LOC" },
    { recordType: "aaaa" },
  ),
  dnsCase(
    "DNS-RECORD-ADDRESS",
    "BadRequest",
    tokens.record,
    { recordType: "AAAA", aaaaRecords: [{ ipv6Address: "10.1.0.4" }] },
    { recordType: "AAAA", aaaaRecords: [{ ipv6Address: "fd00::4" }] },
  ),
  dnsCase(
    "DNS-RECORDS-20",
    "BadRequest",
    tokens.record,
    { recordType: "A", aRecords: addresses(21) },
    { recordType: "A", aRecords: addresses(20) },
  ),
  dnsCase("DNS-TTL", "BadRequest", tokens.record, { ...address, ttl: 0 }, address),
];
