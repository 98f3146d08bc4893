import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { SharedPeerIdentity, type PeerMachine } from "../../components";
import { counts, mockEngine, peerName, settled, type Declared } from "./mocks";

const machine = (host: string): PeerMachine => ({
  connection: { host, user: "labuser", password: `password of ${host}` },
  instanceId: `instance of ${host}`,
});
let declared: Declared[];

const commandsOf = (action: string) =>
  declared.filter(
    ({ type, inputs }) => type.endsWith(":Command") && String(inputs.create).endsWith(action),
  );

describe("components/sharedPeerIdentity", () => {
  beforeEach(async () => {
    declared = await mockEngine();
  });

  it("exports once, on the first key in code-point order, and imports on every machine, the maker included", async () => {
    const identity = new SharedPeerIdentity("ada", {
      machines: { b: machine("b"), a: machine("a") },
    });
    await settled(pulumi.all([identity.reports, identity.peerName]));
    assert.deepEqual(counts(declared), {
      "peerlab:index:FormerIdentities": 1,
      "peerlab:index:SharedPeerIdentity": 1,
      // Origin, generation, export password, identity, and one attempt for each machine.
      "pulumi:index:Stash": 5 + 2,
      "command:remote:Command": 1 + 2,
    });
    const [made] = commandsOf("Export-PeerIdentity");
    assert.equal(made.inputs.connection.host, "a");
    assert.equal(JSON.parse(made.inputs.stdin).friendlyName, "peerlab:project/stack/ada#1");
    for (const step of commandsOf("Set-PeerMachine")) {
      const request = JSON.parse(step.inputs.stdin);
      assert.equal(request.identities.scope, "peerlab:project/stack/ada");
      assert.equal(request.identities.wanted.length, 1);
      assert.equal(request.identities.wanted[0].peerName, peerName);
      assert.equal(request.identities.wanted[0].exportedIdentity, "RVhQT1JU");
      assert.equal(request.instance, `instance of ${step.inputs.connection.host}`);
    }
  });

  it("brings an identity instead of making one, and leaves it the friendly name it has", async () => {
    const identity = new SharedPeerIdentity("ada", {
      machines: { a: machine("a") },
      exportedIdentity: "QlJPVUdIVA==",
      exportPassword: "its password",
    });
    await settled(identity.reports);
    assert.equal(commandsOf("Export-PeerIdentity").length, 0);
    const [brought] = commandsOf("Import-PeerIdentity");
    assert.equal(JSON.parse(brought.inputs.stdin).exportPassword, "its password");
    const [step] = commandsOf("Set-PeerMachine");
    const [wanted] = JSON.parse(step.inputs.stdin).identities.wanted;
    assert.deepEqual(wanted, {
      peerName,
      exportedIdentity: "QlJPVUdIVA==",
      exportPassword: "its password",
    });
  });

  it("lets a machine repair what is recognised as broken only where it is to be put right", async () => {
    const two = { one: machine("one"), two: machine("two") };
    const reconcile = { token: "1", machines: ["two"] };
    await settled(new SharedPeerIdentity("ada", { machines: two, reconcile }).reports);
    const requests = commandsOf("Set-PeerMachine").map(({ inputs }) => JSON.parse(inputs.stdin));
    assert.deepEqual(
      requests.map(({ instance, reconcile: repairs }) => [instance, repairs]).sort(),
      [
        [two.one.instanceId, undefined],
        [two.two.instanceId, true],
      ].sort(),
    );
  });

  it("dials nowhere for a person without machines, and keeps a place for her identity", async () => {
    const identity = new SharedPeerIdentity("ada", { machines: {} });
    assert.equal(await settled(identity.peerName), "");
    const commands = declared.filter(({ type }) => type.endsWith(":Command"));
    assert.deepEqual(
      commands.map(({ name, inputs }) => [name, inputs.create]),
      [["ada-export", undefined]],
    );
  });

  it("copies the guest files first where it is told to", async () => {
    await settled(
      new SharedPeerIdentity("ada", { machines: { a: machine("a") }, copyGuestFiles: true })
        .reports,
    );
    assert.equal(counts(declared)["command:remote:CopyToRemote"], 1);
    assert.equal(counts(declared)["pulumi:index:Stash"], 5 + 1 + 1);
  });

  it("shows no secret outside of standard input and connections, and runs nothing on deletion", async () => {
    await settled(new SharedPeerIdentity("ada", { machines: { a: machine("a") } }).reports);
    for (const { inputs } of declared.filter(({ type }) => type.startsWith("command:"))) {
      assert.equal(inputs.delete, undefined);
      assert.equal(inputs.environment, undefined);
      assert.equal(inputs.logging, "none");
      assert.equal(inputs.addPreviousOutputInEnv, false);
      assert.ok(!/RVhQT1JU|password/.test(String(inputs.create) + JSON.stringify(inputs.triggers)));
    }
  });

  it("refuses a maker that is no machine, and an export password without an export", () => {
    assert.throws(
      () =>
        new SharedPeerIdentity("ada", {
          machines: { a: machine("a") },
          maker: "z",
          exportPassword: "x",
        }),
      (error: Error) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors.map(({ propertyPath }) => propertyPath),
          ["maker", "exportedIdentity"],
        );
        return true;
      },
    );
  });
});
