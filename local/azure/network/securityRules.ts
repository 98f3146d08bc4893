import { nameOf } from "../arm/id";
import type { SecurityRuleProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { ResourceStore } from "../arm/store";
import type { Packet } from "../../interfaces";
import type { Address, Prefix } from "./addresses";
import { containsAddress, isPrivate, parsePrefix, parsePrefixOrAddress } from "./addresses";
import type { NamedRule } from "./defaultRules";
import { defaultRules } from "./defaultRules";

/** What a security group says to a packet, and by which rule. */
export interface GroupVerdict {
  allowed: boolean;
  reason: string;
}

/** A packet with its addresses parsed, and where each of them lies as seen from the group's virtual network. */
export interface LocatedPacket {
  packet: Packet;
  source: LocatedAddress;
  destination: LocatedAddress;
}

export interface LocatedAddress {
  address: Address;
  /** In the virtual network, or in one that is peered or otherwise connected. */
  inVirtualNetwork: boolean;
}

/** The first rule of the group, by priority, that fits the packet; the default rules come last. */
export function evaluate(
  groupId: string,
  direction: "Inbound" | "Outbound",
  packet: LocatedPacket,
  store: ResourceStore,
): GroupVerdict {
  const rule = firstFitting(rulesOf(groupId, store), direction, packet);
  return {
    allowed: same(rule.access, "Allow"),
    reason: `rule ${rule.name} (priority ${rule.priority}) of network security group ${nameOf(groupId)}`,
  };
}

/** Of rules that are in order and end with the default ones. */
export function firstFitting(
  rules: readonly NamedRule[],
  direction: "Inbound" | "Outbound",
  packet: LocatedPacket,
): NamedRule {
  const found = rules.find((rule) => same(rule.direction, direction) && matches(rule, packet));
  // The default rules fit everything, so this is never reached.
  if (!found) throw new Error("no rule fits a packet");
  return found;
}

/** The host's own address, from which Azure's load balancers probe; part of every virtual network. */
const hostAddress = parsePrefixOrAddress("168.63.129.16") as Prefix;

/**
 * The tag VirtualNetwork: the network's own space, the host's address, and whatever is connected privately, which here is every
 * private address that a packet comes from.
 */
export function isInVirtualNetwork(address: Address, space: readonly string[]): boolean {
  if (isPrivate(address) || containsAddress(hostAddress, address)) return true;
  return space.some((text) => {
    const prefix = parsePrefix(text);
    return prefix !== undefined && containsAddress(prefix, address);
  });
}

/** Words of ARM are compared without case. */
function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The group's rules by priority, the default ones included. */
export function rulesOf(groupId: string, store: ResourceStore): NamedRule[] {
  const own = store
    .children(groupId)
    .map((child) => ({ ...propertiesOf<SecurityRuleProperties>(child), name: child.name }))
    .filter((rule): rule is NamedRule => rule.priority !== undefined)
    .sort((one, other) => one.priority - other.priority);
  return [...own, ...defaultRules];
}

function matches(rule: NamedRule, { packet, source, destination }: LocatedPacket): boolean {
  return (
    (rule.protocol === "*" || rule.protocol.toUpperCase() === packet.protocol) &&
    matchesAddress(prefixesOfSide(rule, "source"), source) &&
    matchesAddress(prefixesOfSide(rule, "destination"), destination) &&
    matchesPort(listOf(rule.destinationPortRange, rule.destinationPortRanges), packet.port) &&
    // The source port of a connection is whatever the sender has free.
    matchesAnySourcePort(listOf(rule.sourcePortRange, rule.sourcePortRanges))
  );
}

/** Singular and plural form of a side's addresses, as one list. */
export function prefixesOfSide(
  rule: SecurityRuleProperties,
  side: "source" | "destination",
): string[] {
  return listOf(rule[`${side}AddressPrefix`], rule[`${side}AddressPrefixes`]);
}

function listOf(single: string | undefined, plural: string[] | undefined): string[] {
  return [...(single ? [single] : []), ...(plural ?? [])];
}

/** Other tags name Azure's own services, which are not played: no packet comes from or goes to them. */
function matchesAddress(
  prefixes: string[],
  { address, inVirtualNetwork }: LocatedAddress,
): boolean {
  return prefixes.some((text) => {
    switch (text.toLowerCase()) {
      case "*":
      case "any":
        return true;
      case "virtualnetwork":
        return inVirtualNetwork;
      case "internet":
        return !inVirtualNetwork;
      case "azureloadbalancer":
        return containsAddress(hostAddress, address);
      default: {
        const prefix = parsePrefixOrAddress(text);
        return prefix !== undefined && containsAddress(prefix, address);
      }
    }
  });
}

function matchesPort(ranges: string[], port: number): boolean {
  return ranges.some((range) => {
    if (range === "*") return true;
    const [from, to = from] = range.split("-").map(Number);
    return from <= port && port <= to;
  });
}

function matchesAnySourcePort(ranges: string[]): boolean {
  if (ranges.length === 0) return true;
  return ranges.some((range) => {
    if (range === "*") return true;
    const [from, to = from] = range.split("-").map(Number);
    // Windows takes ephemeral ports from 49152 on.
    return to >= 49152 && from <= 65535;
  });
}
