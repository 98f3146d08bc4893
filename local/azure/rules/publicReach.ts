import type { Azure, PutRequest } from "../arm/azure";
import { parentId, sameId } from "../arm/id";
import type {
  IPConfiguration,
  NetworkInterfaceProperties,
  PublicIPAddressProperties,
  SubnetProperties,
  VirtualNetworkProperties,
} from "../arm/model";
import { prefixesOf, propertiesOf } from "../arm/model";
import type { Prefix } from "../network/addresses";
import { containsPrefix, overlap, parsePrefixOrAddress } from "../network/addresses";
import type { NamedRule } from "../network/defaultRules";
import { prefixesOfSide, rulesOf } from "../network/securityRules";
import { configurations, each, label, versionOf } from "./ipConfigurations";
import { others } from "./references";
import type { Rule } from "./rule";

function publicAddressOf(configuration: IPConfiguration, azure: Azure) {
  return azure.store.get(configuration.publicIPAddress?.id);
}

export const publicAddressVersion: Rule = {
  id: "NIC-PIP-VERSION",
  grade: "B",
  code: "IPVersionForPublicIpAndNicIpConfigurationMustMatch",
  check: each((configuration, put, azure) => {
    const address = publicAddressOf(configuration, azure);
    if (!address) return [];
    const version =
      propertiesOf<PublicIPAddressProperties>(address).publicIPAddressVersion ?? "IPv4";
    return version === versionOf(configuration)
      ? []
      : [
          `Public IP address version (${version}) of ${address.id} and the version (${versionOf(configuration)}) of ` +
            `NIC IP configuration ${label(put, configuration)} must match.`,
        ];
  }),
};

export const publicAddressFree: Rule = {
  id: "PIP-ONE-USE",
  grade: "B",
  code: "PublicIPAddressInUse",
  check: each((configuration, put, azure) => {
    const address = publicAddressOf(configuration, azure);
    if (!address) return [];
    const twice =
      configurations(put).filter(({ publicIPAddress }) => sameId(publicIPAddress?.id, address.id))
        .length > 1;
    const [user] = others(azure.store.referrers(address.id), put.id);
    if (!twice && !user) return [];
    return [
      `Resource ${label(put, configuration)} is referencing public IP address ${address.id} that is already ` +
        `allocated to resource ${user?.id ?? put.id}.`,
    ];
  }),
};

/** The security groups that stand before a configuration: the subnet's and the interface's. */
function groupsBefore(configuration: IPConfiguration, put: PutRequest, azure: Azure): string[] {
  const subnet = azure.store.get(configuration.subnet?.id);
  return [
    subnet && propertiesOf<SubnetProperties>(subnet).networkSecurityGroup?.id,
    propertiesOf<NetworkInterfaceProperties>(put).networkSecurityGroup?.id,
  ].filter((id) => id !== undefined);
}

export const standardWithoutGroup: Rule = {
  id: "PIP-STANDARD-NEEDS-NSG",
  grade: "A",
  warns: true,
  code: "StandardPublicIpWithoutNetworkSecurityGroup",
  check: each((configuration, put, azure) => {
    if (!publicAddressOf(configuration, azure)) return [];
    return groupsBefore(configuration, put, azure).length > 0
      ? []
      : [
          `No network security group stands before the Standard public address of ${label(put, configuration)}, so ` +
            "no traffic from the internet arrives.",
        ];
  }),
};

/** Whether the rule lets somebody from outside the network come to the subnet in that family. */
function letsIn(
  rule: NamedRule,
  family: "IPv4" | "IPv6",
  ranges: { network: Prefix[]; subnet: Prefix[] },
): boolean {
  if (rule.direction !== "Inbound" || rule.access !== "Allow") return false;
  const from = prefixesOfSide(rule, "source").some((text) => {
    const prefix = parsePrefixOrAddress(text);
    if (!prefix) return !/^(VirtualNetwork|AzureLoadBalancer)$/i.test(text);
    return prefix.family === family && !ranges.network.some((own) => containsPrefix(own, prefix));
  });
  const to = prefixesOfSide(rule, "destination").some((text) => {
    const prefix = parsePrefixOrAddress(text);
    if (!prefix) return !/^(Internet|AzureLoadBalancer)$/i.test(text);
    return ranges.subnet.some((own) => own.family === family && overlap(own, prefix));
  });
  return from && to;
}

/** Whether an earlier rule denies it again is not looked at. */
export const standardWithoutAllow: Rule = {
  id: "PIP-STANDARD-NO-ALLOW",
  grade: "A",
  warns: true,
  code: "StandardPublicIpWithoutAllowRule",
  check: each((configuration, put, azure) => {
    if (!publicAddressOf(configuration, azure)) return [];
    const subnet = azure.store.get(configuration.subnet?.id);
    const network = azure.store.get(parentId(configuration.subnet?.id ?? ""));
    const parsed = (texts: string[] = []) =>
      texts.map(parsePrefixOrAddress).filter((prefix) => prefix !== undefined);
    const ranges = {
      network: parsed(
        network && propertiesOf<VirtualNetworkProperties>(network).addressSpace?.addressPrefixes,
      ),
      subnet: parsed(subnet && prefixesOf(propertiesOf<SubnetProperties>(subnet))),
    };
    const family = versionOf(configuration);
    return groupsBefore(configuration, put, azure)
      .filter((id) => !rulesOf(id, azure.store).some((rule) => letsIn(rule, family, ranges)))
      .map(
        (id) =>
          `Network security group ${id} lets nobody from outside the virtual network come to the public ${family} ` +
          `address of ${label(put, configuration)}, so no traffic arrives.`,
      );
  }),
};

/** What Azure asks of the public addresses of a network interface. */
export const publicReachRules: Rule[] = [
  publicAddressVersion,
  publicAddressFree,
  standardWithoutGroup,
  standardWithoutAllow,
];
