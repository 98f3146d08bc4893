import * as assert from "node:assert/strict";
import { heal, upKilledAt } from "./killedUp";
import { engineTimeout, openLabProject, reached, type LabProject } from "./labProject";

const machines = ["ada-1", "ada-2", "grace-1"];

describe("engine: another way in which a running lab's person is found", function () {
  this.timeout(240_000);
  let lab: LabProject;

  const definition = (sharing: string) => ({
    "azure-native:location": "westeurope",
    adminSources: ["203.0.113.7"],
    people: {
      ada: {
        sharing,
        machines: { "ada-1": {}, "ada-2": {} },
        services: { chat: { port: 5001 } },
      },
      grace: { machines: { "grace-1": {} } },
    },
  });
  const up = async (sharing: string) => {
    lab.configure(definition(sharing));
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    return run;
  };
  /** What the lab user of each machine has: peer names of identities and groups. */
  const held = () =>
    Object.fromEntries(
      machines.map((key) => {
        const { identities, groups = {} } = lab.standIn.windows.machine(key).record;
        const names = (identities.labuser ?? []).map(({ peerName }) => peerName);
        return [key, { names, groups: (groups.labuser ?? []).map(({ group }) => group) }];
      }),
    );

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    await up("identity");
  });
  after(() => lab?.close());

  it("an identity makes way for a group in one update, with all that it left", async () => {
    const before = held();
    assert.deepEqual(before["ada-1"], before["ada-2"]);
    const run = await up("group");
    assert.ok(run.output.includes("ada has a group now: her identity"), run.output);
    const now = held();
    assert.deepEqual(now["grace-1"], before["grace-1"]);
    const { people, machines: reported, exportedIdentities } = await lab.outputs();
    assert.deepEqual(Object.keys(exportedIdentities), ["grace"]);
    for (const key of ["ada-1", "ada-2"]) {
      assert.deepEqual(now[key].groups, [people.ada.peerName]);
      assert.equal(now[key].names.length, 1, "the identity of before is gone");
      assert.notDeepEqual(now[key].names, before[key].names);
      assert.equal(reported[key].ready, true);
      assert.equal(reported[key].group, people.ada.peerName);
    }
    assert.notDeepEqual(now["ada-1"].names, now["ada-2"].names);
    assert.deepEqual(Object.keys(people.ada.group.members).sort(), ["ada-1", "ada-2"]);
    const names = (await lab.resources()).map(({ urn }) => urn);
    assert.ok(!names.some((urn) => urn.includes("SharedPeerIdentity$") && urn.includes("lab-ada")));
  });

  it("runs nothing in a second update", async () => {
    const run = await up("group");
    assert.deepEqual(reached(run), []);
  });

  it("a group makes way for an identity in one update, with all that it left", async () => {
    await up("identity");
    const now = held();
    assert.deepEqual(now["ada-1"].groups, []);
    assert.deepEqual(now["ada-2"], now["ada-1"]);
    const { people, exportedIdentities } = await lab.outputs();
    assert.deepEqual(now["ada-1"].names, [people.ada.peerName]);
    assert.equal(people.ada.sharing, "identity");
    assert.deepEqual(Object.keys(exportedIdentities).sort(), ["ada", "grace"]);
    assert.deepEqual(reached(await up("identity")), []);
  });

  /** Kills the change at the first entry of the journal of this action that ended, puts the definition back and brings it up. */
  const brokenOffAndPutBack = async (from: string, to: string, action: string, times = 1) => {
    lab.configure(definition(to));
    let ended = 0;
    const met = await upKilledAt(
      lab,
      ({ kind, what, outcome }) =>
        kind === "command" && what.includes(action) && outcome === "0" && ++ended === times,
    );
    assert.ok(met, `${action} ran`);
    await heal(lab);
    return up(from);
  };

  it("a change to a group that was killed and put back leaves the identity of before on every machine", async () => {
    const before = held();
    await brokenOffAndPutBack("identity", "group", "Set-PeerMachine", 2);
    assert.deepEqual(held(), before);
    assert.deepEqual(reached(await up("identity")), []);
  });

  it("a change to an identity that was killed and put back leaves a group on every machine", async () => {
    await up("group");
    const before = held();
    await brokenOffAndPutBack("group", "identity", "Set-PeerMachine", 1);
    const now = held();
    const { people } = await lab.outputs();
    for (const key of ["ada-1", "ada-2"]) {
      assert.deepEqual(now[key].groups, [people.ada.peerName]);
      assert.equal(now[key].names.length, 1, "the identity of the other way is gone");
    }
    assert.deepEqual(now["grace-1"], before["grace-1"]);
    assert.deepEqual(reached(await up("group")), []);
  });

  it("and a new group where no member of before was left", async () => {
    const before = held();
    const run = await brokenOffAndPutBack("group", "identity", "Test-PeerReachability");
    assert.ok(run.output.includes("has lost its identity"), run.output);
    const now = held();
    const { people } = await lab.outputs();
    assert.notDeepEqual([people.ada.peerName], before["ada-1"].groups);
    for (const key of ["ada-1", "ada-2"]) {
      assert.deepEqual(now[key].groups, [people.ada.peerName]);
      assert.equal(now[key].names.length, 1);
    }
    assert.deepEqual(reached(await up("group")), []);
  });
});
