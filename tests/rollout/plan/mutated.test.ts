import assert from "node:assert/strict";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { readRollout } from "../../../rollout/plan/readRollout";
import { tries } from "../../properties/seed";

const valid = {
  name: "lab",
  defaults: {
    environment: { ARM_CLIENT_ID: "ONE" },
    gates: { policyPacks: ["policy"], preview: { replacedMachines: 1, allowedMachines: ["a"] } },
  },
  stages: {
    dev: {},
    west: { stack: "acme/lab/west", project: "labs", whenLocked: "wait", lockTimeout: "1h" },
    prod: {
      environment: { PULUMI_BACKEND_URL: "TWO" },
      rings: [
        { name: "canary", people: ["ada"] },
        { name: "wide", machines: ["b-1"] },
      ],
      gates: {
        freshness: "1d",
        approval: { approvers: ["ada", "grace"], valid: 600 },
        proof: true,
        command: { run: ["npm", "test"], timeout: "1m" },
        soak: 0,
      },
    },
  },
  waves: [["dev"], ["west"], ["prod"]],
};

type Place = readonly (string | number)[];

/** Every place below a value, its own first. */
function placesOf(value: unknown, here: Place = []): Place[] {
  const below = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const key = (name: string) => (Array.isArray(value) ? Number(name) : name);
  return [here, ...below.flatMap(([name, of]) => placesOf(of, [...here, key(name)]))];
}

function replaced(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((entry, index) => (index === key ? replaced(entry, rest, by) : entry));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, of]) => [name, name === key ? replaced(of, rest, by) : of]),
  );
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, NaN, Infinity, "", " ", "dev", [], {}, [[]]),
  fc.constantFrom<unknown>(
    [null],
    [[null]],
    [1, "a"],
    { dev: null },
    { name: {} },
    [{}],
    [{ name: 1 }],
  ),
  fc.anything({ maxDepth: 2, values: [fc.string(), fc.double(), fc.boolean(), fc.constant(null)] }),
);

describe("a rollout.yaml with anything in any place", () => {
  it("is a definition without mistakes, or has findings with a line and a column", () => {
    const change = fc.tuple(fc.constantFrom(...placesOf(valid)), odd);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const file = changes.reduce<unknown>((now, [at, by]) => replaced(now, at, by), valid);
        const { definition, findings } = readRollout(stringify(file), { projectName: "lab" });
        const isRefused = findings.some(({ severity }) => severity !== "warning");
        assert.equal(definition === undefined, isRefused);
        for (const { line, column, reason } of findings) {
          assert.ok(line >= 1 && column >= 1 && reason !== "", JSON.stringify(findings));
        }
        for (const wave of definition?.waves ?? []) {
          assert.ok(wave.every((stage) => definition?.stages[stage]));
        }
      }),
      tries(2_000),
    );
  });

  it("and so it is with nothing in each single place", () => {
    for (const place of placesOf(valid).slice(1)) {
      const { definition } = readRollout(stringify(replaced(valid, place, null)), {
        projectName: "lab",
      });
      assert.equal(definition, undefined, place.join("."));
    }
  });
});
