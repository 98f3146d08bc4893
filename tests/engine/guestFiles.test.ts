import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";
import { heldIdentities } from "./labState";
import { stepsInTable, stepsOf } from "./lifecycleTable";

const root = path.resolve(__dirname, "../..");
const all = ["ada-1", "ada-2", "grace-1"];

describe("engine: another version of the guest files, by the real CLI against the stand-in", function () {
  this.timeout(240_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    // A copy of the library, whose files this test may change.
    for (const part of ["components", "guest", "index.ts"]) {
      fs.cpSync(path.join(root, part), path.join(lab.directory, part), { recursive: true });
    }
    lab.configure({
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: {
        ada: { machines: { "ada-1": {}, "ada-2": {} } },
        grace: { machines: { "grace-1": {} } },
      },
    });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
  });
  after(() => lab?.close());

  const cases: [file: string, comment: string, row: string][] = [
    ["PeerKeys.cs", "// another", "the guest files, with"],
    ["PeerCommon.ps1", "# another", "the guest files that"],
  ];
  for (const [file, comment, row] of cases) {
    it(`${file} reaches every machine in the next update, and changes no identity`, async () => {
      const before = heldIdentities(lab);
      const changed = path.join(lab.directory, "guest/PeerLab", file);
      fs.appendFileSync(changed, `\r\n${comment}\r\n`);
      const run = await lab.up();
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(stepsOf(run), stepsInTable(row, { each: all, seed: ["ada-1"] }));
      assert.deepEqual(heldIdentities(lab), before);
      for (const machine of lab.standIn.windows.machines()) {
        const copied = Object.values(machine.record.files).find(({ path: name }) =>
          name.endsWith(`/${file}`),
        );
        assert.equal(copied?.size, fs.statSync(changed).size);
      }
      const again = await lab.up("--expect-no-changes");
      assert.equal(again.code, 0, again.output);
    });
  }
});
