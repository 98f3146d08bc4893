import { received } from "../findings";
import { rule } from "./rule";

/** A lab has people. */
export const peopleGiven = rule(
  { id: "LAB-EMPTY", source: "a lab of nobody declares nothing" },
  (_path, people: number) =>
    people === 0 ? ["is empty; a lab has at least one person, such as ada: { machines: ... }"] : [],
);

/** The key of a machine ends up in the names of resources, also where it is no computer name. */
export const machineKey = rule(
  { id: "MACHINE-KEY", source: "part of the names of the machine's resources in Azure" },
  (_path, key: string) =>
    /^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/.test(key)
      ? []
      : [
          `has the key ${received(key)}; a key is up to 40 letters, digits and hyphens, beginning with a letter or digit`,
        ],
);

/** Each key of a machine once in a lab, whosever it is. `earlier` is the path of the other machine. */
export const machineKeyOnce = rule(
  { id: "MACHINE-KEY-DUP", source: "a key is what a machine is known by, in a lab as a whole" },
  (_path, earlier: string | undefined) =>
    earlier === undefined
      ? []
      : [`has the same key as ${earlier}; each machine of a lab has its own`],
);

/** Each computer name once in a lab: machines of one network register it. `earlier` is the path of the other machine. */
export const computerNameOnce = rule(
  {
    id: "WIN-COMPUTERNAME-DUP",
    source: "Windows: names are unique in a network; case does not count",
  },
  (_path, name: string, earlier: string | undefined) =>
    earlier === undefined
      ? []
      : [
          `is ${received(name)}, the computer name of ${earlier} too; each name once (case does not count)`,
        ],
);
