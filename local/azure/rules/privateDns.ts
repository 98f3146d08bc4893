import type { PutRequest } from "../arm/azure";
import type { Located, RecordSetProperties, VirtualNetworkLinkProperties } from "../arm/model";
import { normalizedLocation, propertiesOf } from "../arm/model";
import { nameOf, parentId, sameId } from "../arm/id";
import { parseAddress } from "../network/addresses";
import { networkChildName } from "./names";
import { others, referenceRules, refersTo } from "./references";
import type { Rule } from "./rule";
import { dnsTagRules } from "./tags";

export const globalLocation: Rule = {
  id: "DNS-GLOBAL",
  grade: "A",
  code: "LocationNotAvailableForResourceType",
  check: (put) => {
    const { location } = propertiesOf<Located>(put);
    return normalizedLocation(location) === "global"
      ? []
      : [
          `The provided location '${location}' is not available for resource type '${put.type}'. List of available ` +
            "regions for the resource type is 'global'.",
        ];
  },
};

export const zoneName: Rule = {
  id: "DNS-ZONE-NAME",
  grade: "A",
  code: "BadRequest",
  check: ({ name }) => {
    const labels = name.split(".");
    const valid =
      name.length <= 253 &&
      labels.length >= 2 &&
      labels.length <= 34 &&
      labels.every((label) => /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label));
    return valid
      ? []
      : [
          `The zone name '${name}' is invalid: 2 to 34 labels of 1 to 63 letters, digits, hyphens or underscores.`,
        ];
  },
};

/** Domains of Azure itself; a zone for a name below one of them is possible. */
const reservedZones = new Set([
  "azclient.ms",
  "azure-api.net",
  "azure.com",
  "cloudapp.net",
  "core.windows.net",
  "microsoft.com",
  "msidentity.com",
  "trafficmanager.net",
  "windows.net",
]);

export const zoneNameReserved: Rule = {
  id: "DNS-ZONE-RESERVED",
  grade: "B",
  code: "BadRequest",
  check: ({ name }) =>
    reservedZones.has(name.toLowerCase())
      ? [
          `The Private DNS zone name '${name}' is not permitted as it is a reserved Azure infrastucture domain and ` +
            "creating such zones may have unintended consequences for DNS resolution for services deployed in your " +
            "virtual networks.",
        ]
      : [],
};

export const linkReferences = refersTo(
  "DNS-LINK-NETWORK",
  "Microsoft.Network/virtualNetworks",
  (put) => [propertiesOf<VirtualNetworkLinkProperties>(put).virtualNetwork?.id],
  { sameRegion: false },
);

/** One network is linked to a zone once, and has one zone in which its machines are registered. */
export const linkOnce: Rule = {
  id: "DNS-LINK-ONCE",
  grade: "A",
  status: 409,
  code: "Conflict",
  check: (put, azure) => {
    const { virtualNetwork, registrationEnabled } = propertiesOf<VirtualNetworkLinkProperties>(put);
    const network = virtualNetwork?.id;
    if (network === undefined)
      return [`Virtual network link ${put.name} names no virtual network.`];
    const links = others(azure.store.referrers(network), put.id).filter(
      ({ type }) => type === put.type,
    );
    const sameZone = links.find((link) => sameId(parentId(link.id), parentId(put.id)));
    const registering = links.find(
      (link) => propertiesOf<VirtualNetworkLinkProperties>(link).registrationEnabled,
    );
    return [
      ...(sameZone
        ? [
            `Virtual network ${network} is already linked to the private DNS zone by ${sameZone.id}.`,
          ]
        : []),
      ...(registrationEnabled && registering
        ? [
            "A virtual network can only be linked to 1 Private DNS zone(s) with auto-registration enabled; conflicting " +
              `Private DNS zone is '${nameOf(parentId(registering.id) ?? "")}'.`,
          ]
        : []),
    ];
  },
};

