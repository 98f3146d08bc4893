import { isSecretPath, oneOf, received } from "../findings";
import { nearest } from "../nearest";
import { rule } from "./rule";

const source = "a key or a value that nothing reads would be ignored without a word";

/** A key that the configuration, or an argument of a component, has. */
export const knownKey = rule(
  { id: "CONFIGURATION-KEY", source },
  (_path, key: string, known: readonly string[], where?: string) =>
    known.includes(key)
      ? []
      : [`is no known key${nearest(key, known)}; ${where ?? `known are ${oneOf(known)}`}`],
);

/**
 * A value of the kind that its key wants: `a text`, `a number`, `true or false`, `a list` or `a map`. Maps and lists may hold
 * anything, secrets too, and so may what stands in their place: none is shown; nor is anything at a path that says that it is secret.
 */
export const wantedKind = rule(
  { id: "CONFIGURATION-TYPE", source },
  (path, value: unknown, wanted: string, isLater = false) => {
    if (isLater) return [`is known only later; it must be ${wanted} that is known at once`];
    return isKind(value, wanted) ? [] : [`${shown(path, value, wanted)}; it must be ${wanted}`];
  },
);

function isKind(value: unknown, wanted: string): boolean {
  switch (wanted) {
    case "a list":
      return Array.isArray(value);
    case "a map":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "a text":
      return typeof value === "string";
    case "a number":
      return typeof value === "number";
    case "given":
      return value !== undefined && value !== null;
    default:
      return typeof value === "boolean";
  }
}

function shown(path: string, value: unknown, wanted: string): string {
  if (value === undefined) return "is missing";
  // What is indented wrongly ends up below another key, with the secrets that it holds.
  if (Array.isArray(value)) return "is a list";
  if (typeof value === "object" && value !== null) return "is a map";
  const isText = typeof value === "string";
  if (isText && (wanted === "a map" || wanted === "a list")) return "is a text (not shown)";
  if (isSecretPath(path)) return "(not shown)";
  const isWritten = typeof value === "number" || typeof value === "boolean";
  const asText = wanted === "a text" && isWritten ? JSON.stringify(String(value)) : undefined;
  const written = value === null && wanted === "a map" ? "{}" : asText;
  const hint = written === undefined ? "" : ` (write ${written})`;
  return `is ${received(value)}${hint}`;
}
