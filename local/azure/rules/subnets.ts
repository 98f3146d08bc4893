import type { PutRequest } from "../arm/azure";
import { parentId, sameId } from "../arm/id";
import type { SubnetProperties } from "../arm/model";
import { prefixesOf, propertiesOf } from "../arm/model";
import type { Prefix } from "../network/addresses";
import { containsPrefix, overlap, parsePrefix } from "../network/addresses";
import type { SubnetCandidate } from "./addressSpace";
import {
  addressSpace,
  invalidPrefix,
  networkType,
  parsed,
  subnetCandidates,
  subnetsAfter,
} from "./addressSpace";
import { invalidName, networkChildName } from "./names";
import { mustExist } from "./references";
import type { Rule } from "./rule";

function eachSubnetPrefix(
  check: (prefix: Prefix, text: string, candidate: SubnetCandidate) => string[],
): Rule["check"] {
  return (put) =>
    subnetCandidates(put).flatMap((candidate) =>
      prefixesOf(candidate.subnet).flatMap((text) => {
        const prefix = parsePrefix(text);
        return prefix ? check(prefix, text, candidate) : [];
      }),
    );
}

export const subnetCidr: Rule = {
  id: "SUBNET-CIDR",
  grade: "B",
  code: "InvalidAddressPrefixFormat",
  check: (put) =>
    subnetCandidates(put).flatMap(({ id, subnet }) =>
      prefixesOf(subnet)
        .filter((text) => !parsePrefix(text))
        .map((text) => invalidPrefix(text, id)),
    ),
};

export const subnetIpv6Size: Rule = {
  id: "SUBNET-IPV6-64",
  grade: "A",
  code: "SubnetIpv6PrefixLengthInvalid",
  check: eachSubnetPrefix((prefix, text, { name }) =>
    prefix.family !== "IPv6" || prefix.length === 64
      ? []
      : [`IPv6 prefix ${text} of subnet '${name}' has an invalid length. It must be exactly /64.`],
  ),
};

export const subnetIpv4Size: Rule = {
  id: "SUBNET-IPV4-SIZE",
  grade: "A",
  code: "NetcfgInvalidSubnet",
  check: eachSubnetPrefix((prefix, text, { name }) =>
    prefix.family !== "IPv4" || (prefix.length >= 8 && prefix.length <= 29)
      ? []
      : [`Subnet '${name}' has the address prefix ${text}; IPv4 subnets are /8 to /29.`],
  ),
};

const notValidInNetwork = (name: string, network: string) =>
  `Subnet '${name}' is not valid in virtual network '${network}'.`;

function networkNameOf(put: PutRequest): string {
  return put.type === networkType ? put.name : ((parentId(put.id) ?? "").split("/").pop() ?? "");
}

export const subnetInNetwork: Rule = {
  id: "SUBNET-IN-VNET",
  grade: "B",
  code: "NetcfgInvalidSubnet",
  check: (put, azure) => {
    const space = parsed(addressSpace(put, azure));
    return subnetsAfter(put, azure)
      .filter(({ subnet }) =>
        parsed(prefixesOf(subnet)).some(
          (prefix) => !space.some((outer) => containsPrefix(outer, prefix)),
        ),
      )
      .map(({ name }) => notValidInNetwork(name, networkNameOf(put)));
  },
};

export const subnetOverlap: Rule = {
  id: "SUBNET-OVERLAP",
  grade: "B",
  code: "NetcfgInvalidSubnet",
  check: (put, azure) => {
    const all = subnetsAfter(put, azure).map(({ id, subnet }) => ({
      id,
      prefixes: parsed(prefixesOf(subnet)),
    }));
    return subnetCandidates(put)
      .filter(({ id, subnet }) =>
        parsed(prefixesOf(subnet)).some((prefix) =>
          all.some(
            (other) =>
              !sameId(other.id, id) && other.prefixes.some((taken) => overlap(taken, prefix)),
          ),
        ),
      )
      .map(({ name }) => notValidInNetwork(name, networkNameOf(put)));
  },
};

