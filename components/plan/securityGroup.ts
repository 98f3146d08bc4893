/**
 * Reads network security groups: which rule decides for a packet. (Which rules can never decide: shadowedRules.ts; what is open
 * to everyone: openToEveryone.ts; rules as Pulumi declares them: securityRulesOf.ts.)
 *
 * Azure takes the rules of a direction by priority and stops at the first that fits; the default rules come last (azure-docs,
 * virtual-network/network-security-groups-overview.md).
 */
import { parseRange, type AddressRange } from "./addresses";
import { defaultSecurityRules } from "./defaultSecurityRules";
import { includes } from "./intervals";
import { addressesOfGroup, addressesOfPrefix, numberOf } from "./securityRuleAddresses";
import { packetProtocols, portsOf, protocolsOf, type PacketProtocol } from "./securityRuleReach";

export type Direction = "Inbound" | "Outbound";

/** A rule as Azure has it, singular and plural forms of a field in one list. */
export interface SecurityRule {
  name: string;
  direction: Direction;
  /** 100 to 4096; the default rules have 65000 to 65500. */
  priority: number;
  access: "Allow" | "Deny";
  /** `Tcp`, `Udp`, `Icmp`, `Esp`, `Ah` or `*`, in any case. */
  protocol: string;
  /** Ranges, addresses, `*` or one service tag, in any case. Empty where application security groups are named. */
  sourceAddressPrefixes: readonly string[];
  /** `*`, `n` or `n-m`. */
  sourcePortRanges: readonly string[];
  destinationAddressPrefixes: readonly string[];
  destinationPortRanges: readonly string[];
  /** ARM ids; instead of the prefixes. */
  sourceApplicationSecurityGroups?: readonly string[];
  destinationApplicationSecurityGroups?: readonly string[];
}

export interface Packet {
  direction: Direction;
  protocol: PacketProtocol;
  /** IPv4 or IPv6 address, of the same family as the destination's; inbound after, outbound before Azure translates public ones. */
  source: string;
  /** 0 to 65535, and 0 by convention where the protocol has no ports: such a packet fits rules for ports with 0 in them, as `*`. */
  sourcePort: number;
  destination: string;
  destinationPort: number;
}

/**
 * What stands around a group, and decides what its service tags mean (azure-docs, service-tags-overview.md).
 *
 * - `VirtualNetwork` is the ranges given here and the host's own address, 168.63.129.16.
 * - `Internet` is what is outside of those *and* reached by the public internet: no private address of either family, also none
 *   outside of the network. Azure's list of its ranges is known in part only (it leaves out 0.0.0.0/8 and 10.0.0.0/8); that it
 *   leaves out the other private, local, shared and multicast ranges too is concluded from the wording.
 * - `AzureLoadBalancer` is 168.63.129.16. Where probes over IPv6 come from is not in it.
 * - `0.0.0.0/0` is IPv4 alone, `*` is both families.
 */
export interface Surroundings {
  /**
   * Ranges that `VirtualNetwork` stands for: the network's own, those of networks it is peered with, of networks behind a gateway,
   * and the prefixes of user-defined routes (a route for 0.0.0.0/0 puts everything in). Absent where nobody knows them: then
   * rules on `VirtualNetwork` and `Internet`, the default ones too, are uncertain.
   */
  virtualNetwork?: readonly string[];
  /**
   * True where `VirtualNetwork` may stand for more than the ranges given: whoever reads one stack sees neither the peerings, gateways
   * and routes that another one makes, nor all that they lead to. Then only those ranges are in the tag for certain, nothing is
   * outside of it for certain, and nothing in `Internet`. False by default.
   */
  moreInVirtualNetwork?: boolean;
  /** Ranges of other service tags by name, in any case, as far as they are known. */
  serviceTags?: Readonly<Record<string, readonly string[]>>;
  /**
   * ARM ids of the application security groups of an address, as far as they are known: an address that is not named may be in
   * any, unless it lies outside of the virtual network.
   */
  applicationSecurityGroups?: Readonly<Record<string, readonly string[]>>;
}

