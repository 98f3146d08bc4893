import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineTimeout, openLabProject, type LabProject } from "../labProject";
import { heldIdentities } from "../labState";
import { stepsInTable, stepsOf } from "../lifecycleTable";
import { recordedConfiguration, recordedVersions, replay } from "./recording";

const root = path.resolve(__dirname, "../../..");
const all = ["ada-1", "ada-2", "grace-1"];

/**
 * What the changelog names for the first update after a version, by the rows of docs/lifecycle.md. A version that is not
 * here must be brought up without any change.
 */
const namedInChangelog: Record<string, { row: string; roles: Record<string, string[]> }> = {};

describe("engine: a lab that an earlier version made, by the real CLI against the stand-in", function () {
  this.timeout(240_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    lab.configure(recordedConfiguration);
  });
  after(() => lab?.close());

  it("is recorded at least once", () => assert.notEqual(recordedVersions().length, 0));

  for (const version of recordedVersions()) {
    it(`${version}: the first update changes nothing that the changelog does not name`, async () => {
      const folder = path.join(lab.directory, "recorded");
      replay(version, folder);
      await lab.restore(folder);
      const held = heldIdentities(lab);
      assert.deepEqual(Object.keys(held).sort(), all);
      const named = namedInChangelog[version];
      const run = await lab.up(...(named ? [] : ["--expect-no-changes"]));
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(stepsOf(run), named ? stepsInTable(named.row, named.roles) : []);
      assert.doesNotMatch(run.output, /azure-native:\S+ \S+ (creat|delet|replac)ed/);
      assert.deepEqual(heldIdentities(lab), held);
      if (named) {
        const changelog = fs.readFileSync(path.join(root, "CHANGELOG.md"), "utf8");
        assert.match(changelog, /first `?(pulumi )?up`? after/i);
      }
      const again = await lab.up("--expect-no-changes");
      assert.equal(again.code, 0, again.output);
    });
  }
});
