import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  engineTimeout,
  openLabProject,
  reached,
  tested,
  type LabProject,
  type Run,
} from "./labProject";
import { heldIdentities, urnOf } from "./labState";
import { stepsInTable, stepsOf } from "./lifecycleTable";

interface Person extends Record<string, unknown> {
  machines: Record<string, object>;
}

describe("engine: what a change to an identity lets run, compared with docs/lifecycle.md", function () {
  this.timeout(240_000);
  let lab: LabProject;
  let people: Record<string, Person>;
  const hers = ["ada-1", "ada-2"];

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    people = {
      ada: { machines: { "ada-1": {}, "ada-2": {} } },
      grace: { machines: { "grace-1": {} } },
    };
    await up();
  });
  after(() => lab?.close());

  const configure = () =>
    lab.configure({
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people,
    });
  /** Brings the lab to the definition, and asserts that every machine holds what its person has, and nothing else. */
  const up = async (...args: string[]): Promise<Run> => {
    configure();
    const run = await lab.up(...args);
    assert.equal(run.code, 0, run.output);
    const names = await peerNames();
    const held = heldIdentities(lab);
    for (const [person, { machines }] of Object.entries(people)) {
      for (const key of Object.keys(machines)) assert.deepEqual(held[key], [names[person]], key);
    }
    return run;
  };
  const peerNames = async (): Promise<Record<string, string>> => {
    const { people: known } = (await lab.outputs()) as {
      people: Record<string, { peerName: string }>;
    };
    return Object.fromEntries(Object.entries(known).map(([key, { peerName }]) => [key, peerName]));
  };

  it("an export that is replaced by force: the same identity", async () => {
    const before = await peerNames();
    const run = await up("--replace", await urnOf(lab, "lab-ada-export"));
    assert.deepEqual(stepsOf(run), stepsInTable("the export is replaced by force", { hers }));
    assert.deepEqual(await peerNames(), before);
  });

  it("an export that is replaced by force on a maker that lost its identity: the same identity", async () => {
    const before = await peerNames();
    const { record } = lab.standIn.windows
      .machines()
      .find(({ facts }) => facts.computerName === "ada-1")!;
    record.identities.labuser = [];
    await up("--replace", await urnOf(lab, "lab-ada-export"));
    assert.deepEqual(await peerNames(), before);
  });

  it("a rotation: a new identity on all her machines, the old one removed", async () => {
    const before = await peerNames();
    people.ada.rotation = "2";
    const run = await up();
    assert.deepEqual(stepsOf(run), stepsInTable("`rotation`$", { maker: ["ada-1"], hers }));
    const after = await peerNames();
    assert.notEqual(after.ada, before.ada);
    assert.equal(after.grace, before.grace);
  });

  it("a rotation that is put back: the identity of before; and one of longer ago: a new one", async () => {
    const rotated = await peerNames();
    people.ada.rotation = "3";
    await up();
    const third = await peerNames();
    people.ada.rotation = "2";
    const back = await up();
    assert.deepEqual(stepsOf(back), stepsInTable("`rotation` is put back", { hers }));
    assert.deepEqual(await peerNames(), rotated);
    const held = { "ada-1": [rotated.ada], "ada-2": [rotated.ada] };
    assert.deepEqual({ ...heldIdentities(lab), ...held }, heldIdentities(lab));
    people.ada.rotation = "3";
    await up();
    assert.deepEqual(await peerNames(), third);
    people.ada.rotation = "1";
    const old = await up();
    assert.deepEqual(
      stepsOf(old),
      stepsInTable("a `rotation` of longer ago", { maker: ["ada-1"], hers }),
    );
    const names = Object.values(await peerNames());
    assert.ok(!names.includes(rotated.ada) && !names.includes(third.ada));
  });

  it("a rotation with one machine failing: it keeps the old one, is reported, and the next up completes", async () => {
    const before = await peerNames();
    people.ada.rotation = "4";
    lab.standIn.faults.add({ kind: "dropConnection", match: "ada-2", moment: "before", times: 1 });
    configure();
    const failed = await lab.up("--continue-on-error");
    assert.notEqual(failed.code, 0);
    assert.match(failed.output, /lab-ada\.ada-2/);
    const between = await peerNames();
    assert.notEqual(between.ada, before.ada);
    assert.deepEqual(heldIdentities(lab), {
      "ada-1": [between.ada],
      "ada-2": [before.ada],
      "grace-1": [before.grace],
    });
    assert.equal((await lab.outputs()).machines["ada-2"].ready, false);
    // Her machine is in the proof, beside which nothing runs on it.
    assert.ok(!stepsOf(failed).some((step) => step.startsWith("grace-1: ")));
    assert.deepEqual(tested(failed), ["ada-1", "grace-1"]);
    const next = await up();
    assert.deepEqual(stepsOf(next), ["ada-2: Set-PeerMachine"]);
    assert.equal((await peerNames()).ada, between.ada);
  });

  it("a machine that is given to another person holds hers, and the one before no more", async () => {
    const before = await peerNames();
    delete people.ada.machines["ada-2"];
    people.grace.machines["ada-2"] = {};
    const run = await up();
    assert.deepEqual(
      stepsOf(run),
      stepsInTable("a machine is given to another person", { "that one": ["ada-2"] }),
    );
    delete people.grace.machines["ada-2"];
    people.ada.machines["ada-2"] = {};
    await up();
    assert.deepEqual(await peerNames(), before);
  });

  it("a person under another key is another person, and her machines hold nothing of the one before", async () => {
    const before = await peerNames();
    const { grace, ...others } = people;
    people = { ...others, hopper: grace };
    const run = await up();
    assert.deepEqual(
      stepsOf(run),
      stepsInTable("a person's key is changed", { maker: ["grace-1"], hers: ["grace-1"] }),
    );
    const after = await peerNames();
    assert.notEqual(after.hopper, before.grace);
    people = { ...others, grace };
    await up();
  });

  it("a rotation in the same update in which the maker goes", async () => {
    const before = await peerNames();
    people.ada.rotation = "5";
    delete people.ada.machines["ada-1"];
    const run = await up();
    assert.deepEqual(
      stepsOf(run),
      stepsInTable("`rotation`, while the maker is removed", {
        "new maker": ["ada-2"],
        left: ["ada-2"],
        "next seed": ["ada-2"],
      }),
    );
    assert.notEqual((await peerNames()).ada, before.ada);
  });

  it("no machine any more, and one again: the same identity", async () => {
    const before = await peerNames();
    delete people.ada.machines["ada-2"];
    const none = await up();
    assert.deepEqual(await peerNames(), before);
    assert.deepEqual(
      stepsOf(none),
      stepsInTable("all machines of a person are removed", {
        "next seed": ["grace-1"],
      }),
    );
    people.ada.machines["ada-1"] = {};
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("... and she gets one again", { "that one": ["ada-1"] }),
    );
    assert.deepEqual(await peerNames(), before);
  });

  it("a rotation without a machine waits for one", async () => {
    const before = await peerNames();
    delete people.ada.machines["ada-1"];
    people.ada.rotation = "6";
    await up();
    assert.deepEqual(await peerNames(), before);
    people.ada.machines["ada-1"] = {};
    people.ada.machines["ada-2"] = {};
    await up();
    assert.notEqual((await peerNames()).ada, before.ada);
  });

  it("a rotation after the stack got another name: the old identity is removed all the same", async () => {
    const rename = (from: string, to: string) => lab.pulumi("stack", "rename", to, "--stack", from);
    assert.equal((await rename("test", "other")).code, 0);
    people.ada.rotation = "renamed";
    configure();
    fs.copyFileSync(
      path.join(lab.directory, "Pulumi.test.yaml"),
      path.join(lab.directory, "Pulumi.other.yaml"),
    );
    const run = await lab.pulumi("up", "--yes", "--skip-preview", "--stack", "other");
    assert.equal(run.code, 0, run.output);
    fs.rmSync(path.join(lab.directory, "Pulumi.test.yaml"));
    assert.equal((await rename("other", "test")).code, 0);
    await up();
  });

  it("identities that are brought: at first, instead of a made one, another one, a rotation, and taken away", async () => {
    // Two identities, exported elsewhere.
    const { exportedIdentities } = await lab.outputs();
    const [first, second] = [exportedIdentities.ada, exportedIdentities.grace];
    const before = await peerNames();

    people.bea = { machines: { "bea-1": {} }, ...first };
    const brought = await up();
    assert.deepEqual(
      stepsOf(brought),
      stepsInTable("`exportedIdentity` and its password", {
        maker: ["bea-1"],
        hers: ["bea-1"],
      }),
    );
    assert.equal((await peerNames()).bea, before.ada);

    people.bea = { machines: { "bea-1": {} }, ...second };
    const other = await up();
    assert.deepEqual(
      stepsOf(other),
      stepsInTable("another `exportedIdentity`", { maker: ["bea-1"], hers: ["bea-1"] }),
    );
    assert.equal((await peerNames()).bea, before.grace);

    people.bea.rotation = "2";
    const rotated = await up();
    assert.deepEqual(
      stepsOf(rotated),
      stepsInTable("`rotation`, while an identity is brought", {
        maker: ["bea-1"],
        hers: ["bea-1"],
      }),
    );
    assert.equal((await peerNames()).bea, before.grace);

    people.bea = { machines: { "bea-1": {} }, rotation: "2" };
    configure();
    for (const run of [await lab.preview(), await lab.up()]) {
      assert.notEqual(run.code, 0);
      assert.match(
        run.output,
        /people\.bea\.exportedIdentity: is missing, but this identity was brought/,
      );
      assert.deepEqual(stepsOf(run), stepsInTable("`exportedIdentity` is taken away"));
    }
    people.bea = { machines: { "bea-1": {} }, rotation: "2", ...second };
    assert.deepEqual(reached(await up()), []);

    Object.assign(people.ada, second);
    const instead = await up();
    assert.deepEqual(
      stepsOf(instead),
      stepsInTable("`exportedIdentity`, for a person", { maker: ["ada-1"], hers }),
    );
    assert.equal((await peerNames()).ada, before.grace);
  });
});
