import { at, type Finding } from "./findings";
import { hasRings, personsOf, type LabDefinition, type PersonDefinition } from "./lab";
import { sharesGroup } from "./peerGroup";
import { ringsOf, type RingDefinition, type RingPlan } from "./rings";
import {
  ringCount,
  ringFirstAlone,
  ringGroup,
  ringIdentity,
  ringMachine,
  ringMachineOnce,
  ringMaker,
  ringName,
  ringNameOnce,
  ringNotEmpty,
  ringPerson,
  ringProofFails,
  ringSeed,
} from "./rules/rings";

/** A ring without what was found wrong for its shape. */
type Known = { name?: string; people: Named[]; machines: Named[] };
type Named = { key: string; path: string };

/** Everything that is wrong with the rings of a lab, and with what they mean for its people, seeds and proofs. */
export function checkRings(definition: LabDefinition): Finding[] {
  const { rings: given = [] } = definition;
  if (!hasRings(definition)) return [];
  const rings = given.map((ring, index) => knownOf(ring as RingDefinition | undefined, index));
  const persons = personsOf(definition);
  const plans = ringsOf(
    rings.map(({ name, people, machines }) => ({
      name,
      people: people.map(({ key }) => key),
      machines: machines.map(({ key }) => key),
    })),
    persons,
  );
  return [
    ...ringCount("rings", rings.length),
    ...rings.flatMap((_ring, index) =>
      // What is no ring at all has been said.
      (given as unknown[])[index] === undefined ? [] : checkRing(rings, index, definition, persons),
    ),
    ...checkFirst(rings, plans),
    ...checkSeedsOf(plans, Object.keys(persons), definition),
    ...Object.entries(definition.people ?? {}).flatMap(([key, person]) =>
      checkPersonIn(plans, at("people", key), person),
    ),
    ...ringProofFails("proof.whenFailed", definition.proof?.whenFailed ?? "fail"),
  ];
}

function knownOf(ring: RingDefinition | undefined, index: number): Known {
  const named = (list: "people" | "machines"): Named[] =>
    ((ring?.[list] ?? []) as (string | undefined)[]).flatMap((key, place) =>
      key === undefined ? [] : [{ key, path: at(at(at("rings", index), list), place) }],
    );
  return { name: ring?.name, people: named("people"), machines: named("machines") };
}

function checkRing(
  rings: readonly Known[],
  index: number,
  definition: LabDefinition,
  persons: Readonly<Record<string, string>>,
): Finding[] {
  const path = at("rings", index);
  const { name, people, machines } = rings[index];
  const named = people.length + machines.length;
  const first = rings.findIndex((ring) => ring.name === name);
  const sameName = name !== undefined && first < index ? at(at("rings", first), "name") : undefined;
  const earlier = rings.slice(0, index).flatMap((ring) => machinesOf(ring, persons));
  return [
    ...ringName(at(path, "name"), name),
    ...ringNameOnce(at(path, "name"), name ?? "", sameName),
    ...ringNotEmpty(path, named),
    ...people.flatMap(({ key, path: where }) =>
      ringPerson(where, key, Object.keys(definition.people ?? {})),
    ),
    ...machines.flatMap(({ key, path: where }) => ringMachine(where, key, Object.keys(persons))),
    ...[...people, ...machines].flatMap(({ path: where }) => {
      const own = machinesOf(rings[index], persons).filter((one) => one.path === where);
      return ringMachineOnce(
        where,
        own.flatMap(({ machine }) => earlier.filter((one) => one.machine === machine).slice(0, 1)),
      );
    }),
  ];
}

/** The machines of a ring, each with the path of what puts it there. */
function machinesOf(
  { people, machines }: Known,
  persons: Readonly<Record<string, string>>,
): { machine: string; path: string }[] {
  return [
    ...people.flatMap(({ key, path }) =>
      Object.keys(persons)
        .filter((machine) => persons[machine] === key)
        .map((machine) => ({ machine, path })),
    ),
    ...machines.map(({ key, path }) => ({ machine: key, path })),
  ];
}

/** Of one ring alone nobody waits for the first. */
function checkFirst(rings: readonly Known[], plans: readonly RingPlan[]): Finding[] {
  const [first] = plans;
  if (plans.length < 2 || first.machines.length > 1) return [];
  const index = rings.findIndex(({ name }) => name === first.name);
  return index < 0 ? [] : ringFirstAlone(at("rings", index), first.machines[0]);
}

function checkSeedsOf(
  [first]: readonly RingPlan[],
  machines: readonly string[],
  { seeds = [], externalSeeds = [] }: LabDefinition,
): Finding[] {
  return first === undefined || externalSeeds.length > 0
    ? []
    : ringSeed(
        "seeds",
        first.name,
        first.machines,
        // One that is no machine has been said.
        seeds.filter((key) => machines.includes(key)),
      );
}

function checkPersonIn(
  plans: readonly RingPlan[],
  path: string,
  person: PersonDefinition,
): Finding[] {
  const { maker } = person;
  const own = Object.keys(person.machines ?? {});
  const hers = plans.filter(({ machines }) => machines.some((key) => own.includes(key)));
  const names = hers.map(({ name }) => name);
  if (sharesGroup(person)) return ringGroup(at(path, "sharing"), names);
  const ringOfMaker = hers.find(({ machines }) => maker !== undefined && machines.includes(maker));
  return [
    ...(maker === undefined || ringOfMaker === undefined
      ? []
      : ringMaker(
          at(path, "maker"),
          maker,
          ringOfMaker.name,
          names[0],
          hers[0].machines.filter((key) => own.includes(key)),
        )),
    ...ringIdentity(path, names),
  ];
}
