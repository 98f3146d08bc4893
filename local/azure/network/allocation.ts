import type { Azure, PutRequest } from "../arm/azure";
import { idKey, sameId } from "../arm/id";
import type {
  IPConfiguration,
  NetworkInterfaceAssigned,
  NetworkInterfaceProperties,
  SubnetProperties,
} from "../arm/model";
import { assignedOf, prefixesOf, propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import { canonicalAddress, containsAddress, parseAddress, parsePrefix } from "./addresses";

/** The private addresses that a network interface gets. */
export interface Allocation {
  addresses: NetworkInterfaceAssigned["addresses"];
  /** Configurations for which their subnet has no address left. */
  without: { configuration: IPConfiguration; subnet: AzureResource }[];
}

/** The address of every configuration: a static one as asked for, else the one it has, else the next free one. */
export function allocate(put: PutRequest, azure: Azure): Allocation {
  const configurations = propertiesOf<NetworkInterfaceProperties>(put).ipConfigurations ?? [];
  const before = put.existing
    ? assignedOf<NetworkInterfaceAssigned>(put.existing).addresses
    : undefined;
  const addresses: Allocation["addresses"] = {};
  const without: Allocation["without"] = [];
  const taken = new Set<string>();
  const searches = new Map<string, Generator<string, void>>();
  const nextFree = (configuration: IPConfiguration, subnet: AzureResource) => {
    const family = configuration.privateIPAddressVersion ?? "IPv4";
    const key = `${idKey(subnet.id)} ${family}`;
    const search = searches.get(key) ?? azure.addresses.freeIn(subnet, family);
    searches.set(key, search);
    let next = search.next().value;
    while (next !== undefined && taken.has(next)) next = search.next().value;
    return next ?? undefined;
  };
  const assign = ({ name }: IPConfiguration, address: string) => {
    addresses[name ?? ""] = address;
    taken.add(address);
  };
  for (const configuration of configurations) {
    const { privateIPAllocationMethod, privateIPAddress } = configuration;
    if (privateIPAllocationMethod === "Static" && privateIPAddress) {
      assign(configuration, canonicalAddress(privateIPAddress));
    }
  }
  for (const configuration of configurations) {
    const name = configuration.name ?? "";
    if (addresses[name] !== undefined) continue;
    const subnet = azure.store.get(configuration.subnet?.id);
    if (!subnet) continue;
    const current = before?.[name];
    if (current !== undefined && fits(put, configuration, subnet, current) && !taken.has(current)) {
      assign(configuration, current);
      continue;
    }
    const next = nextFree(configuration, subnet);
    if (next === undefined) without.push({ configuration, subnet });
    else assign(configuration, next);
  }
  return { addresses, without };
}

/** Whether the configuration can keep its address: it is in the same subnet, and that still holds the address. */
function fits(
  put: PutRequest,
  configuration: IPConfiguration,
  subnet: AzureResource,
  address: string,
): boolean {
  const parsed = parseAddress(address);
  const { ipConfigurations } = propertiesOf<NetworkInterfaceProperties>(
    put.existing ?? { properties: {} },
  );
  const old = ipConfigurations?.find(({ name }) => name === configuration.name);
  return (
    sameId(old?.subnet?.id, subnet.id) &&
    parsed?.family === (configuration.privateIPAddressVersion ?? "IPv4") &&
    prefixesOf(propertiesOf<SubnetProperties>(subnet)).some((text) => {
      const prefix = parsePrefix(text);
      return prefix !== undefined && containsAddress(prefix, parsed);
    })
  );
}
