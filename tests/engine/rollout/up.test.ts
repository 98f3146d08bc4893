import * as assert from "node:assert/strict";
import type { RolloutEvent } from "../../../rollout/plan/progress";
import { readRecord } from "../../../rollout/record";
import { openStage } from "../../../rollout/stage";
import { runUp } from "../../../rollout/up";
import { engineTimeout } from "../labProject";
import { openRolloutProject, type RolloutProject } from "./rolloutProject";

const lab = {
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  people: { ada: { machines: { "ada-1": {}, "ada-2": {} } } },
};

describe("engine: a change goes through the stages of a rollout", function () {
  this.timeout(300_000);
  let project: RolloutProject;

  before(async function () {
    this.timeout(engineTimeout);
    project = await openRolloutProject(["dev", "prod"], { prod: { freshnessSeconds: 3600 } });
    for (const stage of ["dev", "prod"]) project.configure(stage, lab);
  });
  after(() => project?.close());

  const recordOf = async (stage: string) => readRecord(await openStage(project.context(), stage));
  /** Stages and phases in the order in which they were come to. */
  const course = (events: readonly RolloutEvent[]) =>
    events.flatMap((event) =>
      event.kind === "stage" && event.detail === undefined
        ? [[event.stage, event.standing === "running" ? event.phase : event.standing].join(" ")]
        : [],
    );

  it("a healthy lab is made in one stage after the other, proved, and recorded", async () => {
    const context = project.context();
    const code = await runUp(context);
    const findings = context.events.filter(({ kind }) => kind === "finding");
    assert.deepEqual({ code, findings }, { code: 0, findings: [] });
    const own = ["preview", "update", "proof", "record", "succeeded"];
    assert.deepEqual(course(context.events), [
      ...own.map((phase) => `dev ${phase}`),
      ...["freshness", ...own].map((phase) => `prod ${phase}`),
    ]);
    const [first] = context.events;
    assert.equal(first.kind, "rollout");
    for (const stage of ["dev", "prod"]) {
      const { lastGood, attempt } = await recordOf(stage);
      assert.equal(lastGood?.configuration, project.configurationOf(stage));
      assert.equal(attempt?.outcome, "succeeded");
      assert.equal(attempt?.rollout, first.kind === "rollout" && first.rollout);
    }
  });
});
