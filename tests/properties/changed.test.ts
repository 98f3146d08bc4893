import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { findingsOf, objectionsOf } from "./acceptance";
import { changed } from "./definitions/changed";
import { carryOut } from "./program";
import { quietly, run, sayRun } from "./runs";

describe("tests/properties/changed", () => {
  let loudly: () => void;

  before(() => {
    sayRun();
    loudly = quietly();
  });
  after(() => loudly());

  it("is refused by the library, or accepted by Azure, whatever stands in one or two arguments", async function () {
    this.timeout("20m");
    let accepted = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(changed, async (definition) => {
        const outcome = await carryOut(definition);
        if (findingsOf(outcome).length > 0) {
          refused++;
          return;
        }
        accepted++;
        assert.deepEqual(objectionsOf(definition, outcome), []);
      }),
      { seed: run.seed, numRuns: Math.ceil(run.definitions / 20) },
    );
    console.log(`      ${accepted} accepted, ${refused} refused`);
    if (run.definitions >= 1000) assert.ok(accepted > 0 && refused > 0, "both occur");
  });
});
