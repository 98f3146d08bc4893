import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { readAzureState } from "../../local/azure";
import { engineTimeout, openLabProject, ran, reached, tested, type LabProject } from "./labProject";

/** Where the engine finds the package: the repository, as seen from the project. */
const projectFile = `name: own
runtime: nodejs
main: index.ts
plugins:
  providers:
    - name: peerlab
      path: ../../..
`;

/** A program that knows the lab as all languages do: by its type and its arguments, without a line of the library. */
const program = (adminSource: string) => `
import * as pulumi from "@pulumi/pulumi";
class PeerLab extends pulumi.ComponentResource {
  declare readonly machines: pulumi.Output<object>;
  declare readonly adminPasswords: pulumi.Output<object>;
  declare readonly exportedIdentities: pulumi.Output<object>;
  constructor(name: string, args: pulumi.Inputs) {
    const outputs = { machines: undefined, adminPasswords: undefined, exportedIdentities: undefined };
    super("peerlab:index:PeerLab", name, { ...args, ...outputs }, {}, true);
  }
}
const jumpHost = JSON.parse(process.env.PEERLAB_JUMP_HOST!);
export const { machines, adminPasswords, exportedIdentities } = new PeerLab("lab", {
  adminSources: ["${adminSource}"],
  people: { ada: { machines: { "ada-1": {}, "ada-2": {} } } },
  jumpHost: { ...jumpHost, password: pulumi.secret(jumpHost.password) },
});
`;

describe("engine: a lab declared through the package, as programs in other languages do", function () {
  this.timeout(180_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject(program("203.0.113.7"));
    fs.writeFileSync(path.join(lab.directory, "Pulumi.yaml"), projectFile);
    lab.configure({ "azure-native:location": "westeurope" });
  });
  after(() => lab?.close());

  it("makes the lab, and gives its outputs back", async () => {
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(ran(run), [
      "ada-1: Export-PeerIdentity",
      "ada-1: Set-PeerMachine",
      "ada-1: Set-PeerPresence",
      "ada-2: Set-PeerMachine",
    ]);
    assert.deepEqual(tested(run), ["ada-1", "ada-2"]);
    const { machines } = await lab.outputs();
    assert.equal(machines["ada-1"].peerName, machines["ada-2"].peerName);
    assert.match(machines["ada-1"].peerName, /^[0-9a-f]{40}\.PeerLab$/);
    for (const key of ["ada-1", "ada-2"]) assert.equal(machines[key].ready, true);
  });

  it("keeps what is secret secret on the way through the package", async () => {
    const { adminPasswords, exportedIdentities } = await lab.outputs();
    const secrets = [
      ...Object.values<string>(adminPasswords),
      ...Object.values<string>(exportedIdentities.ada),
      lab.standIn.jumpHost.password,
    ];
    assert.equal(secrets.length, 2 + 2 + 1);
    const plain = await lab.pulumi("stack", "export", "--stack", "test");
    for (const secret of secrets) assert.ok(!plain.output.includes(secret));
  });

  it("changes nothing and reaches no machine in a second up", async () => {
    const run = await lab.up("--expect-no-changes");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
  });

  it("refuses a mistake with the path of the argument", async () => {
    fs.writeFileSync(path.join(lab.directory, "index.ts"), program("*"));
    const run = await lab.up();
    assert.notEqual(run.code, 0);
    assert.match(run.output, /adminSources\[0\].*"\*"/);
    assert.deepEqual(reached(run), []);
  });

  it("destroys everything", async () => {
    const run = await lab.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(readAzureState(path.join(lab.directory, "local", "azure")).resources, []);
  });
});
