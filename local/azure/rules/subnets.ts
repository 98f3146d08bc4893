import type { PutRequest } from "../arm/azure";
import { idKey, parentId } from "../arm/id";
import type { SubnetProperties } from "../arm/model";
import { prefixesOf, propertiesOf } from "../arm/model";
import type { Prefix } from "../network/addresses";
import { containsPrefix, hasHostBits, overlap, parsePrefix } from "../network/addresses";
import type { SubnetCandidate } from "./addressSpace";
import {
  addressSpace,
  invalidPrefix,
  networkType,
  parsed,
  subnetCandidates,
  subnetsAfter,
} from "./addressSpace";
import { invalidName, networkChildName, repeatedNames, twoOfOneName } from "./names";
import { referenceRules, refersTo } from "./references";
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

export const subnetHostBits: Rule = {
  id: "SUBNET-CIDR-HOSTBITS",
  grade: "U",
  code: "InvalidCIDRNotation",
  check: eachSubnetPrefix((prefix, text, { id }) =>
    hasHostBits(prefix)
      ? [`The address prefix ${text} in resource ${id} has an invalid CIDR notation.`]
      : [],
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

function compare(one: Prefix, other: Prefix): number {
  if (one.family !== other.family) return one.family < other.family ? -1 : 1;
  if (one.first !== other.first) return one.first < other.first ? -1 : 1;
  return one.length - other.length;
}

export const subnetOverlap: Rule = {
  id: "SUBNET-OVERLAP",
  grade: "B",
  code: "NetcfgInvalidSubnet",
  check: (put, azure) => {
    const all = subnetsAfter(put, azure)
      .flatMap(({ id, subnet }) =>
        parsed(prefixesOf(subnet)).map((prefix) => ({ key: idKey(id), prefix })),
      )
      .sort((one, other) => compare(one.prefix, other.prefix));
    // Prefixes nest or are apart: sorted, one that overlaps others overlaps the widest one before it.
    const clashing = new Set<string>();
    let widest: (typeof all)[number] | undefined;
    for (const entry of all) {
      if (widest && overlap(widest.prefix, entry.prefix)) {
        clashing.add(widest.key).add(entry.key);
      } else widest = entry;
    }
    return subnetCandidates(put)
      .filter(({ id }) => clashing.has(idKey(id)))
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
  check: (put) => [
    ...subnetCandidates(put).flatMap(({ name }) => invalidName(name, 1, 80)),
    ...repeatedNames(subnetCandidates(put)).map((name) => twoOfOneName(put, name)),
  ],
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

const references = (property: "networkSecurityGroup" | "natGateway" | "routeTable") =>
  ((put) => subnetCandidates(put).map(({ subnet }) => subnet[property]?.id)) satisfies Parameters<
    typeof refersTo
  >[2];

/** A subnet has the region of its network. */
export const securityGroupReference = refersTo(
  "REGION-NSG",
  "Microsoft.Network/networkSecurityGroups",
  references("networkSecurityGroup"),
);

export const natGatewayReference = refersTo(
  "REGION-NAT",
  "Microsoft.Network/natGateways",
  references("natGateway"),
);

/** No route table is served, so one that is named is of another kind or not there. */
export const routeTableReference = refersTo(
  "REGION-RT",
  "Microsoft.Network/routeTables",
  references("routeTable"),
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

export const subnetLimit: Rule = {
  id: "VNET-LIMITS",
  grade: "A",
  code: "SubnetsLimitReached",
  check: (put, azure) => {
    const subnets = subnetsAfter(put, azure).length;
    return subnets > 3000
      ? [`The network would have ${subnets} subnets. The maximum is 3000.`]
      : [];
  },
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
  securityGroupReference,
  natGatewayReference,
  routeTableReference,
  subnetHostBits,
  subnetPrefixInUse,
  outboundOnlyAtCreation,
  subnetLimit,
];

export const subnetRules: Rule[] = [networkChildName, ...everySubnetRules, ...referenceRules];
