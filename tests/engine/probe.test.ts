import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ProbeResult } from "../../lab/probeReport";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";
import { runVerb } from "./labVerb";

describe("engine: images are tried on throw-away machines", function () {
  this.timeout(240_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
  });
  after(() => lab?.close());

  const probe = (...args: string[]) => runVerb(lab, ["probe", "--stack", "test", ...args]);
  const left = () => lab.standIn.azure.resources();
  const stacks = async () => (await lab.pulumi("stack", "ls", "--all")).output;

  it("refuses a text that is no image, and a configuration that no lab could be made from, before anything is made", async () => {
    const unknown = await probe("windows-12");
    assert.equal(unknown.code, 1);
    assert.match(unknown.output, /"windows-12" is no image: give windows-11, /);
    const unconfigured = await probe("windows-11");
    assert.equal(unconfigured.code, 1);
    assert.match(unconfigured.output, /adminSources/);
    assert.deepEqual(left(), []);
  });

  it("says of each image what its Windows answered, and leaves neither machine nor stack", async () => {
    lab.configure({ "azure-native:location": "westeurope", adminSources: ["203.0.113.7"] });
    const file = path.join(lab.directory, "probe.json");
    // A client, a server on which identities are refused, and one that has no SSH server and no place to get one from.
    const images = ["windows-11", "windows-server-2022", "windows-server-2016"];
    const run = await probe(...images, "--json", file);
    assert.equal(run.code, 1, run.output);
    assert.match(run.output, /\nwindows-11: runs the peer stack\n {2}Windows 11 /);
    assert.match(
      run.output,
      /\nwindows-server-2022: does not run the peer stack\n[^]*identity: create: PEER_E_NOT_LICENSED/,
    );
    assert.match(run.output, /\nwindows-server-2016: not known: [^]*OpenSshUnavailable: /);
    const results = JSON.parse(fs.readFileSync(file, "utf8")) as ProbeResult[];
    assert.deepEqual(
      results.map(({ image, report }) => [image, report?.steps.every(({ fine }) => fine)]),
      [
        ["windows-11", true],
        ["windows-server-2022", false],
        ["windows-server-2016", undefined],
      ],
    );
    assert.deepEqual(left(), []);
    assert.doesNotMatch(await stacks(), /probe-/);
  });

  it("keeps the machines where it is told to, and removes them on demand", async () => {
    const run = await probe("windows-11", "--keep");
    assert.equal(run.code, 0, run.output);
    const stack = /--remove (probe-\d+) removes it/.exec(run.output)?.[1];
    assert.ok(stack, run.output);
    assert.ok(left().length > 0);
    const removed = await probe("--remove", stack);
    assert.equal(removed.code, 0, removed.output);
    assert.deepEqual(left(), []);
    assert.doesNotMatch(await stacks(), /probe-/);
  });
});
