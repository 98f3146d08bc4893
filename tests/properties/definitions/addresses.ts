import * as fc from "fast-check";

// Written from RFC 4291, RFC 4193 and Azure's limits, and not from the library's own reader of addresses.

/** The ways in which one IPv6 address may be written down. */
const spellings = ["shortest", "upper case", "all groups", "leading zeros", "dotted end"] as const;
type Spelling = (typeof spellings)[number];

export const spelling = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Spelling>("shortest") },
  { weight: 2, arbitrary: fc.constantFrom(...spellings) },
);

/** An address as numbers: four of 8 bits, or eight of 16. */
type Parts = readonly number[];

export function spelled(parts: Parts, how: Spelling): string {
  if (parts.length === 4) return parts.join(".");
  const groups = parts.map((part) => part.toString(16));
  switch (how) {
    case "upper case":
      return shortened(groups).toUpperCase();
    case "all groups":
      return groups.join(":");
    case "leading zeros":
      return groups.map((group) => group.padStart(4, "0")).join(":");
    case "dotted end": {
      const end = parts.slice(6).flatMap((part) => [part >> 8, part & 0xff]);
      return [...groups.slice(0, 6), end.join(".")].join(":");
    }
    default:
      return shortened(groups);
  }
}

/** `::` for the longest run of zero groups. */
function shortened(groups: readonly string[]): string {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === "0") length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(":");
  const before = groups.slice(0, best.start).join(":");
  return `${before}::${groups.slice(best.start + best.length).join(":")}`;
}

/** The parts with all bits behind the prefix cleared. */
export function masked(parts: Parts, length: number): number[] {
  const width = parts.length === 4 ? 8 : 16;
  return parts.map((part, index) => {
    const bits = Math.min(width, Math.max(0, length - index * width));
    return part & ~((1 << (width - bits)) - 1) & ((1 << width) - 1);
  });
}

export const byte = fc.nat(255);
export const group = fc.nat(0xffff);

/** IPv4 addresses that Azure lets a network have, and that are not everybody's. */
const ipv4Parts: fc.Arbitrary<number[]> = fc.oneof(
  fc.tuple(fc.constant(10), byte, byte, byte),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
  fc.tuple(fc.constant(203), fc.constant(0), fc.constant(113), byte),
);

/** Unique local addresses, and those for documentation. */
const ipv6Parts: fc.Arbitrary<number[]> = fc.oneof(
  fc
    .tuple(byte, fc.array(group, { minLength: 7, maxLength: 7 }))
    .map(([low, rest]) => [0xfd00 + low, ...rest]),
  fc.array(group, { minLength: 6, maxLength: 6 }).map((rest) => [0x2001, 0xdb8, ...rest]),
);

/** A range, and what lies in it. */
export interface Range {
  parts: number[];
  length: number;
  text: string;
}

export function range(parts: Parts, length: number, how: Spelling = "shortest"): Range {
  const clean = masked(parts, length);
  return { parts: clean, length, text: `${spelled(clean, how)}/${length}` };
}

const ranged = (parts: fc.Arbitrary<number[]>, min: number, max: number) =>
  fc
    .tuple(parts, fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max)), spelling)
    .map(([address, length, how]) => range(address, length, how));

/** An IPv4 space of a network: `min` to 29 bits long. */
export const ipv4Space = (min = 8): fc.Arbitrary<Range> =>
  ranged(ipv4Parts, min, 29).filter(({ length, parts }) => length >= 16 || parts[0] === 10);

/** An IPv6 space of a network: /48 to /64. */
export const ipv6Space: fc.Arbitrary<Range> = ranged(ipv6Parts, 48, 64);

/** A range of that length inside another one. */
export const inside = (outer: Range, length: number): fc.Arbitrary<Range> =>
  fc
    .tuple(
      fc.array(outer.parts.length === 4 ? byte : group, {
        minLength: outer.parts.length,
        maxLength: outer.parts.length,
      }),
      spelling,
    )
    .map(([bits, how]) => {
      const kept = masked(outer.parts, outer.length);
      const own = bits.map((part, index) => part & ~mask(outer, index));
      return range(
        kept.map((part, index) => part | own[index]),
        length,
        how,
      );
    });

function mask(outer: Range, index: number): number {
  const all = outer.parts.map(() => (outer.parts.length === 4 ? 0xff : 0xffff));
  return masked(all, outer.length)[index];
}

/** One address of either family. */
export const address: fc.Arbitrary<string> = fc.oneof(
  ipv4Parts.map((parts) => spelled(parts, "shortest")),
  fc.tuple(ipv6Parts, spelling).map(([parts, how]) => spelled(parts, how)),
);

export const ipv6Address: fc.Arbitrary<string> = fc
  .tuple(ipv6Parts, spelling)
  .map(([parts, how]) => spelled(parts, how));

const single = ({ parts, length, text }: Range): Range =>
  length === parts.length * (parts.length === 4 ? 8 : 16)
    ? { parts, length, text: text.split("/")[0] }
    : { parts, length, text };

/** Whom a rule may name: an address or a range that is not nearly everybody. */
const source: fc.Arbitrary<Range> = fc.oneof(
  ranged(ipv4Parts, 32, 32).map(single),
  ranged(ipv6Parts, 128, 128).map(single),
  ranged(ipv4Parts, 8, 32),
  ranged(ipv6Parts, 16, 128),
);

/** The same range written in another way, or one that lies in it. */
const kin = (outer: Range): fc.Arbitrary<Range> =>
  fc.oneof(
    spelling.map((how) => range(outer.parts, outer.length, how)),
    fc
      .integer({ min: outer.length, max: outer.parts.length === 4 ? 32 : 128 })
      .chain((length) => inside(outer, length))
      .map(single),
  );

/** Up to `max` whom rules may name, among them often ranges twice, or with parts of themselves. */
export const sources = (min: number, max: number): fc.Arbitrary<Range[]> =>
  fc.array(source, { minLength: min, maxLength: max }).chain((known) =>
    known.length === 0 || known.length === max
      ? fc.constant(known)
      : fc.oneof(
          fc.constant(known),
          fc.constantFrom(...known).chain((one) => kin(one).map((other) => [...known, other])),
          fc.constantFrom(...known).chain((one) => kin(one).map((other) => [other, ...known])),
        ),
  );

/** Whether two ranges have addresses in common. */
export function overlap(one: Range, other: Range): boolean {
  if (one.parts.length !== other.parts.length) return false;
  const length = Math.min(one.length, other.length);
  const beginning = masked(other.parts, length);
  return masked(one.parts, length).every((part, index) => part === beginning[index]);
}

/** How many machines an IPv4 subnet of that length has room for: Azure keeps five addresses. */
export const room = (length: number) => 2 ** (32 - length) - 5;
