import * as assert from "node:assert/strict";
import {
  AzureRefusal,
  expiryOf,
  resourceManagerAt,
  type ResourceManager,
} from "../../lab/resourceManager";
import type { Made, Stage } from "../local/azure/stage";
import { makeLab, makeMachine, openStage } from "../local/azure/stage";

describe("Azure Resource Manager by its own client, against the stand-in", () => {
  let stage: Stage;
  let machine: Made;
  let vmId: string;
  let azure: ResourceManager;
  let tokens = 0;
  const never = new AbortController().signal;
  const token = async () => {
    tokens++;
    const { result } = await stage.client.invoke("azure-native:authorization:getClientToken", {});
    return String(result.token);
  };
  beforeEach(async () => {
    stage = await openStage();
    ({ machine } = await makeMachine(stage, await makeLab(stage), "ada"));
    vmId = String(machine.outputs.vmId);
    tokens = 0;
    azure = await resourceManagerAt(stage.server.resourceManager, token);
  });
  afterEach(() => stage.close());
  const refusal = (code: string) => (error: Error) =>
    error instanceof AzureRefusal && error.code === code;

  it("deallocates a machine and starts it again, with one token", async () => {
    assert.deepEqual(await azure.machine(machine.id), {
      instance: vmId,
      power: "running",
      isSpot: false,
    });
    for (const goal of ["deallocated", "running"] as const) {
      await (await azure.begin(machine.id, goal)).done(never);
      assert.equal((await azure.machine(machine.id)).power, goal);
    }
    assert.equal(tokens, 1);
  });

  it("takes a machine that is not there for an answer, and a subscription that is not there for none", async () => {
    const gone = { instance: "", power: "", isSpot: false };
    assert.deepEqual(await azure.machine(`${machine.id}x`), gone);
    assert.deepEqual(await azure.machine(machine.id.replace("/lab/", "/none/")), gone);
    await assert.rejects(
      azure.machine(machine.id.replace(/subscriptions\/[^/]+/, "subscriptions/none")),
      refusal("SubscriptionNotFound"),
    );
  });

  it("says with Azure's code what was refused at once, and what failed after it was accepted", async () => {
    const fault = { kind: "failRequest", operation: "start", times: 1 } as const;
    stage.faults.add(fault);
    await assert.rejects(azure.begin(machine.id, "running"), refusal("AllocationFailed"));
    stage.faults.add({ ...fault, moment: "during" });
    const accepted = await azure.begin(machine.id, "running");
    await assert.rejects(accepted.done(never), refusal("AllocationFailed"));
  });

  it("is refused the opposite of what is under way, and told of what ended its own", async () => {
    stage.faults.add({ kind: "delay", operation: "deallocate", milliseconds: 3_600_000, times: 1 });
    const operation = await azure.begin(machine.id, "deallocated");
    await assert.rejects(azure.begin(machine.id, "running"), refusal("Conflict"));
    await stage.server.setPower(vmId, "running");
    await assert.rejects(operation.done(never), refusal("OperationPreempted"));
  });

  it("comes again where Azure has too many requests, after as long as it says", async () => {
    stage.faults.add({ kind: "throttled", milliseconds: 1000, times: 1 });
    await (await azure.begin(machine.id, "deallocated")).done(never);
    const outcomes = stage.journal
      .read()
      .filter(({ kind, what }) => kind === "azure" && what === "deallocate")
      .map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ["429 OperationNotAllowed, Retry-After 1", "accepted"]);
  });

  it("ends the wait and not the operation when it is asked to", async () => {
    stage.faults.add({ kind: "delay", operation: "deallocate", milliseconds: 3_600_000, times: 1 });
    const asked = new AbortController();
    const ended = (await azure.begin(machine.id, "deallocated")).done(asked.signal);
    asked.abort();
    await assert.rejects(ended, { name: "AbortError" });
    assert.equal((await azure.machine(machine.id)).power, "deallocating");
  });

  it("sends its token over http to nobody but this computer", async () => {
    const elsewhere = await resourceManagerAt("http://management.example", token);
    await assert.rejects(elsewhere.machine(machine.id), /non-TLS|insecure/i);
  });

  it("knows from a token when it ends, and else asks for another one in time", () => {
    const coded = (claims: object) => Buffer.from(JSON.stringify(claims)).toString("base64url");
    assert.equal(expiryOf(`${coded({ alg: "none" })}.${coded({ exp: 1_800_000_000 })}.`), 1.8e12);
    for (const unknown of ["", "opaque", "a.b.c", `x.${coded({ exp: "soon" })}.y`]) {
      assert.equal(expiryOf(unknown, 1000), 1000 + 45 * 60_000);
    }
  });
});
