import * as assert from "node:assert/strict";
import { resourceTypes } from "../../../local/azure/types";
import { allCases } from "./allCases";
import type { Stage } from "./stage";
import { makeLab, openStage } from "./stage";

function findingsOf(stage: Stage, kind: "warning" | "refusal", rule: string): number {
  return stage.journal.read().filter(({ what }) => what === `${kind} ${rule}`).length;
}

describe("local/azure/rules", () => {
  it("are all tried here", () => {
    const rules = [...resourceTypes.values()].flatMap((type) => [
      ...type.rules.map(({ id, code, warns, grade }) => ({
        id,
        code,
        warns: warns ?? grade === "U",
      })),
      ...(type.deletionRules ?? []).map(({ id, code }) => ({ id, code, warns: false })),
    ]);
    const named = rules.map(({ id, code, warns }) => (warns ? id : `${id} ${code}`));
    const tried = allCases.map(({ rule, code }) => (code ? `${rule} ${code}` : rule));
    assert.deepEqual([...new Set(tried)].sort(), [...new Set(named)].sort());
  });

  for (const { rule, code, prepare, illegal, legal } of allCases) {
    it(`${rule}${code ? ` refuses with ${code}` : " warns"}, and lets the legal one pass`, async () => {
      const stage = await openStage();
      try {
        const lab = await makeLab(stage);
        const prepared = (await prepare?.(stage, lab)) ?? {};
        const before = stage.server.resources().length;
        if (code === undefined) {
          await illegal(stage, lab, prepared);
          assert.ok(findingsOf(stage, "warning", rule) > 0, "a warning is in the journal");
        } else {
          await assert.rejects(illegal(stage, lab, prepared), (error: Error) => {
            assert.match(error.message, new RegExp(`Status=4\\d\\d Code="${code}"`));
            return true;
          });
          assert.ok(findingsOf(stage, "refusal", rule) > 0, "it is this rule that refused");
          assert.equal(stage.server.resources().length, before, "nothing was made");
        }
        const found = stage.journal.read().length;
        await legal(stage, lab, prepared);
        const after = stage.journal.read().slice(found);
        assert.ok(
          !after.some(({ what }) => what.endsWith(` ${rule}`)),
          "the legal one is not found by the rule",
        );
      } finally {
        await stage.close();
      }
    });
  }

  it("report the first refusal with its code and the others in its message", async () => {
    const stage = await openStage();
    try {
      await makeLab(stage);
      await assert.rejects(
        stage.create("azure-native:network:NetworkSecurityGroup", "two", {
          resourceGroupName: "lab",
          securityRules: [
            {
              name: "both",
              access: "Allow",
              direction: "Inbound",
              protocol: "*",
              priority: 50,
              sourceAddressPrefixes: ["10.0.0.0/8", "fd00::/8"],
              sourcePortRange: "*",
              destinationAddressPrefix: "*",
              destinationPortRange: "*",
            },
          ],
        }),
        /Code="SecurityRuleInvalidPriority" Message=".*ResourceCannotContainAddressPrefixesFromDifferentAddressFamilies: /,
      );
    } finally {
      await stage.close();
    }
  });
});
