import assert from "node:assert/strict";
import { nextPhase, phasesOf, resumeAt, stagesBefore, wavesOf } from "../../../rollout/plan/order";
import type { StagePhase, StageRecord } from "../../../rollout/plan/record";
import { definitionOf, stageOf } from "./definitions";

describe("order of stages", () => {
  const definition = definitionOf({
    stages: { dev: {}, east: {}, west: {}, prod: {} },
    waves: [["dev"], ["east", "west"], ["prod"]],
  });

  it("is that of the waves, up to a stage, or one alone", () => {
    assert.deepEqual(wavesOf(definition), [["dev"], ["east", "west"], ["prod"]]);
    assert.deepEqual(wavesOf(definition, { to: "west" }), [["dev"], ["west"]]);
    assert.deepEqual(wavesOf(definition, { to: "dev" }), [["dev"]]);
    assert.deepEqual(wavesOf(definition, { only: "prod" }), [["prod"]]);
  });

  it("has the whole wave before a stage, and none before the first", () => {
    assert.deepEqual(stagesBefore(definition, "prod"), ["east", "west"]);
    assert.deepEqual(stagesBefore(definition, "west"), ["dev"]);
    assert.deepEqual(stagesBefore(definition, "dev"), []);
  });
});

describe("phases of a stage", () => {
  it("are those of its gates, in one order", () => {
    assert.deepEqual(phasesOf(stageOf({})), ["preview", "update", "proof", "record"]);
    assert.deepEqual(phasesOf(stageOf({ proof: false })), ["preview", "update", "record"]);
    const all = stageOf({
      freshness: "1d",
      approval: {},
      command: { run: ["true"] },
      soak: "1m",
    });
    assert.deepEqual(phasesOf(all), [
      "freshness",
      "preview",
      "approval",
      "update",
      "proof",
      "command",
      "soak",
      "record",
    ]);
  });

  it("follow each other, also where one is missing that was there", () => {
    const stage = stageOf({ soak: "1m" });
    const walked: StagePhase[] = [];
    for (let phase = nextPhase(undefined, stage); phase; phase = nextPhase(phase, stage)) {
      walked.push(phase);
    }
    assert.deepEqual(walked, phasesOf(stage));
    assert.equal(nextPhase("approval", stage), "update");
    assert.equal(nextPhase("record", stage), undefined);
  });
});

describe("a rollout that is resumed", () => {
  const stage = stageOf({ freshness: "1d", approval: {}, soak: "1m" });
  const now = { rollout: "one", inputsDigest: "same" };
  const record = (attempt: Partial<StageRecord["attempt"]>): StageRecord => ({
    version: 1,
    approvals: [],
    attempt: {
      rollout: "one",
      inputsDigest: "same",
      phase: "record",
      outcome: "succeeded",
      since: "2026-01-01T00:00:00Z",
      failures: [],
      ...attempt,
    },
  });

  it("skips a stage only where this very rollout succeeded there with these inputs", () => {
    assert.equal(resumeAt(record({}), now, stage), "skip");
    assert.equal(resumeAt(record({ rollout: "another" }), now, stage), "freshness");
    assert.equal(resumeAt(record({ inputsDigest: "other" }), now, stage), "freshness");
    assert.equal(resumeAt(record({ outcome: "failed" }), now, stage), "freshness");
    assert.equal(resumeAt(undefined, now, stage), "freshness");
  });

  it("goes on where it stood from the update on, and looks again before that", () => {
    const at = (phase: StagePhase, inputsDigest = "same") =>
      resumeAt(undefined, { ...now, journal: { phase, inputsDigest } }, stage);
    const expected = {
      freshness: "freshness",
      preview: "freshness",
      approval: "freshness",
      update: "update",
      proof: "proof",
      command: "soak",
      soak: "soak",
      record: "record",
    } as const;
    for (const [phase, resumed] of Object.entries(expected)) {
      assert.equal(at(phase as StagePhase), resumed, phase);
    }
    assert.equal(at("soak", "other"), "freshness", "other inputs go through all gates");
  });
});
