import assert from "node:assert/strict";
import * as net from "node:net";
import type { Machine } from "../../../local/windows";
import { registryKeys, writeRegistry } from "../../../local/windows/registry";
import { reach } from "../../../local/ssh/reach";
import { failure, networking, openLab, readyMachine, report, type Lab } from "./lab";

describe("local/windows, restart", () => {
  let lab: Lab;
  let machine: Machine;

  beforeEach(async () => {
    lab = openLab();
    machine = await readyMachine(lab, "ada-1");
  });
  afterEach(() => lab.dispose());

  /** Switches IPv6 off, and has the machine told to switch it on again, which waits for a restart. */
  const pending = async () => {
    writeRegistry(machine.record.registry, registryKeys.ipv6Parameters, "DisabledComponents", 255);
    machine.reboot();
    const { pending: waits } = await report(machine, "Set-PeerNetworking", { networking });
    assert.deepEqual(waits, ["reboot"]);
  };
  const dial = () => {
    const { windows, journal } = lab;
    const [to] = lab.network.addressesOf(machine.record.vmId).ipv4;
    assert.ok(to !== undefined && net.isIPv4(to));
    return reach({ windows, journal, network: () => lab.network }, "10.255.0.4", to, 22).outcome;
  };

  it("does nothing where nothing waits for it", async () => {
    const { restarting, bootTime } = await report(machine, "Restart-PeerMachine");
    assert.equal(restarting, false);
    assert.match(bootTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(Date.parse(bootTime), Math.floor(machine.record.bootedAt / 1000) * 1000);
    const { restarted, pending: waits } = await report(machine, "Confirm-PeerBoot");
    assert.deepEqual([restarted, waits], [false, []]);
  });

  it("closes TCP 22 until Windows has started, and is confirmed once", async () => {
    await pending();
    const before = await report(machine, "Restart-PeerMachine");
    assert.equal(before.restarting, true);
    assert.equal(dial(), "silence", "nobody takes the machine for the restarted one");
    const early = await failure(machine, "Confirm-PeerBoot");
    assert.equal(early.code, "RebootNotDone");
    assert.ok(early.message.includes(before.bootTime));
    lab.clock.now += 60_000;
    assert.ok(machine.isUp());
    assert.equal(dial(), "accepted");
    const after = await report(machine, "Confirm-PeerBoot");
    assert.deepEqual([after.restarted, after.pending], [true, []]);
    assert.notEqual(after.bootTime, before.bootTime);
    assert.equal((await report(machine, "Confirm-PeerBoot")).restarted, false);
    assert.equal((await report(machine, "Restart-PeerMachine")).restarting, false);
  });

  it("restarts once where it is asked twice", async () => {
    await pending();
    await report(machine, "Restart-PeerMachine");
    await report(machine, "Restart-PeerMachine");
    lab.clock.now += 60_000;
    assert.ok(machine.isUp());
    const ssh = machine.record.firewallRules.find(({ name }) => name === "PeerLab-ssh-ipv4");
    assert.equal(ssh?.enabled, true, "the closed rules of the first are not forgotten");
    assert.equal((await report(machine, "Confirm-PeerBoot")).restarted, true);
  });

  it("comes also where the stand-in was ended in between", async () => {
    await pending();
    await report(machine, "Restart-PeerMachine");
    machine = lab.restart().find(machine.record.vmId)!;
    lab.clock.now += 60_000;
    assert.ok(machine.isUp());
    assert.equal((await report(machine, "Confirm-PeerBoot")).restarted, true);
  });

  for (const [kind, code, repaired] of [
    ["pnrpStoreCorrupted", "PEER_E_CERT_STORE_CORRUPTED", "store of PNRPsvc deleted"],
    ["pnrpNoKeyAccess", "PEER_E_NO_KEY_ACCESS", "machine keys opened to PNRPsvc"],
  ] as const) {
    it(`repairs PNRPsvc's failure ${code} where it may, and says it where it may not`, async () => {
      lab.faults.add({ kind, match: "ada-1", times: 1 });
      machine.reboot();
      const told = await report(machine, "Test-PeerMachine", { networking, reconcile: true });
      assert.deepEqual(told.drift, [`service PNRPsvc does not start: ${code}`]);
      assert.equal(told.networking.pnrpFailure, code);
      const refused = await failure(machine, "Set-PeerMachine", { networking });
      assert.equal(refused.code, code);
      assert.match(refused.hint, /reconcile/);
      const state = { networking, reconcile: true };
      const { changed, networking: facts } = await report(machine, "Set-PeerMachine", state);
      assert.deepEqual(changed, [`${repaired} (${code})`, "service PNRPsvc started"]);
      assert.equal(facts.pnrpFailure, undefined);
      assert.deepEqual((await report(machine, "Set-PeerMachine", state)).changed, []);
    });
  }

  it("says everything about a machine, also where it has nothing of it", async () => {
    const told = await report(machine, "Get-PeerReport");
    assert.deepEqual([told.identities, told.groups, told.presence.holder], [[], [], "absent"]);
    assert.equal(told.capability.stack.grouping, "S_OK");
  });
});
