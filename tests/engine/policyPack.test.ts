import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { policies } from "../../policy/policies";
import { engineTimeout, openLabProject, twoPeople, type LabProject, type Run } from "./labProject";
import { badStacks, plainProgram, presence, service, type PlainResource } from "./policyStacks";

const root = path.resolve(__dirname, "../..");
const pack = ["--policy-pack", path.join(root, "policy")];

/** What the pack says in a run, `[level] policy (type: name)` and the lines below it. */
function violations(run: Run): string[] {
  return run.output.split(/^ {8}- (?=\[)/m).slice(1);
}

/** Puts into a folder what the package holds, as an installation of it does. */
function installPackage(folder: string): void {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
  for (const name of ["package.json", ...manifest.files]) {
    // Made when the package is packed, for the command alone.
    if (name === "dist") continue;
    fs.cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
}

function levelOf(policy: string): string | undefined {
  return policies().find(({ name }) => name === policy)?.enforcementLevel;
}

function assertClean(run: Run): void {
  assert.equal(run.code, 0, run.output);
  assert.match(run.output, /✅ peerlab@v0\.1\.0/);
  assert.deepEqual(violations(run), []);
  assert.doesNotMatch(run.output, /can't run policy/);
}

describe("engine: the policy pack on our own programs", function () {
  this.timeout(180_000);
  let lab: LabProject;
  beforeEach(function () {
    this.timeout(engineTimeout);
  });
  afterEach(() => lab?.close());

  it("finds nothing in the lab of two people", async () => {
    lab = await openLabProject();
    lab.configure(twoPeople);
    assertClean(await lab.preview(...pack));
  });

  it("finds nothing in examples/one-peer", async () => {
    lab = await openLabProject(undefined, { folder: "examples/one-peer" });
    lab.configure({
      "azure-native:location": "westeurope",
      "one-peer:adminSources": ["203.0.113.7"],
    });
    assertClean(await lab.preview(...pack));
  });

  it("finds nothing in examples/own-machines, neither while it is made nor when all is known", async () => {
    lab = await openLabProject(undefined, { folder: "examples/own-machines" });
    lab.configure({
      "azure-native:location": "westeurope",
      "own-machines:adminSources": ["203.0.113.0/24"],
    });
    const secret = ["--secret", "adminPassword", "Correct-Horse-9-Battery"];
    await lab.pulumi("config", "set", "--stack", "test", ...secret);
    assertClean(await lab.up(...pack));
    assertClean(await lab.preview(...pack));
  });
});

describe("engine: the policy pack of an installed package, on stacks without our components", function () {
  this.timeout(60_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject("");
    const runtime = { name: "nodejs", options: { typescript: false } };
    write("Pulumi.yaml", stringify({ name: "own", runtime, main: "program.js" }));
    write("program.js", plainProgram);
    installPackage(path.join(lab.directory, "node_modules", "peerlab"));
  });
  after(() => lab?.close());

  const write = (name: string, text: string) =>
    fs.writeFileSync(path.join(lab.directory, name), text);

  function preview(resources: readonly PlainResource[], configuration?: object): Promise<Run> {
    write("resources.json", JSON.stringify(resources));
    const installed = ["--policy-pack", "node_modules/peerlab/policy"];
    if (!configuration) return lab.preview(...installed);
    write("policies.json", JSON.stringify(configuration));
    return lab.preview(...installed, "--policy-pack-config", "policies.json");
  }

  it("has a bad stack for every policy that can find something", () => {
    const all = policies().map(({ name }) => name);
    const tried = badStacks.flatMap(({ findings }) => findings.map(({ policy }) => policy));
    assert.deepEqual([...new Set(["secrets-seen", ...tried])].sort(), all.sort());
  });

  for (const { what, resources, findings } of badStacks) {
    const levels = findings.map(({ policy }) => levelOf(policy));
    const isRefused = levels.includes("mandatory");

    it(`${isRefused ? "refuses" : "goes on with"} ${what}, and names policy and rule`, async () => {
      const run = await preview(resources);
      const found = violations(run);
      assert.equal(run.code !== 0, isRefused, run.output);
      assert.equal(found.length, findings.length, run.output);
      for (const [index, { policy, rule, name }] of findings.entries()) {
        const start = `[${levels[index]}]  ${policy}  (`;
        const text = found.find(
          (violation) =>
            violation.startsWith(start) && violation.split("\n")[0].endsWith(`: ${name})`),
        );
        assert.ok(text, run.output);
        assert.ok(text.includes(`[${rule}]`), text);
      }
    });
  }

  it("takes levels and limits from a configuration", async () => {
    const stack = [presence("step", service(1), { ...service(2), port: 3587 })];
    const strict = await preview(stack, {
      "few-peer-names": { enforcementLevel: "mandatory", limit: 1 },
      "graph-application-ports": "advisory",
    });
    assert.notEqual(strict.code, 0, strict.output);
    const [applicationPorts, fewNames] = violations(strict).sort();
    assert.match(applicationPorts, /^\[advisory\] {2}graph-application-ports /);
    assert.match(fewNames, /^\[mandatory\] {2}few-peer-names [\s\S]*registers 2 peer names; 1 are/);
    const lax = await preview(stack, {
      "few-peer-names": { limit: 2 },
      "graph-application-ports": "disabled",
    });
    assertClean(lax);
  });

  it("says that it cannot tell secrets where it was not shown them", async () => {
    const run = await preview([presence("step", service(1))], { "secrets-seen": "disabled" });
    assert.notEqual(run.code, 0, run.output);
    assert.equal(violations(run).length, 1, run.output);
    assert.match(violations(run)[0], /secrets-marked [\s\S]*cannot tell what is secret/);
  });
});
