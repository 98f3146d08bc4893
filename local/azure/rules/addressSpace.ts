import type { Azure, PutRequest } from "../arm/azure";
import { idKey, parentId } from "../arm/id";
import type { SubnetProperties, VirtualNetworkProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { Prefix } from "../network/addresses";
import { parsePrefix } from "../network/addresses";

// What the rules of virtual networks and of subnets have in common: a PUT of either can change both.

export const networkType = "Microsoft.Network/virtualNetworks";

export interface SubnetCandidate {
  id: string;
  name: string;
  subnet: SubnetProperties;
}

/** The subnets that a PUT wants: the inline ones of a network, or the one subnet. */
export function subnetCandidates(put: PutRequest): SubnetCandidate[] {
  if (put.type !== networkType) {
    return [{ id: put.id, name: put.name, subnet: propertiesOf<SubnetProperties>(put) }];
  }
  return (propertiesOf<VirtualNetworkProperties>(put).subnets ?? []).map((subnet) => ({
    id: `${put.id}/subnets/${subnet.name ?? ""}`,
    name: subnet.name ?? "",
    subnet,
  }));
}

/** The network's subnets after the PUT: a PUT without `subnets` keeps those that are there. */
export function subnetsAfter(put: PutRequest, azure: Azure): SubnetCandidate[] {
  const wanted = subnetCandidates(put);
  const replacesAll =
    put.type === networkType && propertiesOf<VirtualNetworkProperties>(put).subnets !== undefined;
  if (replacesAll) return wanted;
  const network = put.type === networkType ? put.id : (parentId(put.id) ?? "");
  const names = new Set(wanted.map(({ id }) => idKey(id)));
  const kept = azure.store
    .children(network)
    .filter(({ id }) => !names.has(idKey(id)))
    .map(({ id, name, properties }) => ({
      id,
      name,
      subnet: properties as unknown as SubnetProperties,
    }));
  return [...kept, ...wanted];
}

export function addressSpace(put: PutRequest, azure: Azure): string[] {
  const network = put.type === networkType ? put : azure.store.get(parentId(put.id));
  return network
    ? (propertiesOf<VirtualNetworkProperties>(network).addressSpace?.addressPrefixes ?? [])
    : [];
}

export function parsed(texts: string[]): Prefix[] {
  return texts.map(parsePrefix).filter((prefix) => prefix !== undefined);
}

export const invalidPrefix = (text: string, id: string) =>
  `Address prefix ${text} of resource ${id} is not formatted correctly. It should follow CIDR notation, for example ` +
  "10.0.0.0/24.";
