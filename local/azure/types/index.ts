import type { Azure } from "../arm/azure";
import type { AzureResource } from "../arm/store";
import { judgeDeletion } from "../rules/deletions";
import type { ServedResource } from "../served";
import { natGateway } from "./natGateway";
import { networkInterface } from "./networkInterface";
import { networkSecurityGroup, securityRule } from "./networkSecurityGroup";
import { privateRecordSet, privateZone, virtualNetworkLink } from "./privateDns";
import { publicAddress } from "./publicAddress";
import { resourceGroup } from "./resourceGroup";
import { runCommand } from "./runCommand";
import { schedule } from "./schedule";
import { subnet } from "./subnet";
import type { ResourceType } from "./type";
import { virtualMachine } from "./virtualMachine";
import { virtualNetwork } from "./virtualNetwork";

const all: ResourceType[] = [
  natGateway,
  networkInterface,
  networkSecurityGroup,
  privateRecordSet,
  privateZone,
  publicAddress,
  resourceGroup(removeResource),
  runCommand,
  schedule,
  securityRule,
  subnet,
  virtualMachine,
  virtualNetwork,
  virtualNetworkLink,
];

export const resourceTypes = new Map<ServedResource, ResourceType>(
  all.map((type) => [type.token, type]),
);

const byAzureType = new Map(
  all
    .filter(({ type }) => typeof type === "string")
    .map((type) => [(type.type as string).toLowerCase(), type]),
);

/** How a stored resource is treated; undefined for disks, which no one declares. */
function typeOf(resource: AzureResource): ResourceType | undefined {
  const known = byAzureType.get(resource.type.toLowerCase());
  if (known) return known;
  return resource.type.startsWith("Microsoft.Network/privateDnsZones/")
    ? privateRecordSet
    : undefined;
}

/** Deletes a resource of any type by the rules of its type. */
export async function removeResource(resource: AzureResource, azure: Azure): Promise<void> {
  const current = azure.store.get(resource.id);
  if (!current) return;
  const type = typeOf(current);
  if (!type) return azure.store.remove(current.id);
  judgeDeletion(type.deletionRules ?? [], current, azure);
  await type.remove(current, azure);
}
