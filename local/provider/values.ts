/**
 * Property values as the engine sends them (a protobuf struct with marker objects) and as handlers get them (plain
 * JavaScript values and the few classes below). The markers are those of `sdk/go/common/resource` and
 * `@pulumi/pulumi/runtime/rpc`.
 */
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

const signatureKey = "4dabf18193072939515e22adb298388d";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * The marker strings of values that are not known in a preview: one for each kind of value. The engine sends the one of
 * the kind it expects and accepts any of them.
 */
const unknownStrings = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  unknownString,
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value that is not known before the update runs. */
export const Unknown: unique symbol = Symbol("Unknown");

/** A value the engine must encrypt and never show. */
export class Secret {
  constructor(readonly value: PropertyValue) {}
}

/** A file of the program: by path or address, or its text. */
export class Asset {
  constructor(readonly content: { path?: string; uri?: string; text?: string; hash?: string }) {}
}

/** A folder or archive file of the program, or a collection of assets by name. */
export class Archive {
  constructor(
    readonly content: {
      path?: string;
      uri?: string;
      assets?: { [name: string]: PropertyValue };
      hash?: string;
    },
  ) {}
}

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | typeof Unknown
  | Secret
  | Asset
  | Archive
  | PropertyValue[]
  | Properties;

export interface Properties {
  [name: string]: PropertyValue;
}

/** Whether handlers see {@link Secret} wrappers (`keep`) or the plain values (`strip`). */
export type SecretHandling = "keep" | "strip";

export function decodeProperties(struct: Struct | undefined, secrets: SecretHandling): Properties {
  const decoded: Properties = {};
  for (const [name, value] of Object.entries(struct?.toJavaScript() ?? {})) {
    decoded[name] = decodeValue(value, secrets);
  }
  return decoded;
}

function decodeValue(value: JavaScriptValue, secrets: SecretHandling): PropertyValue {
  if (typeof value === "string") return unknownStrings.has(value) ? Unknown : value;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => decodeValue(item, secrets));
  const { [signatureKey]: signature, ...fields } = value as { [name: string]: JavaScriptValue };
  if (signature === undefined) return decodeFields(fields, secrets);
  switch (signature) {
    case secretSignature: {
      const plain = decodeValue(fields.value, secrets);
      return secrets === "keep" ? new Secret(plain) : plain;
    }
    case outputSignature: {
      const plain = "value" in fields ? decodeValue(fields.value, secrets) : Unknown;
      return fields.secret === true && secrets === "keep" ? new Secret(plain) : plain;
    }
    case assetSignature:
      return new Asset(fields as Asset["content"]);
    case archiveSignature: {
      const { assets, ...rest } = fields;
      if (assets === undefined) return new Archive(rest as Archive["content"]);
      return new Archive({
        ...(rest as Archive["content"]),
        assets: decodeFields(assets as { [name: string]: JavaScriptValue }, secrets),
      });
    }
    case resourceSignature:
      return decodeValue(fields.id ?? fields.urn ?? null, secrets);
    default:
      throw new Error(`a property value has the unknown signature "${String(signature)}"`);
  }
}

function decodeFields(
  fields: { [name: string]: JavaScriptValue },
  secrets: SecretHandling,
): Properties {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, decodeValue(value, secrets)]),
  );
}

/** The protobuf struct of `properties`; a property that is `undefined` is left out. */
export function encodeProperties(properties: object): Struct {
  return Struct.fromJavaScript(encodeFields(properties));
}

function encodeValue(value: PropertyValue): JavaScriptValue {
  if (value === Unknown) return unknownString;
  if (value === null || typeof value !== "object") return value as JavaScriptValue;
  if (Array.isArray(value)) return value.map((item) => encodeValue(item ?? null));
  if (value instanceof Secret) {
    return { [signatureKey]: secretSignature, value: encodeValue(value.value) };
  }
  if (value instanceof Asset) {
    return { [signatureKey]: assetSignature, ...encodeFields(value.content) };
  }
  if (value instanceof Archive) {
    return { [signatureKey]: archiveSignature, ...encodeFields(value.content) };
  }
  return encodeFields(value);
}

function encodeFields(fields: object): { [name: string]: JavaScriptValue } {
  const encoded: { [name: string]: JavaScriptValue } = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) encoded[name] = encodeValue(value as PropertyValue);
  }
  return encoded;
}

export function isObject(value: unknown): value is Properties {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Asset) &&
    !(value instanceof Archive)
  );
}

/** Whether any part of the value is {@link Unknown}. */
export function containsUnknown(value: unknown): boolean {
  if (value === Unknown) return true;
  if (value instanceof Secret) return containsUnknown(value.value);
  if (value instanceof Archive) return containsUnknown(value.content.assets);
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isObject(value) && Object.values(value).some(containsUnknown);
}

/** The value without its {@link Secret} wrappers. */
export function withoutSecrets(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return withoutSecrets(value.value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, withoutSecrets(part)]),
  );
}
