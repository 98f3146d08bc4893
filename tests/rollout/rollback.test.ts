import assert from "node:assert/strict";
import { inputsDigest } from "../../rollout/plan/gates";
import type { GoodInputs, StageAttempt, StageRecord } from "../../rollout/plan/record";
import { rollbackTarget, withSecretsProvider } from "../../rollout/rollback";

const good = (configuration: string): GoodInputs => ({
  ...{ configuration, libraryVersion: "1.0.0", guestFilesHash: "00", rollout: "r", at: "now" },
});
const [older, last] = [good("config: { a: 1 }"), good("config: { a: 2 }")];
const after = (
  outcome: StageAttempt["outcome"],
  record: Partial<StageRecord> = {},
): StageRecord => ({
  ...{ version: 1, approvals: [], lastGood: last, previousGood: older, ...record },
  attempt: {
    ...{ rollout: "r", inputsDigest: "", phase: "record", outcome, since: "now", failures: [] },
  },
});

describe("rollout/rollback", () => {
  for (const outcome of ["failed", "running", "waiting", "rolledBack"] as const) {
    it(`leads to the last good inputs where the last rollout is ${outcome}`, () => {
      assert.deepEqual(rollbackTarget(after(outcome)), { target: last });
    });
  }

  it("leads to the inputs before the last good ones where those are what is there", () => {
    assert.deepEqual(rollbackTarget(after("succeeded")), { target: older, previous: last });
  });

  it("leads nowhere where nothing is known", () => {
    assert.equal(rollbackTarget(after("succeeded", { previousGood: undefined })), undefined);
    assert.equal(rollbackTarget(after("failed", { lastGood: undefined })), undefined);
  });

  it("that was broken off leads where it was to lead", () => {
    assert.deepEqual(rollbackTarget(after("running"), inputsDigest(older)), {
      target: older,
      previous: last,
    });
    assert.deepEqual(rollbackTarget(after("failed"), inputsDigest(last)), { target: last });
  });

  it("keeps how the stack keeps its secrets now", () => {
    const earlier = "# a\nencryptionsalt: old\nconfig:\n  a: 1\n";
    assert.equal(
      withSecretsProvider(earlier, "encryptionsalt: new\nconfig: {}\n"),
      "# a\nencryptionsalt: new\nconfig:\n  a: 1\n",
    );
    assert.equal(withSecretsProvider(earlier, "config: {}\n"), "config:\n  a: 1\n");
    assert.equal(withSecretsProvider(earlier, "encryptionsalt: old\n"), earlier);
  });
});
