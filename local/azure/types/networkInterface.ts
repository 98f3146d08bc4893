import * as crypto from "node:crypto";
import type { Azure, PutRequest } from "../arm/azure";
import type {
  IPConfiguration,
  NetworkInterfaceAssigned,
  NetworkInterfaceProperties,
} from "../arm/model";
import { assignedOf, propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import { resourceGuid } from "../arm/store";
import { allocate } from "../network/allocation";
import type { Properties } from "../../provider";
import { interfaceInUse } from "../rules/deletions";
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
  deletionRules: [interfaceInUse],
  put(put, azure) {
    const configurations = withDefaults(put);
    const assigned: NetworkInterfaceAssigned = {
      addresses: allocate(put, azure).addresses,
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
  remove: (nic, azure) => azure.store.remove(nic.id),
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

/** Azure's own range of MAC addresses. */
function newMacAddress(): string {
  const bytes = crypto.randomBytes(3).toString("hex").toUpperCase();
  return `00-0D-3A-${bytes.slice(0, 2)}-${bytes.slice(2, 4)}-${bytes.slice(4, 6)}`;
}
