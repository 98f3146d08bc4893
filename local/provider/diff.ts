import type { PropertyDiffKind } from "./handlers";
import type { Properties, PropertyValue } from "./values";
import { Archive, Asset, isObject, Secret, Unknown } from "./values";

/** Appends a property's name or an index to a path, in the form the engine parses. */
export function joinPath(path: string, step: string | number): string {
  if (typeof step === "number") return `${path}[${step}]`;
  if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(step)) return `${path}[${JSON.stringify(step)}]`;
  return path === "" ? step : `${path}.${step}`;
}

export interface DiffOptions {
  /** Says that two values at that path are the same although they differ, such as `eastus` and `East US`. */
  equal?(path: string, oldValue: PropertyValue, newValue: PropertyValue): boolean;
}

/**
 * Every difference between two sets of properties, by the path of the smallest part that differs. A part that is not
 * known yet counts as changed. Arrays are compared index by index.
 */
export function diffProperties(
  oldProperties: Properties,
  newProperties: Properties,
  options: DiffOptions = {},
): { [path: string]: PropertyDiffKind } {
  const changes: { [path: string]: PropertyDiffKind } = {};
  const compare = (
    path: string,
    oldValue: PropertyValue | undefined,
    newValue: PropertyValue | undefined,
  ): void => {
    const before = plain(oldValue);
    const after = plain(newValue);
    if (before === undefined && after === undefined) return;
    if (before === undefined) changes[path] = "add";
    else if (after === undefined) changes[path] = "delete";
    else if (options.equal?.(path, before, after)) return;
    else if (Array.isArray(before) && Array.isArray(after)) {
      for (let index = 0; index < Math.max(before.length, after.length); index++) {
        compare(joinPath(path, index), before[index], after[index]);
      }
    } else if (isObject(before) && isObject(after)) compareFields(path, before, after);
    else if (!equalLeaves(before, after)) changes[path] = "update";
  };
  const compareFields = (path: string, before: Properties, after: Properties): void => {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(joinPath(path, name), before[name], after[name]);
    }
  };
  compareFields("", oldProperties, newProperties);
  return changes;
}

/** Null counts as absent, and secrecy is no difference of value. */
function plain(value: PropertyValue | undefined): PropertyValue | undefined {
  if (value instanceof Secret) return plain(value.value);
  return value === null ? undefined : value;
}

function equalLeaves(before: PropertyValue, after: PropertyValue): boolean {
  if (before === Unknown || after === Unknown) return false;
  if (before instanceof Asset && after instanceof Asset) return sameContent(before, after);
  if (before instanceof Archive && after instanceof Archive) return sameContent(before, after);
  return before === after;
}

function sameContent(before: Asset | Archive, after: Asset | Archive): boolean {
  if (before.content.hash !== undefined && after.content.hash !== undefined) {
    return before.content.hash === after.content.hash;
  }
  return JSON.stringify(before.content) === JSON.stringify(after.content);
}

/** The changes with every one that `replaces` names turned into a replacement. */
export function markReplacements(
  changes: { [path: string]: PropertyDiffKind },
  replaces: (path: string) => boolean,
): { [path: string]: PropertyDiffKind } {
  return Object.fromEntries(
    Object.entries(changes).map(([path, kind]) => [
      path,
      replaces(path) && !kind.endsWith("Replace") ? (`${kind}Replace` as PropertyDiffKind) : kind,
    ]),
  );
}