/** Two zones of one name, of different resource groups say, would answer for the same names. */
export const linkNamespace: Rule = {
  id: "DNS-LINK-NAMESPACE",
  grade: "B",
  code: "BadRequest",
  check: (put, azure) => {
    const { virtualNetwork } = propertiesOf<VirtualNetworkLinkProperties>(put);
    const zone = parentId(put.id) ?? "";
    const same = others(azure.store.referrers(virtualNetwork?.id ?? ""), put.id)
      .filter(({ type }) => type === put.type)
      .map(({ id }) => parentId(id) ?? "")
      .find((other) => !sameId(other, zone) && sameId(nameOf(other), nameOf(zone)));
    return same
      ? [
          "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual " +
            `network with '${nameOf(zone)}' and '${nameOf(same)}' zones.`,
        ]
      : [];
  },
};

function recordSet(put: PutRequest): RecordSetProperties {
  return propertiesOf<RecordSetProperties>(put);
}

export const recordSetName: Rule = {
  id: "DNS-RECORD-NAME",
  grade: "A",
  code: "BadRequest",
  check: ({ name }) =>
    name === "@" ||
    /^(\*|[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(\.[A-Za-z0-9_-]{1,63})*$/.test(name)
      ? []
      : [`The record set name '${name}' is invalid.`],
};

/** Types of records are the last part of the resource's type. */
export const recordType: Rule = {
  id: "DNS-RECORD-TYPE",
  grade: "A",
  code: "InvalidRecordType",
  check: ({ type }) => {
    const kind = type.slice(type.lastIndexOf("/") + 1).toUpperCase();
    return ["A", "AAAA", "CNAME", "MX", "PTR", "SOA", "SRV", "TXT"].includes(kind)
      ? []
      : [`Record type '${kind}' is none of A, AAAA, CNAME, MX, PTR, SOA, SRV, TXT.`];
  },
};

export const recordAddresses: Rule = {
  id: "DNS-RECORD-ADDRESS",
  grade: "A",
  code: "BadRequest",
  check: (put) => {
    const { aRecords, aaaaRecords } = recordSet(put);
    return [
      ...(aRecords ?? [])
        .filter(({ ipv4Address }) => parseAddress(ipv4Address ?? "")?.family !== "IPv4")
        .map(({ ipv4Address }) => `The value '${ipv4Address}' of an A record is no IPv4 address.`),
      ...(aaaaRecords ?? [])
        .filter(({ ipv6Address }) => parseAddress(ipv6Address ?? "")?.family !== "IPv6")
        .map(
          ({ ipv6Address }) => `The value '${ipv6Address}' of an AAAA record is no IPv6 address.`,
        ),
    ];
  },
};

export const recordCount: Rule = {
  id: "DNS-RECORDS-20",
  grade: "A",
  code: "BadRequest",
  check: (put) => {
    const { aRecords, aaaaRecords } = recordSet(put);
    const count = (aRecords?.length ?? 0) + (aaaaRecords?.length ?? 0);
    return count > 20 ? [`The record set '${put.name}' has ${count} records; 20 are allowed.`] : [];
  },
};

export const recordTimeToLive: Rule = {
  id: "DNS-TTL",
  grade: "A",
  code: "BadRequest",
  check: (put) => {
    const { ttl } = recordSet(put);
    return ttl !== undefined && Number.isInteger(ttl) && ttl >= 1 && ttl <= 2147483647
      ? []
      : [`The record set '${put.name}' has TTL ${ttl ?? "none"}; it is 1 to 2147483647 seconds.`];
  },
};

export const privateZoneRules: Rule[] = [
  ...dnsTagRules,
  zoneName,
  zoneNameReserved,
  globalLocation,
];
export const virtualNetworkLinkRules: Rule[] = [
  networkChildName,
  ...dnsTagRules,
  globalLocation,
  linkReferences,
  linkOnce,
  linkNamespace,
  ...referenceRules,
];
export const recordSetRules: Rule[] = [
  recordType,
  recordSetName,
  recordAddresses,
  recordCount,
  recordTimeToLive,
];
