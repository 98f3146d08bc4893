import { at, type Finding } from "./findings";
import { hasOwnKey } from "./ownKey";
import { knownKey, wantedKind } from "./rules/configuration";

/** What a value from a configuration file, or an argument of a component, has to look like. */
export type Shape = (
  | { kind: "string" | "number" | "boolean" | "any" }
  | { kind: "list"; of: Shape }
  | { kind: "map"; of: Shape }
  | { kind: "fields"; fields: Readonly<Record<string, Shape>>; required: Required }
) & {
  /** Whether it may be known only later. */
  later?: boolean;
};

/** What is said where a field is not given. */
type Required = Readonly<Record<string, (path: string) => Finding[]>>;

export const text: Shape = { kind: "string" };
export const number: Shape = { kind: "number" };
export const boolean: Shape = { kind: "boolean" };
/** Anything but nothing. */
export const any: Shape = { kind: "any", later: true };
export const list = (of: Shape): Shape => ({ kind: "list", of });
export const map = (of: Shape): Shape => ({ kind: "map", of });
export const fields = (known: Readonly<Record<string, Shape>>, required: Required = {}): Shape => ({
  kind: "fields",
  fields: known,
  required,
});
/** The same, where a component takes it also as a value that is known only later. */
export const later = (shape: Shape): Shape => ({ ...shape, later: true });

/** How values are read that are not from a file. */
export interface Reading {
  /** Whether a value is known only later; none by default. */
  isLater?(value: unknown): boolean;
  /** Whether a field that is null is one that is not given. By default it is an empty map where it is to be a map. */
  nullIsAbsent?: boolean;
  /** Whether a field that is to be a map and is null is refused: what looks like nothing is to decide nothing. */
  nullIsRefused?: boolean;
}

/**
 * Compares a value with its shape. What does not fit is left out of the result, so that the rest can be judged further; each
 * is a finding. Keys whose name says that they are secret are never quoted.
 */
export function fit(
  path: string,
  value: unknown,
  shape: Shape,
  findings: Finding[],
  reading: Reading = {},
): unknown {
  const wanted = wantedOf(shape);
  if (reading.isLater?.(value)) {
    if (!shape.later) findings.push(...wantedKind(path, value, wanted, true));
    return shape.later ? value : undefined;
  }
  // A YAML key without a value, `ada-1:`, is an empty map to the person who wrote it.
  const isMap = shape.kind === "map" || shape.kind === "fields";
  const known = isMap && value === null && !reading.nullIsRefused ? {} : value;
  const mistakes = wantedKind(path, known, wanted);
  findings.push(...mistakes);
  if (mistakes.length > 0) return undefined;
  if (shape.kind === "list") {
    return (known as unknown[]).map((entry, index) =>
      fit(at(path, index), entry, shape.of, findings, reading),
    );
  }
  return shape.kind === "map" || shape.kind === "fields"
    ? fitEntries(path, known as Record<string, unknown>, shape, findings, reading)
    : known;
}

/** Findings of content without those about what was found wrong for its shape, nor about a key for what was in it. */
export function besides(ofShape: readonly Finding[], ofContent: readonly Finding[]): Finding[] {
  const reported = ofShape.map(({ path }) => path);
  const isPart = (known: string, path: string) =>
    known.startsWith(`${path}[`) || (!path.includes(".") && known.startsWith(`${path}.`));
  return ofContent.filter(
    ({ path }) => !reported.some((known) => path === known || isPart(known, path)),
  );
}

function wantedOf({ kind }: Shape): string {
  switch (kind) {
    case "string":
      return "a text";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "list":
      return "a list";
    case "any":
      return "given";
    default:
      return "a map";
  }
}

function fitEntries(
  path: string,
  value: Record<string, unknown>,
  shape: Extract<Shape, { kind: "map" | "fields" }>,
  findings: Finding[],
  reading: Reading,
): Record<string, unknown> {
  const result: [string, unknown][] = [];
  const isAbsent = (entry: unknown) =>
    entry === undefined || (entry === null && shape.kind === "fields" && reading.nullIsAbsent);
  for (const [key, entry] of Object.entries(value)) {
    const here = at(path, key);
    const expected = shape.kind === "map" ? shape.of : ownField(shape.fields, key);
    if (!expected) {
      const allowed = shape.kind === "fields" ? Object.keys(shape.fields) : [];
      findings.push(...knownKey(here, key, allowed));
      continue;
    }
    if (isAbsent(entry)) continue;
    const fitted = fit(here, entry, expected, findings, reading);
    if (fitted !== undefined) result.push([key, fitted]);
  }
  const required = shape.kind === "fields" ? Object.entries(shape.required) : [];
  for (const [key, missing] of required) {
    if (!hasOwnKey(value, key) || isAbsent(value[key])) findings.push(...missing(at(path, key)));
  }
  // Not by assignment, which a key `__proto__` would turn into something else.
  return Object.fromEntries(result);
}

function ownField(known: Readonly<Record<string, Shape>>, key: string): Shape | undefined {
  return hasOwnKey(known, key) ? known[key] : undefined;
}
