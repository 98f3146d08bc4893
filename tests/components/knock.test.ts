import * as assert from "node:assert/strict";
import { once } from "node:events";
import * as net from "node:net";
import { knock } from "../../components/knock";

describe("components/knock", () => {
  let server: net.Server;
  let heard: Buffer[];
  afterEach(() => server.close());

  /** Knocks at a server that says this at once and then waits, or closes. */
  async function knockAt(greeting: string, closes = false): Promise<void> {
    heard = [];
    server = net.createServer((socket) => {
      socket.on("data", (chunk) => heard.push(chunk)).on("error", () => {});
      if (closes) socket.end(greeting);
      else socket.write(greeting);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
    await knock(socket, 200);
    assert.ok(socket.destroyed);
  }

  for (const [what, greeting] of [
    ["a server that says who it is", "SSH-2.0-OpenSSH_for_Windows_9.5\r\n"],
    ["one that says other things first", "Welcome\r\nto this machine\r\nSSH-2.0-x\r\n"],
    ["one that ends its lines as Unix does", "SSH-2.0-x\n"],
    ["one that speaks the older version too", "SSH-1.99-x\r\n"],
  ]) {
    it(`is answered by ${what}, to whom nothing is said`, async () => {
      await knockAt(greeting);
      assert.deepEqual(heard, []);
    });
  }

  for (const [what, greeting, closes, reason] of [
    ["has too many connections", "Exceeded MaxStartups\r\n", true, /with "Exceeded MaxStartups"/],
    ["closes at once", "", true, /it closed the connection without a word/],
    ["says nothing", "", false, /nothing answers/],
    ["has not said all of it", "SSH-2.0-Open", false, /nothing answers/],
    ["speaks something else", "x".repeat(10_000), false, /it is no SSH server/],
  ] as const) {
    it(`is not answered by one that ${what}`, async () => {
      await assert.rejects(knockAt(greeting, closes), reason);
    });
  }
});
