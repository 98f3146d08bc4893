import { accessOf } from "../components/plan/securityGroup";
import { shadowedRules, type ShadowedRule } from "../components/plan/shadowedRules";
import { stackPolicy, type PolicyDescription, type Stack, type StackFinding } from "./policy";
import { alone, concernsSecurityGroups, isSecurityGroup, securityGroupsOf } from "./securityGroups";

/** Rules that never decide although an earlier one decides otherwise: an allow that lets nobody in, a deny that stops nobody. */
export function judgeShadowedRules(stack: Stack): StackFinding[] {
  return neverDeciding(
    stack,
    isContradicted,
    "NSG-SHADOWED",
    (by) =>
      `never decides: ${by} already takes all that it fits; give it a lower number than those, or remove it`,
  );
}

/** Rules that never decide and would decide nothing else than those before them. */
export function judgeRedundantRules(stack: Stack): StackFinding[] {
  return neverDeciding(
    stack,
    (shadowed) => !isContradicted(shadowed),
    "NSG-REDUNDANT",
    (by) => `never decides: ${by} already says the same of all that it fits; remove it`,
  );
}

export const noShadowedRule = policyOf(
  {
    name: "no-shadowed-rule",
    description: "No security rule is kept from ever deciding by earlier ones that say otherwise.",
    enforcementLevel: "mandatory",
  },
  judgeShadowedRules,
);

export const noRedundantRule = policyOf(
  {
    name: "no-redundant-rule",
    description: "No security rule repeats what earlier ones already say.",
    enforcementLevel: "advisory",
  },
  judgeRedundantRules,
);

function policyOf(
  description: PolicyDescription<object>,
  judge: (stack: Stack) => readonly StackFinding[],
) {
  return stackPolicy(description, concernsSecurityGroups, judge, (resource) =>
    isSecurityGroup(resource.type) ? alone(resource) : undefined,
  );
}

function neverDeciding(
  stack: Stack,
  concerns: (shadowed: ShadowedRule) => boolean,
  id: string,
  reason: (by: string) => string,
): StackFinding[] {
  return securityGroupsOf(stack).flatMap(({ rules, surroundings }) =>
    shadowedRules(
      rules.map(({ rule }) => rule),
      surroundings,
    )
      .filter(concerns)
      .flatMap(({ rule, by }) => {
        const declared = rules.find((entry) => entry.rule === rule);
        const { name, priority } = rule;
        const earlier = by.map((one) => `"${one.name}" (priority ${one.priority}, ${one.access})`);
        if (!declared) return [];
        const { urn, path } = declared;
        const text = `the rule "${name}" (priority ${priority}) ${reason(earlier.join(", "))}`;
        return [{ urn, path, reason: text, rule: id }];
      }),
  );
}

function isContradicted({ rule, by }: ShadowedRule): boolean {
  return by.some((earlier) => accessOf(earlier) !== accessOf(rule));
}
