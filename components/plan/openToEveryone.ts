import { parseRange, type Family } from "./addresses";
import { includes, intersection, type Intervals } from "./intervals";
import { accessOf, type SecurityRule, type Surroundings } from "./securityGroup";
import { addressesOfPrefix } from "./securityRuleAddresses";
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
  /** The rule's source that is too wide: `*`, `Internet`, or a range. */
  source: string;
}

/** Whether a range is "everyone" in all but name: IPv4 shorter than /8, IPv6 shorter than /16. Half of the internet twice is all of it. */
export function isEveryone(range: { family: Family; prefixLength: number }): boolean {
  return range.family === "IPv4" ? range.prefixLength < 8 : range.prefixLength < 16;
}

/**
 * Inbound allow rules through which a packet from the whole internet, or from a range as wide as `isEveryone` says, reaches one of
 * these ports: rules that earlier ones leave nothing of are not named. Of service tags only `Internet` is everyone; what may be
 * reached, because nobody knows who is in an application security group, counts as reached.
 */
export function openToEveryone(
  rules: readonly SecurityRule[],
  ports: readonly ProtocolPort[],
  surroundings: Surroundings,
): OpenPort[] {
  const reader = readerOf(rules, surroundings);
  const open: OpenPort[] = [];
  for (const rule of rules) {
    if (rule.direction.toLowerCase() !== "inbound" || accessOf(rule) === "Deny") continue;
    const wide = rule.sourceAddressPrefixes.filter(isWide);
    if (wide.length === 0) continue;
    const earlier = reader.before(rule);
    for (const { protocol, port } of ports) {
      for (const { family, sides } of reader.possible(rule)) {
        const [protocols, destinationPorts, sourcePorts, destination] = sides;
        const number = BigInt(packetProtocols.indexOf(protocol));
        if (!includes(protocols, number) || !includes(destinationPorts, BigInt(port))) continue;
        for (const source of wide) {
          const everyone = publicPart(source, family, surroundings);
          if (everyone.length === 0) continue;
          const packets = {
            family,
            sides: [exactly(number), exactly(port), sourcePorts, destination, everyone] as const,
          };
          if (reader.uncovered([packets], earlier) === "covered") continue;
          open.push({ rule, protocol, port, family, source });
        }
      }
    }
  }
  return open;
}

function isWide(prefix: string): boolean {
  if (prefix === "*" || prefix.toLowerCase() === "internet") return true;
  const range = parseRange(prefix);
  return range !== undefined && isEveryone(range);
}

/** The addresses of a source that are the internet's, or all of it where none is. */
function publicPart(source: string, family: Family, surroundings: Surroundings): Intervals {
  const { possible } = addressesOfPrefix(source, family, surroundings);
  const internet = addressesOfPrefix("Internet", family, surroundings).possible;
  const open = intersection(possible, internet);
  return open.length > 0 ? open : possible;
}

function exactly(value: bigint | number): Intervals {
  return [{ first: BigInt(value), last: BigInt(value) }];
}
