import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineTimeout, openLabProject, ran, reached, tested, type LabProject } from "./labProject";
import { runVerb } from "./labVerb";

/** Two machines of ada and one of grace, whose names nobody but the others can resolve, and their proof. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources";
import { PeerNetwork, PeerProof, SharedPeerIdentity, WindowsPeer } from "../../../components";
import { servicePeerName } from "../../../components/plan/presence";

const config = new pulumi.Config("peerlab");
const jumpHost = JSON.parse(process.env.PEERLAB_JUMP_HOST ?? "{}");
const group = new resources.ResourceGroup("own", { location: "westeurope" });
const shared = { resourceGroupName: group.name, location: group.location };
const network = new PeerNetwork("own", {
  ...shared,
  adminSources: ["203.0.113.7"],
  jumpHostAddress: jumpHost.privateAddress,
  graphPorts: [{ name: "Chat", port: 5001 }],
});
const common = { ...shared, subnetId: network.subnetId, networking: network.guestNetworking, jumpHost };
const keys = ["ada-1", "ada-2", "grace-1"];
const seed = new WindowsPeer("ada-1", { ...common, seed: { role: "seed", server: "fd00::1" } });
const peers: Record<string, WindowsPeer> = { "ada-1": seed };
for (const key of keys.slice(1)) {
  const found = seed.privateIpv6.apply((server) => ({ role: "peer" as const, server }));
  peers[key] = new WindowsPeer(key, { ...common, seed: found });
}
const services = { chat: { port: 5001 } };
const identities = Object.fromEntries(
  ["ada", "grace"].map((person) => [
    person,
    new SharedPeerIdentity(person, {
      machines: Object.fromEntries(
        keys.filter((key) => key.startsWith(person)).map((key) => [key, peers[key].machine]),
      ),
      services,
      exclusive: true,
      reconcile: config.getObject("reconcile") && person === "grace" ? config.requireObject("reconcile") : undefined,
    }),
  ]),
);
const proof = new PeerProof("own", {
  machines: Object.fromEntries(
    keys.map((key) => {
      const identity = identities[key.split("-")[0]];
      const names = identity.peerName.apply((own) => [servicePeerName(own, "chat")]);
      const step = identity.steps.apply((steps) => steps[key]);
      return [key, { machine: peers[key].machine, ports: [3587, 5001], names, step }];
    }),
  ),
  securityGroupIds: [network.networkSecurityGroupId],
  settleSeconds: 5,
  ...config.getObject<object>("proof"),
});
export const { reports, passed } = proof;
export const groupId = network.networkSecurityGroupId;
`;

const all = ["ada-1", "ada-2", "grace-1"];

describe("engine: machines that prove each other", function () {
  this.timeout(180_000);
  let lab: LabProject;
  let blocking: string;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject(program);
    lab.configure({ "azure-native:location": "westeurope" });
  });
  after(() => lab?.close());

  const check = (...args: string[]) => runVerb(lab, ["check", ...args]);

  /** Puts a rule in front that denies a port. */
  async function deny(): Promise<void> {
    const { groupId } = await lab.outputs();
    blocking = await lab.standIn.azure.putResource("azure-native:network:SecurityRule", {
      resourceGroupName: groupId.split("/")[4],
      networkSecurityGroupName: groupId.split("/").at(-1),
      securityRuleName: "Deny-by-hand",
      priority: 110,
      direction: "Inbound",
      access: "Deny",
      protocol: "Tcp",
      sourceAddressPrefix: "*",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "5001",
    });
  }

  it("proves ports, names and clouds after the last step, and reports them", async () => {
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(tested(run), all);
    const { reports, passed } = await lab.outputs();
    assert.equal(passed, true);
    assert.deepEqual(
      reports["ada-1"].ports.map(({ machine, port, verdict }: Record<string, unknown>) => [
        machine,
        port,
        verdict,
      ]),
      [
        ["ada-2", 3587, "reachable"],
        ["ada-2", 5001, "reachable"],
        ["grace-1", 3587, "reachable"],
        ["grace-1", 5001, "reachable"],
      ],
    );
    assert.deepEqual(
      reports["ada-1"].resolved.map(({ verdict }: { verdict: string }) => verdict),
      ["resolved"],
    );
    assert.deepEqual(
      reports["grace-1"].names.map(({ state }: { state: string }) => state),
      ["registered"],
    );
    for (const key of all) assert.notEqual(reports[key].cloud, "absent");
  });

  it("runs nothing in a second update", async () => {
    const run = await lab.up("--expect-no-changes");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
  });

  it("lets a check prove the same without a deployment, and writes the lab's report", async () => {
    const state = await lab.exportState();
    const records = () =>
      // The listeners of the update end by themselves, or with the check's; each logon stands in Windows' logs.
      lab.standIn.windows
        .machines()
        .map(({ record }) =>
          structuredClone({ ...record, listeners: undefined, events: undefined }),
        );
    const before = records();
    const file = path.join(lab.directory, "report.json");
    const run = await check("--output", file);
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /^proof: passed by 3 machines$/m);
    assert.match(run.output, /^ {2}1 ada-1 {4}\. \+ \+$/m);
    assert.deepEqual(tested(run), all);
    assert.deepEqual(records(), before);
    assert.equal(await lab.exportState(), state);
    const report = JSON.parse(fs.readFileSync(file, "utf8"));
    assert.equal(report.passed, true);
    assert.deepEqual(Object.keys(report.machines), all);
    const { reports } = await lab.outputs();
    for (const key of all) {
      const { identities, state: found, clockOffsetSeconds, ...rest } = report.machines[key];
      assert.equal(identities.length, 1);
      assert.equal(found, "as wanted");
      assert.ok(Math.abs(clockOffsetSeconds) < 60);
      assert.deepEqual(
        { ...rest, clockOffsetSeconds: 0 },
        { ...reports[key], clockOffsetSeconds: 0 },
      );
    }
  });

  it("runs nothing of itself when somebody denies a port, and fails by the rule's name with a new token", async () => {
    await deny();
    const plain = await lab.up();
    assert.equal(plain.code, 0, plain.output);
    assert.deepEqual(reached(plain), []);
    const checked = await check();
    assert.equal(checked.code, 2, checked.output);
    for (const words of [
      /proof: ada-1 does not reach TCP 5001 of grace-1 .*: security rule Deny-by-hand \(priority 110\) in \S+ denies it/,
      /network: TCP 5001 IPv6 peer to peer: denied by Deny-by-hand \(priority 110\)/,
      /^ {2}1 ada-1 {4}\. x x$/m,
    ]) {
      assert.match(checked.output, words);
    }
    const quick = await check("--no-proof", "ada-1");
    assert.deepEqual([quick.code, tested(quick)], [2, []], quick.output);
    lab.configure({ "azure-native:location": "westeurope", proof: { token: "1" } });
    const failed = await lab.up("--continue-on-error");
    assert.notEqual(failed.code, 0, failed.output);
    assert.deepEqual(tested(failed), all);
    const { passed, reports } = await lab.outputs();
    assert.equal(passed, false);
    assert.match(reports["ada-1"].failures[0], /TCP 5001 .*Deny-by-hand \(priority 110\)/);
    assert.deepEqual(ran(failed), []);
    assert.match(
      failed.output,
      /ada-1 does not reach TCP 5001 of grace-1 \(fd5a:[0-9a-f:]+\): security rule Deny-by-hand \(priority 110\) in \S+ denies it/,
    );
    assert.doesNotMatch(failed.output, /TCP 3587/);
  });

  it("goes on with a warning where it was told to, and warns again of what it found then without running anything", async () => {
    lab.configure({
      "azure-native:location": "westeurope",
      proof: { token: "1", whenFailed: "warn" },
    });
    const first = await lab.up();
    assert.equal(first.code, 0, first.output);
    assert.deepEqual(tested(first), all);
    assert.match(first.output, /does not reach TCP 5001 of grace-1 .*Deny-by-hand/);
    assert.doesNotMatch(first.output, /found by an earlier update/);
    const { reports, passed } = await lab.outputs();
    assert.equal(passed, false);
    // The rule is gone, and the reason is still the one of the test.
    await lab.standIn.azure.deleteResource(blocking);
    const second = await lab.up();
    assert.equal(second.code, 0, second.output);
    assert.deepEqual(reached(second), []);
    assert.match(
      second.output,
      /does not reach TCP 5001 of grace-1 .*Deny-by-hand.* denies it \(found by an earlier update; another proof\.token tests again\)/,
    );
    assert.deepEqual((await lab.outputs()).reports, reports);
    assert.equal((await lab.outputs()).passed, false);
    await deny();
  });

  it("proves again once a failed proof is to fail, and is through when the rule is gone", async () => {
    lab.configure({ "azure-native:location": "westeurope", proof: { token: "1" } });
    const failed = await lab.up();
    assert.notEqual(failed.code, 0, failed.output);
    await lab.standIn.azure.deleteResource(blocking);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(tested(run), all);
    assert.equal((await lab.outputs()).passed, true);
    // Taking the token away runs nothing.
    lab.configure({ "azure-native:location": "westeurope" });
    const plain = await lab.up();
    assert.equal(plain.code, 0, plain.output);
    assert.deepEqual(reached(plain), []);
  });
});
