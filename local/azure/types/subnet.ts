import type { Azure } from "../arm/azure";
import { sameId } from "../arm/id";
import type { AddressOwner } from "../network/addressBook";
import type { NetworkInterfaceProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import { subnetInUse } from "../rules/deletions";
import { subnetRules } from "../rules/subnets";
import type { ResourceType } from "./type";
import { commonView, networkApiVersion, stored, without } from "./type";

export const subnet: ResourceType = {
  token: "azure-native:network:Subnet",
  type: "Microsoft.Network/virtualNetworks/subnets",
  apiVersion: networkApiVersion,
  path: ["virtualNetworkName", "subnetName"],
  replacedBy: [],
  rules: subnetRules,
  deletionRules: [subnetInUse],
  put: (put, azure) =>
    azure.store.put(
      stored(put, {
        delegations: [],
        privateEndpointNetworkPolicies: "Disabled",
        privateLinkServiceNetworkPolicies: "Enabled",
        // `name` is an input of azure-native beside the name in the path.
        ...without(put.properties, "id", "name", "type"),
      }),
    ),
  view(resource, azure) {
    const configurations = configurationsIn(resource, azure).map(
      ({ networkInterface, configuration }) => ({
        id: `${networkInterface}/ipConfigurations/${configuration}`,
      }),
    );
    return {
      ...commonView(resource, networkApiVersion),
      etag: resource.etag,
      ...(configurations.length > 0 ? { ipConfigurations: configurations } : {}),
    };
  },
  remove: (resource, azure) => azure.store.remove(resource.id),
};

function configurationsIn(
  resource: AzureResource,
  azure: Azure,
): Pick<AddressOwner, "networkInterface" | "configuration">[] {
  return azure.store
    .referrers(resource.id)
    .filter(({ type }) => type === "Microsoft.Network/networkInterfaces")
    .flatMap((nic) =>
      (propertiesOf<NetworkInterfaceProperties>(nic).ipConfigurations ?? [])
        .filter((configuration) => sameId(configuration.subnet?.id, resource.id))
        .map(({ name }) => ({ networkInterface: nic.id, configuration: name ?? "" })),
    );
}
