import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PeerPresence, type PeerMachine, type PeerPresenceArgs } from "../../components";
import { counts, mockEngine, settled, type Declared } from "./mocks";
import { declare as declareInAzure } from "../properties/declare";

const machine = (host: string): PeerMachine => ({
  connection: { host, user: "labuser", password: `password of ${host}` },
  instanceId: `instance of ${host}`,
});
const authority = "0123456789abcdef0123456789abcdef01234567";
const services = { game: { port: 5002, comment: "v2" }, chat: { port: 5001 } };
let declared: Declared[];

/** What each machine is asked to hold, by its host. */
const asked = () =>
  Object.fromEntries(
    declared
      .filter(({ type }) => type.endsWith(":Command"))
      .map(({ inputs }) => [inputs.connection.host, JSON.parse(inputs.stdin)]),
  );
const declare = async (args: PeerPresenceArgs) => {
  const presence = new PeerPresence("held", args);
  await settled(pulumi.all([presence.reports, presence.steps]));
  return presence;
};

describe("components/peerPresence", () => {
  beforeEach(async () => {
    declared = await mockEngine();
  });

  it("has one step for each machine, which says all that it registers, unsecured without an identity", async () => {
    await declare({ machines: { b: machine("b"), a: machine("a") }, services });
    assert.deepEqual(counts(declared), {
      "peerlab:index:PeerPresence": 1,
      "pulumi:index:Stash": 2,
      "command:remote:Command": 2,
    });
    for (const { inputs } of declared.filter(({ type }) => type.endsWith(":Command"))) {
      assert.match(inputs.create, / Set-PeerPresence$/);
      assert.equal(inputs.delete, undefined);
    }
    const { presence, adds, instance } = asked().a;
    assert.deepEqual(
      { presence, adds, instance },
      {
        presence: {
          names: [
            { service: "chat", peerName: "0.chat", port: 5001 },
            { service: "game", peerName: "0.game", port: 5002, comment: "v2" },
          ],
          groups: [],
        },
        adds: undefined,
        instance: "instance of a",
      },
    );
  });

  it("registers under the authority of an identity that is known later, connects groups where they are said to be", async () => {
    const group = `${authority}.group`;
    await declare({
      machines: { a: machine("a"), b: machine("b") },
      services,
      peerName: pulumi.output(`${authority}.PeerLab`),
      groups: [
        { group, identity: pulumi.output(`${authority}.a`), machines: ["a"] },
        { group, identity: `${authority}.all` },
      ],
    });
    const { a, b } = asked();
    for (const { presence } of [a, b]) {
      assert.deepEqual(
        presence.names.map(({ peerName }: { peerName: string }) => peerName),
        [`${authority}.chat`, `${authority}.game`],
      );
    }
    assert.deepEqual(a.presence.groups, [
      { group, identity: `${authority}.a` },
      { group, identity: `${authority}.all` },
    ]);
    assert.deepEqual(b.presence.groups, [{ group, identity: `${authority}.all` }]);
  });

  it("lets a seed have its own name first, and asks for nothing where nothing is wanted", async () => {
    const seed = { role: "seed", server: "fd00::4" };
    const networking = { firewallRules: [], seed };
    await declare({ machines: { a: { ...machine("a"), networking }, b: machine("b") } });
    const { a, b } = asked();
    assert.deepEqual(
      a.presence.names.map(({ peerName }: { peerName: string }) => peerName),
      ["0.PeerLab-seed"],
    );
    assert.deepEqual(b.presence, { names: [], groups: [] });
  });

  it("reports what each machine holds, and copies the guest files first where it is told to", async () => {
    const { reports, steps } = await declare({
      machines: { a: machine("a") },
      services: { chat: { port: 5001 } },
      copyGuestFiles: true,
    });
    assert.equal(counts(declared)["command:remote:CopyToRemote"], 1);
    assert.deepEqual(await settled(pulumi.all([reports, steps])), [
      {
        a: {
          holder: "running",
          names: [{ service: "chat", peerName: "0.chat", port: 5001, state: "registered" }],
          groups: [],
          pending: [],
        },
      },
      { a: "held.a-id" },
    ]);
  });

  it("waits for what has to be done before, without depending on it", async () => {
    const first = new PeerPresence("seed", { machines: { s: machine("s") } });
    let open: (value: string) => void = () => undefined;
    const gate = new Promise<string>((resolve) => (open = resolve));
    const steps = () => declared.filter(({ type }) => type.endsWith(":Command"));
    const held = declare({
      machines: { a: machine("a") },
      after: [gate, first.steps.apply(({ s }) => s)],
    });
    await settled(first.steps);
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    assert.deepEqual(
      steps().map(({ name }) => name),
      ["seed.s"],
    );
    open("done");
    await held;
    assert.deepEqual(
      steps().map(({ name }) => name),
      ["seed.s", "held.a"],
    );
    assert.deepEqual(
      steps()[1].dependencies.filter((urn) => urn.includes("seed")),
      [],
    );
  });

  it("refuses an identity that turns out to be no peer name", async () => {
    const { thrown } = await declareInAzure((options) => {
      const machines = { a: machine("a") };
      new PeerPresence("held", { machines, peerName: pulumi.output("") }, options);
    });
    assert.match(String(thrown), /PeerPresence held has one mistake:\n {2}peerName: is ""/);
  });
});
