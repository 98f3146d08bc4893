import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { nameProofs, presentNameProofs, targetsOf } from "../../../components/plan/proofPairs";

const letters = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
const someKeys = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,6}$/), { maxLength: 40 });

describe("components/plan/proofPairs: whose ports a machine tests", () => {
  it("tests all others in a small lab, and the next ones in the ring in a larger one", () => {
    assert.deepEqual(targetsOf([]), {});
    assert.deepEqual(targetsOf(["a"]), { a: [] });
    assert.deepEqual(targetsOf(["b", "c", "a"]), { a: ["b", "c"], b: ["c", "a"], c: ["a", "b"] });
    const { i, a } = targetsOf(letters, 3);
    assert.deepEqual(
      [a, i],
      [
        ["b", "c", "d"],
        ["j", "a", "b"],
      ],
    );
    assert.equal(targetsOf(letters)["a"].length, 6);
  });

  it("lets at least two others test each machine from three machines on, and nobody itself", () => {
    fc.assert(
      fc.property(someKeys, fc.integer({ min: 2, max: 32 }), (keys, sample) => {
        const targets = targetsOf(keys, sample);
        for (const key of keys) {
          const testers = keys.filter((other) => targets[other].includes(key));
          assert.ok(!testers.includes(key));
          assert.equal(testers.length, Math.min(sample, keys.length - 1));
          assert.equal(new Set(targets[key]).size, targets[key].length);
        }
      }),
    );
  });

  it("changes only the lists of neighbours when a machine comes, whatever order keys are given in", () => {
    fc.assert(
      fc.property(someKeys, fc.integer({ min: 2, max: 6 }), (keys, sample) => {
        fc.pre(keys.length > 0);
        const [comes, ...there] = keys;
        const before = targetsOf(there, sample);
        const after = targetsOf([...keys].reverse(), sample);
        const changed = there.filter((key) => after[key].join() !== before[key].join());
        assert.ok(changed.length <= sample, changed.join());
        for (const key of changed) assert.ok(after[key].includes(comes));
      }),
    );
  });
});

describe("components/plan/proofPairs: who resolves a name", () => {
  it("is not said of a name that every machine holds, or the only one", () => {
    assert.deepEqual(nameProofs({ a: ["n"] }), [{ peerName: "n", holders: ["a"], resolvers: [] }]);
    assert.deepEqual(nameProofs({ a: ["n"], b: ["n"] })[0].resolvers, []);
  });

  it("is the next two that do not hold it", () => {
    assert.deepEqual(nameProofs({ a: [], b: ["n"], c: [], d: [] }), [
      { peerName: "n", holders: ["b"], resolvers: ["c", "d"] },
    ]);
    assert.deepEqual(nameProofs({ a: [], b: [], c: ["n"] })[0].resolvers, ["a", "b"]);
    assert.deepEqual(nameProofs({ a: ["n"], b: ["n"], c: [] })[0].resolvers, ["c"]);
  });

  it("is each time as many as there are, up to two, each another one and none a holder", () => {
    const held = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,3}$/),
      fc.uniqueArray(fc.constantFrom<string>("m", "n", "o"), { maxLength: 3 }),
      { maxKeys: 12 },
    );
    fc.assert(
      fc.property(held, (names) => {
        const keys = Object.keys(names);
        for (const { peerName, holders, resolvers } of nameProofs(names)) {
          assert.deepEqual(
            [...holders].sort(),
            keys.filter((key) => names[key].includes(peerName)).sort(),
          );
          assert.ok(resolvers.every((key) => !holders.includes(key)));
          assert.equal(new Set(resolvers).size, Math.min(2, keys.length - holders.length));
        }
      }),
    );
  });

  it("is everybody else for the name by which seeds are awake", () => {
    const held = Object.fromEntries(
      letters.map((key) => [key, key < "c" ? ["0.PeerLab-seed"] : []]),
    );
    const [{ holders, resolvers }] = nameProofs(held);
    assert.deepEqual(holders, ["a", "b"]);
    assert.deepEqual([...resolvers].sort(), letters.slice(2));
  });

  it("stays the same where some take no part, and is not said of a name that only those hold", () => {
    const held = { a: ["m", "n"], b: ["n"], c: ["m"], d: [], e: [] };
    const all = nameProofs(held);
    assert.deepEqual(
      presentNameProofs(held, (key) => key !== "a"),
      all,
    );
    assert.deepEqual(
      presentNameProofs(held, (key) => !["a", "b"].includes(key)),
      all.filter(({ peerName }) => peerName === "m"),
    );
  });

  it("spreads the names of one person over the ring", () => {
    const mine = ["one", "two", "three", "four", "five", "six"];
    const names = Object.fromEntries(
      letters.map((key) => [key, ["a", "d", "g"].includes(key) ? mine : []]),
    );
    const starts = new Set(nameProofs(names).map(({ resolvers }) => resolvers[0]));
    assert.ok(starts.size > 1, [...starts].join());
  });
});
