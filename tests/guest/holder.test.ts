import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { guestFolder } from "./files";
import { skipWithout } from "./missing";
import { findMonoDriver } from "./mono/build";
import { decide, openHolderNetwork, type HolderMachine, type HolderNetwork } from "./mono/holder";
import { temporaryFolder } from "./native/build";
import { openIn, type ProcessReport } from "./native/reports";

const built = findMonoDriver();

/** Skips by name where the C# cannot run on this computer. */
function needMono(this: Mocha.Context) {
  if (!("unavailable" in built)) return built;
  return skipWithout(this, built.unavailable);
}

function name(service: string, changes: object = {}) {
  return { service, peerName: `0.${service}`, port: 4001, ...changes };
}

describe("guest/PeerLab, what the presence holder decides", () => {
  const table: [string, object, unknown][] = [
    ["the first attempt is made at once", { decide: "delay", failures: 0 }, 0],
    ["a failed one is repeated soon", { decide: "delay", failures: 1 }, 2],
    ["then later and later", { decide: "delay", failures: 3 }, 8],
    ["and never later than after a minute", { decide: "delay", failures: 1000 }, 60],
    [
      "names are compared whole",
      { decide: "difference", held: [name("a"), name("b")], wanted: [name("a"), name("c")] },
      { added: ["c"], updated: [], removed: ["b"] },
    ],
    [
      "another port or comment is an update",
      {
        decide: "difference",
        held: [name("a"), name("b")],
        wanted: [name("a", { port: 1 }), name("b", { comment: "x" })],
      },
      { added: [], updated: ["a", "b"], removed: [] },
    ],
    [
      "a service with another name is a new registration, before the old one goes",
      { decide: "difference", held: [name("a")], wanted: [name("a", { peerName: "0.x" })] },
      { added: ["a"], updated: [], removed: ["a"] },
    ],
    [
      "the order of the list means nothing",
      { decide: "difference", held: [name("a"), name("b")], wanted: [name("b"), name("a")] },
      { added: [], updated: [], removed: [] },
    ],
    [
      "no network is a reason to wait",
      { decide: "state", code: "PEER_E_IPV6_NOT_INSTALLED" },
      "waiting",
    ],
    [
      "no service is a reason to wait",
      { decide: "state", code: "PEER_E_SERVICE_NOT_AVAILABLE" },
      "waiting",
    ],
    [
      "anything else is told by name",
      { decide: "state", code: "PEER_E_NO_CLOUD" },
      "PEER_E_NO_CLOUD",
    ],
    ...(
      [
        ["the day of issue", "2026-01-01", false],
        ["just before half of the time", "2026-01-14T23:59:59Z", false],
        ["half of the time", "2026-01-15", true],
        ["the last second", "2026-01-28T23:59:59Z", true],
        ["the end", "2026-01-29", false],
      ] as const
    ).map(([what, now, due]): [string, object, unknown] => [
      `at ${what} a credential is ${due ? "renewed" : "left alone"}`,
      { decide: "halfOver", from: "2026-01-01", until: "2026-01-29", now },
      due,
    ]),
    [
      "a credential without a time is left alone",
      { decide: "halfOver", from: "2026-01-01", until: "2026-01-01", now: "2026-01-01" },
      false,
    ],
    [
      "a renewed credential holds for the group's lifetime",
      renewal({ lifetime: 28 * 86400, issuerUntil: "2030-01-01" }),
      "2026-02-12T00:00:00Z",
    ],
    [
      "but not longer than its issuer's own",
      renewal({ lifetime: 28 * 86400, issuerUntil: "2026-02-01" }),
      "2026-02-01T00:00:00Z",
    ],
    [
      "and as long as that where the group sets none",
      renewal({ lifetime: 0, issuerUntil: "2026-03-01" }),
      "2026-03-01T00:00:00Z",
    ],
    [
      "it is not renewed where that wins nothing",
      renewal({ lifetime: 0, issuerUntil: "2026-01-29" }),
      null,
    ],
    ["who is connected needs no address", addresses(true, true, 60), false],
    ["the cloud has its time to find somebody", addresses(false, false, 29), false],
    ["after that the known addresses are tried", addresses(false, false, 30), true],
    ["and at once where the cloud failed", addresses(false, true, 0), true],
    ["a cloud may be alone for a while", { decide: "synchronizationDelay", attempts: 0 }, 30],
    ["then the seed is looked for again soon", { decide: "synchronizationDelay", attempts: 1 }, 60],
    ["and later and later", { decide: "synchronizationDelay", attempts: 3 }, 240],
    ["but four times an hour", { decide: "synchronizationDelay", attempts: 1000 }, 900],
    ["a reset connection is a refusal", { decide: "verdict", error: 10061 }, "refused"],
    ["no answer is silence", { decide: "verdict", error: 10060 }, "silent"],
    ["no route is no way", { decide: "verdict", error: 10051 }, "unreachable"],
    ["no neighbour is no way", { decide: "verdict", error: 10065 }, "unreachable"],
  ];

  let answers: unknown[] = [];
  before(function () {
    answers = decide(
      needMono.call(this),
      table.map(([, question]) => question),
    );
  });

  table.forEach(([what, , expected], index) => {
    it(what, () => assert.deepEqual(answers[index], expected));
  });
});

