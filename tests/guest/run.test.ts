import * as assert from "node:assert/strict";
import { ranOn } from "./run";

describe("npm run test:guest", () => {
  it("says in its last line what the Windows side ran on, and what it did not", () => {
    assert.equal(ranOn("6.8", "7.4.1"), "Ran on mono 6.8 and pwsh 7.4.1.");
    assert.equal(
      ranOn("6.8", undefined),
      "Ran on mono 6.8; no pwsh on PATH, so what needs it was not run.",
    );
    assert.equal(
      ranOn(undefined, "7.4.1"),
      "Ran on pwsh 7.4.1; no mono on PATH, so what needs it was not run.",
    );
    assert.equal(
      ranOn(undefined, undefined),
      "Ran on neither mono nor pwsh: no mono and no pwsh on PATH, so what needs it was not run.",
    );
  });
});
