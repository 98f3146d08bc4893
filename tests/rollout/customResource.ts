/**
 * What the schema of a custom resource definition says against a resource, strictly: a key that it does not know is an error, as for
 * `kubectl apply --validate=strict`. Of OpenAPI it knows what Kubernetes allows there; rules in CEL are not evaluated.
 */
export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  format?: string;
  nullable?: boolean;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
  "x-kubernetes-int-or-string"?: boolean;
}

/** A CustomResourceDefinition, as far as it is read. */
export interface CustomResourceDefinition {
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; served: boolean; schema: { openAPIV3Schema: Schema } }[];
  };
}

/** Everything that is wrong with the resource, each with its path. */
export function judgeResource(
  { spec }: CustomResourceDefinition,
  resource: { apiVersion?: string; kind?: string; metadata?: { name?: string } },
): string[] {
  const version = spec.versions.find(
    ({ name, served }) => served && resource.apiVersion === `${spec.group}/${name}`,
  );
  if (!version || resource.kind !== spec.names.kind) {
    return [`no ${resource.apiVersion} ${resource.kind} in the definition`];
  }
  const { metadata, ...rest } = resource;
  const { properties: { metadata: ignored, ...properties } = {}, ...schema } =
    version.schema.openAPIV3Schema;
  void ignored;
  // Kubernetes judges the metadata itself.
  const isName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(metadata?.name ?? "");
  return [
    ...(isName ? [] : [`metadata.name: ${metadata?.name}`]),
    ...judge({ ...schema, properties }, rest, ""),
  ];
}

function judge(schema: Schema, value: unknown, path: string): string[] {
  const at = (text: string) => [`${path || "."}: ${text}`];
  if (value === null) return schema.nullable ? [] : at("is null");
  if (schema["x-kubernetes-int-or-string"]) {
    return ["number", "string"].includes(typeof value) ? [] : at("is no number or text");
  }
  if (schema.type !== undefined && schema.type !== typeOf(value, schema.type)) {
    return at(`is ${typeOf(value)}, not ${schema.type}`);
  }
  const wrong = wrongValue(schema, value);
  if (wrong !== undefined) return at(wrong);
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => judge(schema.items ?? {}, item, `${path}[${index}]`));
  }
  if (typeof value !== "object") return [];
  const has = value as Record<string, unknown>;
  const missing = (schema.required ?? []).filter((key) => !(key in has));
  const { properties = {}, additionalProperties } = schema;
  return [
    ...missing.map((key) => `${path}.${key}: is missing`),
    ...Object.entries(has).flatMap(([key, entry]) => {
      const own = `${path}.${key}`;
      if (Object.hasOwn(properties, key)) return judge(properties[key], entry, own);
      if (typeof additionalProperties === "object") return judge(additionalProperties, entry, own);
      const isOpen = additionalProperties || schema["x-kubernetes-preserve-unknown-fields"];
      // A schema without a word is Schemaless: anything fits.
      return isOpen || Object.keys(schema).length === 0 ? [] : [`${own}: is not known`];
    }),
  ];
}

function typeOf(value: unknown, wanted?: string): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "number" && wanted === "integer" && Number.isInteger(value))
    return "integer";
  return typeof value;
}

function wrongValue(schema: Schema, value: unknown): string | undefined {
  const text = JSON.stringify(value);
  if (schema.enum && !schema.enum.includes(value)) return `${text} is none of ${schema.enum}`;
  if (typeof value === "number") {
    const { minimum = -Infinity, maximum = Infinity } = schema;
    if (value < minimum || value > maximum) return `${text} is not allowed`;
  }
  if (typeof value === "string") {
    if (schema.maxLength !== undefined && value.length > schema.maxLength) return "is too long";
    if (schema.pattern && !new RegExp(schema.pattern).test(value)) return `is no ${schema.pattern}`;
  }
  return undefined;
}
