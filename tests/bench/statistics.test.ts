import * as assert from "node:assert/strict";
import { ratioOf, spreadOf } from "../../bench/statistics";

describe("bench: medians and ratios", () => {
  it("a median is the one in the middle, or between the two in the middle, whatever the order", () => {
    assert.deepEqual(spreadOf([10, 1, 2]), { median: 2, min: 1, max: 10 });
    assert.deepEqual(spreadOf([4, 10, 1, 2]), { median: 3, min: 1, max: 10 });
    assert.deepEqual(spreadOf([7]), { median: 7, min: 7, max: 7 });
    assert.equal(spreadOf([]), undefined);
  });

  it("numbers are compared as numbers and not as text", () => {
    assert.equal(spreadOf([9, 10, 100])?.median, 10);
  });

  const rounds = (...values: number[]) => new Map(values.map((value, index) => [index + 1, value]));

  it("a ratio is that of the medians, and spreads as the ratios of the same round do", () => {
    // Round by round 0.5, 0.1 and 0.6; the medians are 6 and 20.
    const ratio = ratioOf(rounds(5, 6, 12), rounds(10, 60, 20));
    assert.deepEqual(ratio, { median: 0.3, min: 0.1, max: 0.6 });
  });

  it("of rounds that only one of both has, the ratio of medians is still within its spread", () => {
    const ratio = ratioOf(rounds(8), rounds(2, 4, 4));
    assert.deepEqual(ratio, { median: 2, min: 2, max: 4 });
    const apart = ratioOf(new Map([[1, 8]]), new Map([[2, 4]]));
    assert.deepEqual(apart, { median: 2, min: 2, max: 2 });
  });

  it("there is no ratio of what was not measured, or to nothing", () => {
    assert.equal(ratioOf(rounds(1), rounds()), undefined);
    assert.equal(ratioOf(rounds(), rounds(1)), undefined);
    assert.equal(ratioOf(rounds(1), rounds(0)), undefined);
  });
});
