import { parseRange, type Family } from "./addresses";
import { includes, intersection, type Intervals } from "./intervals";
import { notOpenToEveryone } from "./rules/securitySources";
import { accessOf, type SecurityRule, type Surroundings } from "./securityGroup";
import {
  addressesOfPrefix,
  addressesOfSide,
  intervalsOf,
  publicAddresses,
} from "./securityRuleAddresses";
import { packetProtocols } from "./securityRuleReach";
import { readerOf } from "./shadowedRules";

/** A port of one protocol. */
export interface ProtocolPort {
  protocol: "TCP" | "UDP";
  port: number;
}

/** An allow rule that lets everybody reach a port. */
export interface OpenPort extends ProtocolPort {
  rule: SecurityRule;
  family: Family;
  /** The rule's source that is too wide: `*`, `Internet`, a range, or the first of the ranges that are it together. */
  source: string;
}

/**
 * Inbound allow rules through which a packet from the whole internet, or from a source as wide as the library refuses, reaches one of
 * these ports: rules that earlier ones leave nothing of are not named. Of service tags only `Internet` is everyone; what may be
 * reached, because nobody knows who is in an application security group, counts as reached. Ranges that are narrow each, but
 * together hold half of the public internet of a family or more, are everyone too.
 */
export function openToEveryone(
  rules: readonly SecurityRule[],
  ports: readonly ProtocolPort[],
  surroundings: Surroundings,
): OpenPort[] {
  // Whatever lies in `Internet`: everyone is in it, and it is the same in each rule of the group.
  const internet = { ...surroundings, virtualNetwork: surroundings.virtualNetwork ?? [] };
  internet.moreInVirtualNetwork = false;
  const reader = readerOf(rules, surroundings, internet);
  const open: OpenPort[] = [];
  for (const rule of rules) {
    if (rule.direction.toLowerCase() !== "inbound" || accessOf(rule) === "Deny") continue;
    const wide = rule.sourceAddressPrefixes.filter(isWide).map((source) => [source]);
    const narrow = rule.sourceAddressPrefixes.filter(
      (source) => parseRange(source) && !isWide(source),
    );
    if (wide.length === 0 && narrow.length < 2) continue;
    const earlier = reader.before(rule);
    for (const { protocol, port } of ports) {
      for (const { family, sides } of reader.possible(rule)) {
        const [protocols, destinationPorts, sourcePorts, destination] = sides;
        const number = BigInt(packetProtocols.indexOf(protocol));
        if (!includes(protocols, number) || !includes(destinationPorts, BigInt(port))) continue;
        const together = isHalfOfAll(narrow, family) ? [narrow] : [];
        for (const ranges of [...wide, ...together]) {
          const everyone = publicPart(ranges, family, internet);
          if (everyone.length === 0) continue;
          const packets = {
            family,
            sides: [exactly(number), exactly(port), sourcePorts, destination, everyone] as const,
          };
          if (reader.uncovered([packets], earlier) === "covered") continue;
          const source =
            ranges.length === 1 ? ranges[0] : `${ranges[0]} and ${ranges.length - 1} more`;
          open.push({ rule, protocol, port, family, source });
        }
      }
    }
  }
  return open;
}

function isWide(prefix: string): boolean {
  return notOpenToEveryone("", prefix).length > 0;
}

/** The public addresses that are given to anybody: those of IPv6 are an eighth of all (RFC 4291). */
const given: Record<Family, Intervals> = {
  IPv4: publicAddresses.IPv4,
  IPv6: intervalsOf(["2000::/3"], "IPv6"),
};

function isHalfOfAll(ranges: readonly string[], family: Family): boolean {
  const held = intersection(intervalsOf(ranges, family), given[family]);
  return 2n * sizeOf(held) >= sizeOf(given[family]);
}

function sizeOf(intervals: Intervals): bigint {
  return intervals.reduce((size, { first, last }) => size + last - first + 1n, 0n);
}

/** The addresses of sources that are the internet's, or all of them where none is. */
function publicPart(
  sources: readonly string[],
  family: Family,
  surroundings: Surroundings,
): Intervals {
  const { possible } = addressesOfSide(sources, undefined, family, surroundings);
  const internet = addressesOfPrefix("Internet", family, surroundings).possible;
  const open = intersection(possible, internet);
  return open.length > 0 ? open : possible;
}

function exactly(value: bigint | number): Intervals {
  return [{ first: BigInt(value), last: BigInt(value) }];
}
