import * as assert from "node:assert/strict";
import { listeningSeconds, outlastTests } from "../../../components/plan/proof";

describe("components/plan/proof: how long listeners stay open", () => {
  it("is enough for tests that all fail, four at a time, up to what a machine takes: an hour", () => {
    assert.equal(listeningSeconds(1, 0), 660);
    assert.equal(listeningSeconds(8, 120), 600 + 2 * 180);
    for (const machines of [1, 4, 5, 60, 64]) {
      assert.ok(listeningSeconds(machines) >= Math.ceil(machines / 4) * 120);
    }
    assert.deepEqual(
      [listeningSeconds(68), listeningSeconds(200), listeningSeconds(4, 600)],
      [3600, 3600, 1260],
    );
  });
});

describe("components/plan/proof: whether listeners that are open already outlast the tests", () => {
  const outlast = (ageSeconds: number, machines: number, settleSeconds?: number) =>
    outlastTests(
      { seconds: listeningSeconds(machines, settleSeconds), ageSeconds },
      machines,
      settleSeconds,
    );

  it("is so for the first eight minutes, whatever the lab", () => {
    for (const [machines, settleSeconds] of [
      [2, 0],
      [4, 120],
      [64, 120],
      [200, 120],
      [500, 600],
    ]) {
      assert.equal(outlast(0, machines, settleSeconds), true);
      assert.equal(outlast(480, machines, settleSeconds), true, String(machines));
      assert.equal(outlast(481, machines, settleSeconds), false, String(machines));
    }
  });

  it("leaves all tests their time, and two minutes to begin, up to what a machine takes", () => {
    for (const machines of [2, 30, 64, 66]) {
      const left = listeningSeconds(machines) - 480;
      assert.ok(left >= Math.ceil(machines / 4) * 180 + 120 || left >= 3_120, String(machines));
    }
  });

  it("counts the machines of the proof that is asked about: listeners of a small ring end before a large lab's", () => {
    const ofRing = { seconds: listeningSeconds(2), ageSeconds: 0 };
    assert.equal(outlastTests(ofRing, 12), true);
    assert.equal(outlastTests(ofRing, 16), false);
  });
});
