import {
  checkRange,
  contains,
  firstSubnet,
  overlap,
  parseRange,
  type AddressRange,
} from "./addresses";
import { at, received, type Finding } from "./findings";
import { checkGraphPorts, portsOf, type GraphPortDefinition } from "./peerPorts";
import {
  firewallRules,
  securityRules,
  type SecurityRulePlan,
  type TrafficDefinition,
} from "./securityRules";
import type { FirewallRule } from "../../guest/contract";

export const defaultIpv4Space = "10.80.0.0/16";
/** A unique local prefix drawn once at random (RFC 4193); labs that are peered with each other give their own. */
export const defaultIpv6Space = "fd5a:9c2e:71b0::/48";

/** How machines reach the internet. */
export const outboundModes = ["instance", "natGateway", "existing", "none"] as const;
export type OutboundMode = (typeof outboundModes)[number];

export interface NetworkDefinition {
  ipv4Space?: string;
  ipv6Space?: string;
  ipv4Subnet?: string;
  ipv6Subnet?: string;
  adminSources?: string[];
  jumpHostAddress?: string;
  peerSources?: string[];
  graphPorts?: GraphPortDefinition[];
  rdp?: boolean;
  isolate?: boolean;
  outbound?: string;
  existing?: {
    virtualNetworkName?: string;
    subnetName?: string;
    networkSecurityGroupName?: string;
    firstPriority?: number;
  };
}

export interface NetworkPlan {
  /** Ranges of the network and the subnet, IPv4 first; empty for what exists already. */
  space: string[];
  subnet: string[];
  outbound: OutboundMode;
  /** Who administers, the jump host included. */
  adminRanges: string[];
  rules(subnet: string[]): { security: SecurityRulePlan[]; firewall: FirewallRule[] };
}

/** Everything that is wrong with a network, each with its path below `path`. */
export function checkNetwork(path: string, definition: NetworkDefinition): Finding[] {
  const { adminSources, existing, outbound, peerSources, jumpHostAddress, graphPorts } = definition;
  return [
    ...checkAdminSources(at(path, "adminSources"), adminSources),
    ...(existing?.subnetName === undefined
      ? checkSpaces(path, definition)
      : checkNoSpaces(path, definition)),
    ...(peerSources ?? []).flatMap((text, index) =>
      checkSource(at(at(path, "peerSources"), index), text),
    ),
    ...(jumpHostAddress === undefined
      ? []
      : checkSource(at(path, "jumpHostAddress"), jumpHostAddress)),
    ...checkGraphPorts(at(path, "graphPorts"), graphPorts ?? []),
    ...checkOutbound(at(path, "outbound"), outbound, existing?.subnetName !== undefined),
    ...(existing === undefined ? [] : checkExisting(at(path, "existing"), existing)),
  ];
}

/** Decides all ranges and rules. The definition must be without findings. */
export function planNetwork(definition: NetworkDefinition): NetworkPlan {
  const spaces = spacesOf(definition);
  const subnets = subnetsOf(definition, spaces);
  const adopted = definition.existing?.subnetName !== undefined;
  const jumpHost = definition.jumpHostAddress === undefined ? [] : [definition.jumpHostAddress];
  const adminRanges = [...(definition.adminSources ?? []), ...jumpHost];
  const outbound =
    (definition.outbound as OutboundMode | undefined) ??
    (adopted ? "existing" : definition.jumpHostAddress === undefined ? "instance" : "natGateway");
  const rules = (subnet: string[]) => {
    const traffic: TrafficDefinition = {
      labRanges: subnet,
      peerRanges: [...subnet, ...(definition.peerSources ?? [])],
      adminRanges,
      ports: portsOf(definition.graphPorts),
      rdp: definition.rdp ?? false,
      isolate:
        (definition.isolate ?? true) && definition.existing?.networkSecurityGroupName === undefined,
      firstPriority: definition.existing?.firstPriority ?? 100,
    };
    return { security: securityRules(traffic), firewall: firewallRules(traffic) };
  };
  return {
    space: definition.existing?.virtualNetworkName === undefined ? spaces : [],
    subnet: adopted ? [] : subnets,
    outbound,
    adminRanges,
    rules,
  };
}

