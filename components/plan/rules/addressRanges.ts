import {
  contains,
  hasHostBits,
  overlap,
  parseRange,
  type AddressRange,
  type Family,
} from "../addresses";
import { received } from "../findings";
import { rule } from "./rule";
import { sources } from "./sources";

/** A network's range, of `family` and in CIDR form. */
export const networkRange = rule(
  { id: "VNET-CIDR", source: "Azure/azure-rest-api-specs#1556: InvalidAddressPrefixFormat" },
  (_path, text: string, family: Family) => notOfFamily(text, family),
);

/** A subnet's range, of `family` and in CIDR form. */
export const subnetRange = rule(
  { id: "SUBNET-CIDR", source: "Azure/azure-rest-api-specs#1556: InvalidAddressPrefixFormat" },
  (_path, text: string, family: Family) => notOfFamily(text, family),
);

function notOfFamily(text: string, family: Family): string[] {
  const range = parseRange(text);
  if (range?.family === family && text.includes("/")) return [];
  const example = family === "IPv4" ? "10.80.0.0/16" : "fd5a:9c2e:71b0::/48";
  return [`is ${received(text)}; it must be an ${family} range such as ${example}`];
}

/** A range whose bits below its length are zero. */
export const noHostBits = rule(
  { id: "VNET-CIDR-HOSTBITS", source: "what such a range means is open: Azure refuses it or cuts" },
  (_path, text: string) => {
    const range = parseRange(text);
    return range && hasHostBits(range)
      ? [`is ${received(text)}, which has bits set below /${range.prefixLength}`]
      : [];
  },
);

const azuresOwn = [
  "224.0.0.0/4",
  "255.255.255.255/32",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "168.63.129.16/32",
];

/** IPv4 ranges that Azure keeps for itself. */
export const notReservedIpv4 = rule(
  { id: "VNET-RESERVED", source: sources.virtualNetworks },
  (_path, text: string) => {
    const range = parseRange(text);
    return azuresOwn
      .filter((reserved) => range && overlap(range, known(reserved)))
      .map(
        (reserved) => `is ${range?.text}, which overlaps ${reserved}; Azure keeps that for itself`,
      );
  },
);

/** IPv4 ranges that no Windows machine takes an address of: "this network", and the one that was never given out. */
export const unicastIpv4 = rule(
  { id: "VNET-IPV4-UNICAST", source: "RFC 6890: not usable as a source or a destination" },
  (_path, text: string) => {
    const range = parseRange(text);
    const reserved = ["0.0.0.0/8", "240.0.0.0/4"].find(
      (other) => range && overlap(range, known(other)),
    );
    return reserved === undefined
      ? []
      : [`is ${range?.text}, which overlaps ${reserved}; no machine can use those addresses`];
  },
);

const unicast = ["fc00::/7", "2000::/3"];
const tunnels = [
  { range: "2001::/32", what: "Teredo's" },
  { range: "2002::/16", what: "6to4's" },
];

/**
 * IPv6 space that can be a network's own: unique local or global. Not link-local, multicast, loopback or IPv4 in disguise; nor
 * Teredo's and 6to4's, which Windows prefers less than IPv4 (RFC 6724) and PNRP takes for tunnels. The range for documentation,
 * 2001:db8::/32, is like any other global one to Azure and Windows.
 */
export const unicastIpv6 = rule(
  { id: "VNET-IPV6-UNICAST", source: "RFC 4291 and RFC 6890" },
  (_path, text: string) => {
    const range = parseRange(text);
    if (!range) return [];
    if (!unicast.some((allowed) => contains(known(allowed), range))) {
      return [
        `is ${range.text}, which is no unicast space of a network's own; allowed are unique local ranges, such as fd5a:9c2e:71b0::/48, and global ones`,
      ];
    }
    const tunnel = tunnels.find(({ range: other }) => overlap(range, known(other)));
    return tunnel
      ? [
          `is ${range.text}, which is ${tunnel.what} (${tunnel.range}); allowed are unique local ranges, such as fd5a:9c2e:71b0::/48, and global ones`,
        ]
      : [];
  },
);

/** The space holds at least one /64, and is no larger than what one site is given. */
export const ipv6SpaceLength = rule(
  { id: "VNET-IPV6-LENGTH", source: sources.ipv6 },
  (_path, text: string) => {
    const range = parseRange(text);
    if (!range || (range.prefixLength >= 48 && range.prefixLength <= 64)) return [];
    return [
      `is ${received(range.text)}; it must hold a /64, so its length is 64 at most, usually 48, and not less`,
    ];
  },
);

/** A network keeps the ranges that it was made with: Azure changes none that a machine is in. */
export const rangesKept = rule(
  { id: "SUBNET-PREFIX-IN-USE", source: sources.subnets },
  (_path, wanted: string, made: string) =>
    wanted === made
      ? []
      : [
          `are ${wanted}, but the network was made with ${made}; Azure does not change ranges in use: put them back, or destroy the lab first`,
        ],
);

/** A range in words that parse. */
function known(text: string): AddressRange {
  return parseRange(text) as AddressRange;
}
