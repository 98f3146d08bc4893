import type { VirtualNetworkProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { Prefix } from "../network/addresses";
import { hasHostBits, overlap, parsePrefix } from "../network/addresses";
import { addressSpace, invalidPrefix, parsed, subnetsAfter } from "./addressSpace";
import { tags, virtualNetworkName } from "./names";
import type { Rule } from "./rule";
import { everySubnetRules, subnetNames } from "./subnets";

export const networkCidr: Rule = {
  id: "VNET-CIDR",
  grade: "B",
  code: "InvalidAddressPrefixFormat",
  check: (put, azure) =>
    addressSpace(put, azure)
      .filter((text) => !parsePrefix(text))
      .map((text) => invalidPrefix(text, put.id)),
};

export const networkHostBits: Rule = {
  id: "VNET-CIDR-HOSTBITS",
  grade: "U",
  code: "InvalidCIDRNotation",
  check: (put, azure) =>
    addressSpace(put, azure)
      .filter((text) => {
        const prefix = parsePrefix(text);
        return prefix && hasHostBits(prefix);
      })
      .map(
        (text) => `The address prefix ${text} in resource ${put.id} has an invalid CIDR notation.`,
      ),
};

export const needsIpv4: Rule = {
  id: "VNET-NEEDS-IPV4",
  grade: "A",
  code: "VnetAddressSpaceMustContainIpv4",
  check: (put, azure) =>
    parsed(addressSpace(put, azure)).some(({ family }) => family === "IPv4")
      ? []
      : [
          `Virtual network ${put.id} must have at least one IPv4 address prefix; IPv6-only networks are not supported.`,
        ],
};

const reservedRanges = [
  "224.0.0.0/4",
  "255.255.255.255/32",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "168.63.129.16/32",
].map((text) => parsePrefix(text) as Prefix);

export const notReserved: Rule = {
  id: "VNET-RESERVED",
  grade: "A",
  code: "AddressPrefixNotAllowed",
  check: (put, azure) =>
    addressSpace(put, azure)
      .filter((text) => {
        const prefix = parsePrefix(text);
        return prefix && reservedRanges.some((range) => overlap(range, prefix));
      })
      .map((text) => `The address prefix ${text} overlaps with a range that Azure reserves.`),
};

export const networkSelfOverlap: Rule = {
  id: "VNET-SELF-OVERLAP",
  grade: "U",
  code: "NetcfgInvalidVirtualNetworkSite",
  check: (put, azure) => {
    const space = parsed(addressSpace(put, azure));
    const clashes = space.some((prefix, index) =>
      space.slice(index + 1).some((other) => overlap(prefix, other)),
    );
    return clashes ? [`Address prefixes of virtual network ${put.id} overlap each other.`] : [];
  },
};

export const peeringOverlap: Rule = {
  id: "PEER-OVERLAP",
  grade: "B",
  code: "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
  check: (put, azure) => {
    const own = parsed(addressSpace(put, azure));
    return (propertiesOf<VirtualNetworkProperties>(put).virtualNetworkPeerings ?? []).flatMap(
      ({ remoteVirtualNetwork }) => {
        const remote = azure.store.get(remoteVirtualNetwork?.id);
        const theirs = remote
          ? parsed(
              propertiesOf<VirtualNetworkProperties>(remote).addressSpace?.addressPrefixes ?? [],
            )
          : [];
        return own.some((prefix) => theirs.some((other) => overlap(prefix, other)))
          ? [
              `Address space of ${put.id} overlaps with address space of virtual network ${remote?.id} already peered.`,
            ]
          : [];
      },
    );
  },
};

export const networkLimits: Rule = {
  id: "VNET-LIMITS",
  grade: "A",
  code: "SubnetsLimitReached",
  check: (put, azure) => {
    const { dhcpOptions } = propertiesOf<VirtualNetworkProperties>(put);
    const subnets = subnetsAfter(put, azure).length;
    const servers = dhcpOptions?.dnsServers?.length ?? 0;
    return [
      ...(subnets > 3000
        ? [`The network would have ${subnets} subnets. The maximum is 3000.`]
        : []),
      ...(servers > 20 ? [`The network has ${servers} DNS servers. The maximum is 20.`] : []),
    ];
  },
};

export const virtualNetworkRules: Rule[] = [
  virtualNetworkName,
  tags,
  networkCidr,
  networkHostBits,
  needsIpv4,
  notReserved,
  networkSelfOverlap,
  subnetNames,
  ...everySubnetRules,
  peeringOverlap,
  networkLimits,
];
