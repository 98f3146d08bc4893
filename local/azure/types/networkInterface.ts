import * as crypto from "node:crypto";
import type { Azure, PutRequest } from "../arm/azure";
import { AzureError } from "../arm/error";
import { sameId } from "../arm/id";
import type {
  IPConfiguration,
  NetworkInterfaceAssigned,
  NetworkInterfaceProperties,
} from "../arm/model";
import { assignedOf, propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import { resourceGuid } from "../arm/store";
import { canonicalAddress, containsAddress, parseAddress, parsePrefix } from "../network/addresses";
import type { Properties } from "../../provider";
import { networkInterfaceRules } from "../rules/networkInterfaces";
import type { ResourceType } from "./type";
import { commonView, networkApiVersion, stored } from "./type";

export const networkInterface: ResourceType = {
  token: "azure-native:network:NetworkInterface",
  type: "Microsoft.Network/networkInterfaces",
  apiVersion: networkApiVersion,
  path: ["networkInterfaceName"],
  replacedBy: [],
  rules: networkInterfaceRules,
  put(put, azure) {
    const configurations = withDefaults(put);
    const assigned: NetworkInterfaceAssigned = {
      addresses: allocate(put, configurations, azure),
      macAddress: put.existing
        ? assignedOf<NetworkInterfaceAssigned>(put.existing).macAddress
        : newMacAddress(),
    };
    const properties = {
      enableAcceleratedNetworking: false,
      enableIPForwarding: false,
      disableTcpStateTracking: false,
      nicType: "Standard",
      ...put.properties,
      ipConfigurations: configurations as unknown as Properties[],
    };
    return azure.store.put(stored(put, properties, assigned as unknown as Properties));
  },
  view(nic, azure) {
    const { ipConfigurations } = propertiesOf<NetworkInterfaceProperties>(nic);
    const { addresses, macAddress } = assignedOf<NetworkInterfaceAssigned>(nic);
    const machine = machineOf(nic, azure);
    return {
      ...commonView(nic, networkApiVersion),
      etag: nic.etag,
      resourceGuid: resourceGuid(nic),
      ipConfigurations: (ipConfigurations ?? []).map((configuration) => ({
        ...(configuration as Properties),
        id: `${nic.id}/ipConfigurations/${configuration.name}`,
        privateIPAddress: addresses[configuration.name ?? ""],
        provisioningState: "Succeeded",
      })),
      dnsSettings: {
        dnsServers: [],
        ...((nic.properties.dnsSettings as Properties | undefined) ?? {}),
        appliedDnsServers: [],
      },
      // Azure shows these two once the NIC belongs to a machine.
      ...(machine ? { virtualMachine: { id: machine.id }, macAddress, primary: true } : {}),
    };
  },
  remove(nic, azure) {
    const machine = machineOf(nic, azure);
    if (machine) {
      throw new AzureError(
        400,
        "NicInUse",
        `Network Interface ${nic.id} is used by existing resource ${machine.id}. In order to delete the network ` +
          "interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.",
      );
    }
    azure.store.remove(nic.id);
  },
};

export function machineOf(nic: AzureResource, azure: Azure): AzureResource | undefined {
  return azure.store
    .referrers(nic.id)
    .find(({ type }) => type === "Microsoft.Compute/virtualMachines");
}

function withDefaults(put: PutRequest): IPConfiguration[] {
  const { ipConfigurations } = propertiesOf<NetworkInterfaceProperties>(put);
  const configurations = ipConfigurations ?? [];
  return configurations.map((configuration) => ({
    privateIPAddressVersion: "IPv4",
    privateIPAllocationMethod: "Dynamic",
    primary: configurations.length === 1,
    ...configuration,
  }));
}

/** The address of every configuration: a static one as asked for, else the one it has, else the next free one. */
function allocate(
  put: PutRequest,
  configurations: IPConfiguration[],
  azure: Azure,
): NetworkInterfaceAssigned["addresses"] {
  const before = put.existing
    ? assignedOf<NetworkInterfaceAssigned>(put.existing).addresses
    : undefined;
  const addresses: NetworkInterfaceAssigned["addresses"] = {};
  const taken = new Set<string>();
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
    const family = configuration.privateIPAddressVersion ?? "IPv4";
    const next = azure.addresses.nextFree(subnet, family, taken);
    if (next === undefined) {
      throw new AzureError(
        400,
        "SubnetIsFull",
        `Subnet ${subnet.name} with address prefixes of version ${family} does not have enough capacity for IP ` +
          `configuration ${name}.`,
      );
    }
    assign(configuration, next);
  }
  return addresses;
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
  const prefixes = [
    ...((subnet.properties.addressPrefixes as string[] | undefined) ?? []),
    subnet.properties.addressPrefix as string | undefined,
  ];
  return (
    sameId(old?.subnet?.id, subnet.id) &&
    parsed?.family === (configuration.privateIPAddressVersion ?? "IPv4") &&
    prefixes.some((text) => {
      const prefix = parsePrefix(text ?? "");
      return prefix !== undefined && containsAddress(prefix, parsed);
    })
  );
}

/** Azure's own range of MAC addresses. */
function newMacAddress(): string {
  const bytes = crypto.randomBytes(3).toString("hex").toUpperCase();
  return `00-0D-3A-${bytes.slice(0, 2)}-${bytes.slice(2, 4)}-${bytes.slice(4, 6)}`;
}
