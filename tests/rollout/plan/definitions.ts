import assert from "node:assert/strict";
import type { RolloutDefinition, StageDefinition } from "../../../rollout/plan/definition";
import { describePlaced, readRollout } from "../../../rollout/plan/readRollout";
import type { WrittenGates, WrittenRollout } from "../../../rollout/plan/rolloutShape";

/** A definition as it is read: YAML is a superset of JSON. */
export function definitionOf(written: WrittenRollout): RolloutDefinition {
  const { definition, findings } = readRollout(JSON.stringify(written), { projectName: "lab" });
  assert.ok(definition, describePlaced("rollout.yaml", findings));
  return definition;
}

/** A stage with these gates, behind another one. */
export function stageOf(gates: WrittenGates): StageDefinition {
  return definitionOf({ stages: { dev: {}, prod: { gates } } }).stages.prod;
}
