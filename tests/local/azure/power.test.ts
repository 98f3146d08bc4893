import * as assert from "node:assert/strict";
import type { Properties } from "../../../local/provider";
import type { Made, Stage } from "./stage";
import { makeLab, makeMachine, openStage, resourceGroupName, tokens } from "./stage";

/** What is looked at of an answer's body. */
interface Body {
  status?: string;
  statuses?: { code: string }[];
  error?: { code: string; message: string };
  properties?: Properties & { instanceView?: { statuses: { code: string }[] } };
  [name: string]: unknown;
}

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
    const body = (text === "" ? {} : JSON.parse(text)) as Body;
    return { status: response.status, headers: response.headers, error: body.error, body };
  };
  /** Asks at an address that an answer named. */
  const follow = async (address: string | null) => {
    const response = await fetch(String(address), {
      headers: { Authorization: `Bearer ${await clientToken()}` },
    });
    const text = await response.text();
    return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Body };
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

  it("is taken by the resource manager: accepted at once, deallocating with Windows down, then deallocated", async () => {
    stage.faults.add({ kind: "delay", operation: "deallocate", milliseconds: 3_600_000, times: 1 });
    const { status, headers } = await ask({ path: "/deallocate" });
    assert.equal(status, 202);
    assert.equal(headers.get("retry-after"), "1");
    assert.equal((await statuses("instanceView"))?.[1], "PowerState/deallocating");
    assert.equal(stage.server.network.power(vmId), "deallocating");
    assert.deepEqual(stage.windows.powers, [[vmId, "deallocated"]]);
    await assert.rejects(stage.create(tokens.runCommand, "run", command), /is not running/);
    const operation = headers.get("azure-asyncoperation");
    assert.equal((await follow(operation)).body.status, "InProgress");
    assert.equal((await follow(headers.get("location"))).status, 202);

    const deallocated = powered("deallocated");
    await stage.client.cancel();
    await deallocated;
    await new Promise(setImmediate);
    const ended = await follow(operation);
    assert.deepEqual([ended.status, ended.body.status], [200, "Succeeded"]);
    assert.equal((await follow(headers.get("location"))).status, 200);
    assert.equal((await statuses("instanceView"))?.[1], "PowerState/deallocated");
  });

  it("goes on to be taken by a stand-in that was ended meanwhile, and keeps its addresses", async () => {
    const addresses = () => stage.server.network.addressesOf(vmId);
    const before = addresses();
    stage.faults.add({ kind: "delay", operation: "deallocate", milliseconds: 3_600_000, times: 1 });
    await ask({ path: "/deallocate" });
    const deallocated = powered("deallocated");
    await stage.restart();
    await deallocated;
    assert.deepEqual(addresses(), before);
  });

  it("is refused the opposite of what is under way; the same again is accepted, and the older one says so", async () => {
    stage.faults.add({ kind: "delay", operation: "deallocate", milliseconds: 3_600_000, times: 1 });
    const first = await ask({ path: "/deallocate" });
    const opposite = await ask();
    assert.deepEqual([opposite.status, opposite.error?.code], [409, "Conflict"]);
    const second = await ask({ path: "/deallocate" });
    assert.equal(second.status, 202);
    const older = (await follow(first.headers.get("azure-asyncoperation"))).body;
    assert.deepEqual([older.status, older.error?.code], ["Canceled", "OperationPreempted"]);
    const newer = (await follow(second.headers.get("azure-asyncoperation"))).body;
    assert.equal(newer.status, "InProgress");
    assert.equal((await follow(first.headers.get("location"))).status, 409);
  });

  it("is answered for by the resource manager: the instance view, and the machine with it where it is wanted", async () => {
    const view = await ask({ path: "/instanceView", method: "GET" });
    assert.equal(view.status, 200);
    assert.equal(view.body.statuses?.[1].code, "PowerState/running");
    const plain = await ask({ path: "", method: "GET" });
    assert.equal(plain.body.properties?.instanceView, undefined);
    const query = "?$expand=instanceView&api-version=2024-11-01";
    const { body } = await ask({ path: "", method: "GET", query });
    assert.equal(body.id, machine.id);
    assert.equal(body.location, machine.outputs.location);
    assert.equal(body.properties?.vmId, vmId);
    assert.equal(body.properties?.instanceView?.statuses[1].code, "PowerState/running");
    assert.doesNotMatch(JSON.stringify(body), /adminPassword/);
  });

  it("can fail after it was accepted, and is then as it was", async () => {
    await stage.server.setPower(vmId, "deallocated");
    stage.faults.add({ kind: "failRequest", operation: "start", moment: "during", times: 1 });
    const { status, headers } = await ask();
    assert.equal(status, 202);
    const { body } = await follow(headers.get("azure-asyncoperation"));
    assert.deepEqual([body.status, body.error?.code], ["Failed", "AllocationFailed"]);
    assert.equal((await statuses("instanceView"))?.[1], "PowerState/deallocated");
  });

  it("is throttled where a fault says so, with when to come again", async () => {
    stage.faults.add({ kind: "throttled", operation: "deallocate", milliseconds: 7000, times: 1 });
    const { status, headers, error } = await ask({ path: "/deallocate" });
    assert.deepEqual([status, error?.code], [429, "OperationNotAllowed"]);
    assert.equal(headers.get("retry-after"), "7");
    assert.equal((await statuses("instanceView"))?.[1], "PowerState/running");
    assert.equal((await ask({ path: "/deallocate" })).status, 202);
  });

  it("knows no operation that it has not begun", async () => {
    const { headers } = await ask();
    const address = String(headers.get("location")).replace(/operations\/[^?]+/, "operations/none");
    assert.equal((await follow(address)).status, 404);
  });
});
