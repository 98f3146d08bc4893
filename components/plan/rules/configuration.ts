import { oneOf, received } from "../findings";
import { nearest } from "../nearest";
import { rule } from "./rule";

const source = "a key or a value that nothing reads would be ignored without a word";

/** A key that the configuration has. */
export const knownKey = rule(
  { id: "CONFIGURATION-KEY", source },
  (_path, key: string, known: readonly string[], where?: string) =>
    known.includes(key)
      ? []
      : [`is no known key${nearest(key, known)}; ${where ?? `known are ${oneOf(known)}`}`],
);

/**
 * A value of the kind that its key wants: `a text`, `a number`, `true or false`, `a list` or `a map`. What stands where a map or
 * a list belongs may hold anything, secrets too, and is not shown; nor is anything at a path that says that it is secret.
 */
export const wantedKind = rule(
  { id: "CONFIGURATION-TYPE", source },
  (path, value: unknown, wanted: string) =>
    isKind(value, wanted) ? [] : [`${shown(path, value, wanted)}; it must be ${wanted}`],
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
    default:
      return typeof value === "boolean";
  }
}

function shown(path: string, value: unknown, wanted: string): string {
  const isText = typeof value === "string";
  if (/password|identity|privatekey/i.test(path)) return "(not shown)";
  if (wanted === "a map" || wanted === "a list") {
    if (isText) return "is a text (not shown)";
    if (Array.isArray(value)) return "is a list";
    return `is ${typeof value === "object" ? "a map" : received(value)}`;
  }
  const hint = wanted === "a text" && !isText ? ` (write ${JSON.stringify(String(value))})` : "";
  return `is ${received(value)}${hint}`;
}
