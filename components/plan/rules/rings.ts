import { oneOf, received } from "../findings";
import { otherMachines } from "../rings";
import { rule } from "./rule";

const proofFirst = "a ring waits for the proof of the one before it";

/** A ring's name stands in the names of its proof's resources, and in messages. */
export const ringName = rule(
  { id: "RING-NAME", source: "part of the names of resources; `others` is what no ring names" },
  (_path, name: string | undefined) => {
    const form = "1 to 20 lower-case letters, digits and hyphens";
    if (name === undefined) return [`is missing; it is ${form}`];
    if (name === otherMachines)
      return [`is ${received(name)}, which is the ring of the machines that no ring names`];
    return /^[a-z0-9-]{1,20}$/.test(name) ? [] : [`is ${received(name)}; it is ${form}`];
  },
);

/** Each ring has a name of its own. */
export const ringNameOnce = rule(
  { id: "RING-NAME-DUP", source: "a ring is known by its name" },
  (_path, name: string, earlier: string | undefined) =>
    earlier === undefined ? [] : [`is ${received(name)}, the same as ${earlier}`],
);

/** A ring names somebody. */
export const ringNotEmpty = rule(
  { id: "RING-EMPTY", source: "it would be ignored without a word" },
  (_path, named: number) =>
    named > 0 ? [] : ["names neither people nor machines; leave it out, or name some"],
);

/** The most rings that a lab may have: each proves all machines of those before it once more. */
export const mostRings = 20;

/** How many rings there may be. */
export const ringCount = rule(
  { id: "RING-COUNT", source: "each ring proves all machines before it once more" },
  (_path, rings: number) => (rings > mostRings ? [`are ${rings}; allowed are ${mostRings}`] : []),
);

/** The people of a ring are people of the lab. */
export const ringPerson = rule(
  { id: "RING-PERSON", source: "it would be ignored without a word" },
  (_path, person: string, people: readonly string[]) =>
    people.includes(person)
      ? []
      : [`is ${received(person)}, which is no person; ${allowedOf(people)}`],
);

/** The machines of a ring are machines of the lab. */
export const ringMachine = rule(
  { id: "RING-MACHINE", source: "it would be ignored without a word" },
  (_path, machine: string, machines: readonly string[]) =>
    machines.includes(machine)
      ? []
      : [`is ${received(machine)}, which is no machine; ${allowedOf(machines)}`],
);

/** A machine is in one ring, whether that names it or its person. */
export const ringMachineOnce = rule(
  { id: "RING-MACHINE-DUP", source: "a change reaches a machine once" },
  (_path, earlier: readonly { machine: string; path: string }[]) =>
    earlier.map(
      ({ machine, path }) =>
        `puts ${machine} in this ring, but ${path} has it in an earlier one; name her machines one by one, or leave one of the two out`,
    ),
);

/** Machines that find no seed are alone, so that the proof of the first ring could not pass. */
export const ringSeed = rule(
  { id: "RING-SEED", source: "a seed of a later ring comes after the first ring's proof" },
  (_path, first: string, machines: readonly string[], seeds: readonly string[]) =>
    seeds.length === 0 || seeds.some((seed) => machines.includes(seed))
      ? []
      : [
          `names no machine of the first ring, ${first}, and there are no externalSeeds; name one of ${oneOf(machines)} too, or leave seeds out`,
        ],
);

/** Who makes an identity comes before all that need it. */
export const ringMaker = rule(
  { id: "RING-MAKER", source: proofFirst },
  (_path, maker: string, ring: string, first: string, machines: readonly string[]) =>
    ring === first
      ? []
      : [
          `is ${received(maker)} in ring ${ring}, but machines of hers in ring ${first} need the identity first; name one of ${oneOf(machines)}, or leave it out`,
        ],
);

/** The members of a group let each other in, in both directions. */
export const ringGroup = rule(
  {
    id: "RING-GROUP",
    source: "members invite and connect to each other, whichever of them is first",
  },
  (_path, rings: readonly string[]) =>
    rings.length > 1
      ? [
          `is "group", and her machines are in the rings ${allOf(rings)}; put them in one ring, or share an identity`,
        ]
      : [],
);

/** A proof that only warns holds nothing back. */
export const ringProofFails = rule(
  { id: "RING-PROOF-WARNS", source: proofFirst },
  (_path, whenFailed: string) =>
    whenFailed === "warn"
      ? ['is "warn" beside rings, whose proofs hold the later ones back; leave one of the two out']
      : [],
);

/** An identity is one for all its machines, whichever ring they are in. */
export const ringIdentity = rule(
  {
    id: "RING-IDENTITY",
    source: "an identity is made once, and held by all machines of a person",
    severity: "warning",
  },
  (_path, rings: readonly string[]) =>
    rings.length > 1
      ? [
          `is in the rings ${allOf(rings)}: another rotation, or another identity that is brought, reaches all of them, and those ` +
            "that wait hold the old one meanwhile",
        ]
      : [],
);

/** Whether others find and reach a machine, others have to say. */
export const ringFirstAlone = rule(
  {
    id: "RING-FIRST-ALONE",
    source: "the proof is given by machines to each other",
    severity: "warning",
  },
  (_path, machine: string) => [
    `has one machine, ${machine}: nobody tests whether others find and reach it before the next ring gets the change; put a second one beside it`,
  ],
);

function allOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

function allowedOf(keys: readonly string[]): string {
  return keys.length === 0 ? "there is none" : `allowed are ${oneOf([...keys].sort())}`;
}
