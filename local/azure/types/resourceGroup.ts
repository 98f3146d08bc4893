import type { Azure } from "../arm/azure";
import { resourceGroupType } from "../arm/id";
import type { AzureResource } from "../arm/store";
import { groupBlocked } from "../rules/deletions";
import { resourceGroupName } from "../rules/names";
import { tagRules } from "../rules/tags";
import type { ResourceType } from "./type";
import { commonView, stored, without } from "./type";

const apiVersion = "2024-03-01";

/** `removeAny` deletes a resource of any type: a group takes its contents with it. */
export function resourceGroup(
  removeAny: (resource: AzureResource, azure: Azure) => Promise<void>,
): ResourceType {
  return {
    token: "azure-native:resources:ResourceGroup",
    type: resourceGroupType,
    apiVersion,
    path: ["resourceGroupName"],
    replacedBy: ["location"],
    rules: [resourceGroupName, ...tagRules],
    deletionRules: [groupBlocked],
    put: (put, azure) => azure.store.put(stored(put, put.properties)),
    view: (resource) => ({
      ...without(commonView(resource, apiVersion), "provisioningState"),
      properties: { provisioningState: resource.provisioningState },
    }),
    async remove(group, azure) {
      const contents = () => azure.store.children(group.id);
      unlinkZones(contents(), azure);
      // Machines hold NICs, NICs hold addresses and subnets: what is in use goes after its user.
      for (const type of deletionOrder) {
        await Promise.all(
          contents()
            .filter((resource) => resource.type.toLowerCase() === type.toLowerCase())
            .map((resource) => removeAny(resource, azure)),
        );
      }
      for (const resource of contents()) await removeAny(resource, azure);
      azure.store.remove(group.id);
    },
  };
}

const deletionOrder = [
  "Microsoft.DevTestLab/schedules",
  "Microsoft.Compute/virtualMachines",
  "Microsoft.Compute/disks",
  "Microsoft.Network/networkInterfaces",
  "Microsoft.Network/virtualNetworks",
  "Microsoft.Network/natGateways",
  "Microsoft.Network/publicIPAddresses",
  "Microsoft.Network/networkSecurityGroups",
];

/** On its own a zone cannot go before its links; with its group it can. */
function unlinkZones(contents: AzureResource[], azure: Azure): void {
  for (const zone of contents) {
    if (zone.type !== "Microsoft.Network/privateDnsZones") continue;
    for (const child of azure.store.children(zone.id)) azure.store.remove(child.id);
  }
}