/** What a group says to a packet. */
export interface Verdict {
  access: "Allow" | "Deny";
  /** The rule that decides. */
  rule: SecurityRule;
  /**
   * Rules before it of which is not known whether they fit, because nobody said what their service tag or application security
   * group stands for. Where there are none, the verdict is certain.
   */
  uncertain: readonly SecurityRule[];
}

/**
 * Which rule of a group decides for a packet. The default rules are added; `rules` may be in any order, and hold the other
 * direction's too.
 *
 * Throws where an address of the packet is none, or the two are not of one family.
 */
export function decidingRule(
  rules: readonly SecurityRule[],
  packet: Packet,
  surroundings: Surroundings,
): Verdict {
  const ends = endsOf(packet);
  const uncertain: SecurityRule[] = [];
  for (const rule of inOrder([...rules, ...defaultSecurityRules], packet.direction)) {
    const fit = fits(rule, packet, ends, surroundings);
    if (fit === "maybe") uncertain.push(rule);
    if (fit === "yes") return { access: accessOf(rule), rule, uncertain };
  }
  throw new Error("the last default rule fits every packet");
}

/** Rules of one direction as Azure takes them: by priority. */
export function inOrder(rules: readonly SecurityRule[], direction: Direction): SecurityRule[] {
  return rules
    .filter((rule) => rule.direction.toLowerCase() === direction.toLowerCase())
    .sort((one, other) => one.priority - other.priority);
}

/** `Allow` or `Deny`, in whatever case the rule says it. */
export function accessOf({ access }: SecurityRule): "Allow" | "Deny" {
  return access.toLowerCase() === "allow" ? "Allow" : "Deny";
}

type Fit = "yes" | "maybe" | "no";
type Ends = Record<"source" | "destination", AddressRange>;

function endsOf({ source, destination }: Packet): Ends {
  const [from, to] = [source, destination].map((text) => {
    const address = text.includes("/") ? undefined : parseRange(text);
    if (!address) throw new Error(`${JSON.stringify(text)} is no IPv4 or IPv6 address`);
    return address;
  });
  if (from.family === to.family) return { source: from, destination: to };
  throw new Error(`a packet from ${source} to ${destination} would be of two address families`);
}

function fits(rule: SecurityRule, packet: Packet, ends: Ends, surroundings: Surroundings): Fit {
  const { family } = ends.source;
  const protocol = BigInt(packetProtocols.indexOf(packet.protocol));
  if (!includes(protocolsOf(rule.protocol, family), protocol)) return "no";
  let result: Fit = "yes";
  for (const side of ["destination", "source"] as const) {
    for (const fit of [
      fitsPort(rule[`${side}PortRanges`], packet[`${side}Port`]),
      fitsAddress(rule, side, ends[side], surroundings),
    ]) {
      if (fit === "no") return "no";
      if (fit === "maybe") result = "maybe";
    }
  }
  return result;
}

function fitsPort(ranges: readonly string[], port: number): Fit {
  const { certain, possible } = portsOf(ranges);
  const number = BigInt(port);
  if (includes(certain, number)) return "yes";
  return includes(possible, number) ? "maybe" : "no";
}

function fitsAddress(
  rule: SecurityRule,
  side: "source" | "destination",
  { address, family }: AddressRange,
  surroundings: Surroundings,
): Fit {
  const prefixes = rule[`${side}AddressPrefixes`];
  const groups = rule[`${side}ApplicationSecurityGroups`] ?? [];
  if (prefixes.length + groups.length === 0) return "maybe";
  const number = numberOf(address);
  let result: Fit = "no";
  for (const { certain, possible } of [
    ...prefixes.map((prefix) => addressesOfPrefix(prefix, family, surroundings)),
    ...groups.map((id) => addressesOfGroup(id, family, surroundings)),
  ]) {
    if (includes(certain, number)) return "yes";
    if (includes(possible, number)) result = "maybe";
  }
  return result;
}
