import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import { creations, prefixes, space } from "./ruleCase";
import { group } from "./securityRuleCases";
import { networkInputs, nicInputs, subnetInputs, tokens } from "./stage";

function networkCase(
  rule: string,
  code: string | undefined,
  illegal: Properties,
  legal: Properties,
): RuleCase {
  const named = (extra: Properties) => networkInputs({ virtualNetworkName: "net2", ...extra });
  return creations(rule, code, tokens.network, named(illegal), named(legal));
}

function subnetCase(
  rule: string,
  code: string | undefined,
  illegal: Properties,
  legal: Properties,
): RuleCase {
  const named = (extra: Properties) => subnetInputs({ subnetName: "second", ...extra });
  return creations(rule, code, tokens.subnet, named(illegal), named(legal));
}

export const virtualNetworkCases: RuleCase[] = [
  networkCase(
    "NAME",
    "InvalidResourceName",
    { virtualNetworkName: "n" },
    { virtualNetworkName: "nn" },
  ),
  creations(
    "NAME",
    "InvalidResourceGroup",
    tokens.group,
    { resourceGroupName: "lab.", location: "eastus" },
    { resourceGroupName: "(lab)-2", location: "eastus" },
  ),
  networkCase(
    "TAGS",
    "InvalidTag",
    { tags: { "a/b": "x" } },
    { tags: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, "x"])) },
  ),
  networkCase("VNET-CIDR", "InvalidAddressPrefixFormat", space("10.2.0.0"), space("10.2.0.0/16")),
  networkCase("VNET-CIDR-HOSTBITS", undefined, space("10.2.0.1/16"), {
    ...space("10.2.0.0/16"),
    virtualNetworkName: "net3",
  }),
  networkCase(
    "VNET-NEEDS-IPV4",
    "VnetAddressSpaceMustContainIpv4",
    space("fd00:1::/48"),
    space("10.2.0.0/16", "fd00:1::/48"),
  ),
  networkCase(
    "VNET-RESERVED",
    "AddressPrefixNotAllowed",
    space("169.254.0.0/24"),
    space("10.2.0.0/16"),
  ),
  networkCase("VNET-SELF-OVERLAP", undefined, space("10.2.0.0/16", "10.2.3.0/24"), {
    ...space("10.2.0.0/16", "10.3.0.0/16"),
    virtualNetworkName: "net3",
  }),
  networkCase(
    "VNET-LIMITS",
    "SubnetsLimitReached",
    {
      dhcpOptions: { dnsServers: Array.from({ length: 21 }, (_, index) => `10.1.0.${index + 4}`) },
    },
    { dhcpOptions: { dnsServers: ["10.1.0.4"] } },
  ),
  networkCase(
    "SUBNET-NAME",
    "InvalidResourceName",
    {
      subnets: [
        { name: "a", addressPrefix: "10.1.0.0/24" },
        { name: "A", addressPrefix: "10.1.1.0/24" },
      ],
    },
    { subnets: [{ name: "a", addressPrefix: "10.1.0.0/24" }] },
  ),
  {
    rule: "PEER-OVERLAP",
    code: "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
    illegal: (stage, lab) =>
      stage.create(
        tokens.network,
        "far",
        networkInputs({
          virtualNetworkName: "far",
          virtualNetworkPeerings: [{ name: "p", remoteVirtualNetwork: { id: lab.network.id } }],
        }),
      ),
    legal: (stage, lab) =>
      stage.create(
        tokens.network,
        "far",
        networkInputs({
          virtualNetworkName: "far",
          ...space("10.77.0.0/16"),
          virtualNetworkPeerings: [{ name: "p", remoteVirtualNetwork: { id: lab.network.id } }],
        }),
      ),
  },
  subnetCase(
    "SUBNET-CIDR",
    "InvalidAddressPrefixFormat",
    prefixes("10.1.1.0/x"),
    prefixes("10.1.1.0/24"),
  ),
  subnetCase(
    "SUBNET-PREFIX-REQUIRED",
    "NoAddressPrefixOrPoolProvided",
    prefixes(),
    prefixes("10.1.1.0/24"),
  ),
  subnetCase(
    "SUBNET-IPV6-64",
    "SubnetIpv6PrefixLengthInvalid",
    prefixes("10.1.1.0/24", "fd12:3456:0:1::/65"),
    prefixes("10.1.1.0/24", "fd12:3456:0:1::/64"),
  ),
  subnetCase(
    "SUBNET-IPV4-SIZE",
    "NetcfgInvalidSubnet",
    prefixes("10.1.1.0/30"),
    prefixes("10.1.1.0/29"),
  ),
  subnetCase(
    "SUBNET-IN-VNET",
    "NetcfgInvalidSubnet",
    prefixes("10.2.0.0/24"),
    prefixes("10.1.255.0/24"),
  ),
  subnetCase(
    "SUBNET-OVERLAP",
    "NetcfgInvalidSubnet",
    prefixes("10.1.0.128/25"),
    prefixes("10.1.1.0/25"),
  ),
  subnetCase("SUBNET-ONE-V6", undefined, prefixes("10.1.1.0/24", "10.1.2.0/24"), {
    ...prefixes("10.1.3.0/24", "fd12:3456:0:1::/64"),
    subnetName: "third",
  }),
  {
    rule: "REGION-NSG",
    code: "InvalidResourceReference",
    prepare: async (stage) => ({
      far: (await stage.create(tokens.securityGroup, "far", { ...group(), location: "westus" })).id,
      near: (await stage.create(tokens.securityGroup, "near", group())).id,
    }),
    illegal: (stage, _lab, { far }) =>
      stage.create(
        tokens.subnet,
        "s",
        subnetInputs({
          subnetName: "s",
          ...prefixes("10.1.1.0/24"),
          networkSecurityGroup: { id: far },
        }),
      ),
    legal: (stage, _lab, { near }) =>
      stage.create(
        tokens.subnet,
        "s",
        subnetInputs({
          subnetName: "s",
          ...prefixes("10.1.1.0/24"),
          networkSecurityGroup: { id: near },
        }),
      ),
  },
  {
    rule: "SUBNET-PREFIX-IN-USE",
    code: "InUsePrefixCannotBeDeleted",
    prepare: async (stage, lab) =>
      (await stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id))).outputs,
    illegal: (stage, lab) =>
      stage.update(lab.subnet, subnetInputs(prefixes("10.1.9.0/24", "fd12:3456::/64"))),
    legal: (stage, lab) =>
      stage.update(lab.subnet, subnetInputs(prefixes("10.1.0.0/24", "fd12:3456::/64"))),
  },
  {
    rule: "SUBNET-OUTBOUND-CREATE",
    code: "SubnetDefaultOutboundAccessCannotBeChanged",
    illegal: (stage, lab) =>
      stage.update(lab.subnet, subnetInputs({ defaultOutboundAccess: false })),
    legal: (stage) =>
      stage.create(
        tokens.subnet,
        "s",
        subnetInputs({ subnetName: "s", ...prefixes("10.1.1.0/24"), defaultOutboundAccess: false }),
      ),
  },
];
