import * as assert from "node:assert/strict";
import * as path from "node:path";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";
import { guestOf, heldIdentities } from "./labState";

/**
 * With --continue-on-error the engine deletes what is no longer declared although a resource that it has skipped still
 * depends on it, and the state is unreadable from then on ("snapshot integrity"). So nothing that stays may depend on a
 * machine that can go.
 */
describe("engine: a machine goes while another one fails, by the real CLI against the stand-in", function () {
  this.timeout(240_000);
  let lab: LabProject;
  let saved: string;
  let names: Record<string, string[]>;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    configure(["a-1", "a-2", "a-3"]);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    names = heldIdentities(lab);
    saved = path.join(lab.directory, "saved");
    await lab.standIn.close();
    lab.save(saved);
  });
  beforeEach(() => lab.restore(saved));
  after(() => lab?.close());

  const configure = (machines: string[], settings: object = {}) =>
    lab.configure({
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: {
        ada: { machines: Object.fromEntries(machines.map((key) => [key, {}])) },
        grace: { machines: { "z-1": {} } },
      },
      ...settings,
    });
  const setPower = (key: string, power: "running" | "deallocated") =>
    lab.standIn.azure.setPower(guestOf(lab, key).record.vmId, power);

  // The first by key is maker, seed and prover of the image at once.
  const left = ["a-2", "a-3"];
  const cases: [name: string, settings: object, fail: () => void | Promise<void>][] = [
    ["is off", {}, () => setPower("a-2", "deallocated")],
    ["is off and skipped", { whenOff: "skip" }, () => setPower("a-2", "deallocated")],
    [
      "is off, with something to do for all",
      { graphPorts: [{ port: 4711 }] },
      () => setPower("a-2", "deallocated"),
    ],
    [
      "fails its state, by which it would prove the image",
      { graphPorts: [{ port: 4711 }] },
      () =>
        lab.standIn.faults.add({
          kind: "dropConnection",
          match: "a-2",
          moment: "before",
          times: 1,
        }),
    ],
    [
      "fails its preparation",
      { graphPorts: [{ port: 4711 }] },
      () =>
        lab.standIn.faults.add({
          kind: "failRequest",
          match: "lab-a-2-preparation",
          operation: "update",
          times: 1,
        }),
    ],
    [
      "cannot make the new identity",
      {},
      () =>
        lab.standIn.faults.add({
          kind: "dropConnection",
          match: "Export-PeerIdentity",
          moment: "before",
          times: 1,
        }),
    ],
  ];
  for (const [name, settings, fail] of cases) {
    it(`maker, seed and prover goes, and its successor ${name}: the state stays whole, and the next update finishes`, async () => {
      await fail();
      const rotation = /identity/.test(name) ? "2" : undefined;
      const people = {
        ada: { rotation, machines: Object.fromEntries(left.map((key) => [key, {}])) },
        grace: { machines: { "z-1": {} } },
      };
      configure(left, { ...settings, ...(rotation ? { people } : {}) });
      const run = await lab.up("--continue-on-error");
      assert.doesNotMatch(run.output, /integrity|panic/);
      // What failed for one person hides nothing of the others.
      const { people: known } = await lab.outputs();
      assert.equal(known.grace.peerName, names["z-1"][0]);
      if (guestOf(lab, "a-2").record.power === "deallocated") await setPower("a-2", "running");
      const next = await lab.up("--continue-on-error");
      assert.equal(next.code, 0, next.output);
      const held = heldIdentities(lab);
      assert.deepEqual(Object.keys(held).sort(), ["a-2", "a-3", "z-1"]);
      assert.deepEqual(held["a-2"], held["a-3"]);
      assert.equal(held["a-2"].length, 1);
      if (!rotation) assert.deepEqual(held["a-2"], names["a-1"]);
      assert.deepEqual(held["z-1"], names["z-1"]);
      const again = await lab.up("--expect-no-changes");
      assert.equal(again.code, 0, again.output);
    });
  }
});
