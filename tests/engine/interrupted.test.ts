import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { partsOf } from "../../local/directory";
import { openResourceFinder } from "../../local/findResource";
import { healInterrupted } from "../../engine/interrupted";
import { openPulumi, type Pulumi } from "../../engine/pulumi";
import { startStandIn, type StandIn } from "../../local/standin";

const root = path.resolve(__dirname, "../..");

describe("engine/interrupted", function () {
  this.timeout(120_000);
  let project: string;
  let directory: string;
  let standIn: StandIn;
  let environment: NodeJS.ProcessEnv;
  let pulumi: Pulumi;
  let reports: string[];

  beforeEach(async function () {
    // Where the engine has to be built first.
    this.timeout(900_000);
    project = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-interrupted-"));
    directory = path.join(project, "state");
    reports = [];
    fs.symlinkSync(path.join(root, "node_modules"), path.join(project, "node_modules"), "junction");
    const write = (name: string, text: string) => fs.writeFileSync(path.join(project, name), text);
    write("Pulumi.yaml", "name: tiny\nruntime: nodejs\nmain: index.ts\n");
    write("package.json", JSON.stringify({ name: "tiny" }));
    write(
      "tsconfig.json",
      JSON.stringify({ compilerOptions: { module: "commonjs", moduleResolution: "node" } }),
    );
    write(
      "index.ts",
      `import { ResourceGroup } from "@pulumi/azure-native/resources";
       import { VirtualNetwork } from "@pulumi/azure-native/network";
       const group = new ResourceGroup("group", { location: "westeurope" });
       export const id = new VirtualNetwork("network", {
         resourceGroupName: group.name,
         addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
       }).id;`,
    );
    standIn = await startStandIn({ directory, commandProvider: "standIn" });
    environment = { ...process.env, ...standIn.environment };
    pulumi = openPulumi(environment, project);
    await pulumi.run(["stack", "init", "test"]);
  });
  afterEach(async () => {
    await standIn.close();
    fs.rmSync(project, { recursive: true, force: true });
  });

  const heal = () =>
    healInterrupted({
      pulumi,
      stack: "test",
      backend: partsOf(directory).backend,
      findResource: openResourceFinder(partsOf(directory).azure),
      report: (message) => reports.push(message),
    });
  const up = () => pulumi.run(["up", "--yes", "--skip-preview", "--stack", "test"]);
  const networks = () =>
    openNetworks(directory).filter((type) => type === "Microsoft.Network/virtualNetworks").length;

  /** Kills `pulumi up` while it creates the network, which Azure then finishes or not. */
  const killDuringCreate = async () => {
    standIn.faults.add({
      kind: "delay",
      match: "VirtualNetwork",
      operation: "create",
      milliseconds: 5_000,
      times: 1,
    });
    const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--stack", "test"], {
      cwd: project,
      env: environment,
      stdio: "ignore",
    });
    let ended = false;
    const exit = new Promise<void>((resolve) =>
      child.once("exit", () => {
        ended = true;
        resolve();
      }),
    );
    await until(() => {
      assert.ok(!ended, "pulumi up ended before it could be killed");
      return isCreatingNetwork(directory);
    });
    child.kill("SIGKILL");
    await exit;
  };
  /** The request outlives its caller: Azure's answer stands in the journal. */
  const requestEnded = () =>
    until(() => standIn.journal.read().some(({ subject }) => /VirtualNetwork/i.test(subject)));

  it("takes over what a killed run had asked for and Azure then made", async () => {
    await killDuringCreate();
    await requestEnded();
    assert.equal(networks(), 1);
    await assert.rejects(up(), /locked/);
    await heal();
    assert.match(reports.join("\n"), /lock.*clearing/);
    assert.match(reports.join("\n"), /1 of the resources it was creating exists and is taken over/);
    assert.match(await up(), /3 unchanged/);
    assert.equal(networks(), 1);
  });

  it("forgets what a killed run had asked for and Azure did not make, and the next run makes it", async () => {
    standIn.faults.add({
      kind: "failRequest",
      match: "VirtualNetwork",
      operation: "create",
      times: 1,
    });
    await killDuringCreate();
    await requestEnded();
    assert.equal(networks(), 0);
    await heal();
    assert.match(reports.join("\n"), /0 of the resources it was creating exist/);
    assert.match(await up(), /1 created/);
    assert.equal(networks(), 1);
  });

  it("does nothing to a stack whose last run ended by itself", async () => {
    await up();
    await heal();
    assert.deepEqual(reports, []);
  });

  it("takes away what a killed run was just writing into the backend's files", async () => {
    await up();
    const folder = path.join(partsOf(directory).backend, ".pulumi");
    fs.truncateSync(path.join(folder, "stacks/tiny/test.json.attrs"));
    await assert.rejects(up(), /failed to load checkpoint: EOF/);
    const draft = path.join(folder, "locks/organization/tiny/test/one.json.18a.tmp");
    fs.mkdirSync(path.dirname(draft), { recursive: true });
    fs.writeFileSync(draft, '{"pid":');
    await heal();
    assert.ok(!fs.existsSync(draft));
    assert.match(await up(), /3 unchanged/);
    assert.equal(networks(), 1);
  });

  it("does not take the lock of a process that still works", async () => {
    const locks = path.join(partsOf(directory).backend, ".pulumi/locks/organization/tiny/test");
    fs.mkdirSync(locks, { recursive: true });
    fs.writeFileSync(
      path.join(locks, "one.json"),
      JSON.stringify({ pid: process.pid, hostname: os.hostname() }),
    );
    await assert.rejects(heal(), new RegExp(`Process ${process.pid} .* is at work`));
  });
});

function openNetworks(directory: string): string[] {
  const folder = path.join(partsOf(directory).azure, "resources");
  return fs.readdirSync(folder).map((name) => {
    const { value } = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as {
      value: { type: string };
    };
    return value.type;
  });
}

/** Whether the stack's state says that the creation of the network has begun. */
function isCreatingNetwork(directory: string): boolean {
  const file = path.join(partsOf(directory).backend, ".pulumi/stacks/tiny/test.json");
  const { checkpoint } = JSON.parse(fs.readFileSync(file, "utf8")) as {
    checkpoint: {
      latest?: { pending_operations?: { type: string; resource: { type: string } }[] };
    };
  };
  return (checkpoint.latest?.pending_operations ?? []).some(
    ({ type, resource }) => type === "creating" && resource.type.endsWith(":VirtualNetwork"),
  );
}

/** Waits for what other processes do and tell nobody. The timer does not outlive a test that timed out. */
async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((resolve) => setTimeout(resolve, 50).unref());
}
