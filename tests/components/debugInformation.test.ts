import * as assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { skipDebugInformation } from "../../components";
import { withoutStackTraces } from "../../components/debugInformation";
import { finished, mockEngine } from "./mocks";

// The module that the SDK's parts call.
const log = createRequire(__filename)("@pulumi/pulumi/log") as typeof pulumi.log;
const sdk = createRequire(__filename)("@pulumi/pulumi/runtime/debuggable") as {
  debuggablePromise(promise: Promise<void>, context: string): unknown;
};

describe("components/debugInformation", () => {
  let before: typeof Error.prepareStackTrace;
  let debugBefore: typeof log.debug;
  beforeEach(() => {
    before = Error.prepareStackTrace;
    debugBefore = log.debug;
  });
  afterEach(() => {
    Error.prepareStackTrace = before;
    Object.assign(log, { debug: debugBefore });
    delete process.env.PEERLAB_DEBUG;
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
    skipDebugInformation();
    new pulumi.Stash("kept", { input: "x" });
    await finished();
    return count;
  }

  it("has none written while resources are declared, unless the environment asks for them", async () => {
    assert.equal(await written(), 0);
    process.env.PEERLAB_DEBUG = "true";
    assert.ok((await written()) > 10);
  });

  it("says nothing of what the SDK does for a resource, unless the environment asks for it", async () => {
    let said: string[] = [];
    const listen = () =>
      Object.assign(log, {
        debug: (message: string) => {
          said.push(message);
          return Promise.resolve();
        },
      });
    const declare = async () => {
      said = [];
      await mockEngine();
      listen();
      skipDebugInformation();
      new pulumi.Stash("kept", { input: "x" });
      await finished();
    };
    await declare();
    assert.equal(said.length, 0);
    process.env.PEERLAB_DEBUG = "true";
    await declare();
    assert.ok(said.some((message) => message.startsWith("Registering resource")));
  });

  it("has none written in a program that does nothing for it while a component declares, and leaves all as it was", () => {
    const mistake = () => new TypeError("a mistake");
    Error.prepareStackTrace = (error) => `written: ${error.message}`;
    const own = Error.prepareStackTrace;
    function debuggablePromise() {
      return new Error("my own").stack;
    }
    assert.equal(withoutStackTraces(debuggablePromise), "written: my own");
    const tracked = () => {
      const promise = Promise.resolve();
      sdk.debuggablePromise(promise, "in vain");
      return Reflect.get(promise, "_debugStackTrace") as unknown;
    };
    assert.equal(withoutStackTraces(tracked), "");
    assert.equal(tracked(), "written: ");
    assert.equal(
      withoutStackTraces(() => mistake().stack),
      "written: a mistake",
    );
    assert.throws(() =>
      withoutStackTraces(() => {
        throw mistake();
      }),
    );
    assert.equal(Error.prepareStackTrace, own);
    Reflect.deleteProperty(Error, "prepareStackTrace");
    withoutStackTraces(mistake);
    assert.equal(Object.hasOwn(Error, "prepareStackTrace"), false);
  });

  it("leaves the stack trace of an error as it was, in whatever way traces are written", () => {
    const mistake = () => new TypeError("a mistake");
    const line =
      /^TypeError: a mistake\n {4}at mistake \(.*debugInformation\.test\.ts:\d+:\d+\)\n {4}at /;
    assert.match(String(mistake().stack), line);
    skipDebugInformation();
    assert.match(String(mistake().stack), line);
    Reflect.deleteProperty(Error, "prepareStackTrace");
    skipDebugInformation();
    assert.match(String(mistake().stack), line);
  });
});
