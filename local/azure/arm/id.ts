/** Azure resource ids: `/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V/subnets/N`. */

export interface ParsedId {
  subscription: string;
  resourceGroup: string;
  /** `Microsoft.Network/virtualNetworks/subnets`; for a resource group `Microsoft.Resources/resourceGroups`. */
  type: string;
  /** The names along the path, outermost first: network, subnet. */
  names: string[];
}

export const resourceGroupType = "Microsoft.Resources/resourceGroups";

/** Two ids that differ in case name the same resource; this form is equal for both. */
export function idKey(id: string): string {
  return id.toLowerCase();
}

export function sameId(first: string | undefined, second: string | undefined): boolean {
  return first !== undefined && second !== undefined && idKey(first) === idKey(second);
}

export function resourceGroupId(subscription: string, resourceGroup: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
}

/** The id of a resource; `type` and `names` as in {@link ParsedId}. */
export function resourceId(parts: ParsedId): string {
  const group = resourceGroupId(parts.subscription, parts.resourceGroup);
  if (parts.type === resourceGroupType) return group;
  const [namespace, ...types] = parts.type.split("/");
  const path = types.map((type, index) => `${type}/${parts.names[index]}`).join("/");
  return `${group}/providers/${namespace}/${path}`;
}

/** Takes an id apart; undefined where the text is no resource id of this form. */
export function parseId(id: string): ParsedId | undefined {
  const segments = id.split("/");
  const [, subscriptions, subscription, resourceGroups, resourceGroup, providers, namespace] =
    segments;
  if (
    segments[0] !== "" ||
    subscriptions?.toLowerCase() !== "subscriptions" ||
    resourceGroups?.toLowerCase() !== "resourcegroups" ||
    !subscription ||
    !resourceGroup
  ) {
    return undefined;
  }
  if (segments.length === 5) {
    return { subscription, resourceGroup, type: resourceGroupType, names: [resourceGroup] };
  }
  const path = segments.slice(7);
  const complete = path.length >= 2 && path.length % 2 === 0 && path.every(Boolean);
  if (providers?.toLowerCase() !== "providers" || !namespace || !complete) return undefined;
  const types = path.filter((_, index) => index % 2 === 0);
  const names = path.filter((_, index) => index % 2 === 1);
  return { subscription, resourceGroup, type: [namespace, ...types].join("/"), names };
}

/** The resource that contains this one: a network for its subnet, else the resource group. */
export function parentId(id: string): string | undefined {
  const parsed = parseId(id);
  if (!parsed || parsed.type === resourceGroupType) return undefined;
  if (parsed.names.length === 1) {
    return resourceGroupId(parsed.subscription, parsed.resourceGroup);
  }
  return id.split("/").slice(0, -2).join("/");
}

export function groupOf(id: string): string {
  return parseId(id)?.resourceGroup ?? "";
}

/** The last name of the id. */
export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
