import * as assert from "node:assert/strict";
import { engineTimeout, openLabProject, reached, tested, type LabProject } from "./labProject";
import { guestOf } from "./labState";
import { stepsInTable, stepsOf } from "./lifecycleTable";

const people = { ada: { machines: { "ada-1": {} } }, grace: { machines: { "grace-1": {} } } };
const machines = ["ada-1", "grace-1"];
const withPort = (port: number) => ({
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  graphPorts: [{ port }],
  people,
  rings: [{ name: "canary", people: ["ada"] }],
  proof: { settleSeconds: 5 },
});

describe("engine: the security group of a lab with rings, which an update only adds to", function () {
  this.timeout(300_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
  });
  after(() => lab?.close());

  /** The ports of applications that are open in the group, and whether the rest is denied. */
  const open = async () => {
    const group = (await lab.resources()).find(
      ({ type }) => type === "azure-native:network:NetworkSecurityGroup",
    );
    const rules = group?.outputs?.securityRules as { name: string }[];
    return rules.flatMap(({ name }) => /Graph-\d+(?=-TCP-\d+-IPv6)|Deny-.*/.exec(name)?.[0] ?? []);
  };
  const up = async (...args: string[]) => {
    const run = await lab.up(...args);
    assert.equal(run.code, 0, run.output);
    return run;
  };

  it("has the wanted rules at once where there was nothing before", async () => {
    lab.configure(withPort(5001));
    const run = await up();
    assert.deepEqual(await open(), ["Graph-5001", "Deny-VirtualNetwork"]);
    assert.doesNotMatch(run.output, /until the next update/);
    assert.deepEqual(reached(await up("--expect-no-changes")), []);
  });

  it("has both ports after the update that replaces one by another, and says which one goes later", async () => {
    lab.configure(withPort(5002));
    const run = await up();
    assert.deepEqual(stepsOf(run), stepsInTable("with rings: a port", { each: machines }));
    assert.deepEqual((await open()).sort(), ["Deny-VirtualNetwork", "Graph-5001", "Graph-5002"]);
    assert.match(
      run.output,
      /The security group of lab: stays open until the next update: Allow-Graph-5001-TCP-5001-IPv4, Allow-Graph-5001-TCP-5001-IPv6/,
    );
  });

  it("has the new one alone after the next, which does nothing else, and nothing is left for a third", async () => {
    const run = await up();
    assert.deepEqual(await open(), ["Graph-5002", "Deny-VirtualNetwork"]);
    assert.deepEqual(stepsOf(run), stepsInTable("with rings: the next update"));
    assert.deepEqual(reached(run), []);
    const written = run.journal.filter(
      ({ kind, what }) => kind === "azure" && /create|update|delete/.test(what),
    );
    assert.deepEqual(
      written.map(({ subject }) => subject.split("/").at(-2)),
      ["networkSecurityGroups"],
    );
    assert.doesNotMatch(run.output, /until the next update/);
    assert.deepEqual(reached(await up("--expect-no-changes")), []);
  });

  it("keeps what is open for the rings that a change did not reach, however often it is tried", async () => {
    const canary = (hoursAhead: number) => {
      const machine = guestOf(lab, "ada-1");
      machine.record.clockOffset = hoursAhead * 3_600_000;
      machine.save();
    };
    canary(1);
    lab.configure(withPort(5003));
    for (const flags of [[], ["--continue-on-error"]]) {
      const run = await lab.up(...flags);
      assert.notEqual(run.code, 0, run.output);
      assert.match(run.output, /ring canary is not healthy/);
      assert.doesNotMatch(run.output, /unhandled|serializing|still active/);
      assert.deepEqual(tested(run), ["ada-1"]);
      assert.deepEqual((await open()).sort(), ["Deny-VirtualNetwork", "Graph-5002", "Graph-5003"]);
    }
    canary(0);
    await up();
    assert.deepEqual((await open()).sort(), ["Deny-VirtualNetwork", "Graph-5002", "Graph-5003"]);
    await up();
    assert.deepEqual(await open(), ["Graph-5003", "Deny-VirtualNetwork"]);
  });

  it("has the wanted rules at once again when there are no rings", async () => {
    const withRings = withPort(5004);
    lab.configure({ ...withRings, rings: [] });
    await up();
    assert.deepEqual(await open(), ["Graph-5004", "Deny-VirtualNetwork"]);
  });
});
