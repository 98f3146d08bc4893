import type { PutRequest } from "../arm/azure";
import type { PublicIPAddressProperties } from "../arm/model";
import { normalizedLocation, propertiesOf } from "../arm/model";
import { locationUnchangeable } from "./locations";
import { networkChildName } from "./names";
import { others, referenceRules } from "./references";
import type { Rule } from "./rule";
import { tagRules } from "./tags";

/** The properties with Azure's defaults: this API version means Basic where no SKU is named. */
function addressOf(put: PutRequest) {
  const given = propertiesOf<PublicIPAddressProperties>(put);
  return {
    ...given,
    sku: given.sku?.name ?? "Basic",
    method: given.publicIPAllocationMethod ?? "Dynamic",
    version: given.publicIPAddressVersion ?? "IPv4",
    idle: given.idleTimeoutInMinutes,
  };
}

export const standardIsStatic: Rule = {
  id: "PIP-STANDARD-STATIC",
  grade: "B",
  code: "StandardSkuPublicIPAddressesMustBeStatic",
  check: (put) => {
    const { sku, method } = addressOf(put);
    return sku === "Standard" && method !== "Static"
      ? [`Standard sku publicIp ${put.id} must have AllocationMethod set to Static.`]
      : [];
  },
};

export const basicIsRetired: Rule = {
  id: "PIP-BASIC-RETIRED",
  grade: "A",
  code: "IPv4BasicSkuPublicIpCountLimitReached",
  check: (put) =>
    addressOf(put).sku === "Basic"
      ? [
          "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this subscription in this region. " +
            `Public address ${put.name} has ${propertiesOf<PublicIPAddressProperties>(put).sku?.name ? "" : "no sku, which means "}` +
            "sku Basic, and Basic was retired on 2025-09-30; use sku Standard.",
        ]
      : [],
};

export const basicHasNoZones: Rule = {
  id: "PIP-BASIC-ZONES",
  grade: "B",
  code: "ZonesNotAllowedInBasicSkuResource",
  check: (put) => {
    const { sku, zones } = addressOf(put);
    return sku === "Basic" && zones?.length
      ? [`Request for resource ${put.id} is invalid as zones are not allowed with Basic sku.`]
      : [];
  },
};

export const idleTimeout: Rule = {
  id: "PIP-IDLE",
  grade: "A",
  code: "PublicIPAddressIdleTimeoutInvalid",
  check: (put) => {
    const { idle } = addressOf(put);
    return idle === undefined || (Number.isInteger(idle) && idle >= 4 && idle <= 30)
      ? []
      : [`Public address ${put.name} has an idle timeout of ${idle} minutes; allowed are 4 to 30.`];
  },
};

export const ipv6IdleTimeout: Rule = {
  id: "PIP-IPV6-IDLE",
  grade: "A",
  code: "PublicIPAddressIdleTimeoutInvalid",
  check: (put) => {
    const { idle, version } = addressOf(put);
    return version === "IPv6" && idle !== undefined && idle !== 4
      ? [
          `IPv6 public address ${put.name} has an idle timeout of ${idle} minutes; it is fixed at 4.`,
        ]
      : [];
  },
};

export const dnsLabel: Rule = {
  id: "PIP-DNSLABEL",
  grade: "C",
  code: "InvalidDomainNameLabel",
  check: (put) => {
    const label = addressOf(put).dnsSettings?.domainNameLabel;
    return label === undefined || /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label)
      ? []
      : [
          `The domain name label ${label} is invalid. It must conform to the following regular expression: ` +
            "^[a-z][a-z0-9-]{1,61}[a-z0-9]$.",
        ];
  },
};

export const dnsLabelUnique: Rule = {
  id: "PIP-DNSLABEL-DUP",
  grade: "A",
  code: "DnsRecordInUse",
  check: (put, azure) => {
    const { dnsSettings, location } = addressOf(put);
    const label = dnsSettings?.domainNameLabel;
    if (label === undefined) return [];
    const taken = others(azure.store.ofType(put.type), put.id).some((other) => {
      const theirs = propertiesOf<PublicIPAddressProperties>(other);
      return (
        theirs.dnsSettings?.domainNameLabel === label &&
        normalizedLocation(theirs.location) === normalizedLocation(location)
      );
    });
    return taken
      ? [
          `DNS record ${label}.${normalizedLocation(location)}.cloudapp.azure.com is already used by another public IP.`,
        ]
      : [];
  },
};

/** No sku means Basic, so a static IPv6 address needs one. */
export const basicIpv6IsDynamic: Rule = {
  id: "PIP-BASIC-IPV6-STATIC",
  grade: "A",
  code: "PublicIPAddressAllocationMethodInvalid",
  check: (put) => {
    const { sku, method, version } = addressOf(put);
    return sku === "Basic" && version === "IPv6" && method === "Static"
      ? [`Basic sku publicIp ${put.id} is IPv6 and Static; a static IPv6 address has sku Standard.`]
      : [];
  },
};

export const globalTier: Rule = {
  id: "PIP-GLOBAL",
  grade: "A",
  code: "GlobalPublicIpInvalid",
  check: (put) => {
    const { sku, version, ipTags } = addressOf(put);
    if (sku === "Standard" && version === "IPv4") return [];
    const tier = propertiesOf<PublicIPAddressProperties>(put).sku?.tier;
    const routed = ipTags?.some(
      ({ ipTagType }) => ipTagType?.toLowerCase() === "routingpreference",
    );
    return [
      ...(tier === "Global"
        ? [`Public address ${put.name} of tier Global must be Standard and IPv4.`]
        : []),
      ...(routed
        ? [`Public address ${put.name} with a routing preference must be Standard and IPv4.`]
        : []),
    ];
  },
};

/** azure-native plans these as updates in place, and Azure refuses them. */
export const unchangeable: Rule = {
  id: "PIP-UNCHANGEABLE",
  grade: "C",
  status: 409,
  code: "PropertyChangeNotAllowed",
  check: (put) => {
    if (!put.existing) return [];
    const before = propertiesOf<PublicIPAddressProperties>(put.existing);
    const after = propertiesOf<PublicIPAddressProperties>(put);
    const changed: string[] = [];
    if (JSON.stringify(before.zones ?? []) !== JSON.stringify(after.zones ?? [])) {
      changed.push("zones");
    }
    if ((before.sku?.tier ?? "Regional") !== (after.sku?.tier ?? "Regional")) {
      changed.push("sku.tier");
    }
    return changed.map((name) => `Changing property '${name}' of ${put.id} is not allowed.`);
  },
};

export const publicAddressRules: Rule[] = [
  locationUnchangeable,
  networkChildName,
  ...tagRules,
  standardIsStatic,
  basicHasNoZones,
  basicIpv6IsDynamic,
  basicIsRetired,
  idleTimeout,
  ipv6IdleTimeout,
  dnsLabel,
  dnsLabelUnique,
  globalTier,
  unchangeable,
  ...referenceRules,
];
