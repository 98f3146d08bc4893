import * as assert from "node:assert/strict";
import { labOf, listed, stackTable } from "../../lab/stackSummary";
import type { StateResource } from "../../lab/stack";

const now = new Date("2026-06-01T12:00:00Z");
const resource = (type: string, more: Partial<StateResource> = {}): StateResource => ({
  urn: `urn:pulumi:dev::p::${type}::lab`,
  type,
  ...more,
});
const lab = resource("peerlab:index:PeerLab", {
  outputs: {
    resourceGroupName: "lab1",
    people: { grace: {}, ada: {} },
    machines: { "ada-1": {}, "grace-1": {} },
  },
});
const group = (expires?: string) =>
  resource("azure-native:resources:ResourceGroup", {
    inputs: { location: "northeurope", tags: { expires } },
  });

describe("lab/stackSummary", () => {
  it("counts what a lab consists of, and takes the regions of the group where no machine is made yet", () => {
    assert.deepEqual(labOf([lab, group("2026-05-31")], now), {
      regions: ["northeurope"],
      resourceGroups: ["lab1"],
      people: ["ada", "grace"],
      machines: 2,
      expiry: { expires: "2026-05-31", state: "expired" },
    });
  });

  it("knows the people of a lab whose first update was interrupted, unless they are encrypted", () => {
    const people = (inputs: object) =>
      labOf([resource("peerlab:index:PeerLab", { inputs: { people: inputs } }), group()], now)
        ?.people;
    assert.deepEqual(people({ grace: {}, ada: { machines: { "ada-1": {} } } }), ["ada", "grace"]);
    assert.deepEqual(people({ "4dabf18193072939515e22adb298388d": "x", ciphertext: "y" }), []);
  });

  it("knows machines without a lab, and a stack with neither", () => {
    const id = "/subscriptions/s/resourceGroups/own/providers/Microsoft.Compute/virtualMachines/a";
    const found = labOf(
      [
        resource("peerlab:index:WindowsPeer"),
        resource("azure-native:compute:VirtualMachine", { id, inputs: { location: "eastus" } }),
      ],
      now,
    );
    assert.deepEqual(found?.resourceGroups, ["own"]);
    assert.deepEqual([found?.machines, found?.regions, found?.people], [1, ["eastus"], []]);
    assert.equal(labOf([resource("pulumi:pulumi:Stack")], now), null);
  });

  it("shows one line a stack, and of one that cannot be read why", () => {
    const stacks = [
      listed({ name: "bad", current: false }, { unreadable: "no such key" }, now),
      listed({ name: "dev", current: true }, { resources: [lab, group()] }, now),
      listed({ name: "new", current: false }, { resources: [] }, now),
    ];
    const lines = stackTable(stacks).split("\n");
    assert.match(lines[1], /^bad +unknown +never$/);
    assert.match(lines[2], /^dev\* +northeurope +lab1 +ada, grace +2 +never$/);
    assert.match(lines[3], /^new +no lab +never$/);
    assert.ok(lines.includes("bad cannot be read: no such key"));
  });
});
