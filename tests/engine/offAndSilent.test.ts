import * as assert from "node:assert/strict";
import { engineTimeout, openLabProject, reached, tested, type LabProject } from "./labProject";
import { guestOf, heldIdentities } from "./labState";
import { stepsOf } from "./lifecycleTable";
import { isWholeUnder } from "./passwordState";

const definition = {
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  people: {
    ada: { machines: { "ada-1": {}, "ada-2": {} } },
    grace: { machines: { "grace-1": {} } },
  },
};
/** A change that every machine has something to do for. */
const withPort = (port: number) => ({ ...definition, graphPorts: [{ port }] });
const steps = (machine: string) => [`${machine}: Set-PeerMachine`, `${machine}: preparation`];

describe("engine: machines that are off or do not answer, by the real CLI against the stand-in", function () {
  this.timeout(240_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    lab.configure(definition);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
  });
  after(() => lab?.close());
  afterEach(() => lab.standIn.faults.clear());

  const power = (key: string, wanted: "running" | "deallocated") =>
    lab.standIn.azure.setPower(guestOf(lab, key).record.vmId, wanted);
  const leftOut = async (key: string) => (await lab.outputs()).proof[key].leftOut;
  const ready = async (key: string) => (await lab.outputs()).machines[key].ready as boolean;

  it("names a machine that is off, and leaves it alone where there is nothing to do", async () => {
    await power("ada-2", "deallocated");
    for (const command of ["refresh", "up"]) {
      const run = await lab.pulumi(command, "--yes", "--skip-preview", "--stack", "test");
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(reached(run), []);
      if (command === "up") assert.match(run.output, /ada-2 is off \(deallocated\)/);
      assert.doesNotMatch(run.output, /(updated|replaced|created|deleted)$/m);
    }
    assert.equal(guestOf(lab, "ada-2").record.power, "deallocated");
    assert.equal(await ready("ada-2"), false);
    assert.equal(await ready("ada-1"), true);
  });

  it("leaves it out of the proof of the others, and says so", async () => {
    lab.configure({ ...definition, reconcile: { token: "others", machines: ["ada-1"] } });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(stepsOf(run), ["ada-1: Set-PeerMachine"]);
    assert.deepEqual(tested(run), ["ada-1", "grace-1"]);
    assert.equal(await leftOut("ada-2"), "it is off (deallocated)");
    assert.equal(await leftOut("ada-1"), undefined);
  });

  it("fails for a machine that is off and has something to do, by its name, and finishes the others", async () => {
    lab.configure(withPort(4711));
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0);
    assert.match(run.output, /lab-ada-2-preparation/);
    assert.match(run.output, /ada-2 is off \(deallocated\), and there is something to do on it/);
    assert.deepEqual(stepsOf(run), [...steps("ada-1"), ...steps("grace-1")]);
    assert.deepEqual(tested(run), ["ada-1", "grace-1"]);
  });

  it("skips it where whenOff says so, and does what was left when it is on again", async () => {
    lab.configure({ ...withPort(4711), whenOff: "skip" });
    const skipped = await lab.up();
    assert.equal(skipped.code, 0, skipped.output);
    assert.deepEqual(reached(skipped), []);
    assert.equal(await ready("ada-2"), false);
    await power("ada-2", "running");
    const on = await lab.up();
    assert.equal(on.code, 0, on.output);
    assert.deepEqual(stepsOf(on), steps("ada-2"));
    assert.deepEqual(tested(on), ["ada-1", "ada-2", "grace-1"]);
    assert.equal(await leftOut("ada-2"), undefined);
    assert.equal(await ready("ada-2"), true);
    const again = await lab.up("--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });

  it("starts it where whenOff says so, and only where there is something to do", async () => {
    await power("ada-2", "deallocated");
    lab.configure({ ...withPort(4711), whenOff: "start" });
    const nothing = await lab.up();
    assert.equal(nothing.code, 0, nothing.output);
    assert.equal(guestOf(lab, "ada-2").record.power, "deallocated");
    lab.configure({ ...withPort(4712), whenOff: "start" });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /ada-2 is off \(deallocated\) and is being started/);
    assert.deepEqual(
      stepsOf(run),
      ["ada-1", "ada-2", "grace-1"].flatMap((machine) => steps(machine)),
    );
    assert.equal(guestOf(lab, "ada-2").record.power, "running");
  });

  it("waits for a machine that is booting, and says for which", async () => {
    const guest = guestOf(lab, "ada-2");
    guest.reboot(3_600_000);
    // It comes up once it has been dialled in vain.
    const forget = lab.standIn.journal.listen(({ subject, outcome }) => {
      if (subject === "ada-2" && outcome === "no answer") guest.record.readyAt = 0;
    });
    lab.configure({ ...withPort(4712), reconcile: { token: "booting", machines: ["ada-2"] } });
    const run = await lab.up();
    forget();
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /ada-2 does not answer over SSH yet/);
    assert.deepEqual(stepsOf(run), ["ada-2: Set-PeerMachine"]);
  });

  it("finishes in the next update what a machine broke off by restarting in the middle", async () => {
    lab.standIn.faults.add({ kind: "reboot", match: "ada-2", moment: "during", times: 1 });
    lab.configure({ ...withPort(4713), reconcile: { token: "restarting", machines: ["ada-2"] } });
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0);
    assert.match(run.output, /lab-ada\.ada-2/);
    const next = await lab.up();
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(stepsOf(next), ["ada-2: Set-PeerMachine"]);
  });

  it("gives up on a machine that never answers within the configured time, by its name and step", async () => {
    lab.standIn.faults.add({ kind: "silent", match: "ada-2" });
    lab.configure({ ...withPort(4714), answerTimeoutSeconds: 5 });
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0);
    assert.match(run.output, /lab-ada\.ada-2/);
    assert.match(
      run.output,
      /ada-2 has not answered over SSH for \d+ s .*answerTimeoutSeconds is 5/,
    );
    assert.deepEqual(stepsOf(run), [...steps("ada-1"), "ada-2: preparation", ...steps("grace-1")]);
    lab.standIn.faults.clear();
    const next = await lab.up();
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(stepsOf(next), ["ada-2: Set-PeerMachine"]);
  });

  it("does not lock the account of a machine whose password somebody has changed, however often it is tried", async () => {
    const guest = guestOf(lab, "ada-2");
    await lab.standIn.windows.resetPassword(guest.record.vmId, "labuser", "Somebody-Elses-1");
    const provider = /unable to authenticate/;
    const library = /ada-2 answers, but the logon of labuser was refused/;
    for (const { token, says, refusals, args = [] } of [
      // The command provider logs on, once, and the update ends before the program learns of it.
      { token: "1", says: provider, refusals: 1 },
      // What failed before is looked at before the provider dials, and then it does not.
      { token: "1", says: library, refusals: 1 },
      // Where the update goes on the program looks why it failed.
      { token: "2", says: library, refusals: 2, args: ["--continue-on-error"] },
    ]) {
      lab.configure({ ...withPort(4714), reconcile: { token, machines: ["ada-2"] } });
      const run = await lab.up(...args);
      assert.notEqual(run.code, 0);
      assert.match(run.output, says);
      const refused = run.journal.filter(
        ({ what, outcome }) => /logon of/.test(what) && outcome !== "ok",
      );
      assert.equal(refused.length, refusals);
    }
    assert.equal(guest.record.accounts.find(({ name }) => name === "labuser")?.lockedUntil, 0);
  });

  it("shows no password for a machine that was off when it was to change, and the right one afterwards", async () => {
    const guest = guestOf(lab, "ada-1");
    await power("ada-1", "deallocated");
    lab.configure({ ...withPort(4714), adminPassword: "Correct-Horse-9-Battery" });
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0);
    assert.equal((await lab.outputs()).adminPasswords["ada-1"], "");
    assert.equal((await lab.outputs()).adminPasswords["grace-1"], "Correct-Horse-9-Battery");
    await power("ada-1", "running");
    const next = await lab.up("--continue-on-error");
    assert.ok(stepsOf(next).includes("ada-1: password"), next.output);
    assert.ok(await isWholeUnder(guest, "Correct-Horse-9-Battery"));
  });

  it("is destroyed with one machine off, one silent, and one that refuses the password", async () => {
    assert.equal(Object.keys(heldIdentities(lab)).length, 3);
    await power("ada-1", "deallocated");
    lab.standIn.faults.add({ kind: "silent", match: "grace-1" });
    const run = await lab.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
    assert.deepEqual(lab.standIn.azure.resources(), []);
  });
});
