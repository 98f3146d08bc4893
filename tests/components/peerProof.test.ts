import * as assert from "node:assert/strict";
import { PeerProof, type PeerMachine, type PeerProofArgs } from "../../components";
import { counts, finished, mockEngine, settled, type Declared } from "./mocks";

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
