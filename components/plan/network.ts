import {
  checkAddressSpace,
  ownRangesOf,
  spacesOf,
  subnetsOf,
  type AddressSpaceDefinition,
} from "./addressSpace";
import { at, type Finding } from "./findings";
import { checkGraphPorts, checkServicePorts } from "./graphPorts";
import { portsOf, servicePortsBeside, type GraphPortDefinition } from "./peerPorts";
import {
  existingNetworkNamed,
  existingSubnetHasItsWayOut,
  firstPriority,
  newSubnetHasNoWayOut,
} from "./rules/existingParts";
import { outboundMode, type OutboundMode } from "./rules/machines";
import { resourceName, type NamedKind } from "./rules/resourceNames";
import {
  addressCount,
  administratorsNamed,
  notOpenToEveryone,
  peersApart,
  ruleCount,
  sourceForm,
  sourceHostBits,
  sourceUnicast,
} from "./rules/securitySources";
import {
  firewallRules,
  securityRules,
  type SecurityRulePlan,
  type TrafficDefinition,
} from "./securityRules";
import type { FirewallRule } from "../../guest/contract";

export interface NetworkDefinition extends AddressSpaceDefinition {
  adminSources?: string[];
  jumpHostAddress?: string;
  peerSources?: string[];
  graphPorts?: GraphPortDefinition[];
  servicePorts?: number[];
  rdp?: boolean;
  isolate?: boolean;
  outbound?: string;
  existing?: {
    /** Judged only where it is a plain value. */
    resourceGroupName?: unknown;
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
  rules(subnet: string[]): NetworkRules;
}

/** The rules of a network with these ranges. */
export interface NetworkRules {
  security: SecurityRulePlan[];
  /** What each machine lets in. */
  firewall: FirewallRule[];
  /** What those machines let in besides that have a service on a port, by port. */
  ofServices: Record<string, FirewallRule[]>;
}

/** Everything that is wrong with a network, each with its path below `path`. */
export function checkNetwork(path: string, definition: NetworkDefinition): Finding[] {
  const { adminSources, existing, outbound, jumpHostAddress } = definition;
  const { graphPorts, servicePorts } = definition;
  const adopted = existing?.subnetName !== undefined;
  const findings = [
    ...administratorsNamed(at(path, "adminSources"), adminSources),
    ...checkSources(at(path, "adminSources"), adminSources),
    ...checkAddressSpace(path, definition),
    ...checkPeerSources(at(path, "peerSources"), definition),
    ...(jumpHostAddress === undefined
      ? []
      : checkSource(at(path, "jumpHostAddress"), jumpHostAddress)),
    ...checkGraphPorts(at(path, "graphPorts"), graphPorts ?? []),
    ...checkServicePorts(at(path, "servicePorts"), servicePorts, graphPorts),
    ...(outbound === undefined ? [] : outboundMode(at(path, "outbound"), outbound)),
    ...newSubnetHasNoWayOut(at(path, "outbound"), outbound, adopted),
    ...existingSubnetHasItsWayOut(at(path, "outbound"), outbound, adopted),
    ...(existing === undefined ? [] : checkExisting(at(path, "existing"), existing)),
  ];
  // What is wrong by itself, were it only for its shape, is no plan to be counted.
  const ports = [...(graphPorts ?? []), ...(servicePorts ?? [])];
  const isReadable = findings.length === 0 && !ports.includes(undefined as never);
  return isReadable ? checkCounts(path, definition) : findings;
}

/** Decides all ranges and rules. The definition must be without findings. */
export function planNetwork(definition: NetworkDefinition): NetworkPlan {
  const spaces = spacesOf(definition);
  const subnets = subnetsOf(definition);
  const adopted = definition.existing?.subnetName !== undefined;
  const jumpHost = definition.jumpHostAddress === undefined ? [] : [definition.jumpHostAddress];
  const adminRanges = [...(definition.adminSources ?? []), ...jumpHost];
  const outbound =
    (definition.outbound as OutboundMode | undefined) ??
    (adopted ? "existing" : definition.jumpHostAddress === undefined ? "instance" : "natGateway");
  const { graphPorts, servicePorts } = definition;
  const rules = (subnet: string[]): NetworkRules => {
    const traffic: TrafficDefinition = {
      labRanges: subnet,
      peerRanges: [...subnet, ...(definition.peerSources ?? [])],
      adminRanges,
      ports: portsOf(graphPorts, servicePorts),
      rdp: definition.rdp ?? false,
      isolate:
        (definition.isolate ?? true) && definition.existing?.networkSecurityGroupName === undefined,
      firstPriority: definition.existing?.firstPriority ?? 100,
    };
    const everywhere = portsOf(graphPorts);
    const ofServices = servicePortsBeside(graphPorts, servicePorts).map((port) => [
      port,
      firewallRules({ ...traffic, ports: portsOf([], [port]) }).filter(
        (rule) => rule.port === port,
      ),
    ]);
    return {
      security: securityRules(traffic),
      firewall: firewallRules({ ...traffic, ports: everywhere }),
      ofServices: Object.fromEntries(ofServices) as Record<string, FirewallRule[]>,
    };
  };
  return {
    space: definition.existing?.virtualNetworkName === undefined ? spaces : [],
    subnet: adopted ? [] : subnets,
    outbound,
    adminRanges,
    rules,
  };
}

/** Sources of administrators or peers: addresses and ranges, never everybody. */
function checkSources(path: string, sources: string[] = []): Finding[] {
  return sources.flatMap((source, index) => checkSource(at(path, index), source));
}

function checkSource(path: string, source: string): Finding[] {
  // A source is judged further by what it was found to be.
  for (const rule of [sourceForm, notOpenToEveryone, sourceUnicast, sourceHostBits]) {
    const findings = rule(path, source);
    if (findings.length > 0) return findings;
  }
  return [];
}

function checkExisting(
  path: string,
  existing: NonNullable<NetworkDefinition["existing"]>,
): Finding[] {
  const { subnetName, virtualNetworkName } = existing;
  const names: [key: keyof typeof existing, kind: NamedKind][] = [
    ["resourceGroupName", "resourceGroup"],
    ["virtualNetworkName", "virtualNetwork"],
    ["subnetName", "subnet"],
    ["networkSecurityGroupName", "networkSecurityGroup"],
  ];
  return [
    ...names.flatMap(([key, kind]) => {
      const name = existing[key];
      return typeof name === "string" ? resourceName(at(path, key), name, kind) : [];
    }),
    ...existingNetworkNamed(at(path, "virtualNetworkName"), subnetName, virtualNetworkName),
    ...(existing.firstPriority === undefined
      ? []
      : firstPriority(at(path, "firstPriority"), existing.firstPriority)),
  ];
}

function checkPeerSources(path: string, definition: NetworkDefinition): Finding[] {
  const { peerSources = [] } = definition;
  const own = ownRangesOf(definition);
  return peerSources.flatMap((source, index) => {
    const findings = checkSource(at(path, index), source);
    return findings.length > 0 ? findings : peersApart(at(path, index), source, own);
  });
}

/** Whether a security group takes all of the rules. */
function checkCounts(path: string, definition: NetworkDefinition): Finding[] {
  const subnet = definition.existing?.subnetName === undefined ? subnetsOf(definition) : anyRanges;
  return checkRuleCounts(path, definition, planNetwork(definition).rules(subnet).security);
}

/** Whether a security group takes these rules, which come of that definition. */
export function checkRuleCounts(
  path: string,
  definition: NetworkDefinition,
  security: readonly SecurityRulePlan[],
): Finding[] {
  const sources = security.reduce(
    (sum, { sourceAddressPrefixes }) => sum + (sourceAddressPrefixes?.length ?? 0),
    0,
  );
  return [
    ...addressCount(at(path, longest(definition)), sources),
    ...ruleCount(at(path, "graphPorts"), security.length),
  ];
}

/** For an existing subnet, whose ranges are not known yet: one of each family. */
export const anyRanges = ["0.0.0.0/0", "::/0"];

/** The list that has the most to do with how many sources there are. */
function longest({ adminSources = [], peerSources = [] }: NetworkDefinition): string {
  return peerSources.length > adminSources.length ? "peerSources" : "adminSources";
}