function renewal(changes: object) {
  return { decide: "renewedUntil", until: "2026-01-29", now: "2026-01-15", ...changes };
}

function addresses(connected: boolean, failed: boolean, since: number) {
  return { decide: "needsAddresses", connected, failed, since };
}

describe("guest/PeerLab, the presence holder under mono", function () {
  this.timeout(120_000);
  let network: HolderNetwork;
  beforeEach(function () {
    network = openHolderNetwork(needMono.call(this));
  });
  afterEach(() => network?.close());

  it("registers what is wanted, and another machine resolves it", async () => {
    const alpha = network.machine("alpha", "fd00::a");
    const beta = network.machine("beta", "fd00::b");
    const { peerName } = await alpha.run("New-PeerIdentity", {
      friendlyName: "ada",
      classifier: "ada",
    });
    const secure = `${peerName.slice(0, 41)}web`;
    alpha.want({
      names: [name("open"), name("web", { peerName: secure, port: 8080, comment: "c" })],
      groups: [],
    });
    const holder = alpha.startHolder();
    await alpha.awaitState("registered", registered(2));

    const facts = alpha.facts();
    assert.equal(facts.holder, "running");
    assert.deepEqual(facts.names, [
      { service: "open", peerName: "0.open", port: 4001, state: "registered" },
      { service: "web", peerName: secure, port: 8080, state: "registered" },
    ]);
    assert.deepEqual(facts.clouds[0]!.name, "Global_");

    const report = await beta.run("Test-PeerReachability", {
      targets: [],
      names: [
        { peerName: secure, holders: ["fd00::a"] },
        { peerName: "0.open", holders: ["fd00::ffff"] },
        { peerName: "0.nobody", holders: ["fd00::a"] },
      ],
      settleSeconds: 0,
    });
    assert.deepEqual(report.names, [
      { peerName: secure, verdict: "resolved", endpoints: ["[fd00::a]:8080"] },
      { peerName: "0.open", verdict: "foreign", endpoints: ["[fd00::a]:4001"] },
      { peerName: "0.nobody", verdict: "unresolved", endpoints: [] },
    ]);

    assertNothingOpen(await holder.stop());
    assert.equal(alpha.state(), undefined);
    assert.equal(alpha.facts().holder, "stopped");
    assert.deepEqual(await resolves(beta, ["0.open"]), [false]);
  });

  it("names what keeps a name from being registered, and goes on trying", async () => {
    const alpha = network.machine("alpha", "fd00::a");
    const absent = `${"0123456789".repeat(4)}.web`;
    alpha.set("PeerPnrpRegister@2=80072CF0,1");
    alpha.want({
      names: [name("web", { peerName: absent }), name("busy"), name("open")],
      groups: [],
    });
    const holder = alpha.startHolder();
    await alpha.awaitState(
      "settled",
      ({ names }) =>
        names[0]?.state === "PEER_E_IDENTITY_NOT_FOUND" &&
        names.slice(1).every(({ state }) => state === "registered"),
    );
    assert.match(alpha.log(), /PEER_E_TOO_MUCH_LOAD/);
    assertNothingOpen(await holder.stop());
  });

  it("leaves nothing registered when it is killed, and is seen to be stopped", async () => {
    const alpha = network.machine("alpha", "fd00::a");
    const beta = network.machine("beta", "fd00::b");
    alpha.want({ names: [name("web")], groups: [] });
    const holder = alpha.startHolder();
    await alpha.awaitState("registered", registered(1));
    assert.deepEqual(await resolves(beta, ["0.web"]), [true]);
    await holder.kill();
    assert.deepEqual(await resolves(beta, ["0.web"]), [false]);
    const facts = alpha.facts();
    assert.equal(facts.holder, "stopped");
    assert.deepEqual(
      facts.names.map(({ state }) => state),
      ["waiting"],
    );
  });

  it("runs once: a second holder ends at once, and the first goes on", async () => {
    const alpha = network.machine("alpha", "fd00::a");
    alpha.want({ names: [name("web")], groups: [] });
    const first = alpha.startHolder();
    const { processId } = await alpha.awaitState("registered", registered(1));
    assert.equal(await alpha.startHolder().ended, 1);
    assert.equal(alpha.state()?.processId, processId);
    assertNothingOpen(await first.stop());
  });

  it("keeps to what it was told where presence.json cannot be read", async () => {
    const alpha = network.machine("alpha", "fd00::a");
    alpha.want({ names: [name("web")], groups: [] });
    const holder = alpha.startHolder();
    await alpha.awaitState("registered", registered(1));
    alpha.want('{"names":[');
    await until("refused", () => /presence\.json is not read/.test(alpha.log()));
    alpha.want({ names: [name("web", { port: "Canary-Port" })], groups: [] });
    await until("refused again", () => /presence\.names\[0\]\.port/.test(alpha.log()));
    assert.ok(registered(1)(alpha.state()!));
    assert.doesNotMatch(alpha.log(), /Canary/);
    assertNothingOpen(await holder.stop());
  });

  it("connects a group, and its members see each other", async () => {
    const { maker, guest, group, ada, grace } = await twoMembers(network);
    const making = await startConnecting(maker, group, ada);
    const joining = await startConnecting(guest, group, grace);
    for (const machine of [maker, guest]) {
      const state = await machine.awaitState(
        "connected",
        ({ groups }) =>
          groups[0]?.state === "connected" &&
          groups[0].members.filter(({ present }) => present).length === 2,
      );
      assert.deepEqual(
        state.groups[0]!.members.map(({ peerName, role }) => [peerName, role]).sort(),
        [
          [ada, "administrator"],
          [grace, "member"],
        ].sort(),
      );
    }
    assert.equal(guest.facts().groups[0]!.state, "connected");
    assertNothingOpen(await joining.stop());
    await maker.awaitState(
      "seen to go",
      ({ groups }) => groups[0]!.members.filter(({ present }) => present).length === 1,
    );
    guest.want({ names: [], groups: [] });
    assertNothingOpen(await making.stop());
  });

  it("connects by address where there is no cloud", async () => {
    const { maker, guest, group, ada, grace } = await twoMembers(network);
    const making = await startConnecting(maker, group, ada);
    await maker.awaitState("listening", ({ groups }) => groups[0]?.state === "listening");
    guest.set("cloud=none");
    const joining = await startConnecting(guest, group, grace, { addresses: ["[fd00::a]:3587"] });
    await guest.awaitState("connected", ({ groups }) => groups[0]?.state === "connected");
    assert.match(guest.log(), /connecting by address/);
    assertNothingOpen(await joining.stop());
    assertNothingOpen(await making.stop());
  });

  it("is a service too, in a program that compiles as C# 5", function () {
    needMono.call(this);
    const folder = temporaryFolder("peerlab-service-");
    // The members of System.ServiceProcess that it uses, since a small mono comes without that library.
    const library = path.join(folder, "ServiceBase.cs");
    fs.writeFileSync(
      library,
      `namespace System.ServiceProcess { public class ServiceBase {
        public string ServiceName { get; set; } public bool CanStop { get; set; } public bool CanShutdown { get; set; }
        public static void Run(ServiceBase service) {}
        protected virtual void OnStart(string[] args) {} protected virtual void OnStop() {} protected virtual void OnShutdown() {}
      } }`,
    );
    const { status, stdout, stderr } = spawnSync(
      "mcs",
      [
        ...["-langversion:5", "-warn:4", "-warnaserror", `-out:${path.join(folder, "a.exe")}`],
        ...[library, path.join(guestFolder, "PeerLab", "PeerService.cs")],
      ],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stdout + stderr);
  });

  it("writes a log of bounded size, in ASCII, one line for each event", function () {
    const { program, native } = needMono.call(this);
    const file = path.join(temporaryFolder("peerlab-log-"), "holder.log");
    const { status, stderr } = spawnSync("mono", [program, "log", file, "3000"], {
      env: { ...process.env, ...native.environment },
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    const older = file.replace(".log", ".old.log");
    for (const part of [file, older]) {
      assert.ok(fs.statSync(part).size <= 256 * 1024);
      const lines = fs.readFileSync(part, "latin1").split("\r\n").slice(0, -1);
      for (const line of lines) {
        assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ line \d+ [ -~]*$/);
        assert.ok(line.length <= 421);
      }
    }
    assert.match(fs.readFileSync(file, "latin1"), /line 2999 /);
    fs.rmSync(path.dirname(file), { recursive: true });
  });
});

describe("guest/PeerLab, the presence holder under mono, over its intervals", function () {
  this.timeout(120_000);
  const bodies: ((network: HolderNetwork) => Promise<void>)[] = [];
  const outcomes: Promise<void>[] = [];

  /** These mostly wait for the holder's own intervals, each in a network of its own: they wait together. */
  function itWaits(title: string, body: (network: HolderNetwork) => Promise<void>): void {
    const index = bodies.push(body) - 1;
    it(title, () => outcomes[index]);
  }

  before(function () {
    const driver = needMono.call(this);
    for (const body of bodies) {
      const network = openHolderNetwork(driver);
      const outcome = body(network).finally(() => network.close());
      // Looked at by its own test, which may come after it has failed.
      outcome.catch(() => undefined);
      outcomes.push(outcome);
    }
  });
  after(() => Promise.allSettled(outcomes));

  itWaits(
    "touches only what a change of presence.json changes, and ends when the file goes",
    async (network) => {
      const alpha = network.machine("alpha", "fd00::a");
      alpha.want({ names: [name("kept"), name("moved"), name("gone")], groups: [] });
      const holder = alpha.startHolder();
      await alpha.awaitState("registered", registered(3));
      alpha.want({ names: [name("kept"), name("moved", { port: 5000 }), name("new")], groups: [] });
      await alpha.awaitState(
        "changed",
        (state) => registered(3)(state) && state.names.some(({ service }) => service === "new"),
      );
      const log = alpha.log();
      assert.equal(log.match(/name 0\.kept /g)?.length, 1);
      assert.match(log, /name 0\.moved updated/);
      assert.ok(log.indexOf("name 0.new registered") < log.indexOf("name 0.gone unregistered"));

      alpha.want(undefined);
      assert.equal(await holder.ended, 0);
      assert.equal(alpha.facts().holder, "absent");
      assert.deepEqual(await resolves(alpha, ["0.kept", "0.moved", "0.new"]), [
        false,
        false,
        false,
      ]);
    },
  );

  itWaits(
    "waits while PNRPsvc is not ready, for as long as it takes, and registers again when it was gone",
    async (network) => {
      const alpha = network.machine("alpha", "fd00::a");
      alpha.set("pnrp=stopped");
      alpha.want({ names: [name("web")], groups: [] });
      const holder = alpha.startHolder();
      await alpha.awaitState("waiting", ({ names }) => names[0]?.state === "waiting");
      alpha.set();
      await alpha.awaitState("registered", registered(1));
      alpha.set("pnrp=stopped");
      await alpha.awaitState("waiting again", ({ names }) => names[0]?.state === "waiting");
      alpha.set();
      await alpha.awaitState("registered again", registered(1));
      assertNothingOpen(await holder.stop());
    },
  );

  itWaits("goes on saying that it lives while a call hangs", async (network) => {
    const alpha = network.machine("alpha", "fd00::a");
    alpha.set("PeerPnrpRegister=hang");
    alpha.want({ names: [name("web")], groups: [] });
    const holder = alpha.startHolder();
    const { time } = await alpha.awaitState("taken up", ({ names }) => names.length === 1);
    const later = await alpha.awaitState("said again", (state) => state.time !== time);
    assert.equal(later.names[0]!.state, "waiting");
    assert.equal(alpha.facts().holder, "running");
    await holder.kill();
  });

  itWaits(
    "names why a group is not connected, and leaves one whose data are deleted",
    async (network) => {
      const { maker, group, ada } = await twoMembers(network);
      maker.set("connect-failure=80630109");
      const making = await startConnecting(maker, group, ada);
      await maker.awaitState(
        "failed",
        ({ groups }) => groups[0]?.state === "PEER_E_CONNECTION_FAILED",
      );
      maker.set();
      await maker.awaitState("listening", ({ groups }) => groups[0]?.state === "listening");
      await maker.run("Remove-PeerGroup", { group, identity: ada });
      await maker.awaitState("gone", ({ groups }) => groups[0]?.state === "PEER_E_NOT_FOUND");
      assertNothingOpen(await making.stop());
    },
  );

  itWaits(
    "renews a connected member's credential when half of its time is over, as an administrator who is told to",
    async (network) => {
      // Everything before was five hours ago: more than half of the eight that the credential holds.
      const { maker, guest, group, ada, grace } = await twoMembers(network, {
        past: 5 * 3600,
        lifetimeSeconds: 8 * 3600,
      });
      const joining = await startConnecting(guest, group, grace, { renewsMembers: true });
      const making = await startConnecting(maker, group, ada);
      const expiry = (machine: HolderMachine) =>
        Date.parse(
          machine.state()?.groups[0]?.members.find(({ peerName }) => peerName === grace)?.expires ??
            "",
        );
      await guest.awaitState("connected", ({ groups }) => groups[0]?.state === "connected");
      await until("told", () => /renews no credentials: .* is no administrator/.test(guest.log()));
      assert.ok(expiry(guest) < Date.now() + 4 * 3600_000, "renewed by nobody so far");

      maker.want({ names: [], groups: [{ group, identity: ada, renewsMembers: true }] });
      await until("renewed", () => expiry(guest) > Date.now() + 7 * 3600_000);
      assert.match(
        maker.log(),
        new RegExp(`credential of ${grace.replace(".", "\\.")} renewed until`),
      );
      assertNothingOpen(await making.stop());
      assertNothingOpen(await joining.stop());
    },
  );
});

function registered(count: number) {
  return ({ names }: { names: { state: string }[] }) =>
    names.length === count && names.every(({ state }) => state === "registered");
}

/** Which of the names another process of that machine resolves. */
async function resolves(machine: HolderMachine, names: string[]): Promise<boolean[]> {
  const { names: answers } = await machine.run("Test-PeerReachability", {
    targets: [],
    names: names.map((peerName) => ({ peerName, holders: ["fd00::a"] })),
    settleSeconds: 0,
  });
  return answers.map(({ verdict }: { verdict: string }) => verdict === "resolved");
}

/** Ada's group on one machine, and grace, who joined it on another, with nobody connected. */
async function twoMembers(network: HolderNetwork, { past = 0, lifetimeSeconds = 28 * 86400 } = {}) {
  const maker = network.machine("maker", "fd00::a");
  const guest = network.machine("guest", "fd00::b");
  for (const machine of [maker, guest]) machine.set(`clock=${-past}`);
  const make = async (machine: HolderMachine, classifier: string) =>
    machine.run("New-PeerIdentity", { friendlyName: classifier, classifier });
  const { peerName: ada } = await make(maker, "ada");
  const { peerName: grace, credential } = await make(guest, "grace");
  const { group } = await maker.run("New-PeerGroup", {
    identity: ada,
    friendlyName: "The team",
    classifier: "team",
    memberLifetimeSeconds: lifetimeSeconds,
  });
  const { invitations } = await maker.run("New-PeerGroupInvitation", {
    group: group.group,
    identity: ada,
    invitees: [{ credential, role: "member" }],
    // The request's limit is a year from the real now.
    lifetimeSeconds: lifetimeSeconds - past,
  });
  await guest.run("Join-PeerGroup", { identity: grace, invitation: invitations[0].invitation });
  for (const machine of [maker, guest]) machine.set();
  return { maker, guest, group: group.group as string, ada: ada as string, grace: grace as string };
}

async function startConnecting(
  machine: HolderMachine,
  group: string,
  identity: string,
  changes = {},
) {
  machine.want({ names: [], groups: [{ group, identity, ...changes }] });
  const holder = machine.startHolder();
  await machine.awaitState("taken up", ({ groups }) => groups.length === 1);
  return holder;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 80_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `not ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function assertNothingOpen(report: ProcessReport): void {
  assert.deepEqual([openIn(report), report.errors], [[], []]);
}
