import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  PeerProof,
  type PeerMachine,
  type PeerProofArgs,
  type ProofReport,
  type ProofTest,
} from "../../components";
import { networkOf } from "../../components/labProof";
import { counts, finished, mockEngine, settled, type Declared, type LookUp } from "./mocks";

const machine = (host: string, change: Partial<PeerMachine> = {}): PeerMachine => ({
  connection: { host, user: "labuser", password: `password of ${host}` },
  instanceId: `instance of ${host}`,
  privateIpv6: `fd00::${host}`,
  ...change,
});
const proved = (host: string, change: Partial<PeerProofArgs["machines"][string]> = {}) => ({
  machine: machine(host),
  ports: [3587, 5001],
  names: [`0.${host}`],
  step: `step of ${host}`,
  ...change,
});
const three = { a: proved("a"), b: proved("b"), c: proved("c") };

let declared: Declared[];
const requestOf = (name: string) =>
  JSON.parse(declared.find((one) => one.name === name)?.inputs.stdin ?? "{}");

describe("components/peerProof", () => {
  beforeEach(async () => {
    declared = await mockEngine();
  });

  it("declares a listener and a test for each machine, and one verdict; without inputs of its own", async () => {
    new PeerProof("lab", { machines: three });
    await finished();
    assert.deepEqual(counts(declared), {
      "peerlab:index:PeerProof": 1,
      "command:remote:Command": 3 + 3,
      "pulumi:index:Stash": 1,
    });
    const component = declared.find(({ type }) => type === "peerlab:index:PeerProof");
    assert.deepEqual(component?.inputs, {});
    assert.equal(requestOf("lab.a-listener").instance, "instance of a");
    assert.deepEqual(requestOf("lab.a-listener").ports, [3587, 5001]);
    const { targets, names, now } = requestOf("lab.a-test");
    assert.deepEqual(targets, [
      { name: "b", address: "fd00::b", ports: [3587, 5001] },
      { name: "c", address: "fd00::c", ports: [3587, 5001] },
    ]);
    assert.deepEqual(names, [
      { peerName: "0.b", holders: ["fd00::b"] },
      { peerName: "0.c", holders: ["fd00::c"] },
    ]);
    assert.equal(new Date(now).toISOString(), now);
  });

  it("declares no listener where nobody tests or nothing is declared", async () => {
    await settled(new PeerProof("alone", { machines: { a: proved("a") } }).passed);
    const machines = { a: proved("a", { ports: [] }), b: proved("b") };
    await settled(new PeerProof("pair", { machines }).passed);
    const names = declared.filter(({ type }) => type.endsWith(":Command")).map(({ name }) => name);
    assert.deepEqual(names.sort(), [
      "alone.a-test",
      "pair.a-test",
      "pair.b-listener",
      "pair.b-test",
    ]);
  });

  it("lets nothing depend on another machine's resources", async () => {
    await settled(new PeerProof("lab", { machines: three }).passed);
    for (const { type, dependencies } of declared) {
      if (type !== "peerlab:index:PeerProof") assert.deepEqual(dependencies, []);
    }
  });

  for (const whenOff of [undefined, "skip", "start"] as const) {
    it(`neither tests nor asks a machine that failed, is off or waits, and says so, where whenOff is ${whenOff ?? "not given"}`, async () => {
      const machines = {
        ...three,
        d: proved("d", { step: "" }),
        e: proved("e", { machine: machine("e", { power: "deallocated" }) }),
        f: proved("f", { machine: machine("f", { waitsFor: "its image is not proved" }) }),
      };
      const proof = new PeerProof("lab", { machines, whenOff });
      const reports = (await settled(proof.reports)) as Record<string, { leftOut?: string }>;
      assert.deepEqual(
        Object.entries(reports).map(([key, { leftOut }]) => [key, leftOut]),
        [
          ["a", undefined],
          ["b", undefined],
          ["c", undefined],
          ["d", "it did not go through its step in this update"],
          ["e", "it is off (deallocated)"],
          ["f", "its image is not proved"],
        ],
      );
      const { targets, names } = requestOf("lab.a-test");
      assert.deepEqual(
        targets.map(({ name }: { name: string }) => name),
        ["b", "c"],
      );
      assert.ok(!names.some(({ peerName }: { peerName: string }) => /[def]$/.test(peerName)));
    });
  }

  it("notes for the next update what each machine's test depended on, and nothing secret", async () => {
    const proof = new PeerProof("lab", { machines: three, token: "today" });
    const tests = (await settled(proof.tests)) as Record<
      string,
      { run: string; token?: string; parts: string[] }
    >;
    assert.deepEqual(Object.keys(tests), ["a", "b", "c"]);
    for (const test of Object.values(tests)) {
      assert.equal(test.token, "today");
      // Itself, two targets, two names.
      assert.equal(test.parts.length, 5);
    }
    assert.doesNotMatch(JSON.stringify(tests), /password/);
    const given = declared.find((one) => one.name === "lab.a-test")?.inputs.triggers;
    assert.deepEqual(given, [tests.a.run]);
  });
});

