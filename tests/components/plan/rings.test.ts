import * as assert from "node:assert/strict";
import { planLab, type LabDefinition } from "../../../components/plan/lab";
import { ringsOf } from "../../../components/plan/rings";
import { ringUnhealthy } from "../../../components/plan/ringWords";

const people: LabDefinition["people"] = {
  ada: { machines: { "ada-1": {}, "ada-2": {}, "ada-3": { image: "windows-10" } } },
  grace: { machines: { "grace-1": {} } },
  linus: {},
};
const rings = [
  { name: "canary", machines: ["ada-2"], people: ["linus"] },
  { name: "wide", people: ["grace"] },
];
const planned = (definition: Partial<LabDefinition> = {}) => planLab({ people, ...definition });

describe("components/plan: rings", () => {
  it("are those that are named, in their order, and last what none names; none without a machine", () => {
    const machines = { c: "ada", b: "ada", a: "grace" };
    for (const [given, expected] of [
      [undefined, [["others", "a", "b", "c"]]],
      [[], [["others", "a", "b", "c"]]],
      [
        [
          { name: "one", machines: ["c"] },
          { name: "two", people: ["linus"] },
        ],
        [
          ["one", "c"],
          ["others", "a", "b"],
        ],
      ],
      [
        [
          { name: "one", people: ["ada"] },
          { name: "two", people: ["grace"] },
        ],
        [
          ["one", "b", "c"],
          ["two", "a"],
        ],
      ],
    ] as const) {
      const found = ringsOf(given as never, machines).map(({ name, machines: own }) => [
        name,
        ...own,
      ]);
      assert.deepEqual(found, expected);
    }
    assert.deepEqual(ringsOf([{ name: "one", people: ["ada"] }], {}), []);
  });

  it("decide that the machine that proves an image, and the one that makes an identity, come first", () => {
    const without = planned();
    const roles = (plan: ReturnType<typeof planLab>) =>
      plan.machines.map(({ key, ring, provenBy }) => [key, ring, provenBy]);
    assert.deepEqual(roles(without), [
      ["ada-1", 0, undefined],
      ["ada-2", 0, "ada-1"],
      ["ada-3", 0, undefined],
      ["grace-1", 0, "ada-1"],
    ]);
    assert.deepEqual(
      without.people.map(({ maker }) => maker),
      [undefined, undefined, undefined],
    );
    const plan = planned({ rings });
    assert.deepEqual(roles(plan), [
      ["ada-1", 2, "ada-2"],
      ["ada-2", 0, undefined],
      ["ada-3", 2, undefined],
      ["grace-1", 1, "ada-2"],
    ]);
    assert.deepEqual(
      plan.people.map(({ key, maker }) => [key, maker]),
      [
        ["ada", "ada-2"],
        ["grace", "grace-1"],
        ["linus", undefined],
      ],
    );
    assert.deepEqual(
      plan.rings.map(({ name }) => name),
      ["canary", "wide", "others"],
    );
  });

  it("that are not healthy are said with what waits, each failure once", () => {
    for (const [waiting, failures, words] of [
      [["wide"], [], ""],
      [["wide"], ["a", "a"], "ring one is not healthy (one failure); ring wide waits:\n  a"],
      [
        ["x", "y", "z"],
        ["a", "b"],
        "ring one is not healthy (2 failures); rings x, y and z wait:\n  a\n  b",
      ],
      [[], ["a"], "ring one is not healthy (one failure); what is no longer wanted stays:\n  a"],
    ] as const) {
      const said = ringUnhealthy("lab", "one", waiting, failures);
      assert.equal(said, words === "" ? "" : `PeerLab lab: ${words}`);
    }
  });
});
