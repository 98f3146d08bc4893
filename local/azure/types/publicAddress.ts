import type { Azure } from "../arm/azure";
import { AzureError } from "../arm/error";
import { sameId } from "../arm/id";
import type { NetworkInterfaceProperties, PublicIPAddressProperties } from "../arm/model";
import { normalizedLocation, propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import { resourceGuid } from "../arm/store";
import type { Properties } from "../../provider";
import { publicAddressInUse } from "../rules/deletions";
import { publicAddressRules } from "../rules/publicAddresses";
import type { ResourceType } from "./type";
import { commonView, networkApiVersion, stored } from "./type";

export const publicAddress: ResourceType = {
  token: "azure-native:network:PublicIPAddress",
  type: "Microsoft.Network/publicIPAddresses",
  apiVersion: networkApiVersion,
  path: ["publicIpAddressName"],
  replacedBy: ["location", "publicIPAddressVersion", "publicIPPrefix", "sku"],
  rules: publicAddressRules,
  deletionRules: [publicAddressInUse],
  put(put, azure) {
    const properties: Properties = {
      idleTimeoutInMinutes: 4,
      publicIPAddressVersion: "IPv4",
      publicIPAllocationMethod: "Dynamic",
      ipTags: [],
      ...put.properties,
      sku: { tier: "Regional", ...((put.properties.sku as Properties | undefined) ?? {}) },
    };
    const family = properties.publicIPAddressVersion === "IPv6" ? "IPv6" : "IPv4";
    const ipAddress = put.existing?.assigned.ipAddress ?? azure.addresses.nextPublic(family);
    if (ipAddress === undefined) {
      throw new AzureError(
        400,
        "PublicIPCountLimitReached",
        `Cannot create more public IP addresses of version ${family} in this subscription.`,
      );
    }
    return azure.store.put(stored(put, properties, { ipAddress }));
  },
  view(resource, azure) {
    const { dnsSettings, location } = propertiesOf<PublicIPAddressProperties>(resource);
    const configuration = ipConfigurationUsing(resource, azure);
    return {
      ...commonView(resource, networkApiVersion),
      etag: resource.etag,
      resourceGuid: resourceGuid(resource),
      ipAddress: resource.assigned.ipAddress,
      ...(configuration ? { ipConfiguration: { id: configuration } } : {}),
      ...(dnsSettings?.domainNameLabel
        ? {
            dnsSettings: {
              ...(dnsSettings as Properties),
              fqdn: `${dnsSettings.domainNameLabel}.${normalizedLocation(location)}.cloudapp.azure.com`,
            },
          }
        : {}),
    };
  },
  remove: (resource, azure) => azure.store.remove(resource.id),
};

function ipConfigurationUsing(resource: AzureResource, azure: Azure): string | undefined {
  for (const nic of azure.store.referrers(resource.id)) {
    if (nic.type !== "Microsoft.Network/networkInterfaces") continue;
    const { ipConfigurations } = propertiesOf<NetworkInterfaceProperties>(nic);
    const configuration = ipConfigurations?.find(({ publicIPAddress }) =>
      sameId(publicIPAddress?.id, resource.id),
    );
    if (configuration) return `${nic.id}/ipConfigurations/${configuration.name}`;
  }
  return undefined;
}
