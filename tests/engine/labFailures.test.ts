import * as assert from "node:assert/strict";
import {
  engineTimeout,
  openLabProject,
  ran,
  tested,
  twoPeople,
  type LabProject,
} from "./labProject";

const all = ["ada-1", "ada-2", "ada-3", "grace-1", "grace-2"];
const allBut = (left: string) => all.filter((key) => key !== left);

describe("engine: what goes wrong in a lab, by the real CLI against the stand-in", function () {
  this.timeout(180_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
  });
  beforeEach(async () => {
    lab = await openLabProject();
    lab.configure(twoPeople);
  });
  afterEach(() => lab?.close());

  it("refuses a bad configuration before the first resource, with every mistake", async () => {
    lab.configure({
      ...twoPeople,
      adminSources: ["*"],
      ipv6Subnet: "fd00:1::/64",
      graphPorts: [{ port: 70000 }],
      people: { ada: { machines: { "a machine": {}, "ada-1": { image: "windows-95" } } } },
      peopel: {},
    });
    for (const command of ["preview", "up"]) {
      const run = await lab.pulumi(
        command,
        "--stack",
        "test",
        ...(command === "up" ? ["--yes", "--skip-preview"] : []),
      );
      assert.notEqual(run.code, 0);
      for (const words of [
        /adminSources\[0\]: is "\*"/,
        /ipv6Subnet: is "fd00:1::\/64".*not inside/,
        /graphPorts\[0\]\.port: is 70000/,
        /people\.ada\.machines\["a machine"\]: is "a machine"/,
        /people\.ada\.machines\["ada-1"\]\.image: is "windows-95"; allowed are windows-11/,
        /peopel: is no known key.*"people"/,
      ]) {
        assert.match(run.output, words);
      }
      assert.doesNotMatch(
        run.output,
        /at .*\.ts:\d+/,
        "a mistake of the user's is not told by a stack trace",
      );
      assert.deepEqual(run.journal, []);
    }
  });

  it("stops at the first machine of an image that cannot run the peer stack; others of the image wait, the rest goes on", async () => {
    const people = {
      ada: {
        machines: {
          "ada-1": { image: "windows-server-2022" },
          "ada-2": { image: "windows-server-2022" },
        },
      },
      grace: { machines: { "grace-1": {}, "grace-2": {} } },
    };
    lab.configure({ ...twoPeople, people });
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0);
    assert.match(run.output, /lab-ada-export/);
    assert.match(run.output, /PEER_E_NOT_LICENSED/);
    assert.match(run.output, /"hint":"[^"]+"/);
    assert.deepEqual(ran(run), [
      "ada-1: Export-PeerIdentity",
      "grace-1: Export-PeerIdentity",
      "grace-1: Set-PeerMachine",
      "grace-2: Set-PeerMachine",
    ]);
    assert.deepEqual(tested(run), ["grace-1", "grace-2"]);
    const { proof } = await lab.outputs();
    assert.deepEqual(proof["grace-1"].reaches, { "grace-2": "3587" });
    assert.equal(proof["grace-1"].failures, undefined);
    assert.match(proof["ada-2"].leftOut, /ada-1 has to show first/);
  });

  it("goes on without a seed that cannot be woken, and wakes that one alone in the next run", async () => {
    lab.configure({ ...twoPeople, seeds: ["ada-2", "grace-1"] });
    lab.standIn.faults.add({
      kind: "dropConnection",
      match: "Set-PeerPresence",
      moment: "before",
      times: 1,
    });
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0);
    // As it stands in the diagnostics, where only what has failed is named.
    const [, failed] =
      /Command \(lab-(ada-2|grace-1)-seed\)/.exec(run.output) ?? assert.fail(run.output);
    for (const machine of all) {
      assert.ok(ran(run).includes(`${machine}: Set-PeerMachine`), `${machine}\n${run.output}`);
    }
    const next = await lab.up();
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(ran(next), [`${failed}: Set-PeerPresence`]);
    const again = await lab.up("--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });

  it("fails where a machine stores another key than the one it was given, and heals it in the next run", async () => {
    lab.standIn.faults.add({ kind: "wrongKey", match: "grace-2", times: 1 });
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0);
    assert.match(run.output, /lab-grace\.grace-2/);
    assert.match(run.output, /PeerIdentityMismatch/);
    assert.deepEqual(tested(run), allBut("grace-2"));
    const next = await lab.up();
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(ran(next), ["grace-2: Set-PeerMachine"]);
    assert.deepEqual(tested(next), all);
    const { machines } = await lab.outputs();
    assert.equal(machines["grace-2"].peerName, machines["grace-1"].peerName);
  });

  it("finishes the rest of the lab in the same run when Azure refuses one machine, and that one in the next", async () => {
    lab.standIn.faults.add({
      kind: "failRequest",
      match: "lab-ada-2-vm",
      operation: "create",
      times: 1,
    });
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0);
    const steps = ran(run);
    for (const machine of allBut("ada-2")) {
      assert.ok(steps.includes(`${machine}: Set-PeerMachine`), `${machine}\n${run.output}`);
    }
    assert.deepEqual(tested(run), allBut("ada-2"));
    const { machines, proof } = await lab.outputs();
    assert.match(proof["ada-2"].leftOut, /not made in this update/);
    assert.deepEqual(
      Object.keys(machines).map((key) => [key, machines[key].ready]),
      [
        ["ada-1", true],
        ["ada-2", false],
        ["ada-3", true],
        ["grace-1", true],
        ["grace-2", true],
      ],
    );
    const next = await lab.up();
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(ran(next), ["ada-2: Set-PeerMachine"]);
    assert.deepEqual(tested(next), all);
  });

  it("tells of the rest of the lab when a machine is made that cannot be prepared", async () => {
    // Windows Server 2016 has no SSH server, and nobody said where to get one.
    const grace = { machines: { "grace-1": {}, "grace-3": { image: "windows-server-2016" } } };
    lab.configure({ ...twoPeople, people: { ...twoPeople.people, grace } });
    const run = await lab.up("--continue-on-error");
    assert.notEqual(run.code, 0);
    assert.match(run.output, /OpenSshUnavailable/);
    assert.doesNotMatch(run.output, /did not say the SSH host key/);
    const { machines } = await lab.outputs();
    const ready = Object.keys(machines).map((key) => [key, machines[key].ready]);
    assert.deepEqual(Object.fromEntries(ready), {
      "ada-1": true,
      "ada-2": true,
      "ada-3": true,
      "grace-1": true,
      "grace-3": false,
    });
    lab.configure(twoPeople);
    const back = await lab.up();
    assert.equal(back.code, 0, back.output);
    assert.deepEqual(ran(back), ["grace-2: Set-PeerMachine"]);
  });

  it("runs a failed step again although the definition was put back in between", async () => {
    const first = await lab.up();
    assert.equal(first.code, 0, first.output);
    lab.standIn.faults.add({ kind: "dropConnection", match: "ada-2", moment: "after", times: 1 });
    lab.configure({ ...twoPeople, graphPorts: [{ port: 4711 }] });
    const failed = await lab.up("--continue-on-error");
    assert.notEqual(failed.code, 0);
    lab.configure(twoPeople);
    const back = await lab.up();
    assert.equal(back.code, 0, back.output);
    assert.ok(ran(back).includes("ada-2: Set-PeerMachine"), ran(back).join("\n"));
    const again = await lab.up("--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });

  it("brings an identity to another person's machine, and refuses by its path to forget it", async () => {
    lab.configure({ ...twoPeople, people: { ada: { machines: { "ada-1": {} } } } });
    assert.equal((await lab.up()).code, 0);
    const { exportedIdentities, people } = await lab.outputs();
    const bea = { machines: { "bea-1": {} }, ...exportedIdentities.ada };
    lab.configure({ ...twoPeople, people: { ada: { machines: { "ada-1": {} } }, bea } });
    const brought = await lab.up();
    assert.equal(brought.code, 0, brought.output);
    assert.ok(!ran(brought).includes("bea-1: Export-PeerIdentity"));
    const { machines } = await lab.outputs();
    assert.equal(machines["bea-1"].peerName, people.ada.peerName);
    lab.configure({
      ...twoPeople,
      people: { ada: { machines: { "ada-1": {} } }, bea: { machines: { "bea-1": {} } } },
    });
    const forgotten = await lab.preview();
    assert.notEqual(forgotten.code, 0);
    assert.match(
      forgotten.output,
      /people\.bea\.exportedIdentity: is missing, but this identity was brought/,
    );
  });

  it("keeps the identity of a person who loses all her machines and gets one again", async () => {
    // The seed is named: with it gone, another machine takes its part, which is a change on that one.
    const withAda = (machines: object) => ({
      ...twoPeople,
      seeds: ["grace-1"],
      people: { ...twoPeople.people, ada: { machines } },
    });
    lab.configure(withAda({}));
    const none = await lab.up();
    assert.equal(none.code, 0, none.output);
    lab.configure(withAda({ "ada-1": {} }));
    assert.equal((await lab.up()).code, 0);
    const { peerName } = (await lab.outputs()).people.ada;
    assert.match(peerName, /^[0-9a-f]{40}\.PeerLab$/);
    lab.configure(withAda({}));
    const without = await lab.up();
    assert.equal(without.code, 0, without.output);
    assert.deepEqual(ran(without), []);
    assert.equal((await lab.outputs()).people.ada.peerName, peerName);
    lab.configure(withAda({ "ada-7": {} }));
    const again = await lab.up();
    assert.equal(again.code, 0, again.output);
    assert.ok(!ran(again).some((line) => line.endsWith("Export-PeerIdentity")));
    assert.equal((await lab.outputs()).machines["ada-7"].peerName, peerName);
  });
});
