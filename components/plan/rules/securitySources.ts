import {
  contains,
  hasHostBits,
  overlap,
  parseRange,
  withoutHostBits,
  type AddressRange,
  type Family,
} from "../addresses";
import { received } from "../findings";
import { rule } from "./rule";
import { sources } from "./sources";

const allowed = "allowed are addresses and ranges such as 203.0.113.7 or 2001:db8:1::/48";

/** SSH has to be open to somebody. */
export const administratorsNamed = rule(
  {
    id: "ADMIN-SOURCES-MISSING",
    source: "SSH is open to those who administer, and to nobody else",
  },
  (_path, list: readonly string[] | undefined) =>
    list === undefined || list.length === 0
      ? [
          "is missing; name the addresses or ranges you administer from, such as 203.0.113.7/32 (SSH is open to nobody else)",
        ]
      : [],
);

/** Without a jump host every step on a machine goes to its public IPv4 address. */
export const administratorsReach = rule(
  {
    id: "ADMIN-SOURCES-FAMILY",
    source: `${sources.securityGroups}: without a rule that allows it nothing comes in`,
  },
  (_path, list: readonly string[], hasJumpHost: boolean) =>
    hasJumpHost || list.length === 0 || list.some((one) => familyOf(one) !== "IPv6")
      ? []
      : [
          "are IPv6 ranges alone, but the steps on the machines go over SSH to their public IPv4 addresses; name an IPv4 address too, or a jumpHost",
        ],
);

/** A configuration may hold anything, which is then found wrong for itself. */
function familyOf(source: unknown): Family | undefined {
  return typeof source === "string" ? parseRange(source)?.family : undefined;
}

/** A source is an address or a range: a list of sources takes no `*` and no service tag. */
export const sourceForm = rule(
  {
    id: "NSG-PREFIXES-NO-TAG",
    source: `${sources.securityGroups}; terraform-provider-azurerm#5617`,
  },
  (_path, source: string) =>
    typeof source === "string" && parseRange(source) ? [] : [`is ${received(source)}; ${allowed}`],
);

/** A source's bits below its length are zero. */
export const sourceHostBits = rule(
  {
    id: "SOURCE-HOSTBITS",
    source: "Azure: invalid Address prefix (Azure/azure-powershell#4557)",
  },
  (_path, source: string) => {
    const range = parseRange(source);
    if (!range || !hasHostBits(range)) return [];
    const { address, prefixLength } = range;
    const alone = `${address.toString()}/${range.family === "IPv4" ? 32 : 128}`;
    return [
      `is ${received(source)}, which has bits set below /${prefixLength}; write ${withoutHostBits(range)} or ${alone}`,
    ];
  },
);

const nobody = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/128",
  "::1/128",
  "::ffff:0:0/96",
  "fe80::/10",
  "ff00::/8",
];

/** A source is somebody: nothing comes to a machine from a loopback, link-local or multicast address. */
export const sourceUnicast = rule(
  { id: "SOURCE-UNICAST", source: "RFC 6890: not forwarded, or no source at all" },
  (_path, source: string) => {
    const range = parseRange(source);
    const reserved = nobody.find((text) => {
      const other = parseRange(text);
      return range && other && contains(other, range);
    });
    return reserved === undefined
      ? []
      : [`is ${received(source)}, part of ${reserved}, from which nothing comes; ${allowed}`];
  },
);

/** Service tags and words that stand for the whole internet. */
const everyone = new Set(["*", "any", "internet", "0.0.0.0", "::"]);

/**
 * A source that is not everybody: neither `*`, nor the internet, nor a range so wide that it is "everyone" in all but name (an
 * IPv4 range shorter than /8, an IPv6 range shorter than /16). For ports of peers, SSH and Remote Desktop.
 */
export const notOpenToEveryone = rule(
  {
    id: "SOURCE-EVERYONE",
    source: "a port of peers or administrators that everybody reaches is attacked within minutes",
  },
  (_path, source: string) => {
    const range = parseRange(source);
    const open = everyone.has(source.toLowerCase()) || (range !== undefined && isWide(range));
    return open ? [`is ${received(source)}, which is open to everyone; ${allowed}`] : [];
  },
);

function isWide(range: AddressRange): boolean {
  return range.family === "IPv4" ? range.prefixLength < 8 : range.prefixLength < 16;
}

/**
 * Networks peered with this one have ranges of their own: Azure refuses a peering of networks that overlap, and PNRP finds the
 * addresses that machines have in their own networks.
 */
export const peersApart = rule(
  { id: "PEER-OVERLAP", source: sources.virtualNetworks },
  (_path, source: string, own: readonly string[]) => {
    const range = parseRange(source);
    return own
      .map(parseRange)
      .filter((other) => range !== undefined && other !== undefined && overlap(range, other))
      .map(
        (other) =>
          `is ${received(source)}, which overlaps the lab's own ${other?.text}; it names networks peered with this one, and those have ranges of their own`,
      );
  },
);

/** How many addresses and ranges the rules of one security group may name on one side, sources or destinations: 4,000. */
export const addressCount = rule(
  { id: "NSG-4000-ADDRESSES", source: sources.networkLimits },
  (_path, addresses: number) =>
    addresses > 4000
      ? [
          `make the rules of the security group name ${addresses} sources; Azure takes 4000 in a group: name wider ranges, or fewer ports`,
        ]
      : [],
);

/** How many rules a security group may have: 1,000. */
export const ruleCount = rule(
  { id: "NSG-1000", source: sources.networkLimits },
  (_path, rules: number) =>
    rules > 1000 ? [`has ${rules} rules; Azure takes 1000 in a security group`] : [],
);
