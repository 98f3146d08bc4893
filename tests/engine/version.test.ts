import assert from "node:assert/strict";
import { engineVersion, isSupported } from "../../engine/version";

describe("engine/version", () => {
  for (const version of [engineVersion, "v3.230.0", "3.230.1", "v3.231.0-alpha.1", "4.0.0"]) {
    it(`accepts ${version}`, () => assert.equal(isSupported(version), true));
  }
  for (const version of ["3.229.9", "v2.999.0", "", "latest", "3.230"]) {
    it(`refuses ${JSON.stringify(version)}`, () => assert.equal(isSupported(version), false));
  }
});
