import type { Azure, PutRequest } from "../arm/azure";
import { parentId } from "../arm/id";
import type { NetworkSecurityGroupProperties, SecurityRuleProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { Rule } from "./rule";

/** A security rule that a PUT wants. */
export interface Candidate {
  name: string;
  rule: SecurityRuleProperties;
}

/** The rules that a PUT wants: the inline ones of a group, or the one rule. */
export function candidates(put: PutRequest): Candidate[] {
  if (put.type === "Microsoft.Network/networkSecurityGroups/securityRules") {
    return [{ name: put.name, rule: propertiesOf<SecurityRuleProperties>(put) }];
  }
  const { securityRules } = propertiesOf<NetworkSecurityGroupProperties>(put);
  return (securityRules ?? []).map((rule) => ({ name: rule.name ?? "", rule }));
}

/** All rules the group has after the PUT. */
export function groupAfter(put: PutRequest, azure: Azure): Candidate[] {
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

export function each(check: (candidate: Candidate) => string[]): Rule["check"] {
  return (put) => candidates(put).flatMap(check);
}

export const sides = ["source", "destination"] as const;
