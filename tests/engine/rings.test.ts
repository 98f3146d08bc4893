import * as assert from "node:assert/strict";
import {
  engineTimeout,
  listened,
  openLabProject,
  ran,
  reached,
  type LabProject,
  type Run,
} from "./labProject";
import { guestOf, virtualMachineOf } from "./labState";

/** Three rings: of ada's machines one is in each, so that her identity is needed in all of them. */
const rings = [
  { name: "canary", machines: ["ada-1"], people: ["grace"] },
  { name: "wide", machines: ["ada-2"] },
];
const ringOf: Record<string, number> = {
  ...{ "ada-1": 0, "grace-1": 0 },
  "ada-2": 1,
  ...{ "ada-3": 2, "ada-4": 2 },
};
const all = Object.keys(ringOf).sort();
const definition = {
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  people: {
    ada: {
      machines: { "ada-1": {}, "ada-2": {}, "ada-3": {}, "ada-4": {} },
      services: { chat: { port: 5001 } },
    },
    grace: { machines: { "grace-1": {} } },
  },
  rings,
  // What fails is not waited for: nothing here gets better by itself.
  proof: { settleSeconds: 5 },
};
/** Everybody has something to do, a machine of the second ring is replaced, and one of the last goes. */
const changed = {
  ...definition,
  graphPorts: [{ port: 4711 }],
  people: {
    ...definition.people,
    ada: {
      ...definition.people.ada,
      machines: { "ada-1": {}, "ada-2": { timeZone: "W. Europe Standard Time" }, "ada-3": {} },
    },
  },
};