describe("components/peerProof: what an earlier update warned of", () => {
  const securityGroupIds = [
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/group",
  ];
  const groupFunction = "azure-native:network:getNetworkSecurityGroup";
  const denied = "a does not reach TCP 5001 of b (fd00::b): security rule Deny-by-hand denies it";
  const warn = pulumi.log.warn;
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
    (pulumi.log as { warn: unknown }).warn = (message: string) => {
      warnings.push(message);
      return Promise.resolve();
    };
  });
  afterEach(() => {
    (pulumi.log as { warn: unknown }).warn = warn;
  });

  type Found = { reports: Record<string, ProofReport>; tests: Record<string, ProofTest> };

  /** An update that warns, after one that gave these outputs. No machine of it has a holder. */
  async function update(last?: Found, machines: PeerProofArgs["machines"] = three) {
    const lookUps: LookUp[] = [];
    const overrides: Record<string, object> = {
      [groupFunction]: { securityRules: [], defaultSecurityRules: [] },
      ...(last && { "peerlab:index:PeerProof": last }),
    };
    declared = await mockEngine(overrides, lookUps);
    warnings = [];
    const proof = new PeerProof("lab", { machines, securityGroupIds, whenFailed: "warn" });
    const { reports, tests } = proof;
    const found = {
      reports: (await settled(reports)) as Found["reports"],
      tests: (await settled(tests)) as Found["tests"],
    };
    const passed = await settled(proof.passed);
    await finished();
    const asked = lookUps.filter(({ token }) => token === groupFunction).length;
    return { ...found, passed, asked };
  }

  it("is said again in the words of then, and reported as it was found; Azure is not asked", async () => {
    const first = await update();
    assert.deepEqual(
      Object.values(first.tests).map(({ outcome, failures }) => [outcome, failures?.length]),
      Array(3).fill(["warned", 1]),
    );
    assert.deepEqual(first.tests.a.failures, first.reports.a.failures);
    assert.deepEqual([first.asked, first.passed, warnings.length], [1, false, 1]);
    assert.doesNotMatch(warnings[0], /earlier update/);

    const last = structuredClone({ tests: first.tests, reports: first.reports });
    last.tests.a.failures = [denied];
    last.reports.a.failures = [denied];
    Object.assign(last.reports.a.ports[1], { verdict: "silent", reason: "as it was then" });
    const second = await update(last);
    assert.deepEqual(second.reports, last.reports);
    assert.deepEqual(second.tests, last.tests);
    assert.deepEqual([second.asked, second.passed, warnings.length], [0, false, 1]);
    const [head, ...lines] = warnings[0].split("\n");
    assert.equal(head, "The proof lab has 3 failures:");
    assert.equal(
      lines[0],
      `  ${denied} (found by an earlier update; another proof.token tests again)`,
    );
    assert.equal(lines.filter((line) => line.includes("(found by an earlier update;")).length, 3);
  });

  it("is tested again with what it depends on, and then it is this update that says it", async () => {
    const first = await update();
    const last = structuredClone({ tests: first.tests, reports: first.reports });
    last.tests.a.failures = [denied];
    const again = await update(last, { ...three, b: proved("b", { step: "another" }) });
    assert.equal(again.asked, 1);
    assert.doesNotMatch(warnings[0], /earlier update|Deny-by-hand/);
    assert.deepEqual(again.tests.a.failures, first.tests.a.failures);
  });

  it("is said still after an update in which the machine took no part", async () => {
    const first = await update();
    const off = { ...three, a: proved("a", { machine: machine("a", { power: "deallocated" }) }) };
    const second = await update(first, off);
    assert.equal(second.reports.a.leftOut, "it is off (deallocated)");
    assert.deepEqual(second.reports.a.failures, []);
    assert.deepEqual(second.tests.a, first.tests.a);
    const third = await update(second);
    assert.equal(third.reports.a.leftOut, undefined);
    assert.deepEqual(third.reports.a.failures, first.tests.a.failures);
    assert.equal(third.passed, false);
  });
});

describe("components/labProof: what of the network is proved", () => {
  const id =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/x";

  it("is another with another security group, isolation or other external seeds, whatever their order", () => {
    const is = networkOf(id, {});
    for (const same of [
      networkOf(id.toUpperCase(), {}),
      networkOf(id, { isolate: true }),
      networkOf(id, { externalSeeds: [] }),
    ]) {
      assert.equal(same, is);
    }
    const others = [
      is,
      networkOf(`${id}2`, {}),
      networkOf(id, { isolate: false }),
      networkOf(id, { externalSeeds: ["fd00::1", "fd00::2"] }),
      networkOf(id, { externalSeeds: ["fd00::1"] }),
    ];
    assert.equal(new Set(others).size, others.length);
    assert.equal(networkOf(id, { externalSeeds: ["fd00::2", "fd00::1"] }), others[3]);
  });
});
