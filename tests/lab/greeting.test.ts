import * as assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { JumpHostError } from "../../components/jumpHosts";
import { awaitGreeting } from "../../lab/greeting";

describe("the greeting of a seed's SSH server", () => {
  const connection = { host: "10.0.0.4", user: "labuser", password: "Not-Sent-1" };
  const never = new AbortController().signal;
  const saying = (line: string) => async () => {
    const server = new PassThrough();
    setImmediate(() => server.write(line));
    return server;
  };
  const silent = async () => {
    throw new Error("nothing answers");
  };
  const unasked = () => assert.fail("it answers at once");

  it("is waited for no longer than it takes", async () => {
    const reach = saying("SSH-2.0-OpenSSH_for_Windows_9.5\r\n");
    const options = { reach, signal: never, notYet: unasked };
    assert.equal(await awaitGreeting(connection, options), undefined);
  });

  it("is given up after its time, with why", async () => {
    const options = { reach: silent, signal: never, notYet: unasked, limit: 0 };
    assert.match(
      String(await awaitGreeting(connection, options)),
      /^it has not answered for 0 minutes: nothing answers$/,
    );
  });

  it("is not waited for where the jump host lets nobody in", async () => {
    const reach = async () => {
      throw new JumpHostError("the jump host refuses");
    };
    const options = { reach, signal: never, notYet: unasked };
    assert.equal(await awaitGreeting(connection, options), "the jump host refuses");
  });

  it("is waited for no more once that is no longer wanted", async () => {
    const asked = new AbortController();
    const options = { reach: silent, signal: asked.signal, notYet: () => asked.abort() };
    await assert.rejects(awaitGreeting(connection, options), { name: "AbortError" });
  });
});
