import * as assert from "node:assert/strict";
import type { Properties } from "../../../local/provider";
import type { Made, Stage } from "./stage";
import { makeLab, makeMachine, openStage, resourceGroupName, tokens } from "./stage";

describe("local/azure, the power of machines", () => {
  let stage: Stage;
  let machine: Made;
  let vmId: string;
  beforeEach(async () => {
    stage = await openStage();
    ({ machine } = await makeMachine(stage, await makeLab(stage), "ada"));
    vmId = String(machine.outputs.vmId);
  });
  afterEach(() => stage.close());

  const clientToken = async () => {
    const { result } = await stage.client.invoke("azure-native:authorization:getClientToken", {});
    return String(result.token);
  };
  const ask = async (
    options: { id?: string; path?: string; query?: string; method?: string; token?: string } = {},
  ) => {
    const { id = machine.id, path = "/start", query = "?api-version=2024-11-01" } = options;
    const token = options.token ?? (await clientToken());
    const response = await fetch(`${stage.server.resourceManager}${id}${path}${query}`, {
      method: options.method ?? "POST",
      headers: token === "" ? {} : { Authorization: `Bearer ${token}` },
    });
    const text = await response.text();
    const { error } = (text === "" ? {} : JSON.parse(text)) as {
      error?: { code: string; message: string };
    };
    return { status: response.status, headers: response.headers, error };
  };
  const statuses = async (expand?: string) => {
    const { result } = await stage.client.invoke("azure-native:compute:getVirtualMachine", {
      resourceGroupName,
      vmName: "ada",
      ...(expand ? { expand } : {}),
    });
    const view = result.instanceView as { statuses: Properties[] } | undefined;
    return view?.statuses.map(({ code }) => code);
  };
  /** Resolves when the machine has that power; to be asked for before it is caused. */
  const powered = (power: string) =>
    new Promise<void>((resolve) => {
      stage.journal.listen(({ what }) => {
        if (what === `power ${power}`) resolve();
      });
    });
  const command = { resourceGroupName, vmName: "ada", source: { script: "1" } };

  it("is in the instance view, which is shown only where it is asked for", async () => {
    assert.equal(await statuses(), undefined);
    assert.deepEqual(await statuses("instanceView"), [
      "ProvisioningState/succeeded",
      "PowerState/running",
    ]);
    await stage.server.setPower(vmId, "deallocated");
    assert.deepEqual(await statuses("instanceView"), [
      "ProvisioningState/succeeded",
      "PowerState/deallocated",
    ]);
    assert.equal(await statuses(), undefined);
  });

  it("has to be on for every change of a run command, even of its tags; its deletion and the machine's tags need none", async () => {
    const run = await stage.create(tokens.runCommand, "run", command);
    await stage.server.setPower(vmId, "deallocated");
    const refusal =
      /Status=409 Code="OperationNotAllowed" Message="Cannot modify extensions in the VM when the VM is not running\."/;
    await assert.rejects(stage.create(tokens.runCommand, "other", command), refusal);
    await assert.rejects(
      stage.update(run, { ...run.inputs, source: { script: "2" } }),
      refusal,
      "a changed script",
    );
    await assert.rejects(stage.update(run, { ...run.inputs, tags: { a: "b" } }), refusal, "a tag");
    assert.equal(stage.windows.commands.length, 1);
    const tagged = await stage.update(machine, { ...machine.inputs, tags: { owner: "ada" } });
    assert.deepEqual(tagged.outputs.tags, { owner: "ada" });
    assert.deepEqual((await statuses("instanceView"))?.[1], "PowerState/deallocated");
    await stage.remove(run);
  });

  it("is switched on by the resource manager: accepted at once, starting, then running", async () => {
    await stage.server.setPower(vmId, "deallocated");
    stage.faults.add({ kind: "delay", operation: "start", milliseconds: 3_600_000, times: 1 });
    const { status, headers, error } = await ask();
    assert.equal(status, 202);
    assert.equal(error, undefined);
    for (const name of ["azure-asyncoperation", "location"]) {
      assert.match(
        String(headers.get(name)),
        /^http:\/\/127\.0\.0\.1:\d+\/subscriptions\/.*\/operations\/[0-9a-f-]{36}\?api-version=2024-11-01/,
      );
    }
    assert.equal((await statuses("instanceView"))?.[1], "PowerState/starting");
    assert.equal(stage.server.network.power(vmId), "starting");
    await assert.rejects(stage.create(tokens.runCommand, "run", command), /is not running/);

    const running = powered("running");
    await stage.client.cancel();
    await running;
    assert.equal((await statuses("instanceView"))?.[1], "PowerState/running");
    assert.deepEqual(stage.windows.powers, [
      [vmId, "deallocated"],
      [vmId, "running"],
    ]);
  });

  it("stays as it is where a running machine is started", async () => {
    assert.equal((await ask()).status, 202);
    assert.equal((await statuses("instanceView"))?.[1], "PowerState/running");
    assert.deepEqual(stage.windows.powers, []);
  });

  it("goes on to be switched on by a stand-in that was ended meanwhile", async () => {
    await stage.server.setPower(vmId, "deallocated");
    stage.faults.add({ kind: "delay", operation: "start", milliseconds: 3_600_000, times: 1 });
    await ask();
    const running = powered("running");
    await stage.restart();
    await running;
    assert.equal((await statuses("instanceView"))?.[1], "PowerState/running");
  });

  it("is switched for nobody without the provider's token, which is not the same in the next session", async () => {
    await stage.server.setPower(vmId, "deallocated");
    const missing = await ask({ token: "" });
    assert.equal(missing.status, 401);
    assert.equal(missing.error?.code, "AuthenticationFailed");
    const wrong = await ask({ token: "wrong" });
    assert.equal(wrong.status, 401);
    assert.equal(wrong.error?.code, "InvalidAuthenticationToken");
    assert.match(String(wrong.headers.get("www-authenticate")), /^Bearer /);
    const token = await clientToken();
    await stage.restart();
    assert.equal((await ask({ token })).status, 401);
    assert.equal((await statuses("instanceView"))?.[1], "PowerState/deallocated");
    assert.doesNotMatch(JSON.stringify(stage.journal.read()), new RegExp(token));
  });

  it("is switched on for a machine that is there, and nothing else is answered", async () => {
    const refused = async (options: Parameters<typeof ask>[0]) => {
      const { status, error } = await ask(options);
      return [status, error?.code];
    };
    const { id } = machine;
    assert.deepEqual(await refused({ id: `${id}x` }), [404, "ResourceNotFound"]);
    assert.deepEqual(await refused({ id: id.replace("/lab/", "/none/") }), [
      404,
      "ResourceGroupNotFound",
    ]);
    assert.deepEqual(
      await refused({ id: id.replace(/subscriptions\/[^/]+/, "subscriptions/none") }),
      [404, "SubscriptionNotFound"],
    );
    assert.deepEqual(await refused({ query: "" }), [400, "MissingApiVersionParameter"]);
    assert.deepEqual(await refused({ path: "/restart" }), [404, "NotFound"]);
    assert.deepEqual(await refused({ method: "GET" }), [404, "NotFound"]);
    assert.deepEqual(await refused({ id: "/nothing" }), [404, "NotFound"]);
    // Ids differ in nothing but case.
    assert.equal((await ask({ id: id.toUpperCase() })).status, 202);
  });

  it("can be refused for want of capacity", async () => {
    await stage.server.setPower(vmId, "deallocated");
    stage.faults.add({ kind: "failRequest", operation: "start", match: "ada", times: 1 });
    const { status, error } = await ask();
    assert.equal(status, 409);
    assert.equal(error?.code, "AllocationFailed");
    assert.equal((await statuses("instanceView"))?.[1], "PowerState/deallocated");
  });
});
