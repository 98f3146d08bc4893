import * as assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import * as net from "node:net";
import { skipWithout } from "./missing";
import { findMonoDriver, type MonoDriver } from "./mono/build";
import { openHolderNetwork, type HolderNetwork } from "./mono/holder";

const built = findMonoDriver();

/** A port of the IPv6 loopback that is free now. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "::1", resolve);
  });
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A program of the driver that says `ready <ports>` and ends with its standard input. */
async function startReady(
  { program, native }: MonoDriver,
  children: ChildProcessWithoutNullStreams[],
  ...programArguments: string[]
): Promise<number[]> {
  const child = spawn("mono", [program, ...programArguments], {
    env: { ...process.env, ...native.environment },
  });
  children.push(child);
  child.stdout.setEncoding("utf8");
  let output = "";
  for await (const text of child.stdout) {
    output += text as string;
    if (output.includes("\n")) break;
  }
  assert.match(output, /^ready [\d,]*\n$/);
  return output.slice(6).trim().split(",").filter(Boolean).map(Number);
}

describe("guest/PeerLab, TCP over IPv6 under mono", function () {
  this.timeout(60_000);
  let driver: MonoDriver;
  let network: HolderNetwork;
  const children: ChildProcessWithoutNullStreams[] = [];

  before(async function () {
    if ("unavailable" in built) return skipWithout(this, built.unavailable);
    await freePort().catch(() => {
      console.warn("    SKIPPED: this computer has no IPv6 loopback");
      this.skip();
    });
    driver = built;
    network = openHolderNetwork(driver);
  });
  after(async () => {
    network?.close();
    for (const child of children) {
      const ended = new Promise((resolve) => child.on("close", resolve));
      child.stdin.end();
      await ended;
    }
  });

  it("tells a listener, a refusal, silence and no way from each other, in the order of the request", async () => {
    const [open, closed] = [await freePort(), await freePort()];
    const listening = await startReady(driver, children, "listen", "60", String(open));
    assert.deepEqual(listening, [open]);
    const [silent] = await startReady(driver, children, "crowd");
    const report = await network.machine("alpha", "fd00::a").run("Test-PeerReachability", {
      targets: [
        { name: "self", address: "::1", ports: [closed, open, silent] },
        // The prefix that is set aside for being discarded (RFC 6666).
        { name: "none", address: "100::1", ports: [1] },
      ],
      names: [],
      settleSeconds: 0,
    });
    assert.deepEqual(report.ports.slice(0, 3), [
      { name: "self", address: "::1", port: closed, verdict: "refused" },
      { name: "self", address: "::1", port: open, verdict: "reachable" },
      { name: "self", address: "::1", port: silent, verdict: "silent" },
    ]);
    assert.notEqual(report.ports[3].verdict, "reachable");
    assert.deepEqual(report.names, []);
  });

  it("tries what failed again until the time to settle is over, and leaves alone what has passed", async () => {
    const holding = network.machine("holding", "fd00::e");
    holding.want({
      names: ["web", "mail"].map((service) => ({ service, peerName: `0.${service}`, port: 80 })),
      groups: [],
    });
    const holder = holding.startHolder();
    await holding.awaitState("registered", ({ names }) =>
      names.every(({ state }) => state === "registered"),
    );
    const machine = network.machine("beta", "fd00::b");
    // One of the two fails once.
    machine.set("PeerPnrpResolve@2=80072CF0,1");
    const ask = (settleSeconds: number) =>
      machine.run("Test-PeerReachability", {
        targets: [],
        names: ["0.web", "0.mail"].map((peerName) => ({ peerName, holders: ["fd00::e"] })),
        settleSeconds,
      });
    const verdicts = ({ names }: { names: { verdict: string }[] }) =>
      names.map(({ verdict }) => verdict).sort();
    assert.deepEqual(verdicts(await ask(60)), ["resolved", "resolved"]);
    // The next one is the first of its process, and fails for good.
    machine.set("PeerPnrpResolve=80072CF0");
    const { names } = await ask(0);
    assert.deepEqual(
      names.map(({ code }: { code?: string }) => code),
      ["PEER_E_TOO_MUCH_LOAD", "PEER_E_TOO_MUCH_LOAD"],
    );
    await holder.stop();
  });

  it("does not listen where a program does already, and says what it opened", async () => {
    const [held, free] = [await freePort(), await freePort()];
    const server = net.createServer().listen(held, "::");
    await new Promise((resolve) => server.on("listening", resolve));
    const opened = await startReady(driver, children, "listen", "60", String(held), String(free));
    assert.deepEqual(opened, [free]);
    await new Promise((resolve) => server.close(resolve));
  });

  it("ends a listener by itself when its time is over", async () => {
    const port = await freePort();
    await startReady(driver, children, "listen", "1", String(port));
    const child = children.at(-1)!;
    if (child.exitCode === null) await new Promise((resolve) => child.on("close", resolve));
    assert.equal(child.exitCode, 0);
    children.pop();
  });

  it("resolves nothing where PNRP does not run, and names why", async () => {
    const machine = network.machine("gamma", "fd00::c");
    machine.set("pnrp=stopped");
    const report = await machine.run("Test-PeerReachability", {
      targets: [],
      names: [{ peerName: "0.web", holders: ["fd00::a"] }],
      settleSeconds: 0,
    });
    assert.deepEqual(report, {
      ports: [],
      names: [
        {
          peerName: "0.web",
          verdict: "unresolved",
          endpoints: [],
          code: "PEER_E_SERVICE_NOT_AVAILABLE",
        },
      ],
      clouds: [],
      presence: { holder: "absent", names: [], groups: [], clouds: [] },
    });
  });

  it("waits for what its own holder holds, and tells it", async () => {
    const machine = network.machine("own", "fd00::f");
    machine.want({ names: [{ service: "web", peerName: "0.web", port: 80 }], groups: [] });
    const ask = (settleSeconds: number) =>
      machine.run("Test-PeerReachability", { targets: [], names: [], settleSeconds });
    const before = await ask(0);
    assert.deepEqual(
      [before.presence.holder, before.presence.names[0].state],
      ["stopped", "waiting"],
    );
    const asked = ask(60);
    const holder = machine.startHolder();
    const { presence } = await asked;
    assert.deepEqual([presence.holder, presence.names[0].state], ["running", "registered"]);
    await holder.stop();
  });

  it("waits while its cloud is alone and others are tested: a seed's is until the first of them has called", async () => {
    const open = await freePort();
    await startReady(driver, children, "listen", "60", String(open));
    const machine = network.machine("seed", "fd00::5");
    // Each round lists the clouds twice, at last for the answer. That in the second round finds none: so it is seen to come.
    machine.set("cloud-state=6", "PeerPnrpGetCloudInfo@4=80072CF0");
    const { ports, clouds } = await machine.run("Test-PeerReachability", {
      targets: [{ name: "self", address: "::1", ports: [open] }],
      names: [],
      settleSeconds: 60,
    });
    assert.equal(ports[0].verdict, "reachable");
    assert.deepEqual(clouds, []);
  });

  it("reports the clouds with their states", async () => {
    const machine = network.machine("delta", "fd00::d");
    for (const [setting, state] of [
      ["cloud-state=2", "active"],
      ["cloud-state=6", "alone"],
      ["cloud-state=0", "virtual"],
      ["cloud-state=1", "synchronizing"],
      ["cloud-state=3", "dead"],
      ["cloud-state=4", "disabled"],
      ["cloud-state=5", "noNet"],
      ["cloud-state=7", "unknown"],
    ] as const) {
      machine.set(setting);
      const { clouds } = await machine.run("Test-PeerReachability", {
        targets: [],
        names: [],
        settleSeconds: 0,
      });
      assert.deepEqual(clouds[0], { name: "Global_", scope: "global", state });
    }
  });
});
