import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { LabReport } from "../../../lab/labReport";
import {
  engineTimeout,
  openLabProject,
  ran,
  reached,
  tested,
  type LabProject,
} from "../labProject";
import { breaks, brokenLab, type Break } from "./breaks";
import { checkOf } from "./check";

const machines = ["ada-1", "ada-2", "grace-1", "grace-2"];

/** Which of them go through updates too, which takes most of a minute each: every twelfth and what went wrong once, or all of them where asked for. */
const isChosen = (index: number) =>
  process.env.PEERLAB_BREAKS === "all" || index % 12 === 0 || breaks[index].alwaysUpdated;

describe("engine: a lab that somebody breaks behind the library's back, one thing at a time", function () {
  this.timeout(240_000);
  let lab: LabProject;
  let saved: string;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    saved = path.join(lab.directory, "saved");
    lab.configure(brokenLab);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    lab.save(saved);
  });
  after(() => lab?.close());

  /** The lab as it was when it was proved, broken in one way. */
  async function broken({ breaks: breakIt }: Break): Promise<void> {
    await lab.restore(saved);
    lab.configure(brokenLab);
    await breakIt(lab);
  }
  const check = () => checkOf(lab);
  const says = (text: string, words: RegExp[]) => {
    for (const wanted of words) assert.match(text, wanted);
  };

  it("there are at least twenty ways", () => {
    assert.ok(breaks.length >= 20, String(breaks.length));
  });

  it("a check of the lab as it was proved finds nothing, and leaves nothing open", async () => {
    const checked = await check();
    assert.equal(checked.code, 0, checked.output);
    for (const { record } of lab.standIn.windows.machines())
      assert.equal(record.listeners, undefined);
  });

  it("the report says of each machine its identity, names, group, cloud, and whom it reached on which port", async () => {
    const file = path.join(lab.directory, "report.json");
    const checked = await checkOf(lab, "--output", file);
    assert.equal(checked.code, 0, checked.output);
    const report = JSON.parse(fs.readFileSync(file, "utf8")) as LabReport;
    const { machines: known, people, proof } = await lab.outputs();
    assert.equal(report.passed, true);
    assert.deepEqual(Object.keys(report.machines), machines);
    const services: Record<string, string[]> = { ada: ["chat", "files"], grace: ["board"] };
    const ports: Record<string, number[]> = { ada: [3587, 5001, 5002], grace: [3587, 5003] };
    for (const [key, one] of Object.entries(report.machines)) {
      const { person, peerName } = known[key];
      const [authority] = peerName.split(".");
      assert.deepEqual(one.identities, [peerName]);
      const registered = one.names.filter(({ peerName: name }) => !name.startsWith("0."));
      assert.deepEqual(
        registered,
        services[person].map((name) => ({ peerName: `${authority}.${name}`, state: "registered" })),
      );
      const group = { group: people.grace.peerName, state: "connected" };
      assert.deepEqual(one.groups, person === "grace" ? [group] : []);
      assert.equal(one.cloud, "active");
      const others = machines.filter((other) => other !== key);
      const matrix = others.flatMap((machine) =>
        ports[known[machine].person].map((port) => ({ machine, port })),
      );
      const reached = one.ports.filter(({ verdict }) => verdict === "reachable");
      assert.deepEqual(
        reached
          .map(({ machine, port }) => ({ machine, port }))
          .sort((a, b) => a.machine.localeCompare(b.machine) || a.port - b.port),
        matrix,
      );
      assert.deepEqual(Object.keys(proof[key].reaches).sort(), others);
    }
  });

  for (const [index, one] of breaks.entries()) {
    it(`${one.what}: a check says it`, async () => {
      await broken(one);
      const checked = await check();
      says(checked.output, one.says);
      assert.equal(checked.code, 2, checked.output);
    });
    if (!isChosen(index)) continue;

    const proofs = one.proofSees === false ? "passes" : "says it";
    it(`${one.what}: a plain update runs nothing, one with a new token of the proof ${proofs}`, async () => {
      await broken(one);
      const plain = await lab.up();
      assert.equal(plain.code, 0, plain.output);
      assert.deepEqual(reached(plain), []);
      const proof = { ...brokenLab.proof, token: "again" };
      lab.configure({ ...brokenLab, proof });
      const proved = await lab.up();
      if (one.proofSees === false) {
        assert.equal(proved.code, 0, proved.output);
      } else {
        assert.notEqual(proved.code, 0, proved.output);
        says(proved.output, one.proofSays ?? one.says);
      }
      assert.deepEqual(ran(proved), []);

      const reconcile = { token: "again" };
      lab.configure({ ...brokenLab, proof, reconcile });
      const repaired = await lab.up();
      if (one.reconciles) {
        assert.equal(repaired.code, 0, repaired.output);
        assert.deepEqual(tested(repaired), machines);
        const checked = await check();
        assert.equal(checked.code, 0, checked.output);
      } else {
        assert.notEqual(repaired.code, 0, "it is put right, and the table says that it is not");
      }
    });
  }
});
