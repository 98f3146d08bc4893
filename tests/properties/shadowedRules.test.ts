import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { decidingRule } from "../../components/plan/securityGroup";
import { securityRulesOf } from "../../components/plan/securityRulesOf";
import { deniedBefore, packetFor, shadowedRules } from "../../components/plan/shadowedRules";
import { packets, ruleSets, virtualNetwork } from "./securityGroups";
import { tries } from "./seed";

const surroundings = { virtualNetwork };

describe("properties: rules that can never decide", function () {
  this.timeout(120_000);

  it("never decide for a packet, while every other rule decides for the packet that is given for it", () => {
    const counts = { shadowed: 0, reached: 0, denied: 0 };
    fc.assert(
      fc.property(
        ruleSets,
        fc.array(packets, { minLength: 10, maxLength: 10 }),
        (declared, drawn) => {
          const rules = securityRulesOf({ securityRules: declared });
          const shadowed = new Map(
            shadowedRules(rules, surroundings).map(({ rule, by }) => [rule, by]),
          );
          for (const packet of drawn) {
            assert.ok(!shadowed.has(decidingRule(rules, packet, surroundings).rule));
          }
          for (const rule of rules) {
            const by = shadowed.get(rule);
            const packet = packetFor(rule, rules, surroundings);
            const fitsNone = packetFor(rule, [rule], surroundings) === undefined;
            assert.equal(packet === undefined, by !== undefined || fitsNone);
            if (packet) {
              const verdict = decidingRule(rules, packet, surroundings);
              assert.ok(verdict.rule === rule || verdict.uncertain.includes(rule), rule.name);
              counts.reached++;
            }
            if (by) {
              counts.shadowed++;
              // Those that are named take all of it, without the others.
              assert.equal(packetFor(rule, [...by, rule], surroundings), undefined);
            }
            for (const denied of deniedBefore(rule, rules, surroundings).by) {
              counts.denied++;
              const alone = [rule];
              const verdict = decidingRule(rules, denied.packet, surroundings);
              assert.equal(verdict.rule, denied.rule);
              const meant = decidingRule(alone, denied.packet, surroundings);
              assert.ok(meant.rule === rule || meant.uncertain.includes(rule));
            }
          }
        },
      ),
      tries(3000),
    );
    for (const [kind, times] of Object.entries(counts)) assert.ok(times > 100, `${kind}: ${times}`);
  });
});
