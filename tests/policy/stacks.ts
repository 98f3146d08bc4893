import type { Stack } from "../../policy/policy";
import type { PlainObject } from "../../policy/properties";
import type { Resource } from "../../policy/resource";

/** A resource of a stack for tests, and which others its properties were made of, by name. */
export interface Declared {
  name: string;
  type: string;
  properties: PlainObject;
  madeOf?: Record<string, string[]>;
}

/** The stack as a policy is shown it; the names are the URNs. */
export function stackOf(...declared: readonly Declared[]): Stack {
  return {
    resources: declared.map(({ name, type, properties }): Resource => ({
      type,
      urn: name,
      properties,
    })),
    dependencies: (urn, property) =>
      declared.find(({ name }) => name === urn)?.madeOf?.[property] ?? [],
  };
}
