import assert from "node:assert/strict";
import type { CloudFacts, TestPeerReachabilityReport } from "../../../guest/contract";
import type { Machine } from "../../../local/windows";
import { registryKeys, writeRegistry } from "../../../local/windows/registry";
import { failure, labPassword, networkedMachine, openLab, report, type Lab } from "./lab";

const port = 3587;

describe("local/windows, reachability", () => {
  let lab: Lab;
  let seed: Machine;
  let peer: Machine;

  beforeEach(async () => {
    lab = openLab();
    seed = await networkedMachine(lab, "seed-1");
    peer = await networkedMachine(lab, "peer-1");
  });
  afterEach(() => lab.dispose());

  const addressOf = ({ record }: Machine) => lab.network.addressesOf(record.vmId).ipv6[0]!;
  const test = (from: Machine, request: object): Promise<TestPeerReachabilityReport> =>
    report(from, "Test-PeerReachability", {
      targets: [],
      names: [],
      settleSeconds: 0,
      ...request,
    });
  const verdictOf = async (from: Machine, to: Machine, ports = [port]) => {
    const targets = [{ name: "target", address: addressOf(to), ports }];
    return (await test(from, { targets })).ports.map(({ verdict }) => verdict).join();
  };
  const listen = (machine: Machine, ports = [port], seconds = 60) =>
    report(machine, "Start-PeerListener", { ports, seconds });
  const hold = (machine: Machine, service = "seed") =>
    report(machine, "Set-PeerPresence", {
      presence: { names: [{ service, peerName: `0.${service}`, port: 4001 }], groups: [] },
      userPassword: labPassword,
    });
  const globalOf = (clouds: CloudFacts[]) => clouds.find(({ name }) => name === "Global_")?.state;
  const cloudOf = async (machine: Machine) =>
    globalOf((await report(machine, "Get-PeerPresence")).presence.clouds);

  it("finds a port silent where nobody listens, since the firewall answers nothing", async () => {
    assert.equal(await verdictOf(peer, seed), "silent");
    const { ports } = await listen(seed, [port, 22, 4009]);
    assert.deepEqual(ports, [
      {
        port,
        listener: "opened",
        firewall: { action: "allow", rule: "PeerLab-grouping-ipv6" },
      },
      { port: 22, listener: "held", program: "sshd.exe", firewall: { action: "block" } },
      { port: 4009, listener: "opened", firewall: { action: "block" } },
    ]);
    assert.equal(await verdictOf(peer, seed, [port, 4009]), "reachable,silent");
    assert.equal((await report(seed, "Stop-PeerListener")).stopped, true);
    assert.equal((await report(seed, "Stop-PeerListener")).stopped, false);
    assert.equal(await verdictOf(peer, seed), "silent");
  });

  it("ends listeners at their time and with Windows, and opens a second run's in their place", async () => {
    await listen(seed, [port], 60);
    assert.deepEqual((await listen(seed, [port], 20)).ports[0].listener, "opened");
    lab.clock.now += 19_000;
    assert.equal(await verdictOf(peer, seed), "reachable");
    lab.clock.now += 1_000;
    assert.equal(await verdictOf(peer, seed), "silent");
    await listen(seed);
    seed.reboot();
    assert.equal(await verdictOf(peer, seed), "silent");
  });

  it("joins what the network, the machine, its firewall and its power say", async () => {
    await listen(seed);
    const cases: [string, () => () => unknown, string][] = [
      [
        "a security group",
        () => {
          lab.network.blocked.add(addressOf(seed));
          return () => lab.network.blocked.clear();
        },
        "silent",
      ],
      [
        "the machine's firewall",
        () => {
          const rule = seed.record.firewallRules.find((one) => one.port === port)!;
          rule.enabled = false;
          return () => (rule.enabled = true);
        },
        "silent",
      ],
      [
        "a blocking rule",
        () => {
          const rule = seed.record.firewallRules.find((one) => one.port === port)!;
          seed.record.firewallRules.push({ ...rule, name: "Hardening", action: "Block" });
          return () => seed.record.firewallRules.pop();
        },
        "silent",
      ],
      [
        "a machine that is off",
        () => {
          seed.record.power = "deallocated";
          return () => (seed.record.power = "running");
        },
        "silent",
      ],
      [
        "something that answers that nobody is there",
        () => {
          lab.faults.add({ kind: "unreachable", match: "seed-1" });
          return () => lab.faults.clear();
        },
        "refused",
      ],
      [
        "no IPv6 on this side",
        () => {
          peer.record.ipv6.bindingEnabled = false;
          return () => (peer.record.ipv6.bindingEnabled = true);
        },
        "unreachable",
      ],
    ];
    for (const [title, damage, verdict] of cases) {
      assert.equal(await verdictOf(peer, seed), "reachable", `before ${title}`);
      const repair = damage();
      assert.equal(await verdictOf(peer, seed), verdict, title);
      repair();
    }
  });

  it("has 3587 held by grouping while the holder has a group open", async () => {
    const { peerName } = await report(seed, "New-PeerIdentity", {
      friendlyName: "ada",
      classifier: "ada",
    });
    const { group } = await report(seed, "New-PeerGroup", {
      identity: peerName,
      friendlyName: "The team",
      classifier: "team",
    });
    await report(seed, "Set-PeerPresence", {
      presence: { names: [], groups: [{ group: group.group, identity: peerName }] },
      userPassword: labPassword,
    });
    assert.equal(await verdictOf(peer, seed), "reachable");
    const [held] = (await listen(seed)).ports;
    assert.deepEqual([held.listener, held.program], ["held", "svchost.exe"]);
    seed.record.services.PNRPsvc!.status = "Stopped";
    assert.equal(await verdictOf(peer, seed), "silent");
  });

  it("has a virtual cloud until something is registered or resolved, and is alone until it finds another node", async () => {
    assert.equal(await cloudOf(seed), "virtual");
    await hold(seed);
    assert.equal(await cloudOf(seed), "alone");
    assert.equal(await cloudOf(peer), "virtual", "nobody asked it for anything yet");
    await hold(peer, "own");
    assert.equal(await cloudOf(peer), "active");
    assert.equal(await cloudOf(seed), "active", "who contacts the seed is known to it");
    lab.network.refuses = ({ protocol }) => protocol === "UDP";
    assert.deepEqual([await cloudOf(peer), await cloudOf(seed)], ["alone", "alone"]);
  });

  it("finds no cloud through a seed that has registered nothing, is unknown, or is somebody else", async () => {
    await hold(peer, "own");
    assert.equal(await cloudOf(peer), "alone", "the seed sleeps");
    await hold(seed);
    assert.equal(await cloudOf(peer), "active");
    lab.network.names.set("seed.lab.internal", ["fd00::ffff"]);
    assert.equal(await cloudOf(peer), "alone");
    lab.network.names.clear();
    assert.equal(await cloudOf(peer), "alone");
    const key = registryKeys.globalCloudPolicy;
    writeRegistry(peer.record.registry, key, "SeedServer", addressOf(seed));
    assert.equal(await cloudOf(peer), "active", "an address does as well as a name");
    writeRegistry(peer.record.registry, key, "Disabled", 1);
    assert.equal(await cloudOf(peer), undefined, "no global cloud");
  });

  it("resolves a name of another machine: its holder's, somebody else's, or none", async () => {
    const third = await networkedMachine(lab, "third-1");
    await hold(seed);
    const resolve = async (peerName: string, holder: Machine) => {
      const names = [{ peerName, holders: [addressOf(holder)] }];
      const { names: found, clouds } = await test(peer, { names });
      return { ...found[0], cloud: globalOf(clouds) };
    };
    assert.deepEqual(await resolve("0.seed", seed), {
      peerName: "0.seed",
      verdict: "resolved",
      endpoints: [`[${addressOf(seed)}]:4001`],
      cloud: "active",
    });
    assert.equal((await resolve("0.seed", third)).verdict, "foreign");
    assert.deepEqual((await resolve("0.other", seed)).endpoints, []);
    await hold(third, "third");
    assert.equal((await resolve("0.third", third)).verdict, "resolved", "over the seed");
    lab.network.refuses = ({ to }) => to === addressOf(third);
    assert.equal((await resolve("0.third", third)).verdict, "unresolved", "not reached itself");
    peer.record.services.PNRPsvc!.status = "Stopped";
    const stopped = await resolve("0.seed", seed);
    assert.deepEqual(
      [stopped.verdict, stopped.code],
      ["unresolved", "PEER_E_SERVICE_NOT_AVAILABLE"],
    );
  });

  it("tries again until the time to settle is over", async () => {
    const targets = [{ name: "seed", address: addressOf(seed), ports: [port] }];
    const settling = test(peer, { targets, settleSeconds: 600 });
    await listen(seed);
    assert.equal((await settling).ports[0]!.verdict, "reachable");
  });

  it("tries again while its cloud is alone and others are tested, until the first of them has called", async () => {
    await hold(seed);
    await listen(peer);
    const targets = [{ name: "peer", address: addressOf(peer), ports: [port] }];
    assert.equal(globalOf((await test(seed, { targets })).clouds), "alone");
    const settling = test(seed, { targets, settleSeconds: 600 });
    await hold(peer, "own");
    assert.equal(globalOf((await settling).clouds), "active");
    // Whoever tests nobody waits for nobody.
    lab.network.refuses = ({ protocol }) => protocol === "UDP";
    assert.equal(globalOf((await test(seed, { settleSeconds: 600 })).clouds), "alone");
  });

  it("refuses what is not in the form of the contract, by its path", async () => {
    const target = { name: "a", address: addressOf(seed), ports: [port] };
    const cases: [object, RegExp][] = [
      [{ targets: [{ ...target, address: "10.0.0.1" }] }, /^targets\[0\]\.address: .*IPv6/],
      [{ targets: [{ ...target, ports: [0] }] }, /^targets\[0\]\.ports\[0\]: /],
      [{ names: [{ peerName: "0.a", holders: [] }] }, /^names\[0\]\.holders: .*at least 1/],
      [{ names: [{ peerName: "a", holders: [addressOf(seed)] }] }, /^names\[0\]\.peerName: /],
      [{ settleSeconds: 601 }, /^settleSeconds: expected a whole number from 0 to 600/],
    ];
    for (const [changes, message] of cases) {
      const request = { targets: [], names: [], settleSeconds: 0, ...changes };
      const refused = await failure(peer, "Test-PeerReachability", request);
      assert.equal(refused.code, "InvalidRequest");
      assert.match(refused.message, message);
    }
    const twice = await failure(peer, "Start-PeerListener", { ports: [1, 1], seconds: 10 });
    assert.match(twice.message, /^ports\[1\]: expected a whole number from 1 to 65535, once/);
  });
});
