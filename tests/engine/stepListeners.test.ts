import * as assert from "node:assert/strict";
import {
  engineTimeout,
  listened,
  openLabProject,
  ran,
  reached,
  tested,
  type LabProject,
  type Run,
} from "./labProject";
import { guestOf } from "./labState";

/** In code-point order, which is the ring of who tests whom: each machine the next two. */
const all = ["ada-1", "ada-2", "bob-1", "cat-1", "dan-1", "eve-1", "eve-2"];

describe("engine: listeners that machines' own steps open for the proof", function () {
  this.timeout(180_000);
  let lab: LabProject;
  let first: Record<string, unknown>;

  /** One identity, one group, and three people with a machine each; all of them with a service. */
  function configure({ bob = 5003, cat = 5004 } = {}, proof: object = {}): void {
    lab.configure({
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      proof: { sample: 2, settleSeconds: 10, ...proof },
      people: {
        ada: { machines: { "ada-1": {}, "ada-2": {} }, services: { chat: { port: 5001 } } },
        bob: { machines: { "bob-1": {} }, services: { chat: { port: bob } } },
        cat: { machines: { "cat-1": {} }, services: { chat: { port: cat } } },
        dan: { machines: { "dan-1": {} }, services: { chat: { port: 5005 } } },
        eve: {
          sharing: "group",
          machines: { "eve-1": {}, "eve-2": {} },
          services: { chat: { port: 5006 } },
        },
      },
    });
  }

  const proofNow = async () => (await lab.outputs()).proof;
  const setSteps = (run: Run) => ran(run).filter((step) => step.endsWith("Set-PeerMachine"));
  const isListening = (key: string) => guestOf(lab, key).record.listeners !== undefined;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
  });
  after(() => lab?.close());

  it("no connection is made for them in a first update, in which every machine is tested", async () => {
    configure();
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual([listened(run), tested(run)], [[], all]);
    for (const key of all) assert.ok(isListening(key), key);
    first = await proofNow();
    assert.deepEqual(Object.keys(first), all);
  });

  it("a second update runs nothing and reports the same", async () => {
    const run = await lab.up("--expect-no-changes");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
    assert.deepEqual(await proofNow(), first);
  });

  it("they are opened alone where only the proof is due, which reports the same", async () => {
    configure({}, { token: "again" });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual([ran(run), listened(run), tested(run)], [[], all, all]);
    assert.deepEqual(await proofNow(), first);
    const next = await lab.up("--expect-no-changes");
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(reached(next), []);
    assert.deepEqual(await proofNow(), first);
  });

  it("one machine with a changed service listens by its step, and those that its testers test besides alone", async () => {
    configure({ bob: 6003 });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(setSteps(run), ["bob-1: Set-PeerMachine"]);
    // Itself, the two that test its ports, and the two that resolve its name.
    assert.deepEqual(tested(run), ["ada-1", "ada-2", "bob-1", "cat-1", "dan-1"]);
    assert.deepEqual(listened(run), ["ada-2", "cat-1", "dan-1", "eve-1", "eve-2"]);
  });

  it("they are opened alone in the update after one that ended between a step and its test", async () => {
    configure({ bob: 6003, cat: 6004 });
    lab.standIn.faults.add({
      kind: "dropConnection",
      match: "Test-PeerReachability",
      moment: "before",
    });
    const cut = await lab.up();
    assert.notEqual(cut.code, 0, cut.output);
    assert.deepEqual(setSteps(cut), ["cat-1: Set-PeerMachine"]);
    const tests = cut.journal.filter(({ what }) => what.endsWith("Test-PeerReachability"));
    assert.deepEqual([...new Set(tests.map(({ outcome }) => outcome))], ["cut"]);
    assert.ok(!listened(cut).includes("cat-1"));
    lab.standIn.faults.clear();
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(ran(run), []);
    assert.ok(tested(run).includes("cat-1"));
    assert.ok(listened(run).includes("cat-1"));
    const next = await lab.up("--expect-no-changes");
    assert.equal(next.code, 0, next.output);
  });

  it("a step that could not open them succeeds, and the proof asks for them and says why it cannot have them", async () => {
    guestOf(lab, "bob-1").record.reservedPorts = [7003];
    configure({ bob: 7003, cat: 6004 });
    const run = await lab.up();
    assert.notEqual(run.code, 0, run.output);
    assert.deepEqual(setSteps(run), ["bob-1: Set-PeerMachine"]);
    assert.match(
      run.output,
      /bob-1-listener[^]*No listener opened on TCP 7003 within 30 seconds\./,
    );
    guestOf(lab, "bob-1").record.reservedPorts = [];
    const repaired = await lab.up();
    assert.equal(repaired.code, 0, repaired.output);
    assert.deepEqual(ran(repaired), []);
    assert.ok(listened(repaired).includes("bob-1"));
  });
});
