import { Secret } from "@pulumi/policy";
import { at } from "../components/plan/findings";

/**
 * The properties of a resource as plain data. The SDK's own objects throw where a property is read that a preview does not
 * know yet, and one such property would end a whole policy; here it is {@link unknown}.
 */
export type Plain = null | boolean | number | string | Plain[] | PlainObject | typeof unknown;

export interface PlainObject {
  [key: string]: Plain | undefined;
}

/** Stands for a value that is known only when the update runs; also for files and archives, which no policy reads. */
export const unknown: unique symbol = Symbol("unknown");

/** The properties that the SDK hands to a policy, read whole and without its traps. */
export function plainProperties(properties: object): PlainObject {
  const plain = plainOf(properties);
  return isObject(plain) ? plain : {};
}

/** Where the properties that the SDK hands to a remediation are marked as secret: the paths of the marks. */
export function secretPaths(properties: object): Set<string> {
  const paths = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (value instanceof Secret) {
      paths.add(path);
      return;
    }
    for (const [key, entry] of rawEntries(value)) walk(entry, at(path, key));
  };
  walk(properties, "");
  return paths;
}

/** Whether the value is an object with keys: no list, and not unknown. */
export function isObject(value: Plain | undefined): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at these keys, or {@link unknown} where one on the way is; undefined where nothing does. */
export function valueAt(value: Plain | undefined, ...keys: (string | number)[]): Plain | undefined {
  let here = value;
  for (const key of keys) {
    if (here === unknown) return unknown;
    if (Array.isArray(here) && typeof key === "number") here = here[key];
    else if (isObject(here) && Object.hasOwn(here, key)) here = here[key];
    else return undefined;
  }
  return here ?? undefined;
}

/** The text at these keys; undefined where there is none, it is unknown, or something else. */
export function textAt(value: Plain | undefined, ...keys: (string | number)[]): string | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === "string" ? found : undefined;
}

/** The known elements of the list at these keys, each with its place; none where the list is unknown. */
export function elementsAt(
  value: Plain | undefined,
  ...keys: (string | number)[]
): [number, Plain][] {
  const found = valueAt(value, ...keys);
  if (!Array.isArray(found)) return [];
  return found.flatMap((element, index): [number, Plain][] =>
    element === unknown ? [] : [[index, element]],
  );
}

/** Whether nothing of the value, however deep, is unknown. */
export function isKnown(value: Plain | undefined): boolean {
  if (value === unknown) return false;
  if (Array.isArray(value)) return value.every(isKnown);
  return isObject(value) ? Object.values(value).every(isKnown) : true;
}

/** Every text in the value with its path and the last key on it that is no place in a list. */
export function* textsOf(
  value: Plain | undefined,
  path = "",
  key = "",
): Generator<{ path: string; key: string; text: string }> {
  if (typeof value === "string") yield { path, key, text: value };
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) yield* textsOf(element, at(path, index), key);
  }
  if (isObject(value)) {
    for (const [name, entry] of Object.entries(value)) yield* textsOf(entry, at(path, name), name);
  }
}

function plainOf(value: unknown): Plain {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, index) => plainAt(value, index));
  }
  if (!isPlainObject(value)) return unknown;
  return Object.fromEntries(Object.keys(value).map((key) => [key, plainAt(value, key)]));
}

/** What is unknown cannot be read: the SDK's proxy throws, and nothing else of plain data does. */
function plainAt(value: object, key: string | number): Plain {
  let entry: unknown;
  try {
    entry = (value as Record<string | number, unknown>)[key];
  } catch {
    return unknown;
  }
  return plainOf(entry);
}

/** Asked by descriptor the SDK's proxies hand out the value itself, with the mark that they take off otherwise. */
function rawEntries(value: unknown): [string | number, unknown][] {
  const raw = (key: string): unknown =>
    Object.getOwnPropertyDescriptor(value as object, key)?.value;
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, index) => [index, raw(String(index))]);
  }
  return isPlainObject(value) ? Object.keys(value).map((key) => [key, raw(key)]) : [];
}

/** Assets and archives are instances of classes. */
function isPlainObject(value: unknown): value is object {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
