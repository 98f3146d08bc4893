import { at, oneOf, received, type Finding } from "./findings";
import { hasOwnKey } from "./ownKey";

/** What a value from a configuration file has to look like. */
export type Shape =
  | { kind: "string" | "number" | "boolean" }
  | { kind: "list"; of: Shape }
  | { kind: "map"; of: Shape }
  | { kind: "fields"; fields: Readonly<Record<string, Shape>> };

export const text: Shape = { kind: "string" };
export const number: Shape = { kind: "number" };
export const boolean: Shape = { kind: "boolean" };
export const list = (of: Shape): Shape => ({ kind: "list", of });
export const map = (of: Shape): Shape => ({ kind: "map", of });
export const fields = (known: Readonly<Record<string, Shape>>): Shape => ({
  kind: "fields",
  fields: known,
});

/**
 * Compares a value with its shape. What does not fit is left out of the result, so that the rest can be judged further; each
 * is a finding. Keys whose name says that they are secret are never quoted.
 */
export function fit(path: string, value: unknown, shape: Shape, findings: Finding[]): unknown {
  if (shape.kind === "list") {
    if (!Array.isArray(value)) return misfit(path, value, "a list", findings);
    return value.map((entry, index) => fit(at(path, index), entry, shape.of, findings));
  }
  if (shape.kind === "map" || shape.kind === "fields") {
    // A YAML key without a value, `ada-1:`, is an empty map to the person who wrote it.
    const known = value === null ? {} : value;
    if (typeof known !== "object" || Array.isArray(known))
      return misfit(path, value, "a map", findings);
    return fitEntries(path, known as Record<string, unknown>, shape, findings);
  }
  if (typeof value !== shape.kind) {
    const what =
      shape.kind === "string" ? "a text" : shape.kind === "number" ? "a number" : "true or false";
    return misfit(path, value, what, findings);
  }
  return value;
}

function fitEntries(
  path: string,
  value: Record<string, unknown>,
  shape: Extract<Shape, { kind: "map" | "fields" }>,
  findings: Finding[],
): Record<string, unknown> {
  const result: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(value)) {
    const here = at(path, key);
    const expected = shape.kind === "map" ? shape.of : ownField(shape.fields, key);
    if (!expected) {
      const allowed = shape.kind === "fields" ? Object.keys(shape.fields) : [];
      findings.push({
        path: here,
        reason: `is no known key${nearest(key, allowed)}; known are ${oneOf(allowed)}`,
      });
      continue;
    }
    const fitted = fit(here, entry, expected, findings);
    if (fitted !== undefined) result.push([key, fitted]);
  }
  // Not by assignment, which a key `__proto__` would turn into something else.
  return Object.fromEntries(result);
}

function ownField(known: Readonly<Record<string, Shape>>, key: string): Shape | undefined {
  return hasOwnKey(known, key) ? known[key] : undefined;
}

function misfit(path: string, value: unknown, wanted: string, findings: Finding[]): undefined {
  findings.push({ path, reason: `${describe(path, value, wanted)}; it must be ${wanted}` });
  return undefined;
}

/** The value as far as it may be shown: what stands where a map or a list belongs may hold anything, secrets too. */
function describe(path: string, value: unknown, wanted: string): string {
  const isText = typeof value === "string";
  if (/password|identity|privatekey/i.test(path)) return "(not shown)";
  if (wanted === "a map" || wanted === "a list") {
    return isText
      ? "is a text (not shown)"
      : `is ${Array.isArray(value) ? "a list" : typeof value === "object" ? "a map" : received(value)}`;
  }
  const hint = wanted === "a text" && !isText ? ` (write ${JSON.stringify(String(value))})` : "";
  return `is ${received(value)}${hint}`;
}

/** `, did you mean "x"?` where a known key is close. */
export function nearest(key: string, known: readonly string[]): string {
  const close = known
    .map((candidate) => ({
      candidate,
      distance: distance(key.toLowerCase(), candidate.toLowerCase()),
    }))
    .filter((entry) => entry.distance <= Math.max(2, Math.floor(entry.candidate.length / 3)))
    .sort((one, other) => one.distance - other.distance)[0];
  return close ? ` (did you mean ${JSON.stringify(close.candidate)}?)` : "";
}

function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const cost = one[row - 1] === other[column - 1] ? 0 : 1;
      current[column] = Math.min(
        previous[column] + 1,
        current[column - 1] + 1,
        previous[column - 1] + cost,
      );
    }
    previous = current;
  }
  return previous[other.length];
}