/** What an existing subnet has to be like; its ranges are known only when it was looked up. */
export function checkExistingSubnet(path: string, ranges: string[]): Finding[] {
  const parsed = ranges.map(parseRange);
  const findings: Finding[] = [];
  if (!parsed.some((range) => range?.family === "IPv4")) {
    findings.push({
      path,
      reason: `has no IPv4 range (${received(ranges)}); every Azure VM needs one`,
    });
  }
  if (!parsed.some((range) => range?.family === "IPv6" && range.prefixLength === 64)) {
    findings.push({
      path,
      reason: `has no IPv6 /64 (${received(ranges)}); peer networking runs over IPv6`,
    });
  }
  return findings;
}

function spacesOf(definition: NetworkDefinition): string[] {
  return [definition.ipv4Space ?? defaultIpv4Space, definition.ipv6Space ?? defaultIpv6Space];
}

function subnetsOf(definition: NetworkDefinition, [ipv4Space, ipv6Space]: string[]): string[] {
  const ipv4 = parseRange(ipv4Space);
  const ipv6 = parseRange(ipv6Space);
  return [
    definition.ipv4Subnet ?? (ipv4 ? firstSubnet(ipv4, 24).text : ipv4Space),
    definition.ipv6Subnet ?? (ipv6 ? firstSubnet(ipv6, 64).text : ipv6Space),
  ];
}

function checkSpaces(path: string, definition: NetworkDefinition): Finding[] {
  if (definition.existing?.virtualNetworkName !== undefined)
    return checkNewSubnet(path, definition);
  const spaces = spacesOf(definition);
  const subnets = subnetsOf(definition, spaces);
  const family = (index: number) => (index === 0 ? "IPv4" : "IPv6");
  const name = (index: number, what: string) => at(path, `ipv${index === 0 ? 4 : 6}${what}`);
  const findings = [
    ...spaces.flatMap((text, index) => checkRange(name(index, "Space"), text, family(index))),
    ...subnets.flatMap((text, index) =>
      definition[index === 0 ? "ipv4Subnet" : "ipv6Subnet"] === undefined
        ? []
        : checkRange(name(index, "Subnet"), text, family(index)),
    ),
  ];
  if (findings.length > 0) return findings;
  const [ipv4Space, ipv6Space] = spaces.map((text) => parseRange(text) as AddressRange);
  const [ipv4Subnet, ipv6Subnet] = subnets.map((text) => parseRange(text) as AddressRange);
  for (const reserved of ["224.0.0.0/4", "127.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32"]) {
    if (overlap(ipv4Space, parseRange(reserved) as AddressRange)) {
      findings.push({
        path: at(path, "ipv4Space"),
        reason: `is ${ipv4Space.text}, which overlaps ${reserved}; Azure keeps that for itself`,
      });
    }
  }
  if (ipv6Space.prefixLength > 64) {
    findings.push({
      path: at(path, "ipv6Space"),
      reason: `is ${received(ipv6Space.text)}; it must hold a /64, so its length is 64 at most, usually 48`,
    });
  }
  const ipv4Path = at(path, definition.ipv4Subnet === undefined ? "ipv4Space" : "ipv4Subnet");
  findings.push(...checkSubnetSizes(ipv4Path, ipv4Subnet, at(path, "ipv6Subnet"), ipv6Subnet));
  for (const [space, subnet, which] of [
    [ipv4Space, ipv4Subnet, "ipv4Subnet"],
    [ipv6Space, ipv6Subnet, "ipv6Subnet"],
  ] as const) {
    if (subnet.prefixLength >= space.prefixLength && contains(space, subnet)) continue;
    findings.push({
      path: at(path, which),
      reason: `is ${received(subnet.text)}, which is not inside the network's ${space.text}`,
    });
  }
  return findings;
}

function checkSubnetSizes(
  ipv4Path: string,
  ipv4: AddressRange,
  ipv6Path: string,
  ipv6: AddressRange,
): Finding[] {
  const findings: Finding[] = [];
  if (ipv6.prefixLength !== 64) {
    findings.push({
      path: ipv6Path,
      reason: `is ${received(ipv6.text)}; an IPv6 subnet in Azure is exactly a /64`,
    });
  }
  if (ipv4.prefixLength < 8 || ipv4.prefixLength > 29) {
    findings.push({
      path: ipv4Path,
      reason: `is ${received(ipv4.text)}; an IPv4 subnet in Azure has a length from 8 to 29`,
    });
  }
  return findings;
}

