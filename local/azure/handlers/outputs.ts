import type { Azure } from "../arm/azure";
import type { AzureResource } from "../arm/store";
import type { Properties, PropertyValue } from "../../provider";
import { isObject } from "../../provider";
import { schema } from "../schema/check";
import type { ObjectShape, TypeShape } from "../schema/shape";
import type { ResourceType } from "../types/type";

/**
 * The outputs of a resource as the engine gets them. Children that the program declares on their own are left out of
 * their parent (azure-native does so too), so that a subnet made later is no change of its network.
 */
export function answer(
  type: ResourceType,
  resource: AzureResource,
  inputs: Properties,
  azure: Azure,
): Properties {
  const view = type.view(resource, azure);
  for (const collection of type.childCollections ?? []) {
    if (inputs[collection] === undefined) delete view[collection];
  }
  return declared(schema.resources[type.token].outputs, view);
}

/** Only what azure-native declares as an output; absent values are left out. */
export function declared(shape: ObjectShape, values: Properties): Properties {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([name, value]) => Object.hasOwn(shape, name) && value !== undefined)
      .map(([name, value]) => [name, declaredValue(shape[name].type, value)]),
  );
}

function declaredValue(type: TypeShape, value: PropertyValue): PropertyValue {
  if (typeof type === "string" || "enum" in type) return value;
  if ("array" in type) {
    return Array.isArray(value) ? value.map((item) => declaredValue(type.array, item)) : value;
  }
  if (!isObject(value)) return value;
  if ("object" in type) return declared(schema.types[type.object], value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, declaredValue(type.map, item)]),
  );
}

/** The part of the outputs that could be inputs: what a change in Azure would change in the program. */
export function asInputs(shape: ObjectShape, values: Properties): Properties {
  const readOnly = new Set(["id", "etag", "provisioningState", "type", "azureApiVersion"]);
  const projected = declared(shape, values);
  return Object.fromEntries(Object.entries(projected).filter(([name]) => !readOnly.has(name)));
}
