import type { Azure } from "../arm/azure";
import { parentId, sameId } from "../arm/id";
import type { IPConfiguration, NetworkInterfaceAssigned, SubnetProperties } from "../arm/model";
import { assignedOf, prefixesOf, propertiesOf } from "../arm/model";
import { reservedAddresses } from "../network/addressBook";
import { canonicalAddress, containsAddress, parseAddress, parsePrefix } from "../network/addresses";
import { allocate } from "../network/allocation";
import { configurations, each, label, versionOf } from "./ipConfigurations";
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
    const twice =
      configurations(put).filter(
        (other) => canonicalAddress(staticAddress(other) ?? "") === canonicalAddress(text),
      ).length > 1;
    const taken = twice || (owner && !sameId(owner.networkInterface, put.id));
    return taken
      ? [
          `IP configuration ${label(put, configuration)} is using the private IP address ${text} which is already ` +
            `allocated to resource ${twice ? put.id : owner?.networkInterface}.`,
        ]
      : [];
  }),
};

/** Addresses run out where a subnet is small: Azure keeps four of them, and of an IPv4 subnet five. */
export const subnetFull: Rule = {
  id: "SUBNET-FULL",
  grade: "B",
  code: "SubnetIsFull",
  check: (put, azure) =>
    allocate(put, azure)
      .without.filter(({ configuration }) => prefixesFor(configuration, azure)?.length)
      .map(({ configuration, subnet }) => {
        const prefixes = prefixesOf(propertiesOf<SubnetProperties>(subnet)).filter(
          (text) => parsePrefix(text)?.family === versionOf(configuration),
        );
        return (
          `Subnet ${subnet.name} with address prefix ${prefixes.join(", ")} does not have enough capacity for 1 IP ` +
          `addresses: IP configuration ${label(put, configuration)} gets none.`
        );
      }),
};

/** The network's own limit; what other requests under way take is not counted. */
export const networkAddressLimit: Rule = {
  id: "VNET-LIMITS",
  grade: "A",
  code: "PrivateIPAddressesLimitReached",
  check: (put, azure) => {
    const network = parentId(configurations(put)[0]?.subnet?.id ?? "");
    if (network === undefined) return [];
    const before = put.existing
      ? Object.keys(assignedOf<NetworkInterfaceAssigned>(put.existing).addresses).length
      : 0;
    const after = azure.addresses.countIn(network) - before + configurations(put).length;
    return after > 65536
      ? [`Virtual network ${network} would have ${after} private addresses. The maximum is 65536.`]
      : [];
  },
};

/** What Azure asks of the private addresses of a network interface. */
export const privateAddressRules: Rule[] = [
  subnetFamily,
  staticNeedsAddress,
  addressInSubnet,
  addressReserved,
  addressTaken,
  subnetFull,
  networkAddressLimit,
];
