/**
 * Reads network security groups: which rule decides for a packet, and which rules can never decide.
 *
 * Azure takes the rules of a direction by priority and stops at the first that fits; the default rules come last (azure-docs,
 * virtual-network/network-security-groups-overview.md).
 */

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
  protocol: "TCP" | "UDP" | "ICMP";
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
}

/** What stands around a group, and decides what its service tags mean. */
export interface Surroundings {
  /** Ranges that `VirtualNetwork` stands for: the network's own, and those of networks it is peered with. */
  virtualNetwork: readonly string[];
  /** Ranges of other service tags, by name in lower case, as far as they are known. */
  serviceTags?: Readonly<Record<string, readonly string[]>>;
  /** ARM ids of the application security groups of an address, as far as they are known. */
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
