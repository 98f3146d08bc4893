import * as assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import {
  Asset,
  PartialFailure,
  ProviderError,
  Secret,
  serveProvider,
  Unknown,
} from "../../../local/provider";
import type { Properties, ProviderHandlers, ProviderServer } from "../../../local/provider";
import type { InitializationFailure, ProviderClient } from "./client";
import { connectProvider } from "./client";

/** A provider that answers with what it is given. */
const echo: ProviderHandlers = {
  version: "1.2.3",
  secrets: "keep",
  check: async ({ inputs }) => ({ inputs }),
  diff: async () => ({ changes: {} }),
  create: async ({ inputs }) => ({ id: "made", outputs: inputs }),
  read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs }),
  update: async ({ inputs }) => ({ outputs: inputs }),
  delete: async () => {},
  invoke: async ({ token, arguments: args }) => ({ result: { token, ...args } }),
};

describe("local/provider", () => {
  let server: ProviderServer;
  let client: ProviderClient;

  const serve = async (handlers: Partial<ProviderHandlers>) => {
    server = await serveProvider({ ...echo, ...handlers });
    client = connectProvider(server.port);
  };
  afterEach(async () => {
    client.close();
    await server.close();
  });

  const everyKind: Properties = {
    text: "a",
    number: 4,
    flag: false,
    list: [1, "b", { deep: Unknown }],
    secret: new Secret({ inner: "s" }),
    file: new Asset({ path: "x.ps1", hash: "00" }),
    unknown: Unknown,
  };

  it("hands values of every kind to a handler and back to the engine unchanged", async () => {
    let seen: Properties = {};
    await serve({
      create: async ({ inputs }) => {
        seen = inputs;
        return { id: "made", outputs: inputs };
      },
    });
    const { outputs } = await client.create("test:a:B", "b", everyKind);
    assert.deepEqual(seen, everyKind);
    assert.deepEqual(outputs, everyKind);
  });

  it("gives plain values where the handlers want no secrets, and says so to the engine", async () => {
    await serve({ secrets: "strip" });
    assert.equal((await client.configure({})).acceptsecrets, false);
    const { inputs } = await client.check("test:a:B", "b", everyKind);
    assert.deepEqual(inputs.secret, { inner: "s" });
  });

  it("names the resource's type and logical name from the URN where an engine sends neither", async () => {
    const seen: string[] = [];
    await serve({
      create: async ({ type, name }) => {
        seen.push(type, name);
        return { id: "made", outputs: {} };
      },
    });
    await client.create("", "x", {}, false, "urn:pulumi:s::p::outer:A:B$test:a:B::x::y");
    assert.deepEqual(seen, ["test:a:B", "x::y"]);
  });

  it("answers a handler's error with its code and message", async () => {
    await serve({
      read: async () => {
        throw new ProviderError("no such thing", status.NOT_FOUND);
      },
    });
    await assert.rejects(client.read("test:a:B", "b", "id"), {
      code: status.NOT_FOUND,
      details: "no such thing",
    });
  });

  it("hands over what was made before a failure", async () => {
    await serve({
      create: async () => {
        throw new PartialFailure("script failed", "the-id", { in: 1 }, { out: Unknown });
      },
    });
    await assert.rejects(
      client.create("test:a:B", "b", {}),
      (error: Error & { initialization?: InitializationFailure }) => {
        assert.deepEqual(error.initialization, {
          id: "the-id",
          inputs: { in: 1 },
          outputs: { out: Unknown },
          reasons: ["script failed"],
        });
        return true;
      },
    );
  });

  it("sends every changed path with its kind", async () => {
    await serve({
      diff: async () => ({
        changes: { "a.b[0].c": "updateReplace", d: "add" },
        deleteBeforeReplace: true,
      }),
    });
    assert.deepEqual(await client.diff("test:a:B", "b", "id", {}, {}), {
      changes: { "a.b[0].c": "updateReplace", d: "add" },
      deleteBeforeReplace: true,
    });
  });

  it("answers a request that is under way before it closes", async () => {
    let release = () => {};
    let entered = () => {};
    const running = new Promise<void>((resolve) => (entered = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    await serve({
      delete: async () => {
        entered();
        await released;
      },
    });
    const answer = client.delete("test:a:B", "b", "id");
    await running;
    const closed = server.close();
    release();
    await answer;
    await closed;
    await serve({});
  });
});
