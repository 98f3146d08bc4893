import * as assert from "node:assert/strict";
import { listeningSeconds } from "../../../components/plan/proof";

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
