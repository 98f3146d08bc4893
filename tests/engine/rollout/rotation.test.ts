import * as assert from "node:assert/strict";
import { runRollback } from "../../../rollout/rollback";
import type { RolloutEvent } from "../../../rollout/plan/progress";
import { runUp } from "../../../rollout/up";
import { engineTimeout, ran, tested } from "../labProject";
import { heldIdentities } from "../labState";
import { openRolloutProject, type RolloutProject } from "./rolloutProject";

const labOf = (rotation: string) => ({
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  people: { ada: { rotation, machines: { "ada-1": {}, "ada-2": {} } } },
});

describe("engine: a rotation that is rolled back", function () {
  this.timeout(300_000);
  let project: RolloutProject;

  before(async function () {
    this.timeout(engineTimeout);
    project = await openRolloutProject(["dev"]);
    project.configure("dev", labOf("1"));
  });
  after(() => project?.close());

  const wrong = (events: readonly RolloutEvent[]) =>
    events.filter(
      (event) =>
        event.kind === "finding" || (event.kind === "stage" && event.standing === "failed"),
    );
  const roll = async () => {
    const context = project.context();
    assert.deepEqual([await runUp(context), ...wrong(context.events)], [0]);
    return heldIdentities(project.lab);
  };

  it("brings the same peer names back to all machines, and the next update runs nothing", async () => {
    const first = await roll();
    project.configure("dev", labOf("2"));
    const second = await roll();
    assert.notDeepEqual(second, first);
    const context = project.context({ verb: "rollback", stage: "dev" });
    assert.deepEqual([await runRollback(context), ...wrong(context.events)], [0]);
    assert.deepEqual(heldIdentities(project.lab), first);
    const up = ["up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev"];
    const again = await project.lab.pulumi(...up);
    assert.equal(again.code, 0, again.output);
    assert.deepEqual([...ran(again), ...tested(again)], []);
  });
});
