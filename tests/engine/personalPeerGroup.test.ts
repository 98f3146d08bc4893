import * as assert from "node:assert/strict";
import type { PeerGroupReport } from "../../components";
import { groupProgram, type GroupOutputs } from "./groupProgram";
import {
  engineTimeout,
  openLabProject,
  ran,
  reached,
  type LabProject,
  type Run,
} from "./labProject";
import { guestOf, heldIdentities } from "./labState";

describe("engine: a person's group through the life of her machines", function () {
  this.timeout(300_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject(groupProgram);
  });
  after(() => lab?.close());

  /** Machines by key with their time zones: another one replaces a machine. */
  function configure(machines: Record<string, string>, group: object = {}): void {
    lab.configure({ "azure-native:location": "westeurope", machines, group });
  }

  async function up(...args: string[]): Promise<string[]> {
    const run = await lab.up(...args);
    assert.equal(run.code, 0, run.output);
    last = run;
    return ran(run);
  }
  let last: Run;
  const outputs = async () => (await lab.outputs()) as GroupOutputs;

  /** Each machine is in the group, in no other, and holds its own identity and nobody else's. */
  async function together(keys: string[]): Promise<GroupOutputs> {
    const known = await outputs();
    assert.deepEqual(Object.keys(known.members), keys);
    const held = heldIdentities(lab);
    for (const key of keys) {
      const { peerName, group, instance, expires } = known.members[key];
      assert.deepEqual(held[key], [peerName]);
      assert.equal(group, known.peerGroup);
      assert.equal(instance, guestOf(lab, key).record.vmId);
      assert.notEqual(expires, "", `${key} was never connected`);
      const groups = guestOf(lab, key).record.groups?.labuser ?? [];
      assert.deepEqual(
        groups.map((one) => [one.group, one.identity]),
        [[known.peerGroup, peerName]],
      );
      const report: PeerGroupReport = known.reports[key];
      assert.deepEqual(
        [report.peerName, report.usable, report.group, report.pending],
        [peerName, true, known.peerGroup, []],
      );
    }
    assert.equal(new Set(keys.map((key) => known.members[key].peerName)).size, keys.length);
    return known;
  }

  const own = (key: string) => `${key}: New-PeerIdentity`;
  const set = (key: string) => `${key}: Set-PeerMachine`;
  const invites = (key: string) => `${key}: New-PeerGroupInvitation`;
  const creates = (key: string) => `${key}: New-PeerGroup`;

  it("creates the group on one machine, and invites the others once", async () => {
    configure({ a: "UTC", b: "UTC" });
    assert.deepEqual(
      await up(),
      [
        creates("a"),
        invites("a"),
        own("a"),
        own("b"),
        set("a"),
        set("b"),
        "seed: Export-PeerIdentity",
        set("seed"),
      ].sort(),
    );
    const { peerGroup, generation, leaving } = await together(["a", "b"]);
    assert.match(peerGroup, /^[0-9a-f]{40}\.PeerLab$/);
    assert.equal(generation, "1");
    assert.deepEqual(leaving, []);
  });

  it("changes nothing and reaches no machine in a second up, nor in a preview of it", async () => {
    assert.deepEqual(await up("--expect-no-changes"), []);
    assert.deepEqual(reached(last), []);
    const preview = await lab.preview("--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
  });

  it("lets a machine in that is added, and does nothing on the others but to invite it", async () => {
    configure({ a: "UTC", b: "UTC", c: "UTC" });
    assert.deepEqual(await up(), [invites("a"), own("c"), set("c")].sort());
    await together(["a", "b", "c"]);
    assert.deepEqual(await up("--expect-no-changes"), []);
  });

  it("replaces the creator: another administrator lets it in, and the group stays", async () => {
    const before = await outputs();
    configure({ a: "Romance Standard Time", b: "UTC", c: "UTC" });
    const preview = await lab.preview();
    assert.equal(preview.code, 0, preview.output);
    assert.deepEqual(await up(), [invites("b"), own("a"), set("a")].sort());
    const { peerGroup, members, leaving } = await together(["a", "b", "c"]);
    assert.equal(peerGroup, before.peerGroup);
    assert.notEqual(members.a.peerName, before.members.a.peerName);
    const { peerName, role, expires } = before.members.a;
    assert.deepEqual(leaving, [{ machine: "a", peerName, role, expires }]);
    assert.doesNotMatch(last.output, /stays a member/);
    assert.deepEqual(await up("--expect-no-changes"), []);
  });

  it("removes the creator and says until when it stays a member; the others run nothing", async () => {
    const before = await outputs();
    configure({ b: "UTC", c: "UTC" }, { roles: { c: "administrator" } });
    assert.deepEqual(await up(), []);
    const { peerGroup, leaving } = await together(["b", "c"]);
    assert.equal(peerGroup, before.peerGroup);
    assert.equal(leaving.length, 2);
    const gone = leaving.find(({ peerName }) => peerName === before.members.a.peerName);
    assert.ok(gone);
    assert.match(
      last.output,
      new RegExp(
        `a is removed and stays a member of the group as ${gone.peerName} until ${gone.expires}`,
      ),
    );
    assert.deepEqual(await up("--expect-no-changes"), []);
    assert.doesNotMatch(last.output, /stays a member/);
  });

  it("refuses another role for a member, and takes it with another rotation: a new group on all at once", async () => {
    const before = await outputs();
    const roles = { c: "member" };
    configure({ b: "UTC", c: "UTC" }, { roles });
    const refused = await lab.preview();
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /roles\.c: is "member", but c belongs to the group as administrator/,
    );
    assert.deepEqual(reached(refused), []);
    configure({ b: "UTC", c: "UTC" }, { roles, rotation: "2" });
    assert.deepEqual(await up(), [creates("b"), invites("b"), set("b"), set("c")].sort());
    const { peerGroup, generation, members, leaving } = await together(["b", "c"]);
    assert.notEqual(peerGroup, before.peerGroup);
    assert.equal(generation, "2");
    assert.deepEqual([members.b.role, members.c.role], ["administrator", "member"]);
    assert.equal(members.b.peerName, before.members.b.peerName);
    assert.deepEqual(leaving, []);
    assert.deepEqual(await up("--expect-no-changes"), []);
  });

  it("refuses in the preview that the only administrator goes, before anything is destroyed", async () => {
    const before = await outputs();
    const group = { roles: { c: "member" }, rotation: "2" };
    for (const [machines, words] of [
      [
        { b: "Romance Standard Time", c: "UTC" },
        /machines\.b: is replaced, but b is the only administrator/,
      ],
      [{ c: "UTC", d: "UTC" }, /machines\.b: is removed, but b is the only administrator/],
    ] as const) {
      configure(machines, group);
      const run = await lab.pulumi("up", "--yes", "--stack", "test");
      assert.notEqual(run.code, 0);
      assert.match(run.output, words);
      assert.deepEqual(reached(run), []);
      assert.equal(guestOf(lab, "b").record.vmId, before.members.b.instance);
    }
    configure({ b: "UTC", c: "UTC" }, group);
    assert.deepEqual(await up("--expect-no-changes"), []);
  });

  it("keeps the group's name without machines, and makes a new group when machines come again", async () => {
    const before = await outputs();
    const group = { rotation: "2" };
    configure({}, group);
    assert.deepEqual(await up(), []);
    const empty = await outputs();
    assert.equal(empty.peerGroup, before.peerGroup);
    assert.deepEqual(empty.members, {});
    assert.deepEqual(await up("--expect-no-changes"), []);
    configure({ d: "UTC", e: "UTC" }, group);
    assert.deepEqual(
      await up(),
      [creates("d"), invites("d"), own("d"), own("e"), set("d"), set("e")].sort(),
    );
    const { peerGroup, generation, leaving } = await together(["d", "e"]);
    assert.notEqual(peerGroup, before.peerGroup);
    assert.equal(generation, "2+1");
    assert.deepEqual(leaving, []);
    assert.deepEqual(await up("--expect-no-changes"), []);
  });
});
