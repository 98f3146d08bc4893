import * as assert from "node:assert/strict";
import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import { creations } from "./ruleCase";
import { resourceGroupName, tokens } from "./stage";

const securityRule: Properties = {
  access: "Allow",
  direction: "Inbound",
  protocol: "Tcp",
  priority: 300,
  sourceAddressPrefix: "*",
  sourcePortRange: "*",
  destinationAddressPrefix: "*",
  destinationPortRange: "22",
};

/** A security group with these inline rules. */
export function group(...rules: Properties[]): Properties {
  const securityRules = rules.map((rule, index) => ({
    ...securityRule,
    name: `r${index}`,
    priority: 300 + index,
    ...rule,
  }));
  return { resourceGroupName, securityRules };
}

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index % 256}`);

function plural(side: "source" | "destination", ...prefixes: string[]): Properties {
  return { [`${side}AddressPrefix`]: null, [`${side}AddressPrefixes`]: prefixes };
}

function groupCase(
  rule: string,
  code: string | undefined,
  illegal: Properties[],
  legal: Properties[],
) {
  return creations(rule, code, tokens.securityGroup, group(...illegal), group(...legal));
}

export const securityRuleCases: RuleCase[] = [
  groupCase(
    "NSG-PRIORITY-RANGE",
    "SecurityRuleInvalidPriority",
    [{ priority: 99 }],
    [{ priority: 4096 }],
  ),
  groupCase(
    "NSG-PRIORITY-RANGE",
    "SecurityRuleInvalidPriority",
    [{ priority: null }],
    [{ priority: 100 }],
  ),
  groupCase(
    "NSG-PRIORITY-DUP",
    "SecurityRuleConflict",
    [{ priority: 300 }, { priority: 300 }],
    [{ priority: 300 }, { priority: 300, direction: "Outbound" }],
  ),
  {
    rule: "NSG-PRIORITY-DUP",
    code: "SecurityRuleConflict",
    prepare: async (stage) => (await stage.create(tokens.securityGroup, "g", group({}))).outputs,
    illegal: (stage, _lab, { name }) =>
      stage.create(tokens.securityRule, "second", {
        ...securityRule,
        resourceGroupName,
        networkSecurityGroupName: name,
      }),
    legal: (stage, _lab, { name }) =>
      stage.create(tokens.securityRule, "second", {
        ...securityRule,
        resourceGroupName,
        networkSecurityGroupName: name,
        priority: 301,
      }),
  },
  groupCase("NSG-RULE-NAME", "InvalidResourceName", [{ name: "-ssh" }], [{ name: "ssh_1.a-b_" }]),
  groupCase("NSG-RULE-DUP", "DuplicateResourceName", [{ name: "a" }, { name: "A" }], [{}, {}]),
  groupCase(
    "NSG-DESCRIPTION-140",
    "SecurityRuleDescriptionTooLong",
    [{ description: "x".repeat(141) }],
    [{ description: "x".repeat(140) }],
  ),
  groupCase(
    "NSG-FAMILY-MIX",
    "ResourceCannotContainAddressPrefixesFromDifferentAddressFamilies",
    [{ sourceAddressPrefix: "10.0.0.0/8", destinationAddressPrefix: "fd00::/8" }],
    [{ sourceAddressPrefix: "fd00::/8", destinationAddressPrefix: "VirtualNetwork" }],
  ),
  groupCase(
    "NSG-ONE-OF-PREFIX",
    "SecurityRuleParameterContainsBothSingularAndPlural",
    [{ sourceAddressPrefix: "10.0.0.1", sourceAddressPrefixes: ["10.0.0.2"] }],
    [{ sourceAddressPrefix: null, sourceAddressPrefixes: ["10.0.0.2"] }],
  ),
  groupCase(
    "NSG-ONE-OF-PORT",
    "SecurityRuleParameterContainsBothSingularAndPlural",
    [{ destinationPortRange: "22", destinationPortRanges: ["80"] }],
    [{ destinationPortRange: null, destinationPortRanges: ["80", "90-99"] }],
  ),
  groupCase(
    "NSG-PREFIXES-NO-TAG",
    "SecurityRuleParameterContainsUnsupportedValue",
    [{ sourceAddressPrefix: null, sourceAddressPrefixes: ["VirtualNetwork"] }],
    [{ sourceAddressPrefix: "VirtualNetwork" }],
  ),
  groupCase(
    "NSG-PREFIX-FORMAT",
    "SecurityRuleInvalidAddressPrefix",
    [{ sourceAddressPrefix: "10.0.0.0/33" }],
    [{ sourceAddressPrefix: "10.0.0.0/32" }],
  ),
  groupCase(
    "NSG-PREFIX-HOSTBITS",
    "SecurityRuleInvalidAddressPrefix",
    [{ sourceAddressPrefix: "50.206.209.68/27" }],
    [{ sourceAddressPrefix: "50.206.209.64/27" }],
  ),
  groupCase(
    "NSG-PREFIX-HOSTBITS",
    "SecurityRuleInvalidAddressPrefix",
    [{ destinationAddressPrefix: null, destinationAddressPrefixes: ["2001:db8::5/32"] }],
    [{ destinationAddressPrefix: null, destinationAddressPrefixes: ["2001:db8::5"] }],
  ),
  groupCase(
    "NSG-PREFIX-OVERLAP",
    "OverlappingSubnetsNotPermittedInSecurityRule",
    [plural("source", "149.173.8.27/32", "10.0.0.0/8", "149.173.0.0/16")],
    // One list for each side and rule: the same addresses may stand in the other.
    [
      {
        ...plural("source", "149.173.0.0/16", "149.174.0.0/16"),
        ...plural("destination", "149.173.8.27"),
      },
      plural("source", "149.173.8.27"),
    ],
  ),
  groupCase(
    "NSG-PREFIX-OVERLAP",
    "OverlappingSubnetsNotPermittedInSecurityRule",
    [plural("destination", "fd00::/64", "fd00::1", "fd00:0:0:2::/64")],
    [plural("destination", "fd00::/64", "fd00:0:0:1::1", "fd00:0:0:2::/64")],
  ),
  groupCase(
    "NSG-PORT-FORMAT",
    "SecurityRuleInvalidPortRange",
    [{ destinationPortRange: "90-80" }],
    [{ destinationPortRange: "0-65535" }],
  ),
  groupCase(
    "NSG-ADDRESS-REQUIRED",
    "SecurityRuleParametersMissing",
    [{ sourceAddressPrefix: null }],
    [{}],
  ),
  groupCase("NSG-PORT-REQUIRED", undefined, [{ sourcePortRange: null }], [{ name: "other" }]),
  {
    rule: "NSG-ASG-XOR-PREFIX",
    // No application security group is served, so the reference to one is refused beside the warning.
    illegal: async (stage, lab) => {
      const id = `${lab.group.id}/providers/Microsoft.Network/applicationSecurityGroups/a`;
      const rule = { sourceApplicationSecurityGroups: [{ id }] };
      await stage
        .create(tokens.securityGroup, "illegal", group(rule))
        .catch((error: Error) => assert.match(error.message, /InvalidResourceReference/));
    },
    legal: (stage) => stage.create(tokens.securityGroup, "legal", group({})),
  },
  groupCase(
    "NSG-ICMPV6",
    undefined,
    [{ protocol: "Icmp", sourceAddressPrefix: "fd00::/8" }],
    [{ protocol: "*", sourceAddressPrefix: "fd00::/8" }],
  ),
  groupCase(
    "NSG-ICMPV6",
    undefined,
    [{ protocol: "icmp", destinationAddressPrefix: "fd00::/8" }],
    [{ protocol: "icmp", sourceAddressPrefix: "10.0.0.0/8" }],
  ),
  groupCase(
    "NSG-1000",
    "SecurityRulesLimitReached",
    Array.from({ length: 1001 }, (_, index) => ({ priority: 100 + index })),
    Array.from({ length: 1000 }, (_, index) => ({ priority: 100 + index })),
  ),
  // It is the group's rules that have so many addresses, all of them together.
  groupCase(
    "NSG-1000",
    "SecurityRulesLimitReached",
    [plural("source", ...addresses(2001)), plural("source", ...addresses(2000))],
    [plural("source", ...addresses(2000)), plural("source", ...addresses(2000))],
  ),
];
