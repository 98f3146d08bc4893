import assert from "node:assert/strict";
import type { GroupFacts, PresenceFacts } from "../../../guest/contract";
import type { Machine } from "../../../local/windows";
import { labPassword, networkedMachine, openLab, report, type Lab } from "./lab";

const day = 24;

describe("local/windows, time that a test lets pass", () => {
  let lab: Lab;
  let ada: Machine;
  let grace: Machine;
  let group: string;

  beforeEach(async () => {
    lab = openLab();
    ada = await networkedMachine(lab, "ada");
    grace = await networkedMachine(lab, "grace");
    const newIdentity = { friendlyName: "ada", classifier: "ada" };
    const made = await report(ada, "New-PeerGroup", {
      ...{ newIdentity, friendlyName: "The team", classifier: "team" },
      memberLifetimeSeconds: 8 * 3600,
    });
    group = made.group.group;
    const invitee = await report(grace, "New-PeerIdentity", {
      friendlyName: "grace",
      classifier: "grace",
    });
    const { invitations } = await report(ada, "New-PeerGroupInvitation", {
      ...{ group, identity: made.group.identity, lifetimeSeconds: 3600 },
      invitees: [{ credential: invitee.credential, role: "administrator" }],
    });
    await hold(ada, made.group.identity, true);
    const { invitation } = invitations[0];
    await report(grace, "Join-PeerGroup", { identity: invitee.peerName, invitation });
    await hold(grace, invitee.peerName, false);
  });
  afterEach(() => lab.dispose());

  const hold = (machine: Machine, identity: string, renewsMembers: boolean) =>
    report(machine, "Set-PeerPresence", {
      presence: {
        names: [{ service: "chat", peerName: `${identity.slice(0, 40)}.chat`, port: 4001 }],
        groups: [{ group, identity, renewsMembers }],
      },
      userPassword: labPassword,
    });
  const facts = async (machine: Machine): Promise<PresenceFacts> =>
    (await report(machine, "Get-PeerPresence")).presence;
  const held = async (machine: Machine) => {
    const { holder, names, groups } = await facts(machine);
    return [holder, ...names.map(({ state }) => state), ...groups.map(({ state }) => state)];
  };
  const whole = ["running", "registered", "connected"];

  it("leaves names and groups where they are for 73 hours, after a restart of Windows too", async () => {
    lab.windows.letTimePass(73);
    assert.deepEqual([await held(ada), await held(grace)], [whole, whole]);
    for (const machine of [ada, grace]) machine.reboot();
    assert.deepEqual([await held(ada), await held(grace)], [whole, whole]);
    lab.windows.letTimePass(73);
    assert.deepEqual([await held(ada), await held(grace)], [whole, whole]);
  });

  it("starts a holder that was ended at the scheduler's next repetition", async () => {
    lab.faults.add({ kind: "holderKilled", match: "ada", times: 1 });
    assert.equal((await facts(ada)).holder, "stopped");
    lab.windows.letTimePass(0.2);
    assert.equal((await facts(ada)).holder, "stopped");
    lab.windows.letTimePass(0.1);
    assert.deepEqual(await held(ada), whole);
  });

  it("renews credentials on the way while the renewing holder is there, and ends them where it is not", async () => {
    lab.windows.letTimePass(10 * day);
    assert.deepEqual(await held(grace), whole);
    await lab.windows.setPower(ada.record.vmId, "deallocated");
    lab.windows.letTimePass(9);
    assert.deepEqual(await held(grace), ["running", "registered", "PEER_E_INVALID_TIME_PERIOD"]);
    const { groups }: { groups: GroupFacts[] } = await report(grace, "Get-PeerGroup");
    assert.equal(groups[0]!.connection, "PEER_E_INVALID_TIME_PERIOD");
  });

  it("restarts Windows where that was due", async () => {
    ada.record.restart = { closedRules: [] };
    ada.scheduleRestart();
    const before = ada.record.bootedAt;
    lab.windows.letTimePass(1);
    assert.ok(ada.record.bootedAt > before);
  });

  it("passes for the asker too, and after a restart of the stand-in", async () => {
    lab.windows.letTimePass(73);
    ada = lab.restart().machine("ada");
    const now = new Date(lab.clock.now).toISOString();
    assert.equal((await report(ada, "Test-PeerMachine", { now })).clockOffsetSeconds, 0);
    ada.record.clockOffset = -3_600_000;
    assert.equal((await report(ada, "Test-PeerMachine", { now })).clockOffsetSeconds, -3600);
    assert.throws(() => lab.windows.letTimePass(0), /The time that passes is 0 hours/);
  });

  it("is one for all machines, which are found by their computer names", async () => {
    assert.equal(lab.windows.machine("GRACE").record.vmId, grace.record.vmId);
    assert.throws(
      () => lab.windows.machine("alan"),
      /^Error: 0 machines have the computer name alan; there are: ada, grace\.$/,
    );
    await networkedMachine(lab, "Ada");
    assert.throws(() => lab.windows.machine("ada"), /^Error: 2 machines have/);
  });
});
