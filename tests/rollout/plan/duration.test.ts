import assert from "node:assert/strict";
import { durationText, secondsOf } from "../../../rollout/plan/duration";

describe("durations", () => {
  it("are written with one unit, or are seconds", () => {
    const read = [
      ["90s", 90],
      ["30m", 1800],
      ["12h", 43_200],
      ["1d", 86_400],
      ["0s", 0],
      [45, 45],
      ["45", undefined],
      ["1h30m", undefined],
      ["-1m", undefined],
      ["1 m", undefined],
      ["1w", undefined],
      ["1M", undefined],
      [1.5, undefined],
      [true, undefined],
      [["1m"], undefined],
      [null, undefined],
    ] as const;
    for (const [written, seconds] of read) {
      assert.equal(secondsOf(written), seconds, JSON.stringify(written));
    }
  });

  it("are told with two units at most", () => {
    const told = [
      [0, "0s"],
      [59.9, "59s"],
      [60, "1m"],
      [61, "1m 1s"],
      [3600, "1h"],
      [3661, "1h 1m"],
      [3605, "1h"],
      [86_400 + 7200, "1d 2h"],
      [-5, "0s"],
    ] as const;
    for (const [seconds, text] of told) assert.equal(durationText(seconds), text);
  });
});
