import * as assert from "node:assert/strict";
import { groupProgram, type GroupOutputs } from "./groupProgram";
import { engineTimeout, openLabProject, ran, reached, type LabProject } from "./labProject";
import { guestOf } from "./labState";

describe("engine: a person's group whose machines do not meet, or are off", function () {
  this.timeout(300_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject(groupProgram);
  });
  after(() => lab?.close());

  function configure(group: object = {}): void {
    const machines = { a: "UTC", b: "UTC" };
    lab.configure({ "azure-native:location": "westeurope", machines, group });
  }
  async function up(): Promise<string[]> {
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    return ran(run);
  }
  const outputs = async () => (await lab.outputs()) as GroupOutputs;
  const ipv6 = (key: string, isBound: boolean) => {
    const machine = guestOf(lab, key);
    machine.record.ipv6.bindingEnabled = isBound;
    machine.save();
  };

  it("hears a member once more that was connected to nobody at its step, until it says that it was", async () => {
    configure();
    await up();
    ipv6("a", false);
    const lost = guestOf(lab, "b");
    lost.record.groups = {};
    lost.save();
    configure({ reconcile: { token: "1", machines: ["b"] } });
    await up();
    const apart = await outputs();
    assert.equal(apart.members.b.expires, "");
    assert.deepEqual(apart.reports.b.pending, ["group"]);
    ipv6("a", true);
    assert.deepEqual(await up(), ["b: Set-PeerMachine"]);
    const { members, reports } = await outputs();
    assert.notEqual(members.b.expires, "");
    assert.deepEqual(reports.b.pending, []);
    const next = await lab.up("--expect-no-changes");
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(reached(next), []);
  });

  it("makes a new group on an administrator that is on, and advises to name one where another is named", async () => {
    const before = await outputs();
    await lab.standIn.azure.setPower(guestOf(lab, "a").record.vmId, "deallocated");
    configure({ rotation: "2", whenOff: "skip", creator: "a" });
    const refused = await lab.up();
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /a is off \(deallocated\).*; or let `creator` of the group name another administrator/,
    );
    configure({ rotation: "2", whenOff: "skip" });
    const steps = await up();
    assert.ok(steps.includes("b: New-PeerGroup") && steps.includes("b: Set-PeerMachine"));
    assert.deepEqual(
      steps.filter((step) => step.startsWith("a:")),
      [],
    );
    const { peerGroup, members } = await outputs();
    assert.notEqual(peerGroup, before.peerGroup);
    assert.deepEqual([members.a.group, members.b.group], [before.peerGroup, peerGroup]);
  });
});
