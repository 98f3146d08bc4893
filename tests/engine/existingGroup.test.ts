import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { readAzureState } from "../../local/azure";
import { engineTimeout, openLabProject, reached, type LabProject } from "./labProject";

/** Somebody else's program, which owns the group. */
const ownersProgram = `
import * as resources from "@pulumi/azure-native/resources";
new resources.ResourceGroup("shared", { resourceGroupName: "shared", location: "northeurope" });
`;

describe("engine: a lab in a resource group of somebody else's", function () {
  this.timeout(180_000);
  let lab: LabProject;
  let owner: string[];

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    const folder = path.join(lab.directory, "owner");
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: owner\nruntime: nodejs\n");
    fs.writeFileSync(path.join(folder, "index.ts"), ownersProgram);
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "owner" }));
    fs.copyFileSync(path.join(lab.directory, "tsconfig.json"), path.join(folder, "tsconfig.json"));
    owner = ["--cwd", folder, "--stack", "theirs"];
    const made = await lab.pulumi("stack", "init", "theirs", "--cwd", folder);
    assert.equal(made.code, 0, made.output);
    const up = await lab.pulumi("up", "--yes", "--skip-preview", ...owner);
    assert.equal(up.code, 0, up.output);
    lab.configure({
      resourceGroupName: "shared",
      adminSources: ["203.0.113.7"],
      machineDefaults: { autoShutdown: { time: "1900" } },
      people: { ada: { machines: { "ada-1": {}, "ada-2": {} } } },
    });
  });
  after(() => lab?.close());

  const inGroup = () =>
    readAzureState(path.join(lab.directory, "local", "azure")).resources.filter(
      ({ resourceGroup }) => resourceGroup === "shared",
    );

  it("makes everything in that group, where the group is", async () => {
    const up = await lab.up();
    assert.equal(up.code, 0, up.output);
    const { resources } = readAzureState(path.join(lab.directory, "local", "azure"));
    assert.deepEqual(
      resources.filter(({ resourceGroup }) => resourceGroup !== "shared"),
      [],
    );
    const types = new Set(inGroup().map(({ type }) => type.split("/").at(-1)));
    for (const type of [
      "disks",
      "publicIPAddresses",
      "networkInterfaces",
      "networkSecurityGroups",
      "virtualMachines",
      "virtualNetworks",
      "privateDnsZones",
      "schedules",
    ]) {
      assert.ok(types.has(type), `there is one of ${type}: ${[...types].join(", ")}`);
    }
    const machine = inGroup().find(({ type }) => type.endsWith("/virtualMachines"));
    assert.equal(machine?.location, "northeurope");
  });

  it("leaves no disk, no address, no rule and nothing else there after destroy, and leaves the group", async () => {
    const destroyed = await lab.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    assert.equal(destroyed.code, 0, destroyed.output);
    assert.deepEqual(reached(destroyed), []);
    assert.deepEqual(
      inGroup().map(({ name }) => name),
      ["shared"],
    );
    const still = await lab.pulumi("up", "--yes", "--refresh", "--expect-no-changes", ...owner);
    assert.equal(still.code, 0, still.output);
  });
});
