import * as assert from "node:assert/strict";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";

describe("engine: what a preview plans for another seed", function () {
  this.timeout(engineTimeout);
  let lab: LabProject;

  before(async () => {
    lab = await openLabProject();
  });
  after(() => lab?.close());

  it("plans the steps of the machines whose part changes, and none of those that only wait", async () => {
    const definition = {
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: { ada: { machines: { "a-1": {}, "a-2": {}, "a-3": {} } } },
      proof: { whenFailed: "warn" },
    };
    lab.configure({ ...definition, seeds: ["a-1"] });
    assert.equal((await lab.up()).code, 0);
    lab.configure({ ...definition, seeds: ["a-1", "a-2"] });
    const preview = await lab.preview();
    assert.equal(preview.code, 0, preview.output);
    const planned = preview.output
      .split("\n")
      .flatMap(
        (line) => / command:remote:Command (lab\S*) (create|replace|update)/.exec(line)?.[1] ?? [],
      )
      .filter((name) => !/^lab-proof\.a-\d-(listener|test)$/.test(name));
    assert.deepEqual([...new Set(planned)].sort(), ["lab-a-2-seed", "lab-ada.a-2"], preview.output);
  });
});
