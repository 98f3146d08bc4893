import type { IPConfiguration, NetworkInterfaceAssigned, SubnetProperties } from "../arm/model";
import { assignedOf, prefixesOf, propertiesOf } from "../arm/model";
import { idKey, parentId } from "../arm/id";
import type { AzureResource, ResourceStore } from "../arm/store";
import type { AddressFamily, Prefix } from "./addresses";
import { canonicalAddress, formatAddress, parseAddress, parsePrefix } from "./addresses";

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
   * The free addresses of the subnet in that family, in order, as long as they are asked for. Azure keeps the first four
   * addresses of a subnet, and the last one of an IPv4 subnet.
   */
  freeIn(subnet: AzureResource, family: AddressFamily): Generator<string, void>;
  /** How many private addresses of a virtual network are in use. */
  countIn(networkId: string): number;
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
  const counts = new Map<string, number>();
  const count = (owner: AddressOwner, step: 1 | -1) => {
    const network = parentId(owner.subnet) ?? "";
    counts.set(network, (counts.get(network) ?? 0) + step);
  };
  /** Where the search for a free address of a subnet's prefix goes on: everything below is in use. */
  const searchFrom = new Map<string, Map<string, bigint>>();
  /** The same for public addresses: where in the list of all of them. */
  const publicSearchFrom = { IPv4: 0n, IPv6: 0n };

  const forget = (resource: AzureResource) => {
    for (const [address, owner] of privateAddresses(resource)) {
      const rest = (owners.get(address) ?? []).filter(
        (other) =>
          other.networkInterface !== owner.networkInterface ||
          other.configuration !== owner.configuration,
      );
      if (rest.length > 0) owners.set(address, rest);
      else owners.delete(address);
      count(owner, -1);
      searchFrom.delete(owner.subnet);
    }
    const address = resource.assigned.ipAddress;
    if (isPublicAddress(resource) && typeof address === "string") {
      publicAddresses.delete(address);
      publicSearchFrom[parseAddress(address)?.family ?? "IPv4"] = 0n;
    }
  };
  const remember = (resource: AzureResource) => {
    for (const [address, owner] of privateAddresses(resource)) {
      owners.set(address, [...(owners.get(address) ?? []), owner]);
      count(owner, 1);
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
    countIn: (networkId) => counts.get(idKey(networkId)) ?? 0,
    publicAddress: (address) => publicAddresses.get(canonicalAddress(address)),
    *freeIn(subnet, family) {
      const starts = searchFrom.get(idKey(subnet.id)) ?? new Map<string, bigint>();
      searchFrom.set(idKey(subnet.id), starts);
      for (const text of prefixesOf(propertiesOf<SubnetProperties>(subnet))) {
        const prefix = parsePrefix(text);
        if (prefix?.family !== family) continue;
        const reserved = reservedAddresses(prefix);
        let used = true;
        for (let value = starts.get(text) ?? prefix.first; value <= prefix.last; value++) {
          const address = formatAddress({ family, value });
          if (reserved.has(value) || ownerIn(subnet.id, address)) continue;
          if (used) starts.set(text, value);
          used = false;
          yield address;
        }
        if (used) starts.set(text, prefix.last + 1n);
      }
    },
    nextPublic(family) {
      let place = 0n;
      for (const range of publicRanges[family]) {
        const skipped = publicSearchFrom[family] - place;
        const first = range.first + 1n + (skipped > 0n ? skipped : 0n);
        for (let value = first; value < range.last; value++) {
          const address = formatAddress({ family, value });
          if (publicAddresses.has(address)) continue;
          publicSearchFrom[family] = place + value - range.first - 1n;
          return address;
        }
        place += range.last - range.first - 1n;
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
