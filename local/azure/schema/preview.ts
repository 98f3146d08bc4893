import type { Properties, PropertyValue } from "../../provider";
import { isObject, Unknown } from "../../provider";
import { schema } from "./check";
import type { ObjectShape, TypeShape } from "./shape";

/**
 * What azure-native answers in a preview (its `PreviewOutputs`): every property of the answer that the inputs hold keeps
 * their value, and everything else is unknown, in nested objects too.
 */
export function previewOutputs(shape: ObjectShape, inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(shape).map(([name, { type }]) => [name, previewValue(type, inputs[name])]),
  );
}

function previewValue(type: TypeShape, value: PropertyValue | undefined): PropertyValue {
  if (value === undefined || value === null) return Unknown;
  if (type === "any") return value;
  if (typeof type === "string" || "enum" in type) {
    return typeof value === "object" ? Unknown : value;
  }
  if ("array" in type) {
    return Array.isArray(value) ? value.map((item) => previewValue(type.array, item)) : Unknown;
  }
  if (!isObject(value)) return Unknown;
  if ("object" in type) return previewOutputs(schema.types[type.object], value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, previewValue(type.map, item)]),
  );
}
