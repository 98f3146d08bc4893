import type { SecurityRule } from "./securityGroup";
import type { SecurityRulePlan } from "./securityRules";

/** Fields of a rule as azure-native declares and answers them, in a group and as a resource of its own. */
interface DeclaredRule {
  name?: unknown;
  securityRuleName?: unknown;
  direction?: unknown;
  priority?: unknown;
  access?: unknown;
  protocol?: unknown;
  [field: string]: unknown;
}

/** After every priority that a rule can have, and before the default rules. */
const noPriority = 4097;

/**
 * The rules in the properties of a NetworkSecurityGroup (its `securityRules`) or of one SecurityRule, as azure-native takes and
 * answers them: singular and plural fields become one list, and words get the case that Azure writes them in. A rule without a
 * priority, which Azure refuses, comes last; an element that is no rule at all is passed over.
 */
export function securityRulesOf(properties: object): SecurityRule[] {
  const { securityRules } = properties as { securityRules?: unknown };
  if (securityRules !== undefined) return list(securityRules).filter(isObject).map(ruleOf);
  return "access" in properties ? [ruleOf(properties)] : [];
}

/** The rules that the library plans, as they are once they are in a group. */
export function plannedSecurityRules(plans: readonly SecurityRulePlan[]): SecurityRule[] {
  return plans.map((plan) => ({
    name: plan.name,
    direction: "Inbound",
    priority: plan.priority,
    access: plan.access,
    protocol: plan.protocol,
    sourceAddressPrefixes: plan.sourceAddressPrefixes ?? [plan.sourceServiceTag ?? "*"],
    sourcePortRanges: ["*"],
    destinationAddressPrefixes: plan.destinationAddressPrefixes ?? ["*"],
    destinationPortRanges: [plan.destinationPortRange],
  }));
}

function ruleOf(properties: object): SecurityRule {
  const rule = properties as DeclaredRule;
  const priority = Number(rule.priority ?? noPriority);
  return {
    name: text(rule.securityRuleName ?? rule.name),
    direction: text(rule.direction).toLowerCase() === "outbound" ? "Outbound" : "Inbound",
    priority: Number.isNaN(priority) ? noPriority : priority,
    access: text(rule.access).toLowerCase() === "allow" ? "Allow" : "Deny",
    protocol: text(rule.protocol),
    sourceAddressPrefixes: both(rule, "sourceAddressPrefix"),
    sourcePortRanges: both(rule, "sourcePortRange"),
    destinationAddressPrefixes: both(rule, "destinationAddressPrefix"),
    destinationPortRanges: both(rule, "destinationPortRange"),
    sourceApplicationSecurityGroups: ids(rule.sourceApplicationSecurityGroups),
    destinationApplicationSecurityGroups: ids(rule.destinationApplicationSecurityGroups),
  };
}

/** A field in its singular form, and in its plural one (`...Prefixes`, `...Ranges`). */
function both(rule: DeclaredRule, field: string): string[] {
  const plural = field.endsWith("Prefix") ? `${field}es` : `${field}s`;
  const all = [rule[field], ...list(rule[plural])];
  return all.map(text).filter((value) => value !== "");
}

/** Ids of groups; undefined for none, so that a rule without is written as one without. */
function ids(groups: unknown): string[] | undefined {
  const all = list(groups).map((group) => text((group as { id?: unknown } | null)?.id));
  return all.length > 0 ? all : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
