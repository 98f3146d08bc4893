/** The JSON schema of rollout.yaml, for editors: made of the shape that the reader uses, and of what is said of each key. */
import type { Shape } from "../../components/plan/shape";
import { durationPattern } from "./duration";
import { fileKeys, stageKeys, type KeyDescription } from "./rolloutKeys";
import { whenLockedWords } from "./rolloutRules";
import { duration, ranges, rolloutShape, variableReference } from "./rolloutShape";

type JsonSchema = Record<string, unknown>;

/** The whole schema. */
export function rolloutSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "rollout.yaml of peerlab",
    ...schemaOf("", rolloutShape),
  };
}

function schemaOf(path: string, shape: Shape): JsonSchema {
  return { ...described(path), ...kindOf(path, shape) };
}

function kindOf(path: string, shape: Shape): JsonSchema {
  const key = path.split(".").at(-1) ?? "";
  const range = isRanged(key) ? ranges[key] : undefined;
  if (shape === duration) {
    return {
      anyOf: [
        { type: "integer", ...range },
        { type: "string", pattern: durationPattern },
      ],
    };
  }
  if (shape === variableReference) return { type: "string", pattern: "^[A-Z_][A-Z0-9_]*$" };
  switch (shape.kind) {
    case "fields":
      return {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(shape.fields).map(([name, of]) => [name, schemaOf(below(path, name), of)]),
        ),
        ...(Object.keys(shape.required).length > 0 && { required: Object.keys(shape.required) }),
        additionalProperties: false,
      };
    case "map":
      return {
        type: "object",
        additionalProperties: schemaOf(below(path, "*"), shape.of),
      };
    case "list":
      return { type: "array", items: schemaOf(`${path}[]`, shape.of) };
    case "number":
      return { type: "integer", ...range };
    case "boolean":
      return { type: "boolean" };
    default:
      return { type: "string", ...(key === "whenLocked" && { enum: [...whenLockedWords] }) };
  }
}

function isRanged(key: string): key is keyof typeof ranges {
  return key in ranges;
}

function below(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Of every key, by its path: that of a stage is what all stages have, too. */
const descriptions = new Map<string, KeyDescription>([
  ...fileKeys.map((one) => [one.key, one] as const),
  ...stageKeys.flatMap((one) => [
    [`stages.*.${one.key}`, one] as const,
    [`defaults.${one.key}`, one] as const,
  ]),
]);

function described(path: string): JsonSchema {
  const known = descriptions.get(path);
  if (!known) return {};
  const byDefault = known.defaultValue === undefined ? "" : ` By default: ${known.defaultValue}.`;
  return { description: `${known.text}${byDefault}` };
}
