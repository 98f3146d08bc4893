import * as assert from "node:assert/strict";
import { allRules } from "../../../../components/plan/rules";
import { groupTrials } from "./groupTrials";
import { labTrials } from "./labTrials";
import { machineTrials } from "./machineTrials";
import { nameTrials } from "./nameTrials";
import { networkTrials } from "./networkTrials";
import { reachTrials } from "./reachTrials";
import { ringTrials } from "./ringTrials";
import { seedTrials } from "./seedTrials";

const trials = [
  ...nameTrials,
  ...networkTrials,
  ...reachTrials,
  ...machineTrials,
  ...labTrials,
  ...groupTrials,
  ...ringTrials,
  ...seedTrials,
];

describe("components/plan/rules", () => {
  it("are all tried here, each with an id of its own", () => {
    const ids = allRules.map(({ id }) => id);
    assert.deepEqual([...new Set(ids)].sort(), [...ids].sort(), "no id twice");
    assert.deepEqual(trials.map(({ rule }) => rule.id).sort(), [...ids].sort());
    for (const { id, source } of allRules) {
      assert.match(id, /^[A-Z0-9]+(-[A-Z0-9]+)*$/);
      assert.notEqual(source, "", id);
    }
  });

  for (const { rule, refused, passed } of trials) {
    it(`${rule.id} finds what is wrong, and lets the nearest pass`, () => {
      for (const { findings, words, path } of refused) {
        assert.deepEqual(
          findings.map((finding) => finding.path),
          [path],
          String(words),
        );
        const [finding] = findings;
        assert.match(finding.reason, words);
        assert.equal(finding.rule, rule.id);
        assert.equal(finding.source, rule.source);
        assert.equal(finding.severity, rule.severity);
      }
      for (const findings of passed) assert.deepEqual(findings, []);
    });
  }
});
