import type { Azure } from "../arm/azure";
import { sameId } from "../arm/id";
import type {
  IPConfiguration,
  NetworkInterfaceProperties,
  PublicIPAddressProperties,
  SubnetProperties,
} from "../arm/model";
import { prefixesOf, propertiesOf } from "../arm/model";
import { reservedAddresses } from "../network/addressBook";
import { containsAddress, parseAddress, parsePrefix } from "../network/addresses";
import { configurations, each, label, versionOf } from "./ipConfigurations";
import { others } from "./references";
import type { Rule } from "./rule";

function prefixesFor(configuration: IPConfiguration, azure: Azure) {
  const subnet = azure.store.get(configuration.subnet?.id);
  if (!subnet) return undefined;
  return prefixesOf(propertiesOf<SubnetProperties>(subnet))
    .map(parsePrefix)
    .filter((prefix) => prefix !== undefined)
    .filter((prefix) => prefix.family === versionOf(configuration));
}

/** The document implies it; the code is the one Azure gives for configurations it cannot place. */
export const subnetFamily: Rule = {
  id: "NIC-SUBNET-FAMILY",
  grade: "A",
  code: "SubnetDoesNotSupportIpVersion",
  check: each((configuration, put, azure) =>
    prefixesFor(configuration, azure)?.length === 0
      ? [
          `IP configuration ${label(put, configuration)} is ${versionOf(configuration)}, but subnet ` +
            `${configuration.subnet?.id} has no ${versionOf(configuration)} address prefix.`,
        ]
      : [],
  ),
};

export const staticNeedsAddress: Rule = {
  id: "NIC-STATIC-NEEDS-ADDRESS",
  grade: "B",
  code: "PrivateIPAddressMissing",
  check: each((configuration, put) =>
    configuration.privateIPAllocationMethod === "Static" && !configuration.privateIPAddress
      ? [
          "Private static IP address was not specified while the allocation method is Static for IP configuration " +
            `${label(put, configuration)}.`,
        ]
      : [],
  ),
};

/** A dynamic configuration's address is Azure's choice; one that is given is not looked at. */
function staticAddress(configuration: IPConfiguration): string | undefined {
  return configuration.privateIPAllocationMethod === "Static"
    ? configuration.privateIPAddress
    : undefined;
}

export const addressInSubnet: Rule = {
  id: "NIC-ADDRESS-IN-SUBNET",
  grade: "B",
  code: "PrivateIPAddressNotInSubnet",
  check: each((configuration, put, azure) => {
    const text = staticAddress(configuration);
    const prefixes = prefixesFor(configuration, azure);
    if (text === undefined || text === "" || !prefixes?.length) return [];
    const address = parseAddress(text);
    return address && prefixes.some((prefix) => containsAddress(prefix, address))
      ? []
      : [
          `Private static IP address ${text} of ${label(put, configuration)} does not belong to the range of subnet ` +
            `prefix of ${configuration.subnet?.id}.`,
        ];
  }),
};

export const addressReserved: Rule = {
  id: "NIC-ADDRESS-RESERVED",
  grade: "B",
  code: "PrivateIPAddressInReservedRange",
  check: each((configuration, _put, azure) => {
    const text = staticAddress(configuration) ?? "";
    const address = parseAddress(text);
    const reserved = (prefixesFor(configuration, azure) ?? []).find(
      (prefix) => address && reservedAddresses(prefix).has(address.value),
    );
    return reserved
      ? [`Private static IP address ${text} falls within reserved IP range of subnet prefix.`]
      : [];
  }),
};

export const addressTaken: Rule = {
  id: "NIC-ADDRESS-DUP",
  grade: "B",
  code: "PrivateIPAddressIsAllocated",
  check: each((configuration, put, azure) => {
    const text = staticAddress(configuration);
    if (!text || !configuration.subnet?.id) return [];
    const owner = azure.addresses.ownerIn(configuration.subnet.id, text);
    return owner && !sameId(owner.networkInterface, put.id)
      ? [
          `IP configuration ${label(put, configuration)} is using the private IP address ${text} which is already ` +
            `allocated to resource ${owner.networkInterface}.`,
        ]
      : [];
  }),
};

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

export const standardWithoutGroup: Rule = {
  id: "PIP-STANDARD-NEEDS-NSG",
  grade: "A",
  warns: true,
  code: "StandardPublicIpWithoutNetworkSecurityGroup",
  check: each((configuration, put, azure) => {
    if (!publicAddressOf(configuration, azure)) return [];
    const subnet = azure.store.get(configuration.subnet?.id);
    const guarded =
      propertiesOf<NetworkInterfaceProperties>(put).networkSecurityGroup?.id ??
      (subnet && propertiesOf<SubnetProperties>(subnet).networkSecurityGroup?.id);
    return guarded
      ? []
      : [
          `No network security group stands before the Standard public address of ${label(put, configuration)}, so ` +
            "no traffic from the internet arrives.",
        ];
  }),
};

/** What Azure asks of the private and public addresses of a network interface. */
export const interfaceAddressRules: Rule[] = [
  subnetFamily,
  staticNeedsAddress,
  addressInSubnet,
  addressReserved,
  addressTaken,
  publicAddressVersion,
  publicAddressFree,
  standardWithoutGroup,
];
