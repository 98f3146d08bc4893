import * as assert from "node:assert/strict";
import { brokenLab } from "./breaks/breaks";
import { checkOf } from "./breaks/check";
import { engineTimeout, openLabProject, reached, type LabProject } from "./labProject";

const machines = ["ada-1", "ada-2", "grace-1", "grace-2"];

describe("engine: machines of a proved lab are restarted", function () {
  this.timeout(240_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    lab.configure(brokenLab);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
  });
  after(() => lab?.close());

  it("names and group come back without an update, whichever machine it is", async () => {
    for (const key of machines) {
      lab.standIn.windows.machine(key).reboot();
      const checked = await checkOf(lab);
      assert.equal(checked.code, 0, `${key}: ${checked.output}`);
    }
  });

  it("73 hours after a restart of all of them they are still there", async () => {
    for (const key of machines) lab.standIn.windows.machine(key).reboot();
    lab.standIn.windows.letTimePass(73);
    const checked = await checkOf(lab);
    assert.equal(checked.code, 0, checked.output);
  });

  it("an update has nothing to do after that", async () => {
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
  });
});
