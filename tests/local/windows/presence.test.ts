import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { PresenceFacts, SetPasswordReport } from "../../../guest/contract";
import { passwordCommand } from "../../../guest/password";
import { execute, passwordLogon, type Machine } from "../../../local/windows";
import { presenceFile } from "../../../local/windows/holder";
import { registryKeys, writeRegistry } from "../../../local/windows/registry";
import { readGuestText } from "../../guest/files";
import {
  failure,
  labPassword,
  labUser,
  networkedMachine,
  openLab,
  report,
  send,
  type Lab,
} from "./lab";

const hour = 3_600_000;
const newPassword = "Another-Horse-8-Battery";

describe("local/windows, the presence holder", () => {
  let lab: Lab;
  let machine: Machine;
  let peerName: string;

  beforeEach(async () => {
    lab = openLab();
    machine = await networkedMachine(lab, "ada-1");
    const made = await report(machine, "New-PeerIdentity", {
      friendlyName: "ada",
      classifier: "ada",
    });
    peerName = made.peerName;
  });
  afterEach(() => lab.dispose());

  const names = () => [
    { service: "chat", peerName: `${peerName.slice(0, 40)}.chat`, port: 4001 },
    { service: "seed", peerName: "0.lab", port: 4002, comment: "unsecured" },
  ];
  const wanted = () => ({ presence: { names: names(), groups: [] } });
  const install = () =>
    report(machine, "Set-PeerPresence", { ...wanted(), userPassword: labPassword });
  const facts = async (): Promise<PresenceFacts> =>
    (await report(machine, "Get-PeerPresence")).presence;
  const states = async () => (await facts()).names.map(({ state }) => state);

  it("is installed under the user's password, once, and removed with everything of it", async () => {
    const refused = await failure(machine, "Set-PeerPresence", wanted());
    assert.equal(refused.code, "HolderNotInstalled");
    assert.equal(machine.disk.find(presenceFile), undefined, "nothing was changed");
    const wrong = await failure(machine, "Set-PeerPresence", { ...wanted(), userPassword: "no" });
    assert.deepEqual([wrong.code, wrong.hresult], ["HolderNotInstalled", "0x8007052E"]);
    const first = await install();
    assert.deepEqual(first.changed, [
      "presence name chat added",
      "presence name seed added",
      "presence holder installed (task)",
      "presence holder started",
    ]);
    assert.deepEqual([first.presence.holder, first.presence.runsAs], ["running", "task"]);
    assert.deepEqual(await states(), ["registered", "registered"]);
    // From here on nothing has to be registered with the scheduler, and no password is needed.
    assert.deepEqual((await report(machine, "Set-PeerPresence", wanted())).changed, []);
    const none = { presence: { names: [], groups: [] } };
    const { changed, presence } = await report(machine, "Set-PeerPresence", none);
    assert.deepEqual(changed, [
      "presence name chat removed",
      "presence name seed removed",
      "presence holder removed",
    ]);
    assert.deepEqual([presence.holder, presence.runsAs, presence.names], ["absent", undefined, []]);
    assert.equal(machine.disk.find(presenceFile), undefined);
    assert.deepEqual((await report(machine, "Set-PeerPresence", none)).changed, []);
  });

  it("touches what differs alone, and says before what would be touched", async () => {
    await install();
    const [chat] = names();
    const other = { presence: { names: [{ ...chat, port: 4003 }], groups: [] } };
    const { drift } = await report(machine, "Test-PeerMachine", other);
    assert.deepEqual(drift, ["presence name chat differs", "presence name seed is not wanted"]);
    const { changed } = await report(machine, "Set-PeerMachine", other);
    assert.deepEqual(changed, ["presence name chat changed", "presence name seed removed"]);
    assert.deepEqual((await report(machine, "Test-PeerMachine", other)).drift, []);
  });

  it("outlives the session, 73 hours and a restart of Windows, which starts it again", async () => {
    await install();
    lab.clock.now += 73 * hour;
    assert.equal((await facts()).holder, "running");
    lab.clock.now += hour;
    machine.reboot();
    assert.equal((await facts()).holder, "running");
    assert.deepEqual(await states(), ["registered", "registered"]);
    lab.clock.now += 73 * hour;
    assert.equal((await facts()).holder, "running", "73 hours after the restart");
    await lab.windows.setPower(machine.record.vmId, "deallocated");
    await lab.windows.setPower(machine.record.vmId, "running");
    assert.equal((await facts()).holder, "running");
  });

  it("is started again by the scheduler where its process was ended", async () => {
    await install();
    lab.faults.add({ kind: "holderKilled", match: "ada-1", times: 1 });
    const ended = await facts();
    assert.equal(ended.holder, "stopped");
    assert.deepEqual(
      ended.names.map(({ state }) => state),
      ["waiting", "waiting"],
    );
    lab.clock.now += 15 * 60_000;
    assert.equal((await facts()).holder, "running");
  });

  it("holds only while PNRPsvc and IPv6 are there, and again when they come back", async () => {
    await install();
    const { services, ipv6 } = machine.record;
    services.PNRPsvc!.status = "Stopped";
    assert.deepEqual(await states(), ["waiting", "waiting"]);
    machine.startService("PNRPsvc");
    assert.deepEqual(await states(), ["registered", "registered"]);
    ipv6.bindingEnabled = false;
    const without = await facts();
    assert.equal(without.holder, "running");
    assert.deepEqual(
      without.names.map(({ state }) => state),
      ["waiting", "waiting"],
    );
    assert.deepEqual(without.clouds, []);
    ipv6.bindingEnabled = true;
    assert.deepEqual(await states(), ["registered", "registered"]);
  });

  it("registers no name of an identity that is not there or whose key is dead", async () => {
    await install();
    for (const identity of machine.record.identities[labUser]!) identity.masterKey = "lost";
    assert.deepEqual(await states(), ["PEER_E_NO_KEY_ACCESS", "registered"]);
    await report(machine, "Remove-PeerIdentity", { peerName });
    assert.deepEqual(await states(), ["PEER_E_IDENTITY_NOT_FOUND", "registered"]);
  });

  const changePassword = async (oldPassword: string) => {
    const logon = await passwordLogon(machine, labUser, oldPassword);
    if (typeof logon === "string") throw new Error(logon);
    const request = { contract: 1, instance: machine.record.vmId, oldPassword, newPassword };
    const { stdout, stderr } = await execute({
      machine,
      logon,
      commandLine: passwordCommand(readGuestText),
      readStandardInput: async () => Buffer.from(JSON.stringify(request)),
      session: new AbortController().signal,
    });
    assert.equal(stderr, "");
    return JSON.parse(stdout) as SetPasswordReport;
  };

  it("gets the password that the user has changed, and starts with it", async () => {
    await install();
    assert.equal((await changePassword(labPassword)).holder, "task");
    machine.reboot();
    assert.equal((await holder()).state, "running");
    assert.equal((await changePassword(newPassword)).holder, "task", "both the same: renewed too");
  });

  it("does not start with a password that was reset from outside, until it is given again", async () => {
    await install();
    await lab.windows.resetPassword(machine.record.vmId, labUser, labPassword);
    assert.equal((await facts()).holder, "running", "it runs on until Windows restarts");
    const { drift } = await report(machine, "Test-PeerMachine", wanted());
    assert.deepEqual(drift, ["presence holder differs: password"]);
    machine.reboot();
    assert.equal((await facts()).holder, "stopped");
    lab.clock.now += hour;
    assert.equal((await facts()).holder, "stopped", "the repetition does not help");
    assert.equal((await failure(machine, "Set-PeerPresence", wanted())).code, "HolderNotInstalled");
    const { changed } = await install();
    assert.deepEqual(changed, ["presence holder corrected", "presence holder started"]);
    machine.reboot();
    assert.equal((await facts()).holder, "running");
  });

  it("never locks the user out, however long its password is not the user's any more", async () => {
    await install();
    await lab.windows.resetPassword(machine.record.vmId, labUser, labPassword);
    machine.reboot();
    for (let quarters = 0; quarters < 50; quarters++) {
      lab.clock.now += 15 * 60_000;
      assert.notEqual(typeof (await passwordLogon(machine, labUser, labPassword)), "string");
      assert.equal((await facts()).holder, "stopped");
    }
  });

  it("is a service where a policy forbids stored passwords", async () => {
    writeRegistry(machine.record.registry, registryKeys.lsa, "DisableDomainCreds", 1);
    const { changed, presence } = await install();
    assert.ok(changed.includes("presence holder installed (service)"));
    assert.equal(presence.runsAs, "service");
    machine.reboot();
    assert.equal((await facts()).holder, "running");
  });

  it("finishes its installation in the next run where the session was cut", async () => {
    lab.faults.add({ kind: "dropConnection", match: "ada-1", moment: "during", times: 1 });
    const request = { ...wanted(), userPassword: labPassword };
    await assert.rejects(send(machine, "Set-PeerPresence", request));
    const { changed } = await install();
    assert.ok(changed.includes("presence holder started"), changed.join());
    assert.deepEqual(await states(), ["registered", "registered"]);
  });

  it("refuses what is not in the form of the contract, by its path", async () => {
    const [chat, seed] = names();
    const cases: [object, RegExp][] = [
      [{ names: [chat] }, /^presence\.groups: expected a list, received nothing/],
      [{ names: [{ ...chat, service: "A" }], groups: [] }, /^presence\.names\[0\]\.service: /],
      [
        { names: [chat, { ...seed, service: "chat" }], groups: [] },
        /^presence\.names\[1\]\.service/,
      ],
      [{ names: [chat, { ...chat, service: "b" }], groups: [] }, /^presence\.names\[1\]\.peerName/],
      [{ names: [{ ...chat, comment: "c".repeat(40) }], groups: [] }, /names\[0\]\.comment: /],
      [{ names: [], groups: [{ group: peerName }] }, /^presence\.groups\[0\]\.identity: /],
    ];
    for (const [presence, message] of cases) {
      const refused = await failure(machine, "Set-PeerPresence", { presence });
      assert.equal(refused.code, "InvalidRequest");
      assert.match(refused.message, message);
    }
  });

  it("is kept over a restart of the stand-in, without a password or key on disk", async () => {
    await install();
    machine = lab.restart().find(machine.record.vmId)!;
    assert.equal((await facts()).holder, "running");
    for (const entry of fs.readdirSync(lab.directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const content = fs.readFileSync(path.join(entry.parentPath, entry.name));
      assert.ok(!content.includes(labPassword), entry.name);
    }
  });

  async function holder() {
    const logon = await passwordLogon(machine, labUser, newPassword);
    assert.notEqual(typeof logon, "string");
    return { state: machine.record.holder?.runsSince === undefined ? "stopped" : "running" };
  }
});
