import * as assert from "node:assert/strict";
import { configurationContent } from "../../../rollout/plan/gates";
import type { RolloutEvent } from "../../../rollout/plan/progress";
import { runApprove } from "../../../rollout/approve";
import { readRecord } from "../../../rollout/record";
import { runRollback } from "../../../rollout/rollback";
import { openStage } from "../../../rollout/stage";
import { runStatus } from "../../../rollout/status";
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
    project = await openRolloutProject(["dev", "prod"], {
      prod: { freshnessSeconds: 3600, approval: { approvers: ["grace"], validSeconds: 3600 } },
    });
    for (const stage of ["dev", "prod"]) project.configure(stage, lab);
  });
  after(() => project?.close());

  const recordOf = async (stage: string) => readRecord(await openStage(project.context(), stage));
  const peerNames = async (stage: string) => {
    const { machines } = (await project.outputs(stage)) as {
      machines: Record<string, { peerName: string }>;
    };
    return Object.fromEntries(Object.entries(machines).map(([key, one]) => [key, one.peerName]));
  };
  /** What was found, and why a stage failed. */
  const wrong = (events: readonly RolloutEvent[]) =>
    events.filter(
      (event) =>
        event.kind === "finding" || (event.kind === "stage" && event.standing === "failed"),
    );
  const approve = async (by = "grace") =>
    runApprove(project.context({ verb: "approve", stage: "prod", by }));
  const rolloutOf = ([first]: readonly RolloutEvent[]) => first.kind === "rollout" && first.rollout;
  /** The security group of a stage as it is in its state. */
  const rules = async (stage: string) => {
    const resources = await (await openStage(project.context(), stage)).lab.resources();
    const group = resources.find(({ type }) => type.endsWith(":NetworkSecurityGroup"));
    return JSON.stringify(group?.outputs);
  };
  /** Stages and phases in the order in which they were come to. */
  const course = (events: readonly RolloutEvent[]) =>
    events.flatMap((event) =>
      event.kind === "stage" && event.detail === undefined
        ? [[event.stage, event.standing === "running" ? event.phase : event.standing].join(" ")]
        : [],
    );

  it("a healthy lab is made in one stage after the other, proved, and recorded", async () => {
    await approve();
    const context = project.context();
    assert.deepEqual([await runUp(context), ...wrong(context.events)], [0]);
    const own = ["preview", "update", "proof", "record", "succeeded"];
    assert.deepEqual(course(context.events), [
      ...own.map((phase) => `dev ${phase}`),
      ...["freshness", "preview", "approval", ...own.slice(1)].map((phase) => `prod ${phase}`),
    ]);
    const [first] = context.events;
    assert.equal(first.kind, "rollout");
    for (const stage of ["dev", "prod"]) {
      const { lastGood, attempt } = await recordOf(stage);
      assert.equal(
        configurationContent(lastGood?.configuration ?? ""),
        configurationContent(project.configurationOf(stage)),
      );
      assert.equal(attempt?.outcome, "succeeded");
      assert.equal(attempt?.rollout, first.kind === "rollout" && first.rollout);
    }
  });

  it("a change waits for its approval, by one who may, and is then resumed where it stood", async () => {
    for (const stage of ["dev", "prod"]) {
      project.configure(stage, { ...lab, graphPorts: [{ port: 5001 }] });
    }
    const first = project.context();
    assert.deepEqual([await runUp(first), ...wrong(first.events)], [2]);
    assert.deepEqual(course(first.events).slice(-4), [
      ...["dev succeeded", "prod freshness", "prod preview", "prod approval"],
    ]);
    await assert.rejects(approve("ada"), /approvers: "ada" may not approve; grace may/);
    await approve();
    const second = project.context({ resume: true });
    assert.deepEqual([await runUp(second), ...wrong(second.events)], [0]);
    assert.deepEqual(rolloutOf(second.events), rolloutOf(first.events));
    assert.ok(
      second.events.some(
        (event) => event.kind === "stage" && event.stage === "dev" && event.standing === "skipped",
      ),
    );
    assert.ok(!course(second.events).includes("dev update"));
    assert.match(await rules("prod"), /"5001"/);
  });

  it("a stage goes back to what it was, under the same names, and is proved again", async () => {
    const before = { names: await peerNames("prod"), dev: await rules("dev") };
    const context = project.context({ verb: "rollback", stage: "prod" });
    assert.deepEqual([await runRollback(context), ...wrong(context.events)], [0]);
    assert.ok(course(context.events).includes("prod proof"));
    assert.deepEqual(await peerNames("prod"), before.names);
    assert.doesNotMatch(await rules("prod"), /"5001"/);
    assert.doesNotMatch(project.configurationOf("prod"), /5001/);
    assert.equal(await rules("dev"), before.dev);
    const status = project.context({ verb: "status" });
    assert.equal(await runStatus(status), 0);
    const { attempt } = await recordOf("prod");
    assert.equal(attempt?.outcome, "rolledBack");
  });
});
