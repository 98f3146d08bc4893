import * as ipaddr from "ipaddr.js";
import { parseRange, type AddressRange, type Family } from "./addresses";
import { difference, union, type Interval, type Intervals } from "./intervals";
import type { Surroundings } from "./securityGroup";

/** Addresses of one family: those that are meant for certain, and all that may be. */
export interface Addresses {
  certain: Intervals;
  possible: Intervals;
}

/** The virtual address of the host: what load balancers probe from; the same in every region. */
const hostAddress = "168.63.129.16/32";

/**
 * Ranges that the public internet does not reach: RFC 1122, 1918, 3927, 5735, 6598, 4193, 4291. Azure's expansion of `Internet`
 * leaves out 0.0.0.0/8 and 10.0.0.0/8 (azure-docs, diagnose-vm-network-traffic-filtering-problem); of the others nothing is said.
 */
const notPublic = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  hostAddress,
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
  "::/127",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
];

const bits: Record<Family, number> = { IPv4: 32, IPv6: 128 };

/** Every address of a family. */
export const allAddresses: Record<Family, Intervals> = {
  IPv4: [{ first: 0n, last: (1n << 32n) - 1n }],
  IPv6: [{ first: 0n, last: (1n << 128n) - 1n }],
};

/** Addresses of a family that the public internet reaches. */
export const publicAddresses: Record<Family, Intervals> = {
  IPv4: difference(allAddresses.IPv4, intervalsOf(notPublic, "IPv4")),
  IPv6: difference(allAddresses.IPv6, intervalsOf(notPublic, "IPv6")),
};

/** The number that an address is. */
export function numberOf(address: ipaddr.IPv4 | ipaddr.IPv6): bigint {
  return address.toByteArray().reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

export function intervalOf({ family, address, prefixLength }: AddressRange): Interval {
  const size = 1n << BigInt(bits[family] - prefixLength);
  const number = numberOf(address);
  const first = number - (number % size);
  return { first, last: first + size - 1n };
}

/** The address that a number is. */
export function addressText(number: bigint, family: Family): string {
  const length = bits[family] / 8;
  const bytes = Array.from({ length }, (_, index) =>
    Number((number >> BigInt(8 * (length - 1 - index))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

/** The addresses of `family` in these ranges; what is no range is left out. */
export function intervalsOf(ranges: readonly string[], family: Family): Intervals {
  const found = ranges.flatMap((text) => {
    const range = parseRange(text);
    return range?.family === family ? [[intervalOf(range)]] : [];
  });
  return union(...found);
}

const known = new WeakMap<Surroundings, Map<string, Addresses>>();

/** `*`, which some clients write as `Any` (network-security-groups-overview.md, "Default security rules"). */
function isAny(prefix: string): boolean {
  return prefix === "*" || prefix.toLowerCase() === "any";
}

/** What one prefix of a rule stands for: a range, an address, `*` or a service tag, in any case. */
export function addressesOfPrefix(
  prefix: string,
  family: Family,
  surroundings: Surroundings,
): Addresses {
  let ofThese = known.get(surroundings);
  if (!ofThese) known.set(surroundings, (ofThese = new Map()));
  const key = `${family} ${prefix}`;
  let found = ofThese.get(key);
  if (!found) ofThese.set(key, (found = readPrefix(prefix, family, surroundings)));
  return found;
}

function readPrefix(prefix: string, family: Family, surroundings: Surroundings): Addresses {
  if (isAny(prefix)) return exactly(allAddresses[family]);
  const range = parseRange(prefix);
  if (range) return exactly(range.family === family ? [intervalOf(range)] : []);
  const { virtualNetwork, moreInVirtualNetwork: more, serviceTags = {} } = surroundings;
  const network = virtualNetwork && intervalsOf([...virtualNetwork, hostAddress], family);
  switch (prefix.toLowerCase()) {
    case "virtualnetwork":
      if (network && !more) return exactly(network);
      return {
        certain: network ?? intervalsOf([hostAddress], family),
        possible: allAddresses[family],
      };
    case "internet":
      if (network && !more) return exactly(difference(publicAddresses[family], network));
      return { certain: [], possible: difference(publicAddresses[family], network ?? []) };
    case "azureloadbalancer":
      return exactly(intervalsOf([hostAddress], family));
  }
  const tag = Object.keys(serviceTags).find((name) => name.toLowerCase() === prefix.toLowerCase());
  if (tag !== undefined) return exactly(intervalsOf(serviceTags[tag], family));
  return { certain: [], possible: allAddresses[family] };
}

/** The addresses in an application security group: of those not spoken of, each of the virtual network's may be in it. */
export function addressesOfGroup(
  id: string,
  family: Family,
  { virtualNetwork, moreInVirtualNetwork, applicationSecurityGroups = {} }: Surroundings,
): Addresses {
  const members: string[] = [];
  const others: string[] = [];
  for (const [address, ids] of Object.entries(applicationSecurityGroups)) {
    const isMember = ids.some((one) => one.toLowerCase() === id.toLowerCase());
    (isMember ? members : others).push(address);
  }
  const certain = intervalsOf(members, family);
  const network =
    virtualNetwork && !moreInVirtualNetwork
      ? intervalsOf(virtualNetwork, family)
      : allAddresses[family];
  const possible = union(certain, difference(network, intervalsOf(others, family)));
  return { certain, possible };
}

/** One side of a rule. A side with neither prefixes nor groups is one that nobody has told. */
export function addressesOfSide(
  prefixes: readonly string[],
  groups: readonly string[] | undefined,
  family: Family,
  surroundings: Surroundings,
): Addresses {
  const parts = [
    ...prefixes.map((prefix) => addressesOfPrefix(prefix, family, surroundings)),
    ...(groups ?? []).map((id) => addressesOfGroup(id, family, surroundings)),
  ];
  if (parts.length === 1) return parts[0];
  if (parts.length === 0) return { certain: [], possible: allAddresses[family] };
  return {
    certain: union(...parts.map(({ certain }) => certain)),
    possible: union(...parts.map(({ possible }) => possible)),
  };
}

function exactly(addresses: Intervals): Addresses {
  return { certain: addresses, possible: addresses };
}
