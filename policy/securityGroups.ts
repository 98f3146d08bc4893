import { at } from "../components/plan/findings";
import type { SecurityRule, Surroundings } from "../components/plan/securityGroup";
import { securityRulesOf } from "../components/plan/securityRulesOf";
import type { Stack } from "./policy";
import { elementsAt, isKnown, isObject, textAt, unknown, valueAt, type Plain } from "./properties";
import { azureType, azureTypes, ofType, type Resource } from "./resource";

/** A rule, and where it is declared: inside of its group, or as a resource of its own. */
export interface DeclaredRule {
  rule: SecurityRule;
  urn: string;
  path: string;
}

/** A network security group with all rules that the stack declares for it. */
export interface DeclaredGroup {
  rules: readonly DeclaredRule[];
  /** From this priority on a rule that a preview does not know yet may deny something. */
  knownBefore: number;
  surroundings: Surroundings;
}

const types: ReadonlySet<string | undefined> = new Set([
  azureTypes.networkInterface,
  azureTypes.networkSecurityGroup,
  azureTypes.securityRule,
  azureTypes.subnet,
  azureTypes.virtualNetwork,
]);

/** The types that {@link securityGroupsOf} wants to see. */
export function concernsSecurityGroups(type: string): boolean {
  return types.has(azureType(type));
}

/** A group whose inline rules are all that is looked at: what can be said before it is made. */
export function alone(group: Resource): Stack {
  return { resources: [group], dependencies: () => [] };
}

/** Whether a resource is a group that can be judged {@link alone}. */
export function isSecurityGroup(type: string): boolean {
  return azureType(type) === azureTypes.networkSecurityGroup;
}

/**
 * The groups of a stack. Rules of their own are put to the group that they were declared with, and otherwise to the one they
 * name; those of a group that is in no stack, or in another one, are read together as far as they are here.
 */
export function securityGroupsOf(stack: Stack): DeclaredGroup[] {
  const groups = ofType(stack.resources, azureTypes.networkSecurityGroup);
  const byGroup = new Map<string, { inline?: Resource; own: Resource[] }>(
    groups.map((group) => [group.urn, { inline: group, own: [] }]),
  );
  for (const rule of ofType(stack.resources, azureTypes.securityRule)) {
    const key = groupOf(rule, groups, stack);
    const entry = byGroup.get(key) ?? { own: [] };
    entry.own.push(rule);
    byGroup.set(key, entry);
  }
  return [...byGroup.values()].map(({ inline, own }) => {
    const declared = [...(inline ? inlineRules(inline) : []), ...own.map(ownRule)];
    return {
      rules: declared.filter((entry) => isReadable(entry.properties)).map(readRule),
      knownBefore: Math.min(
        inline && valueAt(inline.properties, "securityRules") === unknown ? 0 : Infinity,
        ...declared
          .filter(({ properties }) => !isReadable(properties) && mayDeny(properties))
          .map(firstPriority),
      ),
      surroundings: inline ? surroundingsOf(inline, stack) : {},
    };
  });
}

interface RuleProperties {
  urn: string;
  path: string;
  properties: Plain;
}

function inlineRules({ urn, properties }: Resource): RuleProperties[] {
  const list = valueAt(properties, "securityRules");
  if (!Array.isArray(list)) return [];
  return list
    .map((rule, index): RuleProperties => ({
      urn,
      path: at("securityRules", index),
      properties: rule,
    }))
    .filter(({ properties }) => properties === unknown || isObject(properties));
}

function ownRule({ urn, properties }: Resource): RuleProperties {
  return { urn, path: "", properties };
}

/** What says nothing about the packets that a rule fits. */
const besides = new Set(["description", "id", "networkSecurityGroupName", "resourceGroupName"]);

/** Whether everything is known that decides what the rule fits. */
function isReadable(properties: Plain): boolean {
  return (
    isObject(properties) &&
    Object.entries(properties).every(([key, value]) => besides.has(key) || isKnown(value))
  );
}

/** An allow closes nothing that comes after it, and an outbound rule nothing inbound. */
function mayDeny(properties: Plain): boolean {
  const isOther = (key: string, word: string) => {
    const value = textAt(properties, key);
    return value !== undefined && value.toLowerCase() !== word;
  };
  return !isOther("access", "deny") && !isOther("direction", "inbound");
}

function firstPriority({ properties }: RuleProperties): number {
  const priority = valueAt(properties, "priority");
  return typeof priority === "number" ? priority : 0;
}

function readRule({ urn, path, properties }: RuleProperties): DeclaredRule {
  const [rule] = securityRulesOf({ access: undefined, ...(properties as object) });
  return { urn, path, rule };
}

function groupOf(rule: Resource, groups: readonly Resource[], stack: Stack): string {
  const made = stack.dependencies(rule.urn, "networkSecurityGroupName");
  const [group, ...others] = groups.filter(({ urn }) => made.includes(urn));
  // Several where it was made of all that a component declares.
  if (group !== undefined && others.length === 0) return group.urn;
  const place = placeOf(rule);
  return groups.find((candidate) => placeOf(candidate) === place)?.urn ?? place;
}

function placeOf({ properties, urn }: Resource): string {
  const group = textAt(properties, "networkSecurityGroupName");
  const resourceGroup = textAt(properties, "resourceGroupName");
  return group === undefined ? urn : `${resourceGroup ?? ""}/${group}`.toLowerCase();
}

/**
 * The ranges of the network that the group stands in, where it is one of this stack: what `VirtualNetwork` means to the rules at
 * least. That peerings, gateways and routes put more into it is never excluded, because another stack may declare them. Otherwise
 * nothing is said, and rules on the tag count as uncertain.
 */
function surroundingsOf(group: Resource, stack: Stack): Surroundings {
  const networks = ofType(stack.resources, azureTypes.virtualNetwork);
  const subnets = ofType(stack.resources, azureTypes.subnet);
  const isUsedBy = (resource: Resource, property: string) =>
    stack.dependencies(resource.urn, property).includes(group.urn);
  const around = new Set([
    ...networks.filter((network) => isUsedBy(network, "subnets")).map(({ urn }) => urn),
    ...[
      ...subnets.filter((subnet) => isUsedBy(subnet, "networkSecurityGroup")),
      ...ofType(stack.resources, azureTypes.networkInterface)
        .filter((nic) => isUsedBy(nic, "networkSecurityGroup"))
        .flatMap((nic) => {
          const made = stack.dependencies(nic.urn, "ipConfigurations");
          return subnets.filter(({ urn }) => made.includes(urn));
        }),
    ].flatMap(({ urn }) => stack.dependencies(urn, "virtualNetworkName")),
  ]);
  const [network, ...others] = networks.filter(({ urn }) => around.has(urn));
  if (network === undefined || others.length > 0) return {};
  const ranges = valueAt(network.properties, "addressSpace", "addressPrefixes");
  if (!isKnown(ranges)) return {};
  return {
    moreInVirtualNetwork: true,
    virtualNetwork: elementsAt(ranges).flatMap(([, range]) =>
      typeof range === "string" ? [range] : [],
    ),
  };
}
