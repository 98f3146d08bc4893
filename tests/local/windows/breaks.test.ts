import assert from "node:assert/strict";
import type { PresenceFacts, TestPeerReachabilityReport } from "../../../guest/contract";
import type { Machine } from "../../../local/windows";
import { registryKeys, writeRegistry } from "../../../local/windows/registry";
import {
  failure,
  labPassword,
  labUser,
  networkedMachine,
  openLab,
  openNetworking,
  report,
  type Lab,
} from "./lab";

/**
 * What is done to a machine behind the library's back: what it does to names and group, what Test-PeerMachine says of it, and
 * what Set-PeerMachine puts right.
 */
describe("local/windows, a machine that somebody broke", () => {
  let lab: Lab;
  let seed: Machine;
  let machine: Machine;
  let identity: string;
  let group: string;

  beforeEach(async () => {
    lab = openLab();
    seed = await networkedMachine(lab, "seed");
    machine = await networkedMachine(lab, "ada");
    const names = [{ service: "seed", peerName: "0.seed", port: 4000 }];
    await report(seed, "Set-PeerPresence", {
      presence: { names, groups: [] },
      userPassword: labPassword,
    });
    const newIdentity = { friendlyName: "ada", classifier: "ada" };
    const request = { newIdentity, friendlyName: "The team", classifier: "team" };
    ({
      group: { group, identity },
    } = await report(machine, "New-PeerGroup", request));
    assert.notDeepEqual(await set(), []);
    assert.deepEqual([await drift(), await set(), await held()], [[], [], whole]);
  });
  afterEach(() => lab.dispose());

  const state = () => ({
    networking: openNetworking,
    presence: {
      names: [{ service: "chat", peerName: `${identity.slice(0, 40)}.chat`, port: 4001 }],
      groups: [{ group, identity }],
    },
    userPassword: labPassword,
  });
  const set = async (): Promise<string[]> =>
    (await report(machine, "Set-PeerMachine", state())).changed;
  const drift = async (): Promise<string[]> =>
    (await report(machine, "Test-PeerMachine", state())).drift;
  const test = (on: Machine, request: object = {}): Promise<TestPeerReachabilityReport> =>
    report(on, "Test-PeerReachability", {
      ...{ targets: [], names: [], settleSeconds: 0 },
      ...request,
    });
  const statesOf = ({ holder, names, groups }: PresenceFacts) => [
    holder,
    ...names.map((name) => name.state),
    ...groups.map((one) => one.state),
  ];
  /** What the machine itself says that it holds. */
  const held = async () => statesOf((await test(machine)).presence);
  const whole = ["running", "registered", "listening"];
  const nothing = ["stopped", "waiting", "waiting"];
  const waiting = ["running", "waiting", "waiting"];
  const account = () => machine.record.accounts.find(({ name }) => name === labUser)!;

  it("without the right to log on as a batch job the task starts no more, until the right is given back", async () => {
    account().lostRights = ["SeBatchLogonRight"];
    assert.deepEqual(await held(), whole, "what runs goes on");
    assert.deepEqual(await drift(), ["presence holder differs: SeBatchLogonRight"]);
    machine.reboot();
    assert.deepEqual(await held(), nothing);
    lab.windows.letTimePass(1);
    assert.deepEqual(await held(), nothing, "the repetition does not help");
    assert.deepEqual(await drift(), [
      "presence holder differs: SeBatchLogonRight",
      "presence holder is not running",
    ]);
    const { failedLogons } = account();
    assert.equal(failedLogons, 0, "Windows counts no failed logon");
    assert.deepEqual(await set(), ["presence holder corrected", "presence holder started"]);
    assert.deepEqual([await held(), await drift()], [whole, []]);
    machine.reboot();
    assert.deepEqual(await held(), whole);
  });

  it("without that right no task opens the keys where the session cannot", async () => {
    lab.faults.add({ kind: "sessionCannotOpenKeys", match: "ada" });
    const request = { userPassword: labPassword };
    assert.equal((await report(machine, "Get-PeerIdentity", request)).identities.length, 1);
    account().lostRights = ["SeBatchLogonRight"];
    const { code, message } = await failure(machine, "Get-PeerIdentity", request);
    assert.deepEqual([code, /did not start/.test(message)], ["TimedOut", true]);
  });

  it("with the right back by somebody's hand the next repetition starts the task", async () => {
    account().lostRights = ["SeBatchLogonRight"];
    machine.reboot();
    assert.deepEqual(await held(), nothing);
    delete account().lostRights;
    lab.windows.letTimePass(0.25);
    assert.deepEqual(await held(), whole);
  });

  it("a stale password of the task is noticed while it runs, and keeps it from starting", async () => {
    machine.record.holder!.verifier = "of another password";
    assert.deepEqual([await held(), await drift()], [whole, ["presence holder differs: password"]]);
    machine.reboot();
    assert.deepEqual(await held(), nothing);
    assert.deepEqual(await set(), ["presence holder corrected", "presence holder started"]);
    assert.deepEqual([await held(), await drift()], [whole, []]);
  });

  it("a task that was deleted, switched off or limited is said and corrected", async () => {
    const absent = (...states: string[]) => ["absent", ...states];
    machine.record.holder!.deleted = true;
    assert.deepEqual(await held(), absent("registered", "listening"), "its process runs on");
    assert.deepEqual(await drift(), ["presence holder is not installed"]);
    assert.deepEqual(await set(), ["presence holder installed (task)", "presence holder started"]);
    assert.deepEqual([await held(), await drift()], [whole, []]);
    machine.record.holder!.deleted = true;
    machine.reboot();
    assert.deepEqual(await held(), absent("waiting", "waiting"));
    lab.windows.letTimePass(1);
    assert.deepEqual(await held(), absent("waiting", "waiting"), "nothing starts it");
    assert.deepEqual(await drift(), ["presence holder is not installed"]);
    assert.deepEqual(await set(), ["presence holder installed (task)", "presence holder started"]);
    machine.record.holder!.altered = ["Settings.ExecutionTimeLimit", "Enabled"];
    assert.deepEqual(await drift(), [
      "presence holder differs: Settings.ExecutionTimeLimit",
      "presence holder differs: Enabled",
    ]);
    lab.windows.letTimePass(71);
    assert.deepEqual(await held(), whole);
    lab.windows.letTimePass(1);
    assert.deepEqual(await held(), nothing, "the scheduler ends a task after 72 hours");
    assert.deepEqual(await set(), ["presence holder corrected", "presence holder started"]);
    lab.windows.letTimePass(73);
    assert.deepEqual([await held(), await drift()], [whole, []]);
  });

  it("a port that a program of somebody else took is reachable, and held by that program", async () => {
    const targets = [{ name: "ada", address: addressOf(machine), ports: [3587, 3588] }];
    machine.record.programs = [{ program: "python.exe", port: 3588 }];
    machine.record.firewallRules.push({
      ...machine.record.firewallRules.find(({ port }) => port === 3587)!,
      ...{ name: "python", port: 3588 },
    });
    const { ports } = await report(machine, "Start-PeerListener", { ports: [3588], seconds: 60 });
    assert.deepEqual(ports, [
      {
        ...{ port: 3588, listener: "held", program: "python.exe" },
        firewall: { action: "allow", rule: "python" },
      },
    ]);
    const { ports: reached } = await test(seed, { targets });
    assert.deepEqual(
      reached.map(({ verdict }) => verdict),
      ["reachable", "reachable"],
    );
    assert.deepEqual([await drift(), await set()], [[], []], "nothing of the library's");
  });

  it("a name that somebody else registered on the machine is the holder's no more; resolving shows the other's port", async () => {
    const { peerName } = state().presence.names[0]!;
    const names = [{ peerName, holders: [addressOf(machine)] }];
    machine.record.registrations = [{ peerName, port: 9 }];
    assert.deepEqual(await held(), ["running", "PEER_E_DUPLICATE_PEER_NAME", "listening"]);
    const [resolved] = (await test(seed, { names })).names;
    assert.deepEqual(
      [resolved!.verdict, resolved!.endpoints],
      ["resolved", [`[${addressOf(machine)}]:9`]],
    );
    assert.deepEqual(
      [await drift(), await set()],
      [[], []],
      "only the test of reachability sees it",
    );
    delete machine.record.registrations;
    assert.deepEqual(await held(), whole);
  });

  it("services, IPv6 and policies that are off keep names and group waiting; what is the library's is put right", async () => {
    const policy = (
      key: Parameters<typeof writeRegistry>[1],
      name: string,
      value: string | number,
    ) => writeRegistry(machine.record.registry, key, name, value);
    const peernet = "SOFTWARE\\Policies\\Microsoft\\Peernet";
    const group = ["running", "registered", "waiting"];
    const breaks: [break_: () => unknown, states: string[], drift: RegExp][] = [
      [
        () => (machine.record.services.PNRPsvc!.status = "Stopped"),
        waiting,
        /^service PNRPsvc is not running$/,
      ],
      [
        () => {
          const service = machine.record.services.PNRPsvc!;
          Object.assign(service, { startType: "Disabled", status: "Stopped" });
        },
        waiting,
        /^service PNRPsvc is disabled, wanted is automatic; service PNRPsvc is not running$/,
      ],
      [
        () => (machine.record.services.p2psvc!.startType = "Disabled"),
        group,
        /^service p2psvc is disabled, wanted is manual$/,
      ],
      [
        () => policy(registryKeys.peernetPolicy, "Disabled", 1),
        waiting,
        new RegExp(`^${peernet.replaceAll("\\", "\\\\")}\\\\Disabled is 1, wanted is 0$`),
      ],
      [
        () => policy(registryKeys.globalCloudPolicy, "SeedServer", "elsewhere.internal"),
        whole,
        /SeedServer is elsewhere\.internal, wanted is seed\.lab\.internal/,
      ],
    ];
    for (const [break_, states, phrase] of breaks) {
      break_();
      assert.deepEqual(await held(), states, String(phrase));
      assert.match((await drift()).join("; "), phrase);
      assert.notDeepEqual(await set(), []);
      assert.deepEqual([await held(), await drift()], [whole, []], String(phrase));
    }
    machine.record.ipv6.bindingEnabled = false;
    assert.deepEqual(await held(), waiting);
    assert.deepEqual(await drift(), ["IPv6 is not bound to Ethernet"]);
    assert.equal((await failure(machine, "Set-PeerMachine", state())).code, "IPv6Disabled");
  });

  it("a seed policy that leads elsewhere leaves the machine alone in its cloud", async () => {
    const cloud = async () => (await test(machine)).clouds[0]!.state;
    assert.equal(await cloud(), "active");
    writeRegistry(machine.record.registry, registryKeys.globalCloudPolicy, "SeedServer", "else");
    assert.equal(await cloud(), "alone");
    await set();
    assert.equal(await cloud(), "active");
  });

  it("a name that PNRP makes nothing of is asked for by the holder, after half a minute, where one runs", async () => {
    const cloud = async () => (await test(machine)).clouds[0]!.state;
    lab.faults.add({ kind: "seedNameIgnored", match: "ada" });
    lab.clock.now = machine.record.holder!.runsSince! + 29_999;
    assert.equal(await cloud(), "alone");
    lab.clock.now += 1;
    assert.equal(await cloud(), "active");
    lab.faults.add({ kind: "holderKilled", match: "ada", times: 1 });
    assert.equal(await cloud(), "alone");
  });

  it("a rule of the firewall that is off, gone or behind a blocking one closes the port; somebody else's block stays", async () => {
    const targets = [{ name: "ada", address: addressOf(machine), ports: [3587] }];
    const verdict = async () => (await test(seed, { targets })).ports[0]!.verdict;
    const rules = machine.record.firewallRules;
    const rule = () => rules.find(({ port }) => port === 3587)!;
    const breaks: [string, () => unknown][] = [
      [`firewall rule ${rule().name} is disabled`, () => (rule().enabled = false)],
      [`firewall rule ${rule().name} is missing`, () => rules.splice(rules.indexOf(rule()), 1)],
    ];
    for (const [phrase, break_] of breaks) {
      assert.equal(await verdict(), "reachable");
      break_();
      assert.equal(await verdict(), "silent");
      assert.deepEqual(await drift(), [phrase]);
      await set();
    }
    rules.push({ ...rule(), name: "Hardening", action: "Block" });
    assert.equal(await verdict(), "silent");
    assert.deepEqual([await drift(), await set()], [[], []], "not the library's to remove");
    const { ports } = await report(machine, "Start-PeerListener", { ports: [3587], seconds: 60 });
    assert.deepEqual(ports[0].firewall, { action: "block", rule: "Hardening" });
  });

  it("a clock that is off is told, and refuses what is not valid yet or any more", async () => {
    const now = new Date(lab.clock.now).toISOString();
    machine.record.clockOffset = -86_400_000;
    assert.equal((await test(machine, { now })).clockOffsetSeconds, -86_400);
    const told = await report(machine, "Test-PeerMachine", { ...state(), now });
    assert.deepEqual([told.clockOffsetSeconds, told.drift], [-86_400, []]);
    const made = await report(seed, "New-PeerIdentity", { friendlyName: "s", classifier: "s" });
    machine.record.clockOffset = 86_400_000;
    const { invitations } = await report(machine, "New-PeerGroupInvitation", {
      ...{ group, identity, lifetimeSeconds: 3600 },
      invitees: [{ credential: made.credential, role: "member" }],
    });
    const { code } = await failure(seed, "Join-PeerGroup", {
      identity: made.peerName,
      invitation: invitations[0].invitation,
    });
    assert.equal(code, "PEER_E_INVALID_TIME_PERIOD");
    machine.record.clockOffset = 11 * 365 * 86_400_000;
    assert.equal((await held())[2], "PEER_E_INVALID_TIME_PERIOD", "the creator's own has ended");
  });

  function addressOf({ record }: Machine): string {
    return lab.network.addressesOf(record.vmId).ipv6[0]!;
  }
});
