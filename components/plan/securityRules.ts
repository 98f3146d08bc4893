import type { FirewallRule } from "../../guest/contract";
import { firewallRulePrefix } from "../../guest/contract";
import { apart, families, parseRange, type Family } from "./addresses";
import { mostGraphPorts } from "./rules/openPorts";
import { rdpPort, sshPort, type PeerPort } from "./peerPorts";

/** One inbound rule of a network security group: one address family, ready for Azure. */
export interface SecurityRulePlan {
  name: string;
  description: string;
  priority: number;
  access: "Allow" | "Deny";
  protocol: "Tcp" | "Udp" | "*";
  /** Ranges of one family; absent for a rule on a service tag. */
  sourceAddressPrefixes?: string[];
  sourceServiceTag?: string;
  destinationAddressPrefixes?: string[];
  destinationPortRange: string;
}

/** What decides about the rules of a lab's network. */
export interface TrafficDefinition {
  /** Who the peers are: the subnet's ranges, and those of networks peered with it. */
  peerRanges: string[];
  /** The subnet's own ranges. */
  labRanges: string[];
  /** Administrators and the jump host: who may use SSH, and RDP where asked for. */
  adminRanges: string[];
  ports: PeerPort[];
  rdp: boolean;
  isolate: boolean;
  /** The first of the priorities used; 100 unless an existing group has rules there. */
  firstPriority: number;
}

interface Opening {
  name: string;
  protocol: "TCP" | "UDP";
  port: number;
  description: string;
  ranges: string[];
  /** Place among the priorities, in steps of two: one for each family. */
  place: number;
}

/** Priorities 100 to 119 are for the fixed openings, the applications' ports follow up to this place. */
const fixedPlaces = 10;
const graphPlaces = mostGraphPorts;

/**
 * Azure refuses a rule that mixes address families, so each opening gives one rule a family, and none for a family without
 * a range. An opening keeps its priority when others come and go: rules of an existing group are changed one by one, and
 * Azure refuses two with one priority.
 */
export function securityRules(traffic: TrafficDefinition): SecurityRulePlan[] {
  const rules = openings(traffic).flatMap((opening) =>
    families.flatMap((family, index): SecurityRulePlan[] => {
      const sources = ofFamily(opening.ranges, family);
      const destinations = ofFamily(traffic.labRanges, family);
      if (sources.length === 0 || destinations.length === 0) return [];
      return [
        {
          name: `Allow-${opening.name}-${opening.protocol}-${opening.port}-${family}`,
          description: `${opening.description}, ${family}`,
          priority: traffic.firstPriority + 2 * opening.place + index,
          access: "Allow",
          protocol: opening.protocol === "TCP" ? "Tcp" : "Udp",
          sourceAddressPrefixes: sources,
          destinationAddressPrefixes: destinations,
          destinationPortRange: String(opening.port),
        },
      ];
    }),
  );
  if (!traffic.isolate) return rules;
  return [
    ...rules,
    {
      name: "Deny-VirtualNetwork",
      description: "Nothing else from the rest of the virtual network and its peerings",
      priority: 4096,
      access: "Deny",
      protocol: "*",
      sourceServiceTag: "VirtualNetwork",
      destinationPortRange: "*",
    },
  ];
}

/** The same openings for the Windows Firewall of each machine. */
export function firewallRules(traffic: TrafficDefinition): FirewallRule[] {
  return openings(traffic).flatMap((opening) =>
    families.flatMap((family): FirewallRule[] => {
      const remoteAddresses = ofFamily(opening.ranges, family);
      if (remoteAddresses.length === 0) return [];
      return [
        {
          name: `${firewallRulePrefix}${opening.name}-${opening.protocol}-${opening.port}-${family}`,
          displayName: `Peer lab: ${opening.description} (${opening.protocol} ${opening.port}, ${family})`,
          protocol: opening.protocol,
          port: opening.port,
          family,
          remoteAddresses,
          edgeTraversal: "Block",
        },
      ];
    }),
  );
}

function openings(traffic: TrafficDefinition): Opening[] {
  const { peerRanges, adminRanges, ports, rdp } = traffic;
  const places = graphPlacesOf(ports.slice(2));
  const list: Opening[] = ports.map((port, index) => ({
    ...port,
    ranges: peerRanges,
    place: index < 2 ? index : fixedPlaces + (places.get(port) ?? 0),
  }));
  list.push({
    name: "SSH",
    protocol: "TCP",
    port: sshPort,
    description: "Administrators over SSH",
    ranges: adminRanges,
    place: 2,
  });
  if (rdp) {
    list.push({
      name: "RDP",
      protocol: "TCP",
      port: rdpPort,
      description: "Administrators over Remote Desktop",
      ranges: adminRanges,
      place: 3,
    });
  }
  return list;
}

function graphPlacesOf(ports: PeerPort[]): Map<PeerPort, number> {
  if (ports.length > graphPlaces)
    throw new Error(`${ports.length} ports for ${graphPlaces} places`);
  const used = new Set<number>();
  const places = new Map<PeerPort, number>();
  for (const port of ports) {
    let place = (port.port * 2 + (port.protocol === "UDP" ? 1 : 0)) % graphPlaces;
    while (used.has(place)) place = (place + 1) % graphPlaces;
    used.add(place);
    places.set(port, place);
  }
  return places;
}

/** Azure refuses ranges of one rule that overlap (OverlappingSubnetsNotPermittedInSecurityRule): one in another is left out. */
function ofFamily(ranges: string[], family: Family): string[] {
  const known = ranges.flatMap((text) => {
    const range = parseRange(text);
    return range?.family === family ? [range] : [];
  });
  return apart(known)
    .map(({ text }) => text)
    .sort();
}
