import * as assert from "node:assert/strict";
import { groupProgram, type GroupOutputs } from "./groupProgram";
import { engineTimeout, openLabProject, ran, type LabProject } from "./labProject";
import { guestOf } from "./labState";

describe("engine: a person's group when a machine fails", function () {
  this.timeout(300_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject(groupProgram);
  });
  after(() => lab?.close());
  afterEach(() => lab.standIn.faults.clear());

  function configure(group: object = {}): void {
    const machines = { a: "UTC", b: "UTC" };
    lab.configure({ "azure-native:location": "westeurope", machines, group });
  }
  const outputs = async () => (await lab.outputs()) as GroupOutputs;
  const groupsOf = (key: string) =>
    (guestOf(lab, key).record.groups?.labuser ?? []).map(({ group }) => group);
  const set = (key: string) => `${key}: Set-PeerMachine`;
  const failOnce = (key: string) =>
    lab.standIn.faults.add({
      kind: "dropConnection",
      match: `${key} powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File C:/ProgramData/PeerLab/peerlab.ps1 Set-PeerMachine`,
      moment: "before",
      times: 1,
    });

  it("lets nobody join before the creator is connected, and finishes all in the next up", async () => {
    configure();
    failOnce("a");
    const failed = await lab.up("--continue-on-error");
    assert.notEqual(failed.code, 0);
    assert.match(failed.output, /b waits: a has to be connected to the group first/);
    const half = await outputs();
    assert.deepEqual(Object.keys(half.members), ["a"], "it made the group");
    assert.deepEqual([half.reports.a.group, half.reports.b.group], ["", ""]);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(ran(run), ["a: New-PeerGroupInvitation", set("a"), set("b")]);
    const { peerGroup, members } = await outputs();
    assert.equal(peerGroup, half.peerGroup);
    assert.deepEqual(Object.keys(members), ["a", "b"]);
    for (const key of ["a", "b"]) assert.deepEqual(groupsOf(key), [peerGroup]);
    const next = await lab.up("--expect-no-changes");
    assert.equal(next.code, 0, next.output);
  });

  it("leaves the old group on a machine that fails while a new one comes, and lets it follow in the next up", async () => {
    const before = await outputs();
    configure({ rotation: "2" });
    failOnce("b");
    const failed = await lab.up("--continue-on-error");
    assert.notEqual(failed.code, 0);
    const half = await outputs();
    assert.notEqual(half.peerGroup, before.peerGroup);
    assert.deepEqual(groupsOf("a"), [half.peerGroup]);
    assert.deepEqual(groupsOf("b"), [before.peerGroup]);
    assert.equal(half.members.b.group, before.peerGroup);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(ran(run), ["a: New-PeerGroupInvitation", set("b")]);
    assert.deepEqual(groupsOf("b"), [half.peerGroup]);
    const next = await lab.up("--expect-no-changes");
    assert.equal(next.code, 0, next.output);
  });

  it("lets a machine in again that has lost its group, where it is put right", async () => {
    const { peerGroup } = await outputs();
    const { record } = guestOf(lab, "b");
    record.groups = {};
    configure({ rotation: "2", reconcile: { token: "1", machines: ["b"] } });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(ran(run), ["a: New-PeerGroupInvitation", "b: New-PeerIdentity", set("b")]);
    assert.deepEqual(groupsOf("b"), [peerGroup]);
    const next = await lab.up("--expect-no-changes");
    assert.equal(next.code, 0, next.output);
    configure({ rotation: "2" });
    const without = await lab.up();
    assert.deepEqual([without.code, ran(without)], [0, []], without.output);
  });
});
