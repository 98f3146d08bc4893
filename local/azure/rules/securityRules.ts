import type { Azure, PutRequest } from "../arm/azure";
import type { NetworkSecurityGroupProperties, SecurityRuleProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import { parentId } from "../arm/id";
import type { AddressFamily } from "../network/addresses";
import { parsePrefixOrAddress } from "../network/addresses";
import { invalidName, networkChildName, tags } from "./names";
import type { Rule } from "./rule";

interface Candidate {
  name: string;
  rule: SecurityRuleProperties;
}

/** The rules that a PUT wants: the inline ones of a group, or the one rule. */
function candidates(put: PutRequest): Candidate[] {
  if (put.type === "Microsoft.Network/networkSecurityGroups/securityRules") {
    return [{ name: put.name, rule: propertiesOf<SecurityRuleProperties>(put) }];
  }
  const { securityRules } = propertiesOf<NetworkSecurityGroupProperties>(put);
  return (securityRules ?? []).map((rule) => ({ name: rule.name ?? "", rule }));
}

/** All rules the group has after the PUT. */
function groupAfter(put: PutRequest, azure: Azure): Candidate[] {
  const group = parentId(put.id) ?? "";
  if (put.type !== "Microsoft.Network/networkSecurityGroups/securityRules") return candidates(put);
  const siblings = azure.store
    .children(group)
    .filter(({ name }) => name.toLowerCase() !== put.name.toLowerCase())
    .map((sibling) => ({
      name: sibling.name,
      rule: propertiesOf<SecurityRuleProperties>(sibling),
    }));
  return [...siblings, ...candidates(put)];
}

function each(check: (candidate: Candidate) => string[]): Rule["check"] {
  return (put) => candidates(put).flatMap(check);
}

/** Singular and plural form of the four fields, as one list. */
function prefixes(rule: SecurityRuleProperties, side: "source" | "destination"): string[] {
  const single = rule[`${side}AddressPrefix`];
  return [...(single ? [single] : []), ...(rule[`${side}AddressPrefixes`] ?? [])];
}

function ports(rule: SecurityRuleProperties): string[] {
  const { sourcePortRange, sourcePortRanges, destinationPortRange, destinationPortRanges } = rule;
  return [
    ...(sourcePortRange ? [sourcePortRange] : []),
    ...(sourcePortRanges ?? []),
    ...(destinationPortRange ? [destinationPortRange] : []),
    ...(destinationPortRanges ?? []),
  ];
}

const sides = ["source", "destination"] as const;

/**
 * Service tags look like `VirtualNetwork` or `Storage.WestUS`. Which tags exist is data that no package holds, so any
 * word passes.
 */
const serviceTag = /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$/;

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
  check: (put) => {
    const names = candidates(put).map(({ name }) => name.toLowerCase());
    const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
    return [...repeated].map(
      (name) => `Resource ${put.id} has two child resources with the same name (${name}).`,
    );
  },
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

export const oneFamily: Rule = {
  id: "NSG-FAMILY-MIX",
  grade: "B",
  code: "ResourceCannotContainAddressPrefixesFromDifferentAddressFamilies",
  check: each(({ name, rule }) => {
    const families = new Set<AddressFamily>();
    for (const prefix of sides.flatMap((side) => prefixes(rule, side))) {
      const parsed = parsePrefixOrAddress(prefix);
      if (parsed) families.add(parsed.family);
    }
    return families.size <= 1
      ? []
      : [`Security rule ${name} cannot contain address prefixes from different address families.`];
  }),
};

export const oneOfPrefix: Rule = {
  id: "NSG-ONE-OF-PREFIX",
  grade: "C",
  code: "SecurityRuleParameterContainsBothSingularAndPlural",
  check: each(({ name, rule }) =>
    sides
      .filter((side) => rule[`${side}AddressPrefix`] && rule[`${side}AddressPrefixes`]?.length)
      .map(
        (side) =>
          `Security rule ${name} has both ${side}AddressPrefix and ${side}AddressPrefixes. Only one can be given.`,
      ),
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

export const pluralWithoutTags: Rule = {
  id: "NSG-PREFIXES-NO-TAG",
  grade: "B",
  code: "SecurityRuleParameterContainsUnsupportedValue",
  check: each(({ name, rule }) =>
    sides.flatMap((side) =>
      (rule[`${side}AddressPrefixes`] ?? [])
        .filter((prefix) => prefix === "*" || serviceTag.test(prefix))
        .map(
          (prefix) =>
            `Security rule parameter ${side}AddressPrefixes for rule with Id ${name} cannot contain the value ${prefix}.`,
        ),
    ),
  ),
};

export const prefixFormat: Rule = {
  id: "NSG-PREFIX-FORMAT",
  grade: "B",
  code: "SecurityRuleInvalidAddressPrefix",
  check: each(({ name, rule }) =>
    sides
      .flatMap((side) => prefixes(rule, side))
      .filter(
        (prefix) => prefix !== "*" && !serviceTag.test(prefix) && !parsePrefixOrAddress(prefix),
      )
      .map(
        (prefix) => `Security rule ${name} has invalid Address prefix. Value provided: ${prefix}`,
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

export const addressRequired: Rule = {
  id: "NSG-ADDRESS-REQUIRED",
  grade: "U",
  code: "SecurityRuleParameterRequired",
  check: each(({ name, rule }) =>
    sides
      .filter((side) => {
        const groups = rule[`${side}ApplicationSecurityGroups`] ?? [];
        return prefixes(rule, side).length > 0 === groups.length > 0;
      })
      .map(
        (side) =>
          `Security rule ${name} wants exactly one of addresses and application security groups as its ${side}.`,
      ),
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
    for (const { name, rule } of candidates(put)) {
      for (const side of sides.filter((one) => prefixes(rule, one).length > 4000)) {
        messages.push(`Security rule ${name} has more than 4000 ${side} addresses.`);
      }
    }
    return messages;
  },
};

const common = [
  priorityRange,
  priorityUnique,
  descriptionLength,
  oneFamily,
  oneOfPrefix,
  oneOfPort,
  pluralWithoutTags,
  prefixFormat,
  portFormat,
  addressRequired,
  ruleCount,
];

export const networkSecurityGroupRules: Rule[] = [
  networkChildName,
  tags,
  ruleName,
  ruleNameUnique,
  ...common,
];
export const securityRuleRules: Rule[] = [networkChildName, ...common];
