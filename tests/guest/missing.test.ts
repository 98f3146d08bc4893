import * as assert from "node:assert/strict";
import { isCI, refuseInCI, skipWithout } from "./missing";

describe("tests that need what this computer lacks", () => {
  for (const [value, expected] of [
    [undefined, false],
    ["", false],
    ["false", false],
    ["0", false],
    ["true", true],
    ["1", true],
    ["woodpecker", true],
  ] as const) {
    it(`${expected ? "fail" : "are skipped"} where CI is ${value === undefined ? "not set" : `"${value}"`}`, () => {
      assert.equal(isCI({ CI: value }), expected);
      const refuse = () => refuseInCI("no mono (Debian package mono-runtime)", { CI: value });
      if (expected) assert.throws(refuse, /no mono \(Debian package mono-runtime\)\. .*install it/);
      else refuse();
    });
  }

  it("run where nothing is missing, in CI or not", function () {
    skipWithout(this, undefined);
  });
});
