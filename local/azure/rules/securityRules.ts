import type { SecurityRuleProperties } from "../arm/model";
import { prefixesOfSide } from "../network/securityRules";
import { locationUnchangeable } from "./locations";
import { invalidName, networkChildName, repeatedNames, twoOfOneName } from "./names";
import { referenceRules } from "./references";
import type { Rule } from "./rule";
import { securityRuleAddressRules } from "./securityRuleAddresses";
import { candidates, each, groupAfter, sides } from "./securityRuleCandidates";
import { tagRules } from "./tags";

function ports(rule: SecurityRuleProperties): string[] {
  const { sourcePortRange, sourcePortRanges, destinationPortRange, destinationPortRanges } = rule;
  return [
    ...(sourcePortRange ? [sourcePortRange] : []),
    ...(sourcePortRanges ?? []),
    ...(destinationPortRange ? [destinationPortRange] : []),
    ...(destinationPortRanges ?? []),
  ];
}

export const priorityRange: Rule = {
  id: "NSG-PRIORITY-RANGE",
  grade: "A",
  code: "SecurityRuleInvalidPriority",
  check: each(({ name, rule: { priority } }) =>
    priority !== undefined && priority >= 100 && priority <= 4096
      ? []
      : [
          `Security rule ${name} has invalid Priority. Value provided: ${priority ?? "none"} Allowed range 100-4096.`,
        ],
  ),
};

export const priorityUnique: Rule = {
  id: "NSG-PRIORITY-DUP",
  grade: "A",
  code: "SecurityRuleConflict",
  check: (put, azure) => {
    const taken = new Map<string, string>();
    const messages: string[] = [];
    for (const { name, rule } of groupAfter(put, azure)) {
      const key = `${rule.direction} ${rule.priority}`;
      const other = taken.get(key);
      if (other !== undefined) {
        messages.push(
          `Security rule ${other} conflicts with rule ${name}. Rules cannot have the same Priority and Direction.`,
        );
      }
      taken.set(key, name);
    }
    return messages;
  },
};

export const ruleName: Rule = {
  id: "NSG-RULE-NAME",
  grade: "A",
  code: "InvalidResourceName",
  check: each(({ name }) => invalidName(name, 1, 80)),
};

export const ruleNameUnique: Rule = {
  id: "NSG-RULE-DUP",
  grade: "A",
  code: "DuplicateResourceName",
  check: (put) => repeatedNames(candidates(put)).map((name) => twoOfOneName(put, name)),
};

export const descriptionLength: Rule = {
  id: "NSG-DESCRIPTION-140",
  grade: "A",
  code: "SecurityRuleDescriptionTooLong",
  check: each(({ name, rule: { description } }) =>
    (description?.length ?? 0) <= 140
      ? []
      : [
          `Security rule ${name} has a description of ${description?.length} characters. The maximum is 140.`,
        ],
  ),
};

export const oneOfPort: Rule = {
  id: "NSG-ONE-OF-PORT",
  grade: "C",
  code: "SecurityRuleParameterContainsBothSingularAndPlural",
  check: each(({ name, rule }) =>
    sides
      .filter((side) => rule[`${side}PortRange`] && rule[`${side}PortRanges`]?.length)
      .map(
        (side) =>
          `Security rule ${name} has both ${side}PortRange and ${side}PortRanges. Only one can be given.`,
      ),
  ),
};

export const portFormat: Rule = {
  id: "NSG-PORT-FORMAT",
  grade: "A",
  code: "SecurityRuleInvalidPortRange",
  check: each(({ name, rule }) =>
    ports(rule)
      .filter((range) => !validPortRange(range))
      .map(
        (range) =>
          `Security rule ${name} has invalid Port range. Value provided: ${range}. Value should be an integer OR ` +
          "integer range with '-' delimiter. Valid range 0-65535.",
      ),
  ),
};

function validPortRange(range: string): boolean {
  if (range === "*") return true;
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? [];
  return from !== undefined && Number(from) <= Number(to) && Number(to) <= 65535;
}

export const portRequired: Rule = {
  id: "NSG-PORT-REQUIRED",
  grade: "U",
  code: "SecurityRuleParametersMissing",
  check: each(({ name, rule }) =>
    sides
      .filter((side) => !rule[`${side}PortRange`] && !rule[`${side}PortRanges`]?.length)
      .map((side) => `Security rule ${name} names no ${side} port; * stands for all.`),
  ),
};

export const ruleCount: Rule = {
  id: "NSG-1000",
  grade: "A",
  code: "SecurityRulesLimitReached",
  check: (put, azure) => {
    const after = groupAfter(put, azure);
    const messages =
      after.length <= 1000
        ? []
        : [`The group would have ${after.length} rules. The maximum is 1000.`];
    for (const side of sides) {
      const addresses = after.flatMap(({ rule }) => prefixesOfSide(rule, side)).length;
      if (addresses > 4000) {
        messages.push(
          `The rules of the group would have ${addresses} ${side} addresses. The maximum is 4000.`,
        );
      }
    }
    return messages;
  },
};

const common = [
  priorityRange,
  priorityUnique,
  descriptionLength,
  ...securityRuleAddressRules,
  oneOfPort,
  portFormat,
  portRequired,
  ruleCount,
  ...referenceRules,
];

export const networkSecurityGroupRules: Rule[] = [
  locationUnchangeable,
  networkChildName,
  ...tagRules,
  ruleName,
  ruleNameUnique,
  ...common,
];
export const securityRuleRules: Rule[] = [networkChildName, ...common];
