import type { CheckFailure, Properties, PropertyValue } from "../../provider";
import { isObject, joinPath, Unknown } from "../../provider";
import type { ObjectShape, Schema, TypeShape } from "./shape";
import schemaJson from "../schema.json";

export const schema = schemaJson as unknown as Schema;

/**
 * Enums that Azure keeps extending, so that the list of the package is no list of what Azure knows: sizes are compared
 * with nothing.
 */
const openEnums = new Set(["compute.VirtualMachineSizeTypes"]);

/**
 * Holds `inputs` against the declared properties of a resource or function: unknown properties, missing required ones,
 * wrong types and values outside an enum. Values that are not known yet are passed over.
 */
export function checkInputs(shape: ObjectShape, inputs: Properties): CheckFailure[] {
  const failures: CheckFailure[] = [];
  checkObject("", shape, inputs, failures);
  return failures;
}

function checkObject(
  path: string,
  shape: ObjectShape,
  value: Properties,
  failures: CheckFailure[],
): void {
  for (const [name, property] of Object.entries(shape)) {
    const part = value[name];
    if ((part === undefined || part === null) && property.required) {
      const missing = joinPath(path, name);
      failures.push({ property: missing, reason: `missing required property '${missing}'` });
    }
  }
  for (const [name, part] of Object.entries(value)) {
    const partPath = joinPath(path, name);
    const property = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (property) checkValue(partPath, property.type, part, failures);
    else failures.push({ property: partPath, reason: unknownProperty(partPath, name, shape) });
  }
}

function unknownProperty(path: string, name: string, shape: ObjectShape): string {
  const similar = Object.keys(shape).find((known) => known.toLowerCase() === name.toLowerCase());
  const hint = similar
    ? `did you mean '${similar}'?`
    : `known are: ${Object.keys(shape).join(", ")}`;
  return `unknown property '${path}'; ${hint}`;
}

function checkValue(
  path: string,
  type: TypeShape,
  value: PropertyValue,
  failures: CheckFailure[],
): void {
  if (value === Unknown || value === null || type === "any") return;
  const refuse = (wanted: string) =>
    failures.push({
      property: path,
      reason: `'${path}' should be ${wanted} but got ${kind(value)}`,
    });
  if (typeof type === "string") {
    if (typeof value !== type) refuse(`of type '${type}'`);
  } else if ("enum" in type) {
    if (typeof value !== "string") refuse("of type 'string'");
    else checkEnum(path, type.enum, value, failures);
  } else if ("array" in type) {
    if (!Array.isArray(value)) refuse("an array");
    else
      value.forEach((item, index) => checkValue(joinPath(path, index), type.array, item, failures));
  } else if (!isObject(value)) refuse("an object");
  else if ("object" in type) checkObject(path, schema.types[type.object], value, failures);
  else {
    for (const [key, item] of Object.entries(value)) {
      checkValue(joinPath(path, key), type.map, item, failures);
    }
  }
}

function checkEnum(path: string, name: string, value: string, failures: CheckFailure[]): void {
  if (openEnums.has(name)) return;
  const values = schema.enums[name];
  if (values.some((known) => known.toLowerCase() === value.toLowerCase())) return;
  failures.push({
    property: path,
    reason: `'${path}' has the value '${value}'; allowed are: ${values.join(", ")}`,
  });
}

function kind(value: PropertyValue): string {
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The inputs with every enum value in Azure's own spelling: Azure compares without case and answers with its own. */
export function canonicalInputs(shape: ObjectShape, inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, shape[name] ? canonical(shape[name].type, value) : value]),
  );
}

function canonical(type: TypeShape, value: PropertyValue): PropertyValue {
  if (typeof type === "string" || typeof value !== "string") {
    if (typeof type === "string") return value;
    if ("array" in type && Array.isArray(value)) {
      return value.map((item) => canonical(type.array, item));
    }
    if ("object" in type && isObject(value)) {
      return canonicalInputs(schema.types[type.object], value);
    }
    return value;
  }
  if (!("enum" in type)) return value;
  const spelled = schema.enums[type.enum].find(
    (known) => known.toLowerCase() === value.toLowerCase(),
  );
  return spelled ?? value;
}
