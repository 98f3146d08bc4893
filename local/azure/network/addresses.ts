import { isIPv4, isIPv6 } from "node:net";
import { IPv4, IPv6 } from "ipaddr.js";
import { remembered } from "../../remembered";

/** Addresses and prefixes as numbers, so that ranges of both families are compared in one way. */

export type AddressFamily = "IPv4" | "IPv6";

export interface Address {
  family: AddressFamily;
  value: bigint;
}

export interface Prefix {
  family: AddressFamily;
  /** The address in front of the slash, which may have host bits set. */
  address: bigint;
  first: bigint;
  last: bigint;
  length: number;
}

const bits = { IPv4: 32, IPv6: 128 } as const;

/** Reads a literal address: IPv4 in four decimal parts, IPv6 without a zone. */
export const parseAddress = remembered((text): Readonly<Address> | undefined => {
  // ipaddr.js reads parts with leading zeros as octal numbers, and throws inside for what is none, which is dear where every rule
  // of a group is asked.
  if (isIPv4(text)) {
    return { family: "IPv4", value: toNumber(IPv4.parse(text).toByteArray()) };
  }
  if (isIPv6(text) && !text.includes("%")) {
    return { family: "IPv6", value: toNumber(IPv6.parse(text).toByteArray()) };
  }
  return undefined;
});

/** Reads `10.0.0.0/24` or `fd00::/64`. */
export const parsePrefix = remembered((text): Readonly<Prefix> | undefined => {
  const [, address, digits] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const parsed = address === undefined ? undefined : parseAddress(address);
  const length = Number(digits);
  if (!parsed || length > bits[parsed.family]) return undefined;
  const size = 1n << BigInt(bits[parsed.family] - length);
  const first = parsed.value - (parsed.value % size);
  const { family, value } = parsed;
  return { family, address: value, first, last: first + size - 1n, length };
});

/** A prefix as {@link parsePrefix}, or a single address as the prefix of itself. */
export function parsePrefixOrAddress(text: string): Prefix | undefined {
  const address = parseAddress(text);
  return address ? parsePrefix(`${text}/${bits[address.family]}`) : parsePrefix(text);
}

export function hasHostBits(prefix: Prefix): boolean {
  return prefix.address !== prefix.first;
}

export function containsAddress(prefix: Prefix, address: Address): boolean {
  return (
    prefix.family === address.family &&
    prefix.first <= address.value &&
    address.value <= prefix.last
  );
}

export function containsPrefix(outer: Prefix, inner: Prefix): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

export function overlap(one: Prefix, other: Prefix): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

export function formatAddress({ family, value }: Address): string {
  const bytes: number[] = [];
  for (let rest = value, count = bits[family] / 8; count > 0; count--, rest >>= 8n) {
    bytes.unshift(Number(rest & 255n));
  }
  return family === "IPv4" ? new IPv4(bytes).toString() : new IPv6(bytes).toRFC5952String();
}

/** Two spellings of one address give the same text; what is no address is given back as it is. */
export const canonicalAddress = remembered((text): string => {
  const address = parseAddress(text);
  return address ? formatAddress(address) : text;
});

/** Addresses no one on the internet has: RFC 1918, shared address space, unique local and link local. */
export function isPrivate(address: Address): boolean {
  return privatePrefixes.some((prefix) => containsAddress(prefix, address));
}

const privatePrefixes = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
].map((text) => parsePrefix(text) as Prefix);

function toNumber(bytes: number[]): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
