import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { leanStackTraces } from "../../components";
import { finished, mockEngine } from "./mocks";

describe("components/stackTraces", () => {
  let before: typeof Error.prepareStackTrace;
  beforeEach(() => {
    before = Error.prepareStackTrace;
  });
  afterEach(() => {
    Error.prepareStackTrace = before;
    delete process.env.PEERLAB_STACK_TRACES;
  });

  /** How many stack traces are written with source positions while a resource is declared. */
  async function written(): Promise<number> {
    await mockEngine();
    const original = Error.prepareStackTrace;
    let count = 0;
    Error.prepareStackTrace = (error, frames) => {
      count++;
      return original?.(error, frames);
    };
    leanStackTraces();
    new pulumi.Stash("kept", { input: "x" });
    await finished();
    return count;
  }

  it("has none written while resources are declared, unless the environment asks for them", async () => {
    assert.equal(await written(), 0);
    process.env.PEERLAB_STACK_TRACES = "true";
    assert.ok((await written()) > 10);
  });

  it("leaves the stack trace of an error as it was, in whatever way traces are written", () => {
    const mistake = () => new TypeError("a mistake");
    const line =
      /^TypeError: a mistake\n {4}at mistake \(.*stackTraces\.test\.ts:\d+:\d+\)\n {4}at /;
    assert.match(String(mistake().stack), line);
    leanStackTraces();
    assert.match(String(mistake().stack), line);
    Reflect.deleteProperty(Error, "prepareStackTrace");
    leanStackTraces();
    assert.match(String(mistake().stack), line);
  });
});
