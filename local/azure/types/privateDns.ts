import { parentId } from "../arm/id";
import type { AzureResource } from "../arm/store";
import { zoneLinked } from "../rules/deletions";
import { privateZoneRules, recordSetRules, virtualNetworkLinkRules } from "../rules/privateDns";
import type { ResourceType } from "./type";
import { commonView, stored, without } from "./type";

const apiVersion = "2024-06-01";
const zoneType = "Microsoft.Network/privateDnsZones";
const linkType = `${zoneType}/virtualNetworkLinks`;

export const privateZone: ResourceType = {
  token: "azure-native:privatedns:PrivateZone",
  type: zoneType,
  apiVersion,
  path: ["privateZoneName"],
  replacedBy: ["location"],
  rules: privateZoneRules,
  deletionRules: [zoneLinked],
  put: (put, azure) => azure.store.put(stored(put, put.properties)),
  view(zone, azure) {
    const children = azure.store.children(zone.id);
    const links = children.filter(({ type }) => type === linkType);
    const registering = links.filter(({ properties }) => properties.registrationEnabled === true);
    return {
      ...commonView(zone, apiVersion),
      etag: zone.etag,
      // The zone's own SOA record counts.
      numberOfRecordSets: children.length - links.length + 1,
      maxNumberOfRecordSets: 25000,
      numberOfVirtualNetworkLinks: links.length,
      maxNumberOfVirtualNetworkLinks: 1000,
      numberOfVirtualNetworkLinksWithRegistration: registering.length,
      maxNumberOfVirtualNetworkLinksWithRegistration: 100,
    };
  },
  remove(zone, azure) {
    for (const child of azure.store.children(zone.id)) azure.store.remove(child.id);
    azure.store.remove(zone.id);
  },
};

export const virtualNetworkLink: ResourceType = {
  token: "azure-native:privatedns:VirtualNetworkLink",
  type: linkType,
  apiVersion,
  path: ["privateZoneName", "virtualNetworkLinkName"],
  replacedBy: ["location"],
  rules: virtualNetworkLinkRules,
  put: (put, azure) =>
    azure.store.put(
      stored(put, { registrationEnabled: false, resolutionPolicy: "Default", ...put.properties }),
    ),
  view: (link) => ({
    ...commonView(link, apiVersion),
    etag: link.etag,
    virtualNetworkLinkState: "Completed",
  }),
  remove: (link, azure) => azure.store.remove(link.id),
};

/** The type of a record is a part of its id: `privateDnsZones/lab.internal/AAAA/seed`. */
export const privateRecordSet: ResourceType = {
  token: "azure-native:privatedns:PrivateRecordSet",
  type: ({ recordType }) => `${zoneType}/${String(recordType)}`,
  apiVersion,
  path: ["privateZoneName", "relativeRecordSetName"],
  otherPathInputs: ["recordType"],
  replacedBy: [],
  rules: recordSetRules,
  put: (put, azure) => azure.store.put(stored(put, put.properties)),
  view: (set) => ({
    ...without(commonView(set, apiVersion), "provisioningState"),
    etag: set.etag,
    fqdn: `${set.name === "@" ? "" : `${set.name}.`}${zoneName(set)}.`,
    isAutoRegistered: false,
  }),
  remove: (set, azure) => azure.store.remove(set.id),
};

function zoneName(set: AzureResource): string {
  return (parentId(set.id) ?? "").split("/").pop() ?? "";
}
