import * as assert from "node:assert/strict";
import { heal, upKilledAt } from "./killedUp";
import { engineTimeout, openLabProject, reached, type LabProject, type Run } from "./labProject";
import { guestOf, heldIdentities } from "./labState";
import { stepsInTable, stepsOf } from "./lifecycleTable";
import { isWholeUnder } from "./passwordState";

const all = ["ada-1", "ada-2", "grace-1"];

describe("engine: the lab user's password changes, by the real CLI against the stand-in", function () {
  this.timeout(240_000);
  let lab: LabProject;
  let settings: Record<string, unknown> = {};
  let adaIs: Record<string, object> = { "ada-1": {}, "ada-2": {} };
  let names: Record<string, string[]>;
  let instances: string[];

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    configure();
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    names = heldIdentities(lab);
    instances = vmIds();
  });
  after(() => lab?.close());

  const configure = () =>
    lab.configure({
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: { ada: { machines: adaIs }, grace: { machines: { "grace-1": {} } } },
      ...settings,
    });
  const vmIds = () => all.map((key) => guestOf(lab, key).record.vmId).sort();
  const up = async (): Promise<Run> => {
    configure();
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    await isWhole();
    return run;
  };
  /** Every machine has the password that the outputs say, holds the same identity as ever, and can use it. */
  const isWhole = async () => {
    const { adminPasswords, machines } = await lab.outputs();
    assert.deepEqual(heldIdentities(lab), names);
    for (const key of all) {
      assert.equal(machines[key].ready, true, key);
      assert.ok(await isWholeUnder(guestOf(lab, key), adminPasswords[key]), key);
      assert.ok(
        settings.adminPassword === undefined || adminPasswords[key] === settings.adminPassword,
      );
    }
    const again = await lab.up("--expect-no-changes");
    assert.equal(again.code, 0, again.output);
    assert.deepEqual(reached(again), []);
  };

  it("is changed on every machine, in place, and shown nowhere", async () => {
    settings = { adminPassword: "Correct-Horse-9-Battery" };
    const run = await up();
    assert.deepEqual(stepsOf(run), stepsInTable("`adminPassword`", { each: all }));
    assert.deepEqual(vmIds(), instances);
    assert.ok(!run.output.includes("Correct-Horse"));
    assert.ok(!JSON.stringify(run.journal).includes("Correct-Horse"));
  });

  it("is finished by the next update when the engine was killed between the change and its checkpoint", async () => {
    settings = { adminPassword: "Correct-Horse-10-Battery" };
    configure();
    const met = await upKilledAt(
      lab,
      ({ kind, what, outcome }) =>
        kind === "command" && what.includes("PeerLab password") && outcome === "0",
    );
    assert.ok(met);
    await heal(lab);
    await up();
    assert.deepEqual(vmIds(), instances);
  });

  for (const moment of ["before", "after"] as const) {
    it(`is finished by the next update when the connection was cut ${moment} the change`, async () => {
      settings = { adminPassword: `Correct-Horse-11-${moment}` };
      configure();
      lab.standIn.faults.add({
        kind: "dropConnection",
        match: "PeerLab password",
        moment,
        times: 1,
      });
      const cut = await lab.up("--continue-on-error");
      assert.notEqual(cut.code, 0);
      await up();
    });
  }

  for (const [way, next] of [
    ["the one before", undefined],
    ["a third one", "Correct-Horse-Third-1"],
  ] as const) {
    it(`is ${way} by the next update where the connection was cut after the change and the definition changed again`, async () => {
      const before = settings;
      settings = { adminPassword: `Correct-Horse-Cut-${way.length}` };
      configure();
      lab.standIn.faults.add({
        kind: "dropConnection",
        match: "PeerLab password",
        moment: "after",
        times: 1,
      });
      const cut = await lab.up("--continue-on-error");
      assert.notEqual(cut.code, 0);
      // Which one that machine has is not sure now, and so none is shown for it.
      const { adminPasswords } = await lab.outputs();
      assert.equal(Object.values(adminPasswords).filter((password) => password === "").length, 1);
      settings = next === undefined ? before : { adminPassword: next };
      await up();
    });
  }

  it("that was reset from outside, so that every key is dead, is taken over, and the identity made usable again", async () => {
    const guest = guestOf(lab, "ada-2");
    await lab.standIn.windows.resetPassword(
      guest.record.vmId,
      "labuser",
      "Correct-Horse-12-Battery",
    );
    settings = { adminPassword: "Correct-Horse-12-Battery" };
    const run = await up();
    assert.ok(stepsOf(run).includes("ada-2: Set-PeerMachine"));
    assert.ok(!stepsOf(run).includes("ada-2: password"));
  });

  it("is given to a machine that is replaced", async () => {
    adaIs = { ...adaIs, "ada-2": { timeZone: "W. Europe Standard Time" } };
    const run = await up();
    assert.deepEqual(stepsOf(run), [
      "ada-2: Set-PeerMachine",
      "ada-2: copy",
      "ada-2: password",
      "ada-2: preparation",
    ]);
  });

  it("goes back to the one that was made where none is given any more", async () => {
    settings = {};
    const run = await up();
    assert.deepEqual(stepsOf(run), stepsInTable("`adminPassword`", { each: all }));
  });

  it("is refused by its path where Windows would refuse it, before any machine has another one", async () => {
    settings = { adminPassword: "labuser" };
    configure();
    const run = await lab.up();
    assert.notEqual(run.code, 0);
    assert.match(run.output, /adminPassword: /);
    assert.deepEqual(reached(run), []);
  });
});
