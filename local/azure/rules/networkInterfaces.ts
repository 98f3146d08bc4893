import type { PutRequest } from "../arm/azure";
import { parentId } from "../arm/id";
import type { NetworkInterfaceProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import { privateAddressRules } from "./interfaceAddresses";
import { configurations, each, label, versionOf } from "./ipConfigurations";
import { locationUnchangeable } from "./locations";
import { networkChildName, repeatedNames, twoOfOneName } from "./names";
import { publicReachRules } from "./publicReach";
import { referenceRules, refersTo } from "./references";
import type { Rule } from "./rule";
import { tagRules } from "./tags";

export const hasConfiguration: Rule = {
  id: "NIC-IPCONFIG",
  grade: "A",
  code: "NetworkInterfaceMustHaveAtLeastOneIpConfiguration",
  check: (put) =>
    configurations(put).length > 0
      ? []
      : [`Network interface ${put.id} must have at least one IP configuration.`],
};

export const needsIpv4: Rule = {
  id: "NIC-NEEDS-IPV4",
  grade: "A",
  code: "NetworkInterfaceMustHaveIpv4Configuration",
  check: (put) =>
    configurations(put).length === 0 ||
    configurations(put).some((configuration) => versionOf(configuration) === "IPv4")
      ? []
      : [`Network interface ${put.id} must have at least one IPv4 IP configuration.`],
};

function primariesOf(put: PutRequest): number {
  return configurations(put).filter(({ primary }) => primary === true).length;
}

export const onePrimary: Rule = {
  id: "NIC-ONE-PRIMARY",
  grade: "C",
  code: "NetworkInterfaceMustHaveOnePrimaryIpConfiguration",
  check: (put) =>
    primariesOf(put) > 1
      ? [
          `Network interface ${put.id} has ${primariesOf(put)} primary IP configurations; one is allowed.`,
        ]
      : [],
};

export const primaryRequired: Rule = {
  id: "NIC-PRIMARY-REQUIRED",
  grade: "C",
  code: "NetworkInterfaceMustHaveOnePrimaryIpConfiguration",
  check: (put) =>
    configurations(put).length > 1 && primariesOf(put) === 0
      ? [`Network interface ${put.id} has several IP configurations and none is primary.`]
      : [],
};

export const primaryIsIpv4: Rule = {
  id: "NIC-PRIMARY-IPV4",
  grade: "A",
  code: "PrimaryIpConfigurationMustBeIpv4",
  check: each((configuration, put) =>
    configuration.primary === true && versionOf(configuration) === "IPv6"
      ? [`IP configuration ${label(put, configuration)} is IPv6 and cannot be primary.`]
      : [],
  ),
};

export const oneIpv6: Rule = {
  id: "NIC-ONE-IPV6",
  grade: "A",
  code: "MaxOnePrivateIpv6PerNetworkInterface",
  check: (put) =>
    configurations(put).filter((configuration) => versionOf(configuration) === "IPv6").length > 1
      ? [`Network interface ${put.id} can have at most one IPv6 IP configuration.`]
      : [],
};

export const configurationNames: Rule = {
  id: "NIC-IPCONFIG-NAME-DUP",
  grade: "A",
  code: "DuplicateResourceName",
  check: (put) => repeatedNames(configurations(put)).map((name) => twoOfOneName(put, name)),
};

export const subnetRequired: Rule = {
  id: "NIC-SUBNET-REQUIRED",
  grade: "C",
  code: "SubnetIsRequired",
  check: each((configuration, put) =>
    configuration.subnet?.id === undefined
      ? [`Subnet is not specified for IP configuration ${label(put, configuration)}.`]
      : [],
  ),
};

export const subnetReference = refersTo(
  "REGION-NIC-VNET",
  "Microsoft.Network/virtualNetworks/subnets",
  (put) => configurations(put).map(({ subnet }) => subnet?.id),
);

export const securityGroupReference = refersTo(
  "REGION-NIC-NSG",
  "Microsoft.Network/networkSecurityGroups",
  (put) => [propertiesOf<NetworkInterfaceProperties>(put).networkSecurityGroup?.id],
);

export const publicAddressReference = refersTo(
  "REGION-NIC-PIP",
  "Microsoft.Network/publicIPAddresses",
  (put) => configurations(put).map(({ publicIPAddress }) => publicIPAddress?.id),
);

export const oneNetwork: Rule = {
  id: "NIC-ONE-VNET",
  grade: "A",
  code: "SubnetsNotInSameVnet",
  check: (put) => {
    const networks = new Set(
      configurations(put).map(({ subnet }) => (parentId(subnet?.id ?? "") ?? "").toLowerCase()),
    );
    return networks.size > 1
      ? [`IP configurations of ${put.id} refer to subnets of different virtual networks.`]
      : [];
  },
};

export const configurationLimit: Rule = {
  id: "NIC-256",
  grade: "A",
  code: "NetworkInterfaceIpConfigurationLimitReached",
  check: (put) =>
    configurations(put).length > 256
      ? [
          `Network interface ${put.id} has ${configurations(put).length} IP configurations; 256 are allowed.`,
        ]
      : [],
};

export const securityGroupLimit: Rule = {
  id: "NIC-ASG-20",
  grade: "A",
  code: "ApplicationSecurityGroupsLimitReached",
  check: each((configuration, put) => {
    const count = configuration.applicationSecurityGroups?.length ?? 0;
    return count > 20
      ? [
          `IP configuration ${label(put, configuration)} is in ${count} application security groups; 20 are allowed.`,
        ]
      : [];
  }),
};

export const networkInterfaceRules: Rule[] = [
  locationUnchangeable,
  networkChildName,
  ...tagRules,
  hasConfiguration,
  configurationNames,
  needsIpv4,
  onePrimary,
  primaryRequired,
  primaryIsIpv4,
  oneIpv6,
  subnetRequired,
  subnetReference,
  securityGroupReference,
  publicAddressReference,
  oneNetwork,
  configurationLimit,
  securityGroupLimit,
  ...privateAddressRules,
  ...publicReachRules,
  ...referenceRules,
];
