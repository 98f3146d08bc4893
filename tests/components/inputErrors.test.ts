import * as assert from "node:assert/strict";
import { inspect } from "node:util";
import { lateError } from "../../components/inputErrors";

describe("components/inputErrors", () => {
  it("a late error keeps its message, and is inspected without what Pulumi hangs on it", () => {
    const error = lateError("it has one mistake") as Error & { promise?: unknown };
    error.message = `error serializing property "a": ${error.message}`;
    error.promise = Promise.resolve({ everything: "that it leads to" });
    assert.equal(error.message, "it has one mistake");
    assert.equal(inspect(error, { colors: true }), "it has one mistake");
    assert.ok(error instanceof Error);
  });
});
