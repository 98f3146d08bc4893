import { resourceGuid } from "../arm/store";
import { natGatewayInUse } from "../rules/deletions";
import { natGatewayRules } from "../rules/natGateways";
import type { ResourceType } from "./type";
import { commonView, networkApiVersion, references, stored } from "./type";

export const natGateway: ResourceType = {
  token: "azure-native:network:NatGateway",
  type: "Microsoft.Network/natGateways",
  apiVersion: networkApiVersion,
  path: ["natGatewayName"],
  replacedBy: [],
  rules: natGatewayRules,
  deletionRules: [natGatewayInUse],
  put: (put, azure) => azure.store.put(stored(put, { idleTimeoutInMinutes: 4, ...put.properties })),
  view: (gateway, azure) => ({
    ...commonView(gateway, networkApiVersion),
    etag: gateway.etag,
    resourceGuid: resourceGuid(gateway),
    subnets: references(azure.store.referrers(gateway.id)),
  }),
  remove: (gateway, azure) => azure.store.remove(gateway.id),
};
