import assert from "node:assert/strict";
import fc from "fast-check";
import { guestDirectory } from "../../../guest/contract";
import type { Machine } from "../../../local/windows";
import { passwordLogon } from "../../../local/windows";
import { registryKeys, writeRegistry } from "../../../local/windows/registry";
import {
  createMachine,
  failure,
  images,
  labPassword,
  labUser,
  networking,
  openLab,
  preparation,
  readyMachine,
  report,
  type Lab,
} from "./lab";

const exportPassword = "Export-Pass-1";
const scope = "peerlab:lab/dev/ada";

describe("local/windows, Test-PeerMachine", () => {
  let lab: Lab;
  let machine: Machine;
  let exported: { peerName: string; exportedIdentity: string };
  let other: { peerName: string; exportedIdentity: string };

  before(async () => {
    lab = openLab();
    const maker = await readyMachine(lab, "ada-1");
    machine = await readyMachine(lab, "ada-2");
    const make = (friendlyName: string) =>
      report(maker, "Export-PeerIdentity", { friendlyName, classifier: "ada", exportPassword });
    exported = await make(`${scope}#1`);
    other = await make(`${scope}#2`);
  });
  after(() => lab.dispose());

  const wanted = (friendlyName = `${scope}#1`) => ({
    peerName: exported.peerName,
    exportedIdentity: exported.exportedIdentity,
    exportPassword,
    friendlyName,
  });
  const state = () => ({ networking, identities: { scope, wanted: [wanted()] } });
  const rule = (name: string) => {
    const found = machine.record.firewallRules.find((candidate) => candidate.name === name);
    return found ?? assert.fail(`no rule ${name}`);
  };
  const policy = (name: string, value: string | number | undefined) =>
    writeRegistry(machine.record.registry, registryKeys.globalCloudPolicy, name, value);
  const store = async () => {
    const logon = await passwordLogon(machine, labUser, labPassword);
    return machine.identities(typeof logon === "string" ? assert.fail(logon) : logon);
  };

  /** What somebody may do to a machine by hand, and what is said of it. */
  const globalCloud = "SOFTWARE\\Policies\\Microsoft\\Peernet\\Pnrp\\IPv6-Global";
  const damages: [drift: string, damage: () => unknown][] = [
    [
      "firewall rule PeerLab-ssh-ipv4 is missing",
      () =>
        machine.record.firewallRules.splice(
          machine.record.firewallRules.indexOf(rule("PeerLab-ssh-ipv4")),
          1,
        ),
    ],
    [
      "firewall rule PeerLab-grouping-ipv6 is disabled",
      () => (rule("PeerLab-grouping-ipv6").enabled = false),
    ],
    [
      "firewall rule PeerLab-grouping-ipv6 differs",
      () => (rule("PeerLab-grouping-ipv6").port = 3588),
    ],
    [
      "firewall rule PeerLab-own is not wanted",
      () =>
        machine.record.firewallRules.push({
          ...rule("PeerLab-grouping-ipv6"),
          name: "PeerLab-own",
        }),
    ],
    ["service PNRPsvc is not running", () => (machine.record.services.PNRPsvc!.status = "Stopped")],
    [
      "service PNRPsvc is manual, wanted is automatic",
      () => (machine.record.services.PNRPsvc!.startType = "Manual"),
    ],
    [
      "service p2psvc is disabled, wanted is manual",
      () => (machine.record.services.p2psvc!.startType = "Disabled"),
    ],
    [
      `${globalCloud}\\SeedServer is elsewhere.internal, wanted is seed.lab.internal (names built in)`,
      () => policy("SeedServer", "elsewhere.internal"),
    ],
    [
      `${globalCloud}\\DisableMulticastBootstrap is not set, wanted is 1 (names built in)`,
      () => policy("DisableMulticastBootstrap", undefined),
    ],
    ["identity <hers> is missing", async () => (await store()).delete(exported.peerName)],
    [
      "identity <hers> has another friendly name",
      async () => (await store()).setFriendlyName(exported.peerName, "somebody"),
    ],
    [
      "identity <other> is not wanted",
      async () => {
        const identities = await store();
        const bytes = Buffer.from(other.exportedIdentity, "base64");
        identities.setFriendlyName(await identities.import(bytes, exportPassword), `${scope}#2`);
      },
    ],
    [
      "identity <hers> is unusable",
      () => {
        for (const identity of machine.record.identities[labUser] ?? []) {
          if (identity.peerName === exported.peerName) identity.masterKey = "lost";
        }
      },
    ],
  ];

  for (const [drift, damage] of damages) {
    it(`says: ${drift}`, async () => {
      await report(machine, "Set-PeerMachine", state());
      await damage();
      const { drift: found } = await report(machine, "Test-PeerMachine", state());
      const { peerName } = exported;
      assert.deepEqual(found, [
        drift.replace("<hers>", peerName).replace("<other>", other.peerName),
      ]);
      const { changed } = await report(machine, "Set-PeerMachine", state());
      const single = changed.filter((phrase: string) => phrase !== "service PNRPsvc restarted");
      assert.equal(single.length, 1, changed.join("; "));
    });
  }

  it("finds drift exactly where Set-PeerMachine changes something, changes nothing itself, and finds none afterwards", async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.subarray([...damages.keys()]), async (chosen) => {
        await report(machine, "Set-PeerMachine", state());
        for (const index of chosen) {
          // Some exclude each other: an identity that is gone cannot be renamed.
          await Promise.resolve(damages[index]?.[1]()).catch(() => undefined);
        }
        const before = JSON.stringify(machine.record);
        const { drift } = await report(machine, "Test-PeerMachine", state());
        const after = {
          ...machine.record,
          accounts: (JSON.parse(before) as Machine["record"]).accounts,
        };
        assert.equal(JSON.stringify(after), before, "the test changed the machine");
        const { changed } = await report(machine, "Set-PeerMachine", state());
        assert.equal(drift.length > 0, changed.length > 0, `${drift.join()} / ${changed.join()}`);
        const again = await report(machine, "Test-PeerMachine", state());
        assert.deepEqual(again.drift, []);
        assert.equal(again.identities.length, 1);
      }),
      { numRuns: 25 },
    );
  });

  it("speaks of what it is asked for alone", async () => {
    await report(machine, "Set-PeerMachine", state());
    rule("PeerLab-ssh-ipv4").enabled = false;
    const { drift, networking: facts } = await report(machine, "Test-PeerMachine", {
      identities: state().identities,
    });
    assert.deepEqual(drift, []);
    assert.equal(facts, undefined);
    const nothing = await report(machine, "Test-PeerMachine", {});
    assert.deepEqual([nothing.drift, nothing.pending], [[], []]);
    await report(machine, "Set-PeerMachine", state());
  });

  it("says that identities cannot be read where the drift explains it, and fails where nothing does", async () => {
    await report(machine, "Set-PeerMachine", state());
    writeRegistry(machine.record.registry, registryKeys.peernetPolicy, "Disabled", 1);
    const { drift, identities } = await report(machine, "Test-PeerMachine", state());
    assert.deepEqual(drift, [
      "SOFTWARE\\Policies\\Microsoft\\Peernet\\Disabled is 1, wanted is 0",
      "identities cannot be read: PeerNetworkingDisabledByPolicy",
    ]);
    assert.equal(identities, undefined);
    await report(machine, "Set-PeerMachine", state());
    lab.faults.add({ kind: "noPeerStack", match: "ada-2", times: 1 });
    const { code } = await failure(machine, "Test-PeerMachine", state());
    assert.equal(code, "PEER_E_NOT_LICENSED");
  });

  it("names what waits for a restart, and an adapter without IPv6, which a session does not bind", async () => {
    await report(machine, "Set-PeerMachine", state());
    machine.record.ipv6.bindingEnabled = false;
    const { drift } = await report(machine, "Test-PeerMachine", { networking });
    assert.deepEqual(drift, ["IPv6 is not bound to Ethernet"]);
    assert.equal((await failure(machine, "Set-PeerMachine", { networking })).code, "IPv6Disabled");
    machine.record.ipv6.bindingEnabled = true;

    writeRegistry(machine.record.registry, registryKeys.ipv6Parameters, "DisabledComponents", 0xff);
    machine.reboot();
    const off = await report(machine, "Test-PeerMachine", { networking });
    assert.deepEqual(off.drift, [
      "SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters\\DisabledComponents is 255, wanted is 0",
      "service PNRPsvc is not running",
    ]);
    await report(machine, "Set-PeerMachine", { networking });
    const waiting = await report(machine, "Test-PeerMachine", state());
    assert.deepEqual(waiting.pending, ["reboot"]);
    assert.deepEqual(waiting.drift, ["identities cannot be read: IPv6Disabled"]);
    machine.reboot();
    assert.deepEqual((await report(machine, "Test-PeerMachine", state())).drift, []);
  });

  it("reads the identities in a task where the session cannot open keys", async () => {
    await report(machine, "Set-PeerMachine", state());
    lab.faults.add({ kind: "sessionCannotOpenKeys", match: "ada-2" });
    const { drift, identities } = await report(machine, "Test-PeerMachine", {
      ...state(),
      userPassword: labPassword,
    });
    lab.faults.clear();
    assert.deepEqual(drift, []);
    assert.equal(identities[0].openedIn, "task");
  });

  it("calls a machine that has nothing to hold as it should be, stack or not", async () => {
    const server = await createMachine(lab, "srv-1", images.server2025);
    await lab.windows.runCommand(server.record.vmId, preparation());
    const logon = await passwordLogon(server, labUser, labPassword);
    for (const { path } of Object.values(machine.record.files)) {
      if (typeof logon === "string" || !path.startsWith(`${guestDirectory}/`)) continue;
      if (machine.disk.find(path)?.kind === "directory" || path.endsWith("ledger.json")) continue;
      server.disk.write(path, machine.disk.read(path, logon), logon);
    }
    const { drift, identities } = await report(server, "Test-PeerMachine", {
      identities: { scope, wanted: [] },
    });
    assert.deepEqual([drift, identities], [[], []]);
  });
});
