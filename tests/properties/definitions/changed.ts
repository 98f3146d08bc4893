import * as fc from "fast-check";
import { peerLab, peerNetwork, windowsPeer, type Definition } from "./definition";

/** Arguments that name what exists already: with others, it is simply not found. */
const namesOfWhatExists =
  /^(existing|resourceGroupName|location|subnetId|networkSecurityGroupId|networking)\b/;

/** A place in a definition's arguments, and what stands there. */
interface Leaf {
  path: (string | number)[];
  value: string | number | boolean;
}

function leavesOf(value: unknown, path: (string | number)[] = []): Leaf[] {
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, entry]) =>
      leavesOf(entry, [...path, Array.isArray(value) ? Number(key) : key]),
    );
  }
  const isLeaf = ["string", "number", "boolean"].includes(typeof value);
  return isLeaf && !namesOfWhatExists.test(String(path[0]))
    ? [{ path, value: value as string }]
    : [];
}

const awkward = [
  "",
  " ",
  "0",
  "-",
  ".",
  "*",
  "ä",
  "😀",
  "null",
  "a b",
  "a,b",
  "a\nb",
  "\u0000",
  "../..",
  "x".repeat(65),
  "x".repeat(300),
  "10.0.0.0/8",
  "0.0.0.0/0",
  "::/0",
  "fe80::/64",
  "ff02::1",
  "::1",
  "127.0.0.1",
  "255.255.255.255",
  "169.254.169.254",
  "168.63.129.16",
  "64:ff9b::1.2.3.4",
];

/** Another text: any, one that is often wrong, or the same with a small change. */
const otherText = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...awkward),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({ maxLength: 20 }),
    fc.constantFrom(text.toUpperCase(), text.toLowerCase(), `${text} `, ` ${text}`, `${text}.`),
    fc.constantFrom(`${text}-`, `${text}${text}`, text.slice(1), text.slice(0, -1), `${text}0`),
  );

const otherNumber = (number: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer(),
    fc.double(),
    fc.integer({ min: 0, max: 70000 }),
    fc.constantFrom(0, -1, 1, number + 1, number - 1, number * 10, number / 2, NaN, Infinity),
  );

function other(value: Leaf["value"]): fc.Arbitrary<Leaf["value"]> {
  if (typeof value === "string") return otherText(value);
  return typeof value === "number" ? otherNumber(value) : fc.constant(!value);
}

/**
 * Valid definitions in which one or two values are others: nobody knows whether they still are. What exists is named as before, or
 * Azure would just not find it; and everything is known before anything exists.
 */
export const changed: fc.Arbitrary<Definition> = fc
  .oneof(
    { weight: 4, arbitrary: peerNetwork },
    { weight: 3, arbitrary: windowsPeer },
    { weight: 1, arbitrary: peerLab },
  )
  .chain((definition) => {
    const leaves = leavesOf(definition.args);
    return fc
      .uniqueArray(fc.nat(leaves.length - 1), { minLength: 1, maxLength: 2 })
      .chain((places) =>
        fc
          .tuple(...places.map((place) => other(leaves[place].value)))
          .map((values) =>
            places.map((place, index) => [leaves[place].path, values[index]] as const),
          ),
      )
      .map((changes) => {
        const args = structuredClone(definition.args);
        for (const [path, value] of changes) change(args, path, value);
        return { ...definition, args, form: "plain" } as Definition;
      });
  });

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the arguments are walked through by name.
function change(args: any, path: readonly (string | number)[], value: unknown): void {
  const parent = path.slice(0, -1).reduce((inner, key) => inner[key], args);
  parent[path[path.length - 1]] = value;
}
