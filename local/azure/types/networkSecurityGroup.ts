import type { Azure } from "../arm/azure";
import { idKey } from "../arm/id";
import type { NetworkSecurityGroupProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import { resourceGuid } from "../arm/store";
import { defaultRules } from "../network/defaultRules";
import type { Properties } from "../../provider";
import { securityGroupInUse } from "../rules/deletions";
import { networkSecurityGroupRules, securityRuleRules } from "../rules/securityRules";
import type { ResourceType } from "./type";
import { commonView, networkApiVersion, references, stored, without } from "./type";

const groupType = "Microsoft.Network/networkSecurityGroups";
const ruleType = `${groupType}/securityRules`;

export const securityRule: ResourceType = {
  token: "azure-native:network:SecurityRule",
  type: ruleType,
  apiVersion: networkApiVersion,
  path: ["networkSecurityGroupName", "securityRuleName"],
  replacedBy: [],
  rules: securityRuleRules,
  put: (put, azure) =>
    azure.store.put(
      stored(put, {
        sourcePortRanges: [],
        destinationPortRanges: [],
        sourceAddressPrefixes: [],
        destinationAddressPrefixes: [],
        ...without(put.properties, "id", "name", "type", "etag", "provisioningState"),
      }),
    ),
  view: (resource) => ({ ...commonView(resource, networkApiVersion), etag: resource.etag }),
  remove: (resource, azure) => azure.store.remove(resource.id),
};

export const networkSecurityGroup: ResourceType = {
  token: "azure-native:network:NetworkSecurityGroup",
  type: groupType,
  apiVersion: networkApiVersion,
  path: ["networkSecurityGroupName"],
  replacedBy: [],
  childCollections: ["securityRules"],
  rules: networkSecurityGroupRules,
  deletionRules: [securityGroupInUse],
  put(put, azure) {
    const { securityRules } = propertiesOf<NetworkSecurityGroupProperties>(put);
    const group = azure.store.put(stored(put, without(put.properties, "securityRules")));
    if (securityRules) {
      const wanted = new Set(securityRules.map(({ name }) => idKey(name ?? "")));
      for (const child of azure.store.children(group.id)) {
        if (!wanted.has(idKey(child.name))) azure.store.remove(child.id);
      }
      for (const inline of securityRules) putRule(group, inline, azure);
    }
    return group;
  },
  view(group, azure) {
    const users = azure.store.referrers(group.id);
    const ofType = (type: string) => references(users.filter((user) => user.type === type));
    return {
      ...commonView(group, networkApiVersion),
      etag: group.etag,
      resourceGuid: resourceGuid(group),
      securityRules: azure.store
        .children(group.id)
        .map((child) => securityRule.view(child, azure))
        .sort((one, other) => Number(one.priority) - Number(other.priority)),
      defaultSecurityRules: defaultRules.map((rule) => ({
        ...(rule as unknown as Properties),
        id: `${group.id}/defaultSecurityRules/${rule.name}`,
        provisioningState: "Succeeded",
      })),
      networkInterfaces: ofType("Microsoft.Network/networkInterfaces"),
      subnets: ofType("Microsoft.Network/virtualNetworks/subnets"),
    };
  },
  remove(group, azure) {
    for (const child of azure.store.children(group.id)) azure.store.remove(child.id);
    azure.store.remove(group.id);
  },
};

type InlineRule = NonNullable<NetworkSecurityGroupProperties["securityRules"]>[number];

function putRule(group: AzureResource, inline: InlineRule, azure: Azure): void {
  const name = inline.name ?? "";
  const id = `${group.id}/securityRules/${name}`;
  const properties = inline as unknown as Properties;
  securityRule.put({ id, type: ruleType, name, properties, existing: azure.store.get(id) }, azure);
}
