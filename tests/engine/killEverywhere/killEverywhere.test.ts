import * as assert from "node:assert/strict";
import { engineTimeout } from "../labProject";
import { tallyOf } from "./tally";
import { transitions } from "./transitions";

/** A fixed sample of what `npm run kill-everywhere` goes through: so many points of each kind in each transition. */
const sample = 1;

describe("engine: a lab that is killed or cut off anywhere is whole after the healing and one more run", function () {
  this.timeout(engineTimeout);

  for (const transition of transitions) {
    it(`during ${transition.name}, whatever is wanted next`, async () => {
      const { line, notHealed, tried } = await tallyOf(transition, { sample, report: () => {} });
      console.log(`      ${line}`);
      assert.deepEqual(notHealed, []);
      assert.equal(tried, 3 * sample);
    });
  }
});
