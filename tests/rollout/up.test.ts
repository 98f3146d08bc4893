import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { RolloutContext } from "../../rollout/context";
import { openJournal, type JournalEntry } from "../../rollout/journal";
import type { Happening } from "../../rollout/plan/progress";
import type { StageAttempt, StageRecord } from "../../rollout/plan/record";
import { recordedRollout, runUp } from "../../rollout/up";
import { rollout, stage } from "./exampleRollout";

describe("rollout up --resume", () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-up-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const note = (name: string, hour: number, entry: Partial<JournalEntry>) => {
    const startedAt = `2026-03-02T${hour}:00:00.000Z`;
    openJournal(folder).write({
      ...{ stage: name, rollout: `of-${hour}`, command: "up", startedAt, since: startedAt },
      ...{ phase: "update", outcome: "running", inputsDigest: "", ...entry },
    });
  };
  /** What is begun. The stages have no project, so that nothing of them is run. */
  const resumed = async (only?: string) => {
    const events: Happening[] = [];
    const context = {
      definition: rollout([[stage("dev")], [stage("west"), stage("east")], [stage("prod")]]),
      ...{ folder, environment: {}, options: { resume: true, file: "rollout.yaml", only } },
      ...{ emit: (event: Happening) => void events.push(event), report: () => {} },
      now: () => new Date(),
    } as unknown as RolloutContext;
    assert.equal(await runUp(context), 1);
    const [begun] = events;
    assert.ok(begun.kind === "rollout");
    return { rollout: begun.rollout, waves: begun.waves };
  };

  it("goes on with what began last, whichever stage it is of", async () => {
    note("dev", 12, { outcome: "succeeded" });
    note("west", 12, {});
    note("prod", 11, { outcome: "failed" });
    assert.equal((await resumed()).rollout, "of-12");
    assert.equal((await resumed("prod")).rollout, "of-11");
  });

  it("takes the stages of that rollout alone, also where another one succeeded later in the file", async () => {
    note("dev", 11, { outcome: "succeeded", stages: ["dev", "west", "east", "prod"] });
    note("prod", 11, { outcome: "succeeded", stages: ["dev", "west", "east", "prod"] });
    note("west", 12, { stages: ["west"] });
    assert.deepEqual(await resumed(), { rollout: "of-12", waves: [["west"]] });
    note("west", 13, { stages: ["west", "prod"] });
    assert.deepEqual((await resumed()).waves, [["west"], ["prod"]]);
  });

  it("refuses where a rollback was begun after it, and says what finishes that", async () => {
    note("dev", 11, { outcome: "failed" });
    for (const outcome of ["running", "failed", "waiting", "interrupted"] as const) {
      note("prod", 12, { command: "rollback", outcome });
      await assert.rejects(
        resumed(),
        /rollback of prod, which has not ended; npm run rollout -- rollback prod finishes it\.$/,
      );
    }
    note("prod", 12, { command: "rollback", outcome: "succeeded" });
    await assert.rejects(
      resumed(),
      /no rollout to resume.*has ended; npm run rollout -- up begins/,
    );
    note("dev", 13, {});
    assert.equal((await resumed()).rollout, "of-13");
  });

  it("refuses where nothing was ever begun", async () => {
    await assert.rejects(
      resumed(),
      /^Error: There is no rollout to resume; npm run rollout -- up /,
    );
  });

  it("reads a stage's record in the same way, which another computer wrote", () => {
    const attempt = (changes: Partial<StageAttempt>): StageAttempt => ({
      ...{ rollout: "r", inputsDigest: "", phase: "update", outcome: "running", since: "now" },
      ...{ failures: [], ...changes },
    });
    const read = (changes: Partial<StageAttempt>) => {
      const record: StageRecord = { version: 1, approvals: [], attempt: attempt(changes) };
      const { command, hasEnded, stages } = recordedRollout("prod", record)!;
      return [command, hasEnded, stages];
    };
    assert.deepEqual(read({}), ["up", false, undefined]);
    assert.deepEqual(read({ outcome: "succeeded", stages: ["prod"] }), ["up", true, ["prod"]]);
    assert.deepEqual(read({ command: "rollback" }), ["rollback", false, undefined]);
    assert.deepEqual(read({ outcome: "rolledBack" }), ["rollback", true, undefined]);
    assert.equal(recordedRollout("prod", undefined), undefined);
  });
});
