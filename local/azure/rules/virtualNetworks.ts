import type { VirtualNetworkProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { Prefix } from "../network/addresses";
import { hasHostBits, overlap, parsePrefix } from "../network/addresses";
import { addressSpace, invalidPrefix, parsed } from "./addressSpace";
import { virtualNetworkName } from "./names";
import { peeringRules } from "./peerings";
import { referenceRules } from "./references";
import type { Rule } from "./rule";
import { everySubnetRules, subnetNames } from "./subnets";
import { tagRules } from "./tags";

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

export const nameServerLimit: Rule = {
  id: "VNET-LIMITS",
  grade: "A",
  code: "DnsServersLimitReached",
  check: (put) => {
    const { dhcpOptions } = propertiesOf<VirtualNetworkProperties>(put);
    const servers = dhcpOptions?.dnsServers?.length ?? 0;
    return servers > 20 ? [`The network has ${servers} DNS servers. The maximum is 20.`] : [];
  },
};

export const virtualNetworkRules: Rule[] = [
  virtualNetworkName,
  ...tagRules,
  networkCidr,
  networkHostBits,
  needsIpv4,
  notReserved,
  networkSelfOverlap,
  subnetNames,
  ...everySubnetRules,
  ...peeringRules,
  nameServerLimit,
  ...referenceRules,
];
