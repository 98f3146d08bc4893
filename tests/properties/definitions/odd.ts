import * as fc from "fast-check";
import type { Component, Definition } from "./definition";
import { definition } from "./definition";

/** What stands where it does not belong, with a secret that nobody may be shown. */
export const misplaced = "hunter2-misplaced";

const oddValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  NaN,
  Infinity,
  "",
  "false",
  "x".repeat(10_000),
  [],
  [null],
  ["x"],
  [[]],
  {},
  { toString: null },
  { length: 1 },
  { password: misplaced, exportPassword: misplaced },
  [{ privateKey: misplaced }],
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${misplaced}`,
];

type Place = readonly (string | number)[];

/** Every place in a definition's arguments: maps and lists too. */
function placesOf(value: unknown, path: Place = []): Place[] {
  const own = path.length === 0 ? [] : [path];
  if (typeof value !== "object" || value === null) return own;
  return Object.entries(value).reduce<Place[]>(
    (known, [key, entry]) =>
      known.concat(placesOf(entry, [...path, Array.isArray(value) ? Number(key) : key])),
    own,
  );
}

export interface Odd {
  component: Component;
  definition: Definition;
  places: string[];
}

/** Definitions that were valid until one or two of their arguments became something that no type allows. */
export const odd: fc.Arbitrary<Odd> = definition.chain((known) =>
  fc
    .uniqueArray(
      fc.tuple(
        fc.constantFrom(...placesOf(known.args), ["unknown"]),
        fc.constantFrom(...oddValues),
      ),
      { minLength: 1, maxLength: 2, selector: ([place]) => place.join("\n") },
    )
    .map((changes) => {
      const args = structuredClone(known.args);
      // What lies deepest comes first, or it is gone.
      const deepest = [...changes].sort(([one], [other]) => other.length - one.length);
      for (const [place, value] of deepest) change(args, place, value);
      return {
        component: known.component,
        definition: { ...known, args, form: "plain" } as Definition,
        places: changes.map(([place]) => place.join(".")),
      };
    }),
);

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the arguments are walked through by name.
function change(args: any, place: Place, value: unknown): void {
  const parent = place.slice(0, -1).reduce((inner, key) => inner[key], args);
  parent[place[place.length - 1]] = value;
}
