import { isIP } from "node:net";
import * as ipaddr from "ipaddr.js";

export type Family = "IPv4" | "IPv6";
export const families: readonly Family[] = ["IPv4", "IPv6"];

/** An address range in CIDR form, taken apart. */
export interface AddressRange {
  family: Family;
  /** Normalised: `10.0.0.0/16`, `fd00:1::/48`. */
  text: string;
  address: ipaddr.IPv4 | ipaddr.IPv6;
  prefixLength: number;
}

/** Reads `a.b.c.d/n`, `x:y::/n` or a bare address (then /32 or /128); undefined where it is none. */
export function parseRange(text: string): AddressRange | undefined {
  const bare = !text.includes("/");
  try {
    // ipaddr.js reads `10.1`, and parts with leading zeros as octal numbers, as inet_aton does; Azure does not.
    const isIpv4 = isIP(text.split("/")[0]) === 4;
    if (!isIpv4 && isIP(text.split("/")[0]) !== 6) return undefined;
    // Nor does it take `/016` for `/16`.
    if (/\/0\d/.test(text)) return undefined;
    const [address, prefixLength] = ipaddr.parseCIDR(bare ? `${text}/${isIpv4 ? 32 : 128}` : text);
    if (address.kind() === "ipv6" && (address as ipaddr.IPv6).zoneId) return undefined;
    return {
      family: address.kind() === "ipv4" ? "IPv4" : "IPv6",
      text: `${address.toString()}/${prefixLength}`,
      address,
      prefixLength,
    };
  } catch {
    return undefined;
  }
}

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: AddressRange, inner: AddressRange): boolean {
  return (
    outer.family === inner.family &&
    inner.prefixLength >= outer.prefixLength &&
    matches(inner.address, outer)
  );
}

export function overlap(one: AddressRange, other: AddressRange): boolean {
  return contains(one, other) || contains(other, one);
}

/** Bits below the prefix that are set: Azure wants them to be zero. */
export function hasHostBits(range: AddressRange): boolean {
  const bytes = range.address.toByteArray();
  return bytes.some((byte, index) => {
    const bits = Math.min(8, Math.max(0, range.prefixLength - index * 8));
    return (byte & (0xff >> bits)) !== 0;
  });
}

/** Those of the ranges that lie in no other of them, each once: together they are the same addresses. */
export function apart(ranges: readonly AddressRange[]): AddressRange[] {
  const keyed = ranges.map((range) => ({ range, key: sortKey(range) }));
  keyed.sort(({ key: one }, { key: other }) => (one < other ? -1 : one > other ? 1 : 0));
  const result: AddressRange[] = [];
  for (const { range } of keyed) {
    const last = result[result.length - 1];
    if (last === undefined || !contains(last, range)) result.push(range);
  }
  return result;
}

/** Puts a range directly before those that lie in it. */
function sortKey({ family, address, prefixLength }: AddressRange): string {
  const bytes = address.toByteArray().map((byte) => byte.toString(16).padStart(2, "0"));
  return `${family}${bytes.join("")}${String(prefixLength).padStart(3, "0")}`;
}

/** The range without the bits below its length: `10.0.0.0/24` of `10.0.0.5/24`. */
export function withoutHostBits({ family, address, prefixLength }: AddressRange): string {
  const network = (family === "IPv4" ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(
    `${address.toString()}/${prefixLength}`,
  );
  return `${network.toString()}/${prefixLength}`;
}

/** The first range of that length inside `space`. */
export function firstSubnet(space: AddressRange, prefixLength: number): AddressRange {
  const range = parseRange(
    `${space.address.toString()}/${Math.max(space.prefixLength, prefixLength)}`,
  );
  if (!range) throw new Error(`no subnet of ${space.text}`);
  return range;
}

function matches(address: ipaddr.IPv4 | ipaddr.IPv6, range: AddressRange): boolean {
  const one = address.toByteArray();
  const other = range.address.toByteArray();
  return one.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, range.prefixLength - index * 8));
    const mask = (0xff00 >> bits) & 0xff;
    return (byte & mask) === (other[index] & mask);
  });
}
