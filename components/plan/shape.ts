import { at, type Finding } from "./findings";
import { hasOwnKey } from "./ownKey";
import { knownKey, wantedKind } from "./rules/configuration";

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
      findings.push(...knownKey(here, key, allowed));
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
  findings.push(...wantedKind(path, value, wanted));
  return undefined;
}
