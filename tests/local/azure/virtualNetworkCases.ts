import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import { creations, prefixes, space } from "./ruleCase";
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

const nameServers = (count: number) =>
  Array.from({ length: count }, (_, index) => `10.1.0.${index + 4}`);

const subnets = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `s${index}`,
    addressPrefix: `10.${Math.floor(index / 32)}.${(index % 32) * 8}.0/29`,
  }));

export const virtualNetworkCases: RuleCase[] = [
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
    "DnsServersLimitReached",
    { dhcpOptions: { dnsServers: nameServers(21) } },
    { dhcpOptions: { dnsServers: nameServers(20) } },
  ),
  networkCase(
    "VNET-LIMITS",
    "SubnetsLimitReached",
    { ...space("10.0.0.0/8"), subnets: subnets(3001) },
    { ...space("10.0.0.0/8"), subnets: subnets(3000) },
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
  subnetCase(
    "SUBNET-CIDR",
    "InvalidAddressPrefixFormat",
    prefixes("10.1.1.0/x"),
    prefixes("10.1.1.0/24"),
  ),
  subnetCase("SUBNET-CIDR-HOSTBITS", undefined, prefixes("10.1.1.1/24"), {
    ...prefixes("10.1.2.0/24"),
    subnetName: "third",
  }),
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
  subnetCase(
    "SUBNET-OVERLAP",
    "NetcfgInvalidSubnet",
    prefixes("10.1.2.0/23", "10.1.3.0/24"),
    prefixes("10.1.2.0/24", "10.1.3.0/24"),
  ),
  {
    rule: "SUBNET-OVERLAP",
    code: "NetcfgInvalidSubnet",
    illegal: (stage) =>
      stage.create(
        tokens.network,
        "inline",
        networkInputs({
          virtualNetworkName: "inline",
          subnets: [
            { name: "inner", addressPrefix: "10.1.7.0/24" },
            { name: "apart", addressPrefix: "10.1.200.0/24" },
            { name: "wide", addressPrefix: "10.1.0.0/17" },
          ],
        }),
      ),
    legal: (stage) =>
      stage.create(
        tokens.network,
        "inline",
        networkInputs({
          virtualNetworkName: "inline",
          subnets: [
            { name: "wide", addressPrefix: "10.1.0.0/17" },
            { name: "apart", addressPrefix: "10.1.200.0/24" },
          ],
        }),
      ),
  },
  subnetCase("SUBNET-ONE-V6", undefined, prefixes("10.1.1.0/24", "10.1.2.0/24"), {
    ...prefixes("10.1.3.0/24", "fd12:3456:0:1::/64"),
    subnetName: "third",
  }),
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
