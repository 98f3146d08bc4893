import * as pulumi from "@pulumi/pulumi";
import * as network from "@pulumi/azure-native/network";
import type { input } from "@pulumi/azure-native/types";
import { otherUser } from "./existingGroupUse";
import { inRegion } from "./existingNetwork";
import { refuseLate } from "./inputErrors";
import { together } from "./outputs";
import type { PeerNetworkArgs } from "./peerNetwork";
import { additiveRules, leftForNextUpdate } from "./plan/additiveRules";
import {
  anyRanges,
  checkRuleCounts,
  type NetworkDefinition,
  type NetworkPlan,
} from "./plan/network";
import { checkExistingGroup } from "./plan/rules/existingSecurityGroup";
import type { SecurityRulePlan } from "./plan/securityRules";
import { securityRulesOf } from "./plan/securityRulesOf";
import { lean } from "./leanResource";

type Parent = { parent: pulumi.Resource };

/** The rules of a network, once the ranges of its subnet are known. */
export type Rules = pulumi.Output<ReturnType<NetworkPlan["rules"]>>;

/** The security group's id; an existing group gets the rules one by one, because a group put as a whole loses the others. */
export function securityGroup(
  name: string,
  args: PeerNetworkArgs,
  plan: NetworkPlan,
  adopted: boolean,
  subnet: pulumi.Output<string[]>,
  rules: Rules,
  parent: Parent,
): pulumi.Output<string> {
  const { location, tags, existing } = args;
  if (existing?.networkSecurityGroupName === undefined) {
    const group = new network.NetworkSecurityGroup(
      `${name}-security`,
      {
        resourceGroupName: args.resourceGroupName,
        location,
        tags,
        securityRules: rulesNow(name, args, rules, parent).apply((all) =>
          all.map(securityRuleArgs),
        ),
      },
      // Azure moves nothing to another region, and azure-native plans an update.
      lean({ ...parent, replaceOnChanges: ["location"] }),
    );
    return group.id;
  }
  const resourceGroupName = existing.resourceGroupName ?? args.resourceGroupName;
  const { networkSecurityGroupName } = existing;
  const found = network.getNetworkSecurityGroupOutput(
    { resourceGroupName, networkSecurityGroupName },
    parent,
  );
  const checked = together([found, rules, subnet]).apply(([group, { security }, ranges]) => {
    const known = {
      rules: securityRulesOf(group),
      ours: security,
      ranges: [...plan.space, ...ranges],
      otherUser: group.id === undefined ? undefined : otherUser(group.id, parent.parent, name),
    };
    refuseLate(`PeerNetwork ${name}`, checkExistingGroup("existing", args, known));
    return security;
  });
  const what = `the security group ${networkSecurityGroupName}`;
  const allowed = inRegion(name, args, found, what, checked);
  // How many rules there are must be known before anything is looked up: those for a range of each family.
  const ranges = adopted ? anyRanges : plan.subnet;
  for (const { name: ruleName } of plan.rules(ranges).security) {
    const rule = allowed.apply((security) => {
      const known = security.find((candidate) => candidate.name === ruleName);
      if (!known) throw new Error(`rule ${ruleName} is not for the ranges of the existing subnet`);
      return known;
    });
    new network.SecurityRule(
      `${name}-${ruleName}`,
      {
        resourceGroupName,
        networkSecurityGroupName,
        securityRuleName: ruleName,
        description: rule.description,
        priority: rule.priority,
        direction: network.SecurityRuleDirection.Inbound,
        access: rule.access,
        protocol: rule.protocol,
        sourceAddressPrefixes: rule.apply((known) => known.sourceAddressPrefixes ?? []),
        sourcePortRange: "*",
        destinationAddressPrefixes: rule.apply((known) => known.destinationAddressPrefixes ?? []),
        destinationPortRange: rule.destinationPortRange,
      },
      lean(parent),
    );
  }
  return together([found, allowed]).apply(([{ id }]) => id ?? "");
}

/** The rules of this update: the wanted ones, and beside them what is not to be closed yet. */
export function rulesNow(
  name: string,
  args: PeerNetworkArgs,
  rules: Rules,
  { parent }: Partial<Parent> = {},
): pulumi.Output<SecurityRulePlan[]> {
  if (args.rulesBefore === undefined) return rules.apply(({ security }) => security);
  return together([rules, args.rulesBefore]).apply(([{ security }, before]) => {
    if (before.length === 0) return security;
    const additive = additiveRules(before as SecurityRulePlan[], security);
    const what = `PeerNetwork ${name}, whose security group keeps the rules of before until the next update,`;
    refuseLate(what, checkRuleCounts("", args as NetworkDefinition, additive.rules));
    const left = leftForNextUpdate(additive);
    if (left !== "") void pulumi.log.info(`The security group of ${name}: ${left}`, parent);
    return additive.rules;
  });
}

function securityRuleArgs(rule: SecurityRulePlan): input.network.SecurityRuleArgs {
  return {
    name: rule.name,
    description: rule.description,
    priority: rule.priority,
    direction: network.SecurityRuleDirection.Inbound,
    access: rule.access,
    protocol: rule.protocol,
    sourceAddressPrefix: rule.sourceServiceTag,
    sourceAddressPrefixes: rule.sourceAddressPrefixes,
    sourcePortRange: "*",
    destinationAddressPrefix: rule.destinationAddressPrefixes === undefined ? "*" : undefined,
    destinationAddressPrefixes: rule.destinationAddressPrefixes,
    destinationPortRange: rule.destinationPortRange,
  };
}
