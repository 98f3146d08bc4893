import { firstSubnet, parseRange, type Family } from "./addresses";
import { at, type Finding } from "./findings";
import {
  ipv6SpaceLength,
  networkRange,
  noHostBits,
  notReservedIpv4,
  subnetRange,
  unicastIpv4,
  unicastIpv6,
} from "./rules/addressRanges";
import { networkKeepsRanges, subnetKeepsRanges } from "./rules/existingParts";
import {
  subnetInNetwork,
  subnetIpv4Size,
  subnetIpv6Length,
  subnetRangeNamed,
} from "./rules/subnets";

export const defaultIpv4Space = "10.80.0.0/16";
/** A unique local prefix drawn once at random (RFC 4193); labs that are peered with each other give their own. */
export const defaultIpv6Space = "fd5a:9c2e:71b0::/48";

/** What a definition says about the ranges of its network and its subnet. */
export interface AddressSpaceDefinition {
  ipv4Space?: string;
  ipv6Space?: string;
  ipv4Subnet?: string;
  ipv6Subnet?: string;
  existing?: { virtualNetworkName?: string; subnetName?: string };
}

const spaceKeys = ["ipv4Space", "ipv6Space"] as const;
const subnetKeys = ["ipv4Subnet", "ipv6Subnet"] as const;

/** The ranges of a network that is made, IPv4 first. */
export function spacesOf(definition: AddressSpaceDefinition): string[] {
  return [definition.ipv4Space ?? defaultIpv4Space, definition.ipv6Space ?? defaultIpv6Space];
}

/** The ranges of a subnet that is made, IPv4 first. */
export function subnetsOf(definition: AddressSpaceDefinition): string[] {
  const [ipv4Space, ipv6Space] = spacesOf(definition);
  const ipv4 = parseRange(ipv4Space);
  const ipv6 = parseRange(ipv6Space);
  return [
    definition.ipv4Subnet ?? (ipv4?.family === "IPv4" ? firstSubnet(ipv4, 24).text : ipv4Space),
    definition.ipv6Subnet ?? (ipv6?.family === "IPv6" ? firstSubnet(ipv6, 64).text : ipv6Space),
  ];
}

/** The ranges that are known to be the lab's own: of an existing network only the subnet, of an existing subnet none yet. */
export function ownRangesOf(definition: AddressSpaceDefinition): string[] {
  const { existing } = definition;
  if (existing?.subnetName !== undefined) return [];
  return existing?.virtualNetworkName === undefined ? spacesOf(definition) : subnetsOf(definition);
}

/** The argument that the subnet's IPv4 range comes from. */
export function ipv4SubnetKey(definition: AddressSpaceDefinition): "ipv4Space" | "ipv4Subnet" {
  return definition.ipv4Subnet === undefined ? "ipv4Space" : "ipv4Subnet";
}

/** Everything that is wrong with the ranges of a network and its subnet. */
export function checkAddressSpace(path: string, definition: AddressSpaceDefinition): Finding[] {
  const { existing } = definition;
  if (existing?.subnetName !== undefined) {
    return [...spaceKeys, ...subnetKeys].flatMap((key) =>
      subnetKeepsRanges(at(path, key), definition[key]),
    );
  }
  return existing?.virtualNetworkName === undefined
    ? checkNewNetwork(path, definition)
    : checkNewSubnet(path, definition);
}

function checkNewNetwork(path: string, definition: AddressSpaceDefinition): Finding[] {
  const spaces = spacesOf(definition);
  const subnets = subnetsOf(definition);
  const findings = [
    ...spaceKeys.flatMap((key, index) => {
      const range = networkRange(at(path, key), spaces[index], familyOf(key));
      return range.length > 0 ? range : noHostBits(at(path, key), spaces[index]);
    }),
    ...checkSubnetRanges(path, definition),
  ];
  if (findings.length > 0) return findings;
  const [ipv4Space, ipv6Space] = spaces;
  return [
    ...notReservedIpv4(at(path, "ipv4Space"), ipv4Space),
    ...unicastIpv4(at(path, "ipv4Space"), ipv4Space),
    ...unicastIpv6(at(path, "ipv6Space"), ipv6Space),
    ...ipv6SpaceLength(at(path, "ipv6Space"), ipv6Space),
    ...checkSubnetSizes(path, definition, subnets),
    ...subnetKeys.flatMap((key, index) =>
      subnetInNetwork(at(path, key), subnets[index], [spaces[index]]),
    ),
  ];
}

/** A new subnet in an existing network, whose free ranges only its owner knows. */
function checkNewSubnet(path: string, definition: AddressSpaceDefinition): Finding[] {
  const findings = [
    ...spaceKeys.flatMap((key) => networkKeepsRanges(at(path, key), definition[key])),
    ...subnetKeys.flatMap((key) => subnetRangeNamed(at(path, key), definition[key])),
    ...checkSubnetRanges(path, definition),
  ];
  if (findings.length > 0) return findings;
  return checkSubnetSizes(path, definition, subnetsOf(definition));
}

function checkSubnetRanges(path: string, definition: AddressSpaceDefinition): Finding[] {
  return subnetKeys.flatMap((key) => {
    const text = definition[key];
    if (text === undefined) return [];
    const range = subnetRange(at(path, key), text, familyOf(key));
    return range.length > 0 ? range : noHostBits(at(path, key), text);
  });
}

function checkSubnetSizes(
  path: string,
  definition: AddressSpaceDefinition,
  [ipv4, ipv6]: string[],
): Finding[] {
  return [
    // One that is not given is the first /64 of a space that is long enough, or the space is what is wrong.
    ...(definition.ipv6Subnet === undefined ? [] : subnetIpv6Length(at(path, "ipv6Subnet"), ipv6)),
    ...subnetIpv4Size(at(path, ipv4SubnetKey(definition)), ipv4),
  ];
}

function familyOf(key: string): Family {
  return key.startsWith("ipv4") ? "IPv4" : "IPv6";
}
