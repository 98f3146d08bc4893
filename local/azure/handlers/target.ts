import type { Azure, PutRequest } from "../arm/azure";
import { resourceGroupType, resourceId } from "../arm/id";
import type { Properties } from "../../provider";
import { canonicalInputs, schema } from "../schema/check";
import type { ResourceType } from "../types/type";

/** Inputs that are part of the resource's id and not of its body. */
export function pathInputs(type: ResourceType): string[] {
  return ["resourceGroupName", ...type.path, ...(type.otherPathInputs ?? [])];
}

export function azureTypeOf(type: ResourceType, inputs: Properties): string {
  return typeof type.type === "string" ? type.type : type.type(inputs);
}

/** The id that the inputs ask for. */
export function idOf(type: ResourceType, inputs: Properties, azure: Azure): string {
  const text = (name: string) => String(inputs[name] ?? "");
  const names = type.path.map(text);
  return resourceId({
    subscription: azure.subscription,
    resourceGroup: text("resourceGroupName"),
    type: azureTypeOf(type, inputs),
    names,
  });
}

/** The PUT that these inputs mean, against the resource as it is now. */
export function putRequest(
  type: ResourceType,
  inputs: Properties,
  oldInputs: Properties | undefined,
  azure: Azure,
): PutRequest {
  const id = idOf(type, inputs, azure);
  const armType = azureTypeOf(type, inputs);
  const name = armType === resourceGroupType ? inputs.resourceGroupName : inputs[lastOf(type.path)];
  return {
    id,
    type: armType,
    name: String(name),
    properties: body(type, inputs),
    oldProperties: oldInputs && body(type, oldInputs),
    existing: azure.store.get(id),
  };
}

/** The inputs without those that make up the id, in Azure's spelling of enum values. */
function body(type: ResourceType, inputs: Properties): Properties {
  const path = new Set(pathInputs(type));
  const canonical = canonicalInputs(schema.resources[type.token].inputs, inputs);
  return Object.fromEntries(Object.entries(canonical).filter(([name]) => !path.has(name)));
}

function lastOf(path: string[]): string {
  return path[path.length - 1];
}
