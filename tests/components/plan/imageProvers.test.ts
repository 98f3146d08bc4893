import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { imageKeyOf } from "../../../components/plan/imageProvers";
import {
  planLab,
  type LabDefinition,
  type LabMachinePlan,
  type LabPlan,
} from "../../../components/plan/lab";

const other = { image: "windows-10" };

function proversOf(definition: LabDefinition): string[] {
  return planLab(definition).provers.map(
    ({ image, machine, step }) => `${image}: ${machine} by ${step}`,
  );
}

describe("components/plan: who proves an image", () => {
  const cases: [why: string, definition: LabDefinition, expected: string[]][] = [
    ["nobody, where there is no machine", { people: { ada: {} } }, []],
    [
      "the first that makes an identity, whoever comes before it",
      {
        people: {
          ada: { machines: { "a-1": {}, "a-2": {} }, maker: "a-2" },
          bea: { machines: { "b-1": {} } },
        },
      },
      ["windows-11: a-2 by export"],
    ],
    [
      "one that takes in a brought identity",
      {
        people: {
          ada: {
            machines: { "a-1": other, "a-2": {} },
            exportedIdentity: "x",
            exportPassword: "x",
          },
        },
      },
      ["windows-10: a-1 by export", "windows-11: a-2 by state"],
    ],
    [
      "one that only imports a made identity before one that takes in a brought one, which may be wrong",
      {
        people: {
          ada: { machines: { "a-1": {} }, exportedIdentity: "x", exportPassword: "x" },
          bea: { machines: { "b-1": other, "b-2": {} } },
        },
      },
      ["windows-10: b-1 by export", "windows-11: b-2 by state"],
    ],
    [
      "the first member of a group, the creator or not",
      {
        people: {
          ada: { sharing: "group", machines: { "a-1": {}, "a-2": {} }, group: { creator: "a-2" } },
        },
      },
      ["windows-11: a-1 by identity"],
    ],
    [
      "a member before a machine that only imports",
      {
        people: {
          ada: { machines: { "a-1": other, "a-2": {} } },
          bea: { sharing: "group", machines: { "b-1": {} } },
        },
      },
      ["windows-10: a-1 by export", "windows-11: b-1 by identity"],
    ],
    [
      "of two images, with the makers crosswise, each maker",
      {
        people: {
          ada: { machines: { "a-1": {}, "a-2": other }, maker: "a-2" },
          bea: { machines: { "b-1": {}, "b-2": other }, maker: "b-1" },
        },
      },
      ["windows-11: b-1 by export", "windows-10: a-2 by export"],
    ],
    [
      "in the earliest ring that has the image, though a later one has a maker of it",
      {
        people: {
          ada: { machines: { "a-1": {}, "a-2": other } },
          bea: { machines: { "b-1": other } },
        },
        rings: [{ name: "canary", people: ["ada"] }],
      },
      ["windows-11: a-1 by export", "windows-10: a-2 by state"],
    ],
  ];
  for (const [why, definition, expected] of cases) {
    it(`is ${why}`, () => assert.deepEqual(proversOf(definition).sort(), expected.sort()));
  }

  it("is the same whatever the order of people and machines, and one that has the image, in no later ring than any that waits", () => {
    fc.assert(
      fc.property(labs, ({ definition }) => {
        const plan = planLab(definition);
        const backwards = <T>(map: Record<string, T>) =>
          Object.fromEntries(Object.entries(map).reverse());
        const people = Object.fromEntries(
          Object.entries(backwards(definition.people)).map(([key, person]) => [
            key,
            { ...person, machines: backwards(person.machines ?? {}) },
          ]),
        );
        assert.deepEqual(planLab({ ...definition, people }).provers, plan.provers);
        for (const machine of plan.machines) {
          const prover = proverOf(plan, machine);
          const { ring } = machineOf(plan, prover.machine);
          assert.equal(imageKeyOf(machineOf(plan, prover.machine)), imageKeyOf(machine));
          assert.ok(ring <= machine.ring);
          assert.equal(machine.provenBy ?? machine.key, prover.machine);
        }
      }),
    );
  });

  it("lets nobody wait in a circle, whichever exports are due, images are proved, and machines are seeds", () => {
    fc.assert(
      fc.property(labs, ({ definition, exportsDue, unproved, seeds }) => {
        const plan = planLab(definition);
        const waits = waitsOf(plan, { exportsDue, unproved, seeds });
        assert.deepEqual(circleOf(waits), [], JSON.stringify(definition));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** What differs from update to update. */
interface Circumstances {
  /** People whose identity is made, or taken in, in this update. */
  exportsDue: readonly string[];
  /** Images that are not proved yet. */
  unproved: readonly string[];
  /** Keys of the seeds. */
  seeds: readonly string[];
}

function machineOf(plan: LabPlan, key: string): LabMachinePlan {
  return plan.machines.find((machine) => machine.key === key)!;
}

function proverOf(plan: LabPlan, machine: LabMachinePlan) {
  return plan.provers.find(({ image }) => image === imageKeyOf(machine))!;
}

/** Which steps each step waits for: `<kind> <machine>`, as the components declare them. */
function waitsOf(plan: LabPlan, { exportsDue, unproved, seeds }: Circumstances) {
  const waits = new Map<string, Set<string>>();
  const wait = (step: string, ...others: string[]) => {
    const known = waits.get(step) ?? new Set();
    waits.set(step, known);
    for (const one of others) known.add(one);
  };
  const state = (key: string) => `state ${key}`;
  const first = (key: string) => `first ${key}`;
  for (const { definition, machines, maker: named } of plan.people) {
    const keys = machines.map(({ key }) => key);
    const ring = Math.min(...machines.map((machine) => machine.ring));
    const isGroup = definition.sharing === "group";
    const maker = named ?? keys[0];
    for (const { key } of machines) {
      const awake = seeds.filter((seed) => machineOf(plan, seed).ring <= ring);
      wait(state(key), ...awake.map((seed) => `seed ${seed}`));
      if (!isGroup) wait(state(key), first(maker));
      if (!isGroup) continue;
      // The creator may be any that is on; one state waits for that of the administrator who invites.
      wait(first(key));
      wait(`group ${key}`);
      wait(state(key), ...keys.map(first), ...keys.map((one) => `group ${one}`));
      if (key !== keys[0]) wait(state(key), state(keys[0]));
    }
    if (!isGroup && maker !== undefined) wait(first(maker));
  }
  for (const seed of seeds) wait(`seed ${seed}`);
  for (const step of [...waits.keys()]) {
    const [kind, key] = step.split(" ");
    const machine = machineOf(plan, key);
    for (const earlier of [...waits.keys()]) {
      if (machineOf(plan, earlier.split(" ")[1]).ring < machine.ring) wait(step, earlier);
    }
    // A group waits for whatever its members wait for.
    const whose =
      kind === "group"
        ? plan.machines.filter(({ person }) => person === machine.person)
        : [machine];
    for (const one of whose) {
      const prover = proverOf(plan, one);
      if (!unproved.includes(prover.image)) continue;
      const person = machineOf(plan, prover.machine).person;
      const isLate =
        prover.step === "state" || (prover.step === "export" && !exportsDue.includes(person));
      if (kind === "seed") {
        if (!isLate) wait(step, first(prover.machine));
      } else if (one.key !== prover.machine) {
        wait(step, isLate ? state(prover.machine) : first(prover.machine));
      }
    }
  }
  return waits;
}

/** The steps of a circle; empty where there is none. */
function circleOf(waits: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const visit = (step: string, path: string[]): string[] => {
    if (path.includes(step)) return [...path.slice(path.indexOf(step)), step];
    if (done.has(step)) return [];
    for (const one of waits.get(step) ?? []) {
      const found = visit(one, [...path, step]);
      if (found.length > 0) return found;
    }
    done.add(step);
    return [];
  };
  for (const step of waits.keys()) {
    const found = visit(step, []);
    if (found.length > 0) return found;
  }
  return [];
}

const images = ["windows-11", "windows-10", "windows-11-23h2"];

/** Labs of up to three people with up to four machines each, by up to three images in up to three rings, and what is due. */
const labs = fc
  .array(
    fc.record({
      sharing: fc.constantFrom("identity", "identity", "group"),
      machines: fc.array(
        fc.record({ image: fc.constantFrom(...images), ring: fc.nat(2), order: fc.nat(99) }),
        { minLength: 1, maxLength: 4 },
      ),
      isBrought: fc.boolean(),
      makes: fc.option(fc.nat(3), { nil: undefined }),
      isDue: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .chain((given) =>
    fc
      .record({
        hasRings: fc.boolean(),
        unproved: fc.subarray(images, { minLength: 1 }),
        seeds: fc.array(fc.nat(11), { minLength: 1, maxLength: 2 }),
      })
      .map(({ hasRings, unproved, seeds }) => {
        const people: LabDefinition["people"] = {};
        const rings: { name: string; machines: string[] }[] = [0, 1, 2].map((ring) => ({
          name: `ring-${ring}`,
          machines: [],
        }));
        const keys: string[] = [];
        given.forEach(({ sharing, machines, makes, isBrought }, index) => {
          const own = machines.map((machine, place) => ({
            ...machine,
            // Machines of several people stand between each other.
            key: `m-${String(machine.order).padStart(2, "0")}-${index}-${place}`,
            // Members of a group are in one ring.
            ring: sharing === "group" ? machines[0].ring : machine.ring,
          }));
          for (const { key, ring } of own) rings[ring].machines.push(key);
          keys.push(...own.map(({ key }) => key));
          const earliest = Math.min(...own.map(({ ring }) => ring));
          const candidates = hasRings ? own.filter(({ ring }) => ring === earliest) : own;
          people[`person-${index}`] = {
            sharing,
            ...(isBrought && sharing !== "group" ? { exportedIdentity: "brought" } : {}),
            machines: Object.fromEntries(own.map(({ key, image }) => [key, { image }])),
            ...(makes === undefined || sharing === "group"
              ? {}
              : { maker: candidates[makes % candidates.length].key }),
          };
        });
        const definition: LabDefinition = {
          people,
          ...(hasRings ? { rings: rings.filter(({ machines }) => machines.length > 0) } : {}),
        };
        return {
          definition,
          unproved,
          exportsDue: given.flatMap(({ isDue }, index) => (isDue ? [`person-${index}`] : [])),
          seeds: [...new Set(seeds.map((seed) => keys[seed % keys.length]))],
        };
      }),
  );
