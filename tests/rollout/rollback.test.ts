import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { inputsDigest } from "../../rollout/plan/gates";
import type { GoodInputs, StageAttempt, StageRecord } from "../../rollout/plan/record";
import { replaceConfiguration, rollbackTarget, withSecretsProvider } from "../../rollout/rollback";

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

  it("keeps the configuration that it replaces, and says where", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-rollback-"));
    try {
      const configurationFile = path.join(folder, "Pulumi.dev.yaml");
      const replace = (text: string, rollout: string) =>
        replaceConfiguration({ configurationFile }, text, folder, rollout);
      assert.equal(replace("config: {}\n", "r0"), undefined, "there was nothing");
      fs.writeFileSync(configurationFile, "config: { edited: true }\n");
      const kept = replace("config: { a: 1 }\n", "r1");
      assert.equal(kept, path.join(folder, "Pulumi.dev.before-r1.yaml"));
      assert.equal(fs.readFileSync(kept, "utf8"), "config: { edited: true }\n");
      assert.equal(fs.statSync(kept).mode & 0o077, 0, "for its owner alone");
      assert.equal(fs.readFileSync(configurationFile, "utf8"), "config: { a: 1 }\n");
      assert.notEqual(replace("config: {}\n", "r2"), kept, "nor is the copy replaced");
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
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
