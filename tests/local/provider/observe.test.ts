import * as assert from "node:assert/strict";
import {
  observed,
  serveProvider,
  type ProviderHandlers,
  type ProviderServer,
  type RequestObserver,
} from "../../../local/provider";
import { connectProvider, type ProviderClient } from "./client";

describe("local/provider, an observer of requests", () => {
  let server: ProviderServer;
  let client: ProviderClient;
  let order: string[];

  const serve = async (observe: RequestObserver, handlers: Partial<ProviderHandlers> = {}) => {
    const effect = (operation: string) => order.push(`${operation} has its effect`);
    server = await serveProvider(
      observed(
        {
          version: "1.2.3",
          secrets: "keep",
          check: async ({ inputs }) => ({ inputs }),
          diff: async () => ({ changes: {} }),
          create: async ({ inputs, preview }) => {
            effect(preview ? "preview" : "create");
            return { id: preview ? "" : "made", outputs: inputs };
          },
          read: async ({ id, inputs, outputs }) => {
            effect("read");
            return { id, inputs, outputs };
          },
          update: async ({ inputs, preview }) => {
            effect(preview ? "preview" : "update");
            return { outputs: inputs };
          },
          delete: async () => void effect("delete"),
          invoke: async () => {
            effect("invoke");
            return { result: {} };
          },
          ...handlers,
        },
        "test",
        observe,
      ),
    );
    client = connectProvider(server.port);
  };
  beforeEach(() => (order = []));
  afterEach(async () => {
    client.close();
    await server.close();
  });

  it("is awaited before and after each request that is no planning, with what it is about", async () => {
    await serve(async ({ provider, operation, token, name, moment }) => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${moment} ${operation} ${provider} ${token} ${name}`.trimEnd());
    });
    const type = "test:a:B";
    await client.check(type, "b", {});
    await client.diff(type, "b", "made", {}, {});
    await client.create(type, "b", {}, true);
    await client.update(type, "b", "made", {}, {}, true);
    assert.deepEqual(order.splice(0), ["preview has its effect", "preview has its effect"]);
    await client.create(type, "b", {});
    await client.read(type, "b", "made");
    await client.update(type, "b", "made", {}, {});
    await client.delete(type, "b", "made");
    await client.invoke("test:a:getB", {});
    const around = (operation: string, about: string) => [
      `before ${operation} test ${about}`,
      `${operation} has its effect`,
      `after ${operation} test ${about}`,
    ];
    assert.deepEqual(order, [
      ...["create", "read", "update", "delete"].flatMap((name) => around(name, `${type} b`)),
      ...around("invoke", "test:a:getB"),
    ]);
  });

  it("loses a request by failing before it, and only its answer by failing after it", async () => {
    let failing: string | undefined;
    await serve(({ moment }) => {
      if (moment === failing) throw new Error(`lost ${moment}`);
    });
    failing = "before";
    await assert.rejects(client.create("test:a:B", "b", {}), /lost before/);
    assert.deepEqual(order, []);
    failing = "after";
    await assert.rejects(client.create("test:a:B", "b", {}), /lost after/);
    assert.deepEqual(order, ["create has its effect"]);
  });

  it("sees the end of a request that fails, and of one whose engine has died", async () => {
    const moments: string[] = [];
    let finish: () => void = () => {};
    let begin: () => void = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    await serve(({ operation, moment }) => void moments.push(`${moment} ${operation}`), {
      delete: async () => Promise.reject(new Error("refused")),
      create: () =>
        new Promise((resolve) => {
          finish = () => resolve({ id: "made", outputs: {} });
          begin();
        }),
    });
    await assert.rejects(client.delete("test:a:B", "b", "made"), /refused/);
    const created = assert.rejects(client.create("test:a:B", "b", {}), /CANCELLED/);
    await begun;
    assert.deepEqual(moments.splice(0), ["before delete", "after delete", "before create"]);
    client.abandon();
    await created;
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(moments, ["after create"]);
  });
});
