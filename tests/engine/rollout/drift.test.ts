import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Drift } from "../../../rollout/plan/progress";
import { SecretScanner } from "../../secretScanner";
import { engineTimeout, reached, type Run } from "../labProject";
import { guestOf, virtualMachineOf } from "../labState";
import { openRolloutProject, type RolloutProject } from "./rolloutProject";

const root = path.resolve(__dirname, "../../..");
const compiler = path.join(root, "engine/typescript.cjs");
const machines = ["ada-1", "ada-2"];
const denied = "Allow-Grouping-TCP-3587-IPv6";

describe("engine: drift in the cloud and on machines, found and told apart", function () {
  this.timeout(240_000);
  let project: RolloutProject;
  const secrets: string[] = [];
  /** Name of the resource that Azure does not let be read. */
  let forbidden: string | undefined;

  before(async function () {
    this.timeout(engineTimeout);
    project = await openRolloutProject(
      ["dev"],
      {},
      {
        observe({ operation, name, moment }) {
          if (operation !== "read" || name !== forbidden || moment !== "before") return;
          throw new Error("AuthorizationFailed: no right to read it");
        },
      },
    );
    const { lab } = project;
    project.configure("dev", {
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: { ada: { machines: { "ada-1": {}, "ada-2": {} } } },
    });
    fs.writeFileSync(
      path.join(lab.directory, "rollout.yaml"),
      "stages:\n  dev: {}\n  far:\n    environment:\n      PULUMI_BACKEND_URL: FAR_BACKEND_URL\n",
    );
    const run = await lab.pulumi("up", "--yes", "--skip-preview", "--stack", "dev");
    assert.equal(run.code, 0, run.output);
    const { adminPasswords, exportedIdentities } = await project.outputs("dev");
    secrets.push(
      lab.standIn.jumpHost.password,
      ...Object.values(adminPasswords as Record<string, string>),
      ...Object.values(exportedIdentities as Record<string, Record<string, string>>).flatMap(
        ({ exportedIdentity, exportPassword }) => [exportedIdentity, exportPassword],
      ),
    );
    assert.equal(secrets.length, 5);
  });
  after(() => project?.close());

  const kept = async () => {
    const exported = await project.lab.pulumi("stack", "export", "--stack", "dev");
    const azure = project.lab.standIn.azure.resources();
    const records = project.lab.standIn.windows.machines().map(({ record }) => {
      // A proof ends with its own listener, and takes that of the update with it; each logon stands in Windows' logs.
      return { ...record, listeners: undefined, events: undefined };
    });
    const configuration = project.configurationOf("dev");
    return structuredClone({ state: exported.output, azure, records, configuration });
  };

  interface Asked {
    code: number | null;
    output: string;
    /** What was found, by stage. */
    drift: Record<string, Drift[]>;
    run: Run;
  }

  /** The verb by its command line: it changes nothing anywhere, and shows no secret. */
  const ask = async (...args: string[]): Promise<Asked> => {
    const { lab } = project;
    const reports = [path.join(lab.directory, "drift.json"), path.join(lab.directory, "drift.md")];
    const before = await kept();
    const run = await lab.run(
      process.execPath,
      [
        ...["--require", compiler, path.join(root, "rollout/main.ts"), "drift", ...args],
        ...["--json", reports[0], "--markdown", reports[1]],
      ],
      { FAR_BACKEND_URL: `file://${lab.directory}/nowhere` },
    );
    assert.deepEqual(await kept(), before);
    assert.deepEqual(
      reached(run).filter(({ kind }) => kind === "copy" || kind === "runCommand"),
      [],
    );
    const [json, markdown] = reports.map((file) => fs.readFileSync(file, "utf8"));
    const scanner = new SecretScanner(
      secrets.map((secret, index) => ({
        name: `secret ${index}`,
        bytes: Buffer.from(secret),
        piece: secret.length > 200 ? 32 : undefined,
      })),
    );
    for (const text of [run.output, json, markdown]) {
      assert.deepEqual(scanner.scan(Buffer.from(text)), [], "a secret is shown");
    }
    const { stages } = JSON.parse(json) as { stages: { name: string; drift?: Drift[] }[] };
    const drift = Object.fromEntries(stages.map(({ name, drift: own = [] }) => [name, own]));
    return { code: run.code, output: run.output, drift, run };
  };
  /** What is not in place in `dev`, a line each. */
  const wrong = ({ drift }: Asked): string[] =>
    drift.dev.flatMap(({ side, subject, standing, details }) =>
      standing === "in place" ? [] : [`${side} ${subject} ${standing}: ${details.join("; ")}`],
    );
  const setRule = async (access: "Allow" | "Deny") => {
    const { azure } = project.lab.standIn;
    const id = azure.resources().find(({ name }) => name === denied)!.id;
    const group = await groupOf();
    const rule = group.find(({ name }) => name === denied)!;
    await azure.deleteResource(id);
    await azure.putResource("azure-native:network:SecurityRule", {
      ...rule,
      resourceGroupName: id.split("/")[4],
      networkSecurityGroupName: id.split("/").at(-3)!,
      securityRuleName: denied,
      access,
    });
  };
  /** The rules as the program declares them. */
  const groupOf = async () => {
    const { output } = await project.lab.pulumi("stack", "export", "--stack", "dev");
    const { deployment } = JSON.parse(output) as {
      deployment: { resources: { type: string; inputs: { securityRules: { name: string }[] } }[] };
    };
    return deployment.resources.find(({ type }) => type.endsWith(":NetworkSecurityGroup"))!.inputs
      .securityRules;
  };
  const firewallRule = () =>
    guestOf(project.lab, "ada-2").record.firewallRules.find(({ name }) =>
      name.startsWith("PeerLab-"),
    )!;
  const setPower = (power: "running" | "deallocated") =>
    project.lab.standIn.azure.setPower(guestOf(project.lab, "ada-1").record.vmId, power);

  it("finds all in place, by asking everything in Azure and each machine", async () => {
    const found = await ask("--only", "dev");
    assert.equal(found.code, 0, found.output);
    assert.deepEqual(wrong(found), []);
    const of = (side: string) =>
      found.drift.dev.flatMap((one) => (one.side === side ? [one.subject] : []));
    assert.deepEqual(of("guest"), machines);
    const { output } = await project.lab.pulumi("stack", "export", "--stack", "dev");
    const { resources } = JSON.parse(output).deployment as {
      resources: { type: string; urn: string; id?: string }[];
    };
    const azure = resources.filter(({ type, id }) => type.startsWith("azure-native:") && id);
    assert.deepEqual(of("cloud"), azure.map(({ urn }) => urn.split("::").at(-1)!).sort());
  });

  it("finds a security rule that somebody changed in Azure, and no machine at fault", async () => {
    await setRule("Deny");
    const found = await ask("--only", "dev");
    assert.equal(found.code, 3, found.output);
    assert.deepEqual(wrong(found), [
      `cloud lab-security drifted: securityRules[${denied}].access: was "Allow", is "Deny"`,
    ]);
    assert.match(found.output, /drifted: 1 in the cloud/);
  });

  it("lets the machines prove each other where that is asked for, and names what they do not reach", async () => {
    const found = await ask("--only", "dev", "--proof");
    assert.equal(found.code, 3, found.output);
    const [cloud, ...guests] = wrong(found);
    assert.match(cloud, /^cloud lab-security drifted/);
    assert.ok(guests.length > 0);
    for (const guest of guests) assert.match(guest, /^guest ada-[12] drifted: proof: .*3587/);
    await setRule("Allow");
    const again = await ask("--only", "dev", "--proof");
    assert.equal(again.code, 0, again.output);
    assert.deepEqual(wrong(again), []);
  });

  it("finds a firewall rule that somebody changed on a machine, and nothing in Azure", async () => {
    firewallRule().enabled = false;
    const found = await ask("--only", "dev");
    assert.equal(found.code, 3, found.output);
    assert.deepEqual(wrong(found), [
      `guest ada-2 drifted: firewall rule ${firewallRule().name} is disabled`,
    ]);
  });

  it("says of a machine that is off that it is not known how it is, and drift of others wins", async () => {
    await setPower("deallocated");
    const off = "guest ada-1 unknown: off (deallocated), not asked";
    const both = await ask("--only", "dev");
    assert.equal(both.code, 3, both.output);
    assert.deepEqual(wrong(both), [
      off,
      `guest ada-2 drifted: firewall rule ${firewallRule().name} is disabled`,
    ]);
    firewallRule().enabled = true;
    const alone = await ask("--only", "dev");
    assert.equal(alone.code, 4, alone.output);
    assert.deepEqual(wrong(alone), [off]);
    await setPower("running");
  });

  it("says of what Azure does not answer for that it is not known, and asks the machines all the same", async () => {
    forbidden = "lab-network";
    const found = await ask("--only", "dev");
    forbidden = undefined;
    assert.equal(found.code, 4, found.output);
    const [network] = found.drift.dev.filter(({ subject }) => subject === "lab-network");
    assert.equal(network.standing, "unknown");
    assert.match(network.details.join(), /AuthorizationFailed: no right to read it/);
    for (const { side, standing } of found.drift.dev) {
      if (side === "guest") assert.equal(standing, "in place");
      assert.notEqual(standing, "drifted");
    }
  });

  it("says of a stage whose backend is away that nothing is known, and asks the others", async () => {
    const found = await ask();
    assert.equal(found.code, 4, found.output);
    assert.deepEqual(wrong(found), []);
    assert.ok(found.drift.dev.length > machines.length);
    assert.deepEqual(found.drift.far, []);
    assert.match(found.output, /stages\.far: the backend cannot be asked: .*nowhere/);
  });

  it("finds a machine that is gone from Azure, on both sides", async () => {
    await project.lab.standIn.azure.deleteResource(virtualMachineOf(project.lab, "ada-2"));
    const found = await ask("--only", "dev");
    assert.equal(found.code, 3, found.output);
    assert.deepEqual(wrong(found), [
      "cloud lab-ada-2-preparation drifted: is no longer there",
      "cloud lab-ada-2-vm drifted: is no longer there",
      "guest ada-2 drifted: failed: WrongMachine: Azure no longer has it. pulumi up brings it back.",
    ]);
  });
});
