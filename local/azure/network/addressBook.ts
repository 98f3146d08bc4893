import type { IPConfiguration, NetworkInterfaceAssigned, SubnetProperties } from "../arm/model";
import { assignedOf, prefixesOf, propertiesOf } from "../arm/model";
import { idKey } from "../arm/id";
import type { AzureResource, ResourceStore } from "../arm/store";
import type { AddressFamily, Prefix } from "./addresses";
import { canonicalAddress, formatAddress, parsePrefix } from "./addresses";

/** A private address in use. */
export interface AddressOwner {
  networkInterface: string;
  configuration: string;
  subnet: string;
}

/** Who has which address: kept up to date with the store, so that no question walks over all resources. */
export interface AddressBook {
  /** Owners of a private address; several, because networks may use the same addresses. */
  ownersOf(address: string): AddressOwner[];
  /** The NIC's configuration that has this address in this subnet. */
  ownerIn(subnetId: string, address: string): AddressOwner | undefined;
  /** The public address resource with this address. */
  publicAddress(address: string): string | undefined;
  /**
   * The next free address of the subnet in that family; undefined when there is none. Azure keeps the first four
   * addresses of a subnet, and the last one of an IPv4 subnet.
   */
  nextFree(
    subnet: AzureResource,
    family: AddressFamily,
    taken: ReadonlySet<string>,
  ): string | undefined;
  /** A public address nobody has, out of the ranges kept for documentation and benchmarks. */
  nextPublic(family: AddressFamily): string | undefined;
}

/**
 * RFC 5737, RFC 2544 and RFC 3849 ranges: nobody on the internet has these addresses. 203.0.113.0/24 is left for people
 * outside Azure.
 */
const publicRanges: { [family in AddressFamily]: Prefix[] } = {
  IPv4: ["198.51.100.0/24", "192.0.2.0/24", "198.18.0.0/15"].map((text) => mustParse(text)),
  IPv6: [mustParse("2001:db8:a2:1::/64")],
};

export function reservedAddresses(prefix: Prefix): Set<bigint> {
  const reserved = [0n, 1n, 2n, 3n].map((offset) => prefix.first + offset);
  return new Set(prefix.family === "IPv4" ? [...reserved, prefix.last] : reserved);
}

export function openAddressBook(store: ResourceStore): AddressBook {
  const owners = new Map<string, AddressOwner[]>();
  const publicAddresses = new Map<string, string>();
  /** Where the search for a free address goes on: everything below is in use. */
  const searchFrom = new Map<string, bigint>();

  const forget = (resource: AzureResource) => {
    for (const [address, owner] of privateAddresses(resource)) {
      const rest = (owners.get(address) ?? []).filter(
        (other) =>
          other.networkInterface !== owner.networkInterface ||
          other.configuration !== owner.configuration,
      );
      if (rest.length > 0) owners.set(address, rest);
      else owners.delete(address);
      for (const key of searchFrom.keys()) {
        if (key.startsWith(`${owner.subnet} `)) searchFrom.delete(key);
      }
    }
    const address = resource.assigned.ipAddress;
    if (isPublicAddress(resource) && typeof address === "string") publicAddresses.delete(address);
  };
  const remember = (resource: AzureResource) => {
    for (const [address, owner] of privateAddresses(resource)) {
      owners.set(address, [...(owners.get(address) ?? []), owner]);
    }
    const address = resource.assigned.ipAddress;
    if (isPublicAddress(resource) && typeof address === "string") {
      publicAddresses.set(address, resource.id);
    }
  };
  store.listen((before, after) => {
    if (before) forget(before);
    if (after) remember(after);
  });

  const ownerIn = (subnetId: string, address: string) =>
    owners.get(canonicalAddress(address))?.find(({ subnet }) => subnet === idKey(subnetId));
  return {
    ownersOf: (address) => owners.get(canonicalAddress(address)) ?? [],
    ownerIn,
    publicAddress: (address) => publicAddresses.get(canonicalAddress(address)),
    nextFree(subnet, family, taken) {
      for (const text of prefixesOf(propertiesOf<SubnetProperties>(subnet))) {
        const prefix = parsePrefix(text);
        if (prefix?.family !== family) continue;
        const reserved = reservedAddresses(prefix);
        const key = `${idKey(subnet.id)} ${text}`;
        const start = searchFrom.get(key) ?? prefix.first;
        for (let value = start; value <= prefix.last; value++) {
          if (reserved.has(value)) continue;
          const address = formatAddress({ family, value });
          if (ownerIn(subnet.id, address)) continue;
          if (taken.has(address)) continue;
          searchFrom.set(key, value);
          return address;
        }
      }
      return undefined;
    },
    nextPublic(family) {
      for (const range of publicRanges[family]) {
        for (let value = range.first + 1n; value < range.last; value++) {
          const address = formatAddress({ family, value });
          if (!publicAddresses.has(address)) return address;
        }
      }
      return undefined;
    },
  };
}

function privateAddresses(resource: AzureResource): [string, AddressOwner][] {
  if (resource.type !== "Microsoft.Network/networkInterfaces") return [];
  const { addresses } = assignedOf<NetworkInterfaceAssigned>(resource);
  const configurations = (resource.properties.ipConfigurations ??
    []) as unknown as IPConfiguration[];
  return configurations.flatMap(({ name, subnet }): [string, AddressOwner][] => {
    const address = addresses[name ?? ""];
    if (!address || !subnet?.id) return [];
    const owner = {
      networkInterface: resource.id,
      configuration: name ?? "",
      subnet: idKey(subnet.id),
    };
    return [[address, owner]];
  });
}

function isPublicAddress(resource: AzureResource): boolean {
  return resource.type === "Microsoft.Network/publicIPAddresses";
}

function mustParse(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (!prefix) throw new Error(`${text} is no address prefix`);
  return prefix;
}