/** A new subnet in an existing network, whose free ranges only its owner knows. */
function checkNewSubnet(path: string, definition: NetworkDefinition): Finding[] {
  const findings: Finding[] = (["ipv4Space", "ipv6Space"] as const).flatMap((key) =>
    definition[key] === undefined
      ? []
      : [
          {
            path: at(path, key),
            reason: `is ${received(definition[key])}, but existing.virtualNetworkName is given: an existing network keeps its ranges`,
          },
        ],
  );
  const subnets = (["ipv4Subnet", "ipv6Subnet"] as const).map((key) => {
    const text = definition[key];
    const here = at(path, key);
    if (text === undefined) {
      findings.push({
        path: here,
        reason: "is missing; name a free range of the existing network",
      });
      return undefined;
    }
    findings.push(...checkRange(here, text, key === "ipv4Subnet" ? "IPv4" : "IPv6"));
    return parseRange(text);
  });
  const [ipv4, ipv6] = subnets;
  if (findings.length > 0 || !ipv4 || !ipv6) return findings;
  return checkSubnetSizes(at(path, "ipv4Subnet"), ipv4, at(path, "ipv6Subnet"), ipv6);
}

function checkNoSpaces(path: string, definition: NetworkDefinition): Finding[] {
  const given = (["ipv4Space", "ipv6Space", "ipv4Subnet", "ipv6Subnet"] as const).filter(
    (key) => definition[key] !== undefined,
  );
  return given.map((key) => ({
    path: at(path, key),
    reason: `is ${received(definition[key])}, but existing.subnetName is given: an existing subnet keeps its ranges`,
  }));
}

function checkAdminSources(path: string, sources: string[] | undefined): Finding[] {
  if (sources === undefined || sources.length === 0) {
    return [
      {
        path,
        reason:
          "is missing; name the addresses or ranges you administer from, such as 203.0.113.7/32 (SSH is open to nobody else)",
      },
    ];
  }
  return sources.flatMap((text, index) => checkSource(at(path, index), text));
}

/** A source of administrators or peers: an address or a range, never everybody. */
function checkSource(path: string, text: string): Finding[] {
  const range = typeof text === "string" ? parseRange(text) : undefined;
  const allowed = "allowed are addresses and ranges such as 203.0.113.7 or 2001:db8:1::/48";
  if (!range) return [{ path, reason: `is ${received(text)}; ${allowed}` }];
  if (hasTooMany(range)) {
    return [{ path, reason: `is ${received(text)}, which is open to everyone; ${allowed}` }];
  }
  return [];
}

/** A range this wide is "everyone" in all but name: half of the internet twice is the whole of it. */
function hasTooMany(range: AddressRange): boolean {
  return range.family === "IPv4" ? range.prefixLength < 8 : range.prefixLength < 16;
}

function checkOutbound(path: string, outbound: string | undefined, existing: boolean): Finding[] {
  if (outbound === undefined) return [];
  if (!outboundModes.includes(outbound as OutboundMode)) {
    return [{ path, reason: `is ${received(outbound)}; allowed are ${outboundModes.join(", ")}` }];
  }
  if (!existing && outbound === "existing") {
    return [
      {
        path,
        reason: `is "existing", but the subnet is a new one and has no way out; use "natGateway" or "instance", or name existing.subnetName`,
      },
    ];
  }
  if (existing && outbound === "natGateway") {
    return [
      {
        path,
        reason: `is "natGateway", but existing.subnetName is given: a gateway is attached where the subnet is made; use "existing"`,
      },
    ];
  }
  return [];
}

function checkExisting(
  path: string,
  existing: NonNullable<NetworkDefinition["existing"]>,
): Finding[] {
  const findings: Finding[] = [];
  if (existing.subnetName !== undefined && existing.virtualNetworkName === undefined) {
    findings.push({
      path: at(path, "virtualNetworkName"),
      reason: "is missing; an existing subnet is found by its virtual network's name and its own",
    });
  }
  const { firstPriority } = existing;
  if (
    firstPriority !== undefined &&
    (!Number.isInteger(firstPriority) || firstPriority < 100 || firstPriority > 3000)
  ) {
    findings.push({
      path: at(path, "firstPriority"),
      reason: `is ${received(firstPriority)}; it is a whole number from 100 to 3000, since up to 1,000 priorities follow it`,
    });
  }
  return findings;
}
