import { AzureError } from "../arm/error";
import { resourceGuid } from "../arm/store";
import { natGatewayRules } from "../rules/publicAddresses";
import type { ResourceType } from "./type";
import { commonView, networkApiVersion, references, stored } from "./type";

export const natGateway: ResourceType = {
  token: "azure-native:network:NatGateway",
  type: "Microsoft.Network/natGateways",
  apiVersion: networkApiVersion,
  path: ["natGatewayName"],
  replacedBy: [],
  rules: natGatewayRules,
  put: (put, azure) => azure.store.put(stored(put, { idleTimeoutInMinutes: 4, ...put.properties })),
  view: (gateway, azure) => ({
    ...commonView(gateway, networkApiVersion),
    etag: gateway.etag,
    resourceGuid: resourceGuid(gateway),
    subnets: references(azure.store.referrers(gateway.id)),
  }),
  remove(gateway, azure) {
    const users = azure.store.referrers(gateway.id);
    if (users.length > 0) {
      throw new AzureError(
        400,
        "NatGatewayInUseCannotBeDeleted",
        `NAT gateway ${gateway.id} cannot be deleted because it is in use by: ${users.map(({ id }) => id).join(", ")}.`,
      );
    }
    azure.store.remove(gateway.id);
  },
};
