import * as assert from "node:assert/strict";
import type { Properties, PropertyValue } from "../../../local/provider";
import { checkInputs, schema } from "../../../local/azure/schema/check";
import type { ObjectShape, TypeShape } from "../../../local/azure/schema/shape";

/** One place where a value can stand: how to put it there, below what is required on the way. */
interface Place {
  path: string;
  name: string;
  type: TypeShape;
  required: boolean;
  inputs(value: PropertyValue | undefined, name?: string): Properties;
}

/** Every property of a shape and of the objects in it, each type once on a way down. */
function placesOf(shape: ObjectShape): Place[] {
  const places: Place[] = [];
  const walk = (
    current: ObjectShape,
    path: string,
    wrap: (part: Properties) => Properties,
    seen: readonly string[],
  ) => {
    for (const [name, { type, required }] of Object.entries(current)) {
      const here = path === "" ? name : `${path}.${name}`;
      const inputs: Place["inputs"] = (value, called = name) =>
        wrap({ ...minimal(current, name), ...(value === undefined ? {} : { [called]: value }) });
      places.push({ path: here, name, type, required: required ?? false, inputs });
      const [object, list] = objectIn(type);
      if (object === undefined || seen.includes(object)) continue;
      const inner = (part: Properties) => inputs(list ? [part] : part);
      walk(schema.types[object], list ? `${here}[0]` : here, inner, [...seen, object]);
    }
  };
  walk(shape, "", (part) => part, []);
  return places;
}

function objectIn(type: TypeShape): [name: string | undefined, list: boolean] {
  if (typeof type === "string") return [undefined, false];
  if ("object" in type) return [type.object, false];
  return "array" in type ? [objectIn(type.array)[0], true] : [undefined, false];
}

/** The required properties of a shape, `except` that one, with values that are allowed. */
function minimal(shape: ObjectShape, except?: string): Properties {
  return Object.fromEntries(
    Object.entries(shape)
      .filter(([name, { required }]) => required && name !== except)
      .map(([name, { type }]) => [name, allowed(type)]),
  );
}

function allowed(type: TypeShape): PropertyValue {
  if (type === "any" || type === "string") return "a";
  if (type === "number") return 1;
  if (type === "boolean") return true;
  if ("enum" in type) return schema.enums[type.enum][0];
  if ("array" in type) return [allowed(type.array)];
  if ("map" in type) return { a: allowed(type.map) };
  return minimal(schema.types[type.object]);
}

/** A value of another type than the property's. */
const misfit = (type: TypeShape): PropertyValue =>
  type === "string" || (typeof type === "object" && "enum" in type) ? 17 : "a text";

describe("local/azure/schema, how strictly it is read", () => {
  for (const [token, { inputs: shape }] of Object.entries(schema.resources)) {
    const places = placesOf(shape);
    const found = (inputs: Properties) =>
      checkInputs(shape, inputs).map(({ property }) => property);

    it(`${token}: each of ${places.length} properties by its name, its type and whether it is required`, () => {
      assert.deepEqual(found(minimal(shape)), [], "what is required is enough");
      for (const { path, name, type, required, inputs } of places) {
        assert.deepEqual(found(inputs(allowed(type))), [], `${path} as it should be`);
        if (type !== "any")
          assert.deepEqual(found(inputs(misfit(type))), [path], `${path}, misfit`);
        const renamed = path.slice(0, path.length - name.length) + `${name}X`;
        assert.deepEqual(
          found(inputs(allowed(type), `${name}X`)),
          required ? [path, renamed] : [renamed],
          `${path}, renamed`,
        );
        assert.deepEqual(found(inputs(undefined)), required ? [path] : [], `${path}, left out`);
      }
    });

    const enums = places.filter(({ type }) => typeof type === "object" && "enum" in type);
    if (enums.length === 0) continue;
    it(`${token}: each of ${enums.length} enumerations is closed, whatever the case of its values`, () => {
      for (const { path, type, inputs } of enums) {
        const { enum: name } = type as { enum: string };
        for (const value of schema.enums[name]) {
          assert.deepEqual(found(inputs(value.toLowerCase())), [], `${path}: ${value}`);
          assert.deepEqual(found(inputs(value.toUpperCase())), [], `${path}: ${value}`);
        }
        // Sizes are added faster than declarations are.
        const open = name === "compute.VirtualMachineSizeTypes";
        assert.deepEqual(found(inputs("no-such-value")), open ? [] : [path], path);
      }
    });
  }
});
