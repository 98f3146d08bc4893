import assert from "node:assert/strict";
import type { StateResource } from "../../lab/stack";
import type { PhaseContext } from "../../rollout/phase";
import { proofPhase, soakPhase } from "../../rollout/proofPhase";
import { stage } from "./exampleRollout";

describe("rollout/proofPhase", () => {
  const phase = (machines: string[], resources: Partial<StateResource>[] = []) =>
    ({
      ...{ context: { signal: new AbortController().signal, now: () => new Date() } },
      ...{ parts: { machines, rings: [] }, entry: { since: new Date().toISOString() } },
      stage: {
        definition: stage("dev"),
        lab: {
          name: "dev",
          ...{ resources: () => Promise.resolve(resources), settings: () => Promise.resolve({}) },
        },
      },
    }) as unknown as PhaseContext;

  it("passes a lab that has no machine: there is nothing to prove", async () => {
    const network = [{ type: "azure-native:network:VirtualNetwork", urn: "lab-vnet" }];
    for (const run of [proofPhase, soakPhase]) {
      const { outcome, detail } = await run(phase([], network));
      assert.deepEqual(
        [outcome, detail],
        ["passed", "it has no machine: there is nothing to prove"],
      );
    }
  });

  it("does not pass one whose machines are not there, or are not finished", async () => {
    await assert.rejects(proofPhase(phase(["ada-1"])), /The stack dev has no machines/);
    const unfinished = [{ type: "peerlab:index:WindowsPeer", urn: "x::lab-ada-1", inputs: {} }];
    const { outcome } = await proofPhase(phase([], unfinished));
    assert.equal(outcome, "failed");
  });
});
