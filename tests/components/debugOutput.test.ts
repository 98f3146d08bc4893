import * as assert from "node:assert/strict";
import * as log from "@pulumi/pulumi/log";
import { withoutAnswers } from "../../components/debugOutput";

describe("components/debugOutput", () => {
  it("cuts the engine's answers off, over several lines, and keeps what was called and its error", () => {
    const called = "RegisterResource RPC finished: resource:a[b]; err: null, resp: ";
    assert.equal(
      withoutAnswers(`${called}urn:x,password,\nhunter2, resp: y`),
      `${called}(not shown)`,
    );
    const failed = "Invoke RPC finished: tok=a:b:c; err: Error: no, resp: undefined";
    assert.match(withoutAnswers(failed), /err: Error: no, resp: \(not shown\)$/);
    assert.equal(withoutAnswers("Registering resource: t=a"), "Registering resource: t=a");
  });

  it("is what the SDK itself calls", () => {
    assert.match(String(log.debug), /withoutAnswers/);
  });
});
