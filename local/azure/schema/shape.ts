/** The form of `schema.json`: what azure-native's own declarations say about the properties that are served. */

export type TypeShape =
  | "string"
  | "number"
  | "boolean"
  | "any"
  | { enum: string }
  | { object: string }
  | { array: TypeShape }
  | { map: TypeShape };

export interface PropertyShape {
  type: TypeShape;
  required?: true;
}

export interface ObjectShape {
  [property: string]: PropertyShape;
}

export interface Schema {
  /** The npm package and version that the declarations were read from. */
  source: { package: string; version: string };
  resources: { [token: string]: { inputs: ObjectShape; outputs: ObjectShape } };
  functions: { [token: string]: ObjectShape };
  /** Nested types: `network.SubnetArgs` for inputs, `network.SubnetResponse` for outputs. */
  types: { [name: string]: ObjectShape };
  enums: { [name: string]: string[] };
}
