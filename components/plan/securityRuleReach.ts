import { families, type Family } from "./addresses";
import { difference, includes, intersection, union, type Intervals } from "./intervals";
import type { SecurityRule, Surroundings } from "./securityGroup";
import { addressesOfSide } from "./securityRuleAddresses";

/** Protocols that rules can tell apart. */
export const packetProtocols = ["TCP", "UDP", "ICMP", "ESP", "AH"] as const;
export type PacketProtocol = (typeof packetProtocols)[number];

/** Packets of one family: every combination of these. */
export interface Packets {
  family: Family;
  /** In this order: positions in `packetProtocols`, destination ports, source ports, destinations, sources. */
  sides: readonly [Intervals, Intervals, Intervals, Intervals, Intervals];
}

/** The packets that a rule fits for certain, and all that it may fit. */
export interface Reach {
  certain: readonly Packets[];
  possible: readonly Packets[];
}

const allPorts: Intervals = [{ first: 0n, last: 65535n }];

/** `ofSources`: what the tags mean among the sources, where that is something else. */
export function reachOf(
  rule: SecurityRule,
  surroundings: Surroundings,
  ofSources = surroundings,
): Reach {
  const reach: { certain: Packets[]; possible: Packets[] } = { certain: [], possible: [] };
  const sourcePorts = portsOf(rule.sourcePortRanges);
  const destinationPorts = portsOf(rule.destinationPortRanges);
  for (const family of families) {
    const protocols = protocolsOf(rule.protocol, family);
    const source = addressesOfSide(
      rule.sourceAddressPrefixes,
      rule.sourceApplicationSecurityGroups,
      family,
      ofSources,
    );
    const destination = addressesOfSide(
      rule.destinationAddressPrefixes,
      rule.destinationApplicationSecurityGroups,
      family,
      surroundings,
    );
    for (const which of ["certain", "possible"] as const) {
      const packets: Packets = {
        family,
        sides: [
          protocols,
          destinationPorts[which],
          sourcePorts[which],
          destination[which],
          source[which],
        ],
      };
      if (!isEmpty(packets)) reach[which].push(packets);
    }
  }
  return reach;
}

/**
 * Protocols that a rule's protocol stands for. `Icmp` is that of IPv4: that of IPv6 has no name among the values, and only `*`
 * lets it through (azure-docs, ipv6-overview.md).
 */
export function protocolsOf(protocol: string, family: Family): Intervals {
  const last = BigInt(packetProtocols.length - 1);
  if (protocol === "*") return [{ first: 0n, last }];
  const name = protocol.toUpperCase();
  if (name === "ICMP" && family === "IPv6") return [];
  const index = packetProtocols.findIndex((candidate) => candidate === name);
  return index < 0 ? [] : [{ first: BigInt(index), last: BigInt(index) }];
}

/** Ports of `*`, `n` and `n-m`; of what is none of them nobody knows what it is. */
export function portsOf(ranges: readonly string[]): { certain: Intervals; possible: Intervals } {
  if (ranges.length === 0) return { certain: [], possible: allPorts };
  const read = ranges.map((text): Intervals | undefined => {
    if (text.trim() === "*") return allPorts;
    const match = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(text);
    if (!match) return undefined;
    const first = BigInt(match[1]);
    const last = BigInt(match[2] ?? match[1]);
    return first <= last ? [{ first, last }] : [];
  });
  const certain = union(...read.map((ports) => ports ?? []));
  return { certain, possible: read.includes(undefined) ? allPorts : certain };
}

function isEmpty({ sides }: Packets): boolean {
  return sides.some((side) => side.length === 0);
}

/** The packets in both, where there are any. */
export function common(one: Packets, other: Packets): Packets | undefined {
  if (one.family !== other.family) return undefined;
  const sides: Intervals[] = [];
  for (const [index, side] of one.sides.entries()) {
    const shared = intersection(side, other.sides[index]);
    if (shared.length === 0) return undefined;
    sides.push(shared);
  }
  return { family: one.family, sides: sides as unknown as Packets["sides"] };
}

/** What is left of `packets` without those of `taken`: itself where they share none, else up to one part for each side. */
export function remainder(packets: Packets, taken: Packets): Packets[] {
  const shared = common(packets, taken);
  if (!shared) return [packets];
  const parts: Packets[] = [];
  for (let index = 0; index < packets.sides.length; index++) {
    const rest = difference(packets.sides[index], shared.sides[index]);
    if (rest.length === 0) continue;
    const sides = packets.sides.map((side, place) =>
      place < index ? shared.sides[place] : place === index ? rest : side,
    );
    parts.push({ family: packets.family, sides: sides as unknown as Packets["sides"] });
  }
  return parts;
}

/** One packet as its place on each side. */
export type Point = readonly [bigint, bigint, bigint, bigint, bigint];

export function holds({ sides }: Packets, point: Point): boolean {
  return sides.every((side, index) => includes(side, point[index]));
}