describe("engine: a lab with rings, by the real CLI against the stand-in", function () {
  this.timeout(240_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    lab.configure(definition);
  });
  after(() => lab?.close());

  const instance = (key: string) => guestOf(lab, key).record.vmId;
  const reachedMachines = (run: Run) =>
    // Azure writes of a preparation too, by the resource's id.
    [...new Set(reached(run).map(({ subject }) => subject))]
      .filter((subject) => !subject.startsWith("/"))
      .sort();
  const power = async (keys: readonly string[], wanted: "running" | "deallocated") => {
    for (const key of keys) await lab.standIn.azure.setPower(instance(key), wanted);
  };
  /** A clock that is an hour ahead: nothing that the library does puts it right, and every proof finds it. */
  const setClock = (key: string, hoursAhead: number) => {
    const machine = guestOf(lab, key);
    machine.record.clockOffset = hoursAhead * 3_600_000;
    machine.save();
  };
  /** Where in the journal something happens to machines of a ring: their VMs, what runs on them, and their tests. */
  const places = (run: Run, ring: number, isTest: boolean) =>
    run.journal.flatMap(({ kind, subject, what }, place) => {
      const vm = /virtualMachines\/lab-([a-z]+-\d)-vm/.exec(subject)?.[1];
      const machine = kind === "azure" ? vm : subject;
      if (machine === undefined || ringOf[machine] !== ring || kind === "machine") return [];
      const tests = what.endsWith("Test-PeerReachability");
      return tests === isTest ? [place] : [];
    });
  /** No step of a ring, and no change of its VMs, comes before the tests of the ring before; those of all of that one's machines. */
  const inOrder = (run: Run) => {
    for (const ring of [1, 2]) {
      const own = places(run, ring, false);
      assert.ok(own.length > 0, `nothing happens in ring ${ring}`);
      const before = places(run, ring - 1, true).filter((place) => place < own[0]);
      const others = Object.values(ringOf).filter((other) => other === ring - 1).length;
      assert.ok(before.length >= others, `ring ${ring} begins after ${before.length} tests`);
      const steps = places(run, ring - 1, false).filter(
        (place) => !/Peer(Listener|Reachability)$/.test(run.journal[place].what),
      );
      assert.ok(Math.max(...steps.filter(isStep(run))) < own[0], `ring ${ring} does not wait`);
    }
  };
  const isStep = (run: Run) => (place: number) =>
    ["runCommand", "copy", "command"].includes(run.journal[place].kind);

  it("is made ring by ring, each after the proof of the one before", async () => {
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    inOrder(run);
    const { machines } = await lab.outputs();
    assert.deepEqual(Object.keys(machines).sort(), all);
    for (const key of all) assert.equal(machines[key].ready, true, key);
    // The machine that finds the cloud for the first ring is one of it.
    const woken = ran(run).filter((step) => step.endsWith(": Set-PeerPresence"));
    // What the steps have opened serves the proof of each ring's own and those after it.
    assert.deepEqual(listened(run), []);
    assert.equal(woken.length, 1);
    assert.equal(ringOf[woken[0].split(":")[0]], 0);
  });

  it("has nothing to do in a second update, nor when all of its machines are off", async () => {
    const plain = await lab.up("--expect-no-changes");
    assert.equal(plain.code, 0, plain.output);
    assert.deepEqual(reached(plain), []);
    await power(all, "deallocated");
    const off = await lab.up();
    assert.equal(off.code, 0, off.output);
    assert.deepEqual(reached(off), []);
    assert.doesNotMatch(off.output, /(updated|replaced|created|deleted)$/m);
    await power(all, "running");
  });

  for (const flags of [[], ["--continue-on-error"]]) {
    it(`stops at a canary that is not healthy, ${flags.join("") || "without --continue-on-error"}: nothing runs, is replaced or goes after it`, async () => {
      setClock("ada-1", 1);
      const instances = all.map(instance);
      const before = await lab.outputs();
      lab.configure(changed);
      const run = await lab.up(...flags);
      assert.notEqual(run.code, 0, run.output);
      assert.deepEqual(reachedMachines(run), ["ada-1", "grace-1"]);
      assert.deepEqual(all.map(instance), instances);
      for (const key of all) assert.ok(virtualMachineOf(lab, key));
      assert.match(
        run.output,
        /PeerLab lab: ring canary is not healthy \(one failure\); rings wide and others wait:\n\s+ada-1: .*clock/,
      );
      // The CLI prints it once while it goes on, and once at its end.
      const [, diagnostics = ""] = run.output.split("Diagnostics:");
      assert.equal(diagnostics.match(/is not healthy/g)?.length, 1, run.output);
      assert.doesNotMatch(run.output, /unhandled|serializing|integrity|panic|still active/);
      assert.deepEqual((await lab.outputs()).hostKeys, before.hostKeys);
    });
  }

  it("does not take the canary for healthy when the definition is put back", async () => {
    lab.configure(definition);
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0, run.output);
    assert.match(run.output, /ring canary is not healthy/);
    assert.deepEqual(reachedMachines(run), ["ada-1", "grace-1"]);
  });

  it("is finished by the next update once the canary is put right, ring by ring", async () => {
    setClock("ada-1", 0);
    const replaced = instance("ada-2");
    lab.configure(changed);
    const run = await lab.up("--continue-on-error");
    assert.equal(run.code, 0, run.output);
    inOrder(run);
    assert.notEqual(instance("ada-2"), replaced);
    const left = lab.standIn.windows.machines().map(({ facts }) => facts.computerName);
    assert.deepEqual(left.sort(), ["ada-1", "ada-2", "ada-3", "grace-1"]);
    const again = await lab.up("--expect-no-changes");
    assert.equal(again.code, 0, again.output);
    assert.deepEqual(reached(again), []);
  });

  it("stops at a ring with a machine that is off and has something to do, whatever whenOff says", async () => {
    await power(["ada-2"], "deallocated");
    const next = (port: number, whenOff: string) => ({
      ...changed,
      graphPorts: [{ port }],
      whenOff,
    });
    for (const [whenOff, words] of [
      ["skip", /ada-2 is off, and what is to be done on it waits until it is on/],
      ["fail", /ada-2 did not go through its step in this update/],
    ] as const) {
      lab.configure(next(4712, whenOff));
      const run = await lab.up("--continue-on-error");
      assert.notEqual(run.code, 0, run.output);
      assert.match(run.output, /ring wide is not healthy \(one failure\); ring others waits:/);
      assert.match(run.output, words);
      assert.ok(!reachedMachines(run).includes("ada-3"), run.output);
    }
    await power(["ada-2"], "running");
    const run = await lab.up("--continue-on-error");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reachedMachines(run), ["ada-1", "ada-2", "ada-3", "grace-1"]);
  });

  it("lets nothing go before the last ring is healthy", async () => {
    setClock("ada-3", 1);
    const { ada } = changed.people;
    const { "ada-2": kept, "ada-1": first, "ada-3": last } = ada.machines;
    lab.configure({
      ...changed,
      graphPorts: [{ port: 4713 }],
      people: { ada: { ...ada, machines: { "ada-1": first, "ada-2": kept, "ada-3": last } } },
      rings: [
        { name: "canary", machines: ["ada-1"] },
        { name: "wide", machines: ["ada-2"] },
      ],
    });
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0, run.output);
    assert.match(
      run.output,
      /ring others is not healthy \(one failure\); what is no longer wanted stays:\n\s+ada-3: .*clock/,
    );
    assert.ok(virtualMachineOf(lab, "grace-1"));
    setClock("ada-3", 0);
    const next = await lab.up("--continue-on-error");
    assert.equal(next.code, 0, next.output);
    const left = lab.standIn.windows.machines().map(({ facts }) => facts.computerName);
    assert.deepEqual(left.sort(), ["ada-1", "ada-2", "ada-3"]);
  });
});
