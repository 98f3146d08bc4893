import * as assert from "node:assert/strict";
import { planPower, shortened, stepTo, type PoweredMachine } from "../../lab/powerPlan";

/** A machine of a lab whose seed is `ada-1`. */
function machine(key: string, power: string, more: Partial<PoweredMachine> = {}): PoweredMachine {
  return {
    machine: key,
    isSeed: key === "ada-1",
    isSelected: true,
    virtualMachineId: `/vm/${key}`,
    now: { instance: `id of ${key}`, power, isSpot: false },
    ...more,
  };
}
const others = { isSelected: false };
const gone = { now: { instance: "", power: "", isSpot: false } };

describe("the order in which machines are switched", () => {
  for (const [power, start, stop] of [
    ["running", "leave", "begin"],
    ["starting", "wait", "settle"],
    ["stopping", "settle", "settle"],
    // Shut down from within: off, and still paid for.
    ["stopped", "begin", "begin"],
    ["deallocating", "settle", "wait"],
    ["deallocated", "begin", "leave"],
    ["unknown", "begin", "begin"],
    ["", "begin", "begin"],
  ] as const) {
    it(`${power || "without a power"}: start ${start}, stop ${stop}`, () => {
      assert.equal(stepTo("running", power), start);
      assert.equal(stepTo("deallocated", power), stop);
    });
  }

  const waves = (...[goal, machines]: Parameters<typeof planPower>) =>
    planPower(goal, machines).waves.map((wave) =>
      wave.map((one) => `${one.machine.machine}: ${one.step}`),
    );

  it("starts the seed first and stops it last", () => {
    const all = (power: string) => ["ada-1", "ada-2", "grace-1"].map((key) => machine(key, power));
    assert.deepEqual(waves("running", all("deallocated")), [
      ["ada-1: begin"],
      ["ada-2: begin", "grace-1: begin"],
    ]);
    assert.deepEqual(waves("deallocated", all("running")), [
      ["ada-2: begin", "grace-1: begin"],
      ["ada-1: begin"],
    ]);
  });

  it("has one wave where there is nothing for another", () => {
    assert.deepEqual(
      waves("running", [machine("ada-2", "stopped"), machine("ada-1", "running", others)]),
      [["ada-2: begin"]],
    );
    assert.deepEqual(waves("running", [machine("ada-2", "stopped", others)]), []);
  });

  it("tells machines that are gone from those of one's own, and switches neither", () => {
    const plan = planPower("running", [
      machine("ada-2", "", gone),
      machine("own", "", { virtualMachineId: undefined, now: undefined }),
      machine("grace-1", "deallocated"),
    ]);
    const keys = (machines: readonly PoweredMachine[]) => machines.map((one) => one.machine);
    assert.deepEqual(keys(plan.missing), ["ada-2"]);
    assert.deepEqual(keys(plan.elsewhere), ["own"]);
    assert.deepEqual(keys(plan.waves.flat().map((one) => one.machine)), ["grace-1"]);
  });

  for (const [what, goal, machines, remark] of [
    [
      "others start while the seed is off",
      "running",
      [machine("ada-1", "deallocated", others), machine("ada-2", "deallocated")],
      /^The seed ada-1 is not running \(deallocated\): .* Start it, too\.$/,
    ],
    [
      "others start and the seed is gone",
      "running",
      [machine("ada-1", "", { ...others, ...gone }), machine("ada-2", "deallocated")],
      /^The seed ada-1 is gone: /,
    ],
    [
      "others start while the seed runs",
      "running",
      [machine("ada-1", "running", others), machine("ada-2", "deallocated")],
      undefined,
    ],
    [
      "the seed starts, too",
      "running",
      [machine("ada-1", "deallocated"), machine("ada-2", "deallocated")],
      undefined,
    ],
    [
      "the seed stops while others stay up",
      "deallocated",
      [
        machine("ada-1", "running"),
        machine("ada-2", "running", others),
        machine("ada-3", "deallocated", others),
      ],
      /^The seed ada-1 will be off while ada-2 stays up: /,
    ],
    [
      "the seed stops as the last",
      "deallocated",
      [machine("ada-1", "running"), machine("ada-2", "deallocated", others)],
      undefined,
    ],
    [
      "the seed is off already",
      "deallocated",
      [machine("ada-1", "deallocated"), machine("ada-2", "running", others)],
      undefined,
    ],
  ] as const) {
    it(`${remark ? "remarks" : "has nothing to remark"} where ${what}`, () => {
      const { remarks } = planPower(goal, machines);
      assert.equal(remarks.length, remark ? 1 : 0);
      if (remark) assert.match(remarks[0], remark);
    });
  }

  it("names the first few of many", () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ machine: `m-${index}` }));
    assert.equal(shortened(many.slice(0, 2)), "m-0, m-1");
    assert.match(shortened(many), /m-9 and 2 more$/);
  });
});
