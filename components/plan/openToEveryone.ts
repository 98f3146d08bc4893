import type { Family } from "./addresses";
import { includes, intersection, type Intervals } from "./intervals";
import { notOpenToEveryone } from "./rules/securitySources";
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

/**
 * Inbound allow rules through which a packet from the whole internet, or from a source as wide as the library refuses, reaches one of
 * these ports: rules that earlier ones leave nothing of are not named. Of service tags only `Internet` is everyone; what may be
 * reached, because nobody knows who is in an application security group, counts as reached.
 */
export function openToEveryone(
  rules: readonly SecurityRule[],
  ports: readonly ProtocolPort[],
  surroundings: Surroundings,
): OpenPort[] {
  const reader = readerOf(rules, surroundings);
  // Everyone is the Internet of the same network: an earlier rule on the tag takes all of it, whatever the network is.
  const ofInternet = readerOf(rules, { virtualNetwork: [], ...surroundings });
  const open: OpenPort[] = [];
  for (const rule of rules) {
    if (rule.direction.toLowerCase() !== "inbound" || accessOf(rule) === "Deny") continue;
    const wide = rule.sourceAddressPrefixes.filter(isWide);
    if (wide.length === 0) continue;
    const earlier = ofInternet.before(rule);
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
          if (ofInternet.uncovered([packets], earlier) === "covered") continue;
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