export const subnetOneIpv6: Rule = {
  id: "SUBNET-ONE-V6",
  grade: "U",
  warns: true,
  code: "SubnetWithMultiplePrefixesNotSupported",
  check: (put) =>
    subnetCandidates(put)
      .filter(({ subnet }) =>
        (["IPv4", "IPv6"] as const).some(
          (family) =>
            parsed(prefixesOf(subnet)).filter((prefix) => prefix.family === family).length > 1,
        ),
      )
      .map(({ name }) => `Subnet '${name}' has more than one prefix of one address family.`),
};

export const subnetNames: Rule = {
  id: "SUBNET-NAME",
  grade: "A",
  code: "InvalidResourceName",
  check: (put) => {
    const names = subnetCandidates(put).map(({ name }) => name.toLowerCase());
    return [
      ...subnetCandidates(put).flatMap(({ name }) => invalidName(name, 1, 80)),
      ...names
        .filter((name, index) => names.indexOf(name) !== index)
        .map((name) => `Resource ${put.id} has two child resources with the same name (${name}).`),
    ];
  },
};

export const subnetHasPrefix: Rule = {
  id: "SUBNET-PREFIX-REQUIRED",
  grade: "C",
  code: "NoAddressPrefixOrPoolProvided",
  check: (put) =>
    subnetCandidates(put)
      .filter(({ subnet }) => prefixesOf(subnet).length === 0)
      .map(({ id }) => `No address prefix or IPAM pool is given for ${id}.`),
};

/** A region is the network's: Azure gives the same code for another region as for a missing resource. */
export const subnetReferences = mustExist(
  "REGION-NSG",
  (put) =>
    subnetCandidates(put).flatMap(({ subnet }) => [
      {
        id: subnet.networkSecurityGroup?.id,
        type: "Microsoft.Network/networkSecurityGroups",
      },
      { id: subnet.natGateway?.id, type: "Microsoft.Network/natGateways" },
    ]),
  { sameRegion: true },
);

/** NICs in a subnet keep their addresses, so its prefixes can only change while it is empty. */
export const subnetPrefixInUse: Rule = {
  id: "SUBNET-PREFIX-IN-USE",
  grade: "A",
  code: "InUsePrefixCannotBeDeleted",
  check: (put, azure) =>
    subnetCandidates(put).flatMap(({ id, subnet }) => {
      const before = azure.store.get(id);
      if (!before) return [];
      const wanted = new Set(prefixesOf(subnet));
      const removed = prefixesOf(propertiesOf<SubnetProperties>(before)).filter(
        (text) => !wanted.has(text),
      );
      const used = azure.store
        .referrers(id)
        .some(({ type }) => type === "Microsoft.Network/networkInterfaces");
      return used
        ? removed.map(
            (text) =>
              `IpPrefix ${text} on Subnet ${before.name} has active allocations and cannot be deleted.`,
          )
        : [];
    }),
};

export const outboundOnlyAtCreation: Rule = {
  id: "SUBNET-OUTBOUND-CREATE",
  grade: "A",
  code: "SubnetDefaultOutboundAccessCannotBeChanged",
  check: (put, azure) =>
    subnetCandidates(put).flatMap(({ id, name, subnet }) => {
      const before = azure.store.get(id);
      const old = before && propertiesOf<SubnetProperties>(before).defaultOutboundAccess;
      return before && old !== subnet.defaultOutboundAccess
        ? [`defaultOutboundAccess of subnet '${name}' can be set only when the subnet is created.`]
        : [];
    }),
};

/** Kept by a subnet wherever it is declared, inside its network or on its own. */
export const everySubnetRules: Rule[] = [
  subnetCidr,
  subnetHasPrefix,
  subnetIpv6Size,
  subnetIpv4Size,
  subnetInNetwork,
  subnetOverlap,
  subnetOneIpv6,
  subnetReferences,
  subnetPrefixInUse,
  outboundOnlyAtCreation,
];

export const subnetRules: Rule[] = [networkChildName, ...everySubnetRules];
