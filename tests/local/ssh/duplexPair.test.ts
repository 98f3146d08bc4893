import assert from "node:assert/strict";
import { once } from "node:events";
import { duplexPair, failingConnection } from "../../../local/ssh/duplexPair";

describe("local/ssh/duplexPair", () => {
  it("carries bytes both ways and the end of each side", async () => {
    const [left, right] = duplexPair();
    left.end("one");
    right.end("two");
    const read = async (stream: NodeJS.ReadableStream) => {
      let text = "";
      for await (const chunk of stream) text += String(chunk);
      return text;
    };
    assert.deepEqual(await Promise.all([read(left), read(right)]), ["two", "one"]);
  });

  it("holds the writer back until the other side reads", async () => {
    const [left, right] = duplexPair();
    let written = 0;
    for (let count = 0; count < 10; count++) left.write(Buffer.alloc(32_768), () => written++);
    await once(right, "readable");
    assert(written < 10);
    right.resume();
    left.end();
    await once(right, "end");
    assert.equal(written, 10);
  });

  it("closes the other side when one is destroyed", async () => {
    const [left, right] = duplexPair();
    left.destroy();
    await once(right, "close");
  });

  it("fails like a system call that found nobody", async () => {
    const [error] = await once(failingConnection("ECONNREFUSED", 0), "close").catch(
      (caught: NodeJS.ErrnoException) => [caught],
    );
    assert.equal((error as NodeJS.ErrnoException).code, "ECONNREFUSED");
  });
});
