import type { Azure, PutRequest } from "../arm/azure";
import { idKey } from "../arm/id";
import type { VirtualNetworkProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import { resourceGuid } from "../arm/store";
import type { Properties } from "../../provider";
import { judgeDeletion, networkLinked, networkSubnetInUse, subnetInUse } from "../rules/deletions";
import { virtualNetworkRules } from "../rules/virtualNetworks";
import { subnet } from "./subnet";
import type { ResourceType } from "./type";
import { commonView, networkApiVersion, stored, without } from "./type";

export const virtualNetwork: ResourceType = {
  token: "azure-native:network:VirtualNetwork",
  type: "Microsoft.Network/virtualNetworks",
  apiVersion: networkApiVersion,
  path: ["virtualNetworkName"],
  replacedBy: ["location"],
  childCollections: ["subnets"],
  rules: virtualNetworkRules,
  deletionRules: [networkSubnetInUse, networkLinked],
  put(put, azure) {
    const { subnets } = propertiesOf<VirtualNetworkProperties>(put);
    const gone = subnets && put.existing ? subnetsLeftOut(put, azure) : [];
    for (const left of gone) judgeDeletion([subnetInUse], left, azure);
    const network = azure.store.put(
      stored(put, { enableDdosProtection: false, ...without(put.properties, "subnets") }),
    );
    for (const left of gone) azure.store.remove(left.id);
    for (const inline of subnets ?? []) putSubnet(network, inline, azure);
    return network;
  },
  view: (network, azure) => ({
    ...commonView(network, networkApiVersion),
    etag: network.etag,
    resourceGuid: resourceGuid(network),
    subnets: azure.store.children(network.id).map((child) => subnet.view(child, azure)),
    virtualNetworkPeerings: network.properties.virtualNetworkPeerings ?? [],
  }),
  remove(network, azure) {
    for (const child of azure.store.children(network.id)) azure.store.remove(child.id);
    azure.store.remove(network.id);
  },
};

/** A PUT whose list of subnets leaves one out deletes it. */
function subnetsLeftOut(put: PutRequest, azure: Azure): AzureResource[] {
  const { subnets } = propertiesOf<VirtualNetworkProperties>(put);
  const wanted = new Set((subnets ?? []).map(({ name }) => idKey(name ?? "")));
  return azure.store.children(put.id).filter(({ name }) => !wanted.has(idKey(name)));
}

function putSubnet(
  network: AzureResource,
  inline: NonNullable<VirtualNetworkProperties["subnets"]>[number],
  azure: Azure,
): void {
  const name = inline.name ?? "";
  const id = `${network.id}/subnets/${name}`;
  const properties = without(inline as unknown as Properties, "id", "name", "type");
  const type = "Microsoft.Network/virtualNetworks/subnets";
  const existing = azure.store.get(id);
  subnet.put({ id, type, name, properties, existing }, azure);
}
