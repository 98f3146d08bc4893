import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { decidingRule } from "../../components/plan/securityGroup";
import { securityRulesOf } from "../../components/plan/securityRulesOf";
import type { SecurityRuleProperties } from "../../local/azure/arm/model";
import type { AzureResource, ResourceStore } from "../../local/azure/arm/store";
import { parseAddress, type Address } from "../../local/azure/network/addresses";
import { firstFitting, isInVirtualNetwork, rulesOf } from "../../local/azure/network/securityRules";
import {
  packets,
  ruleSets,
  space,
  virtualNetwork,
  type DeclaredRule,
  type DrawnPacket,
} from "./securityGroups";
import { tries } from "./seed";

const surroundings = { virtualNetwork };

/** What the library's reader says. */
function asTheLibrary(rules: DeclaredRule[], packet: DrawnPacket): string {
  const { access, rule } = decidingRule(
    securityRulesOf({ securityRules: rules }),
    packet,
    surroundings,
  );
  return `${access} by ${rule.name}`;
}

/** What the stand-in's says, of the rules as it keeps them. */
function asTheStandIn(rules: DeclaredRule[], packet: DrawnPacket): string {
  const kept = rules.map(({ name, ...properties }) => ({
    name,
    properties: properties as unknown as SecurityRuleProperties,
  }));
  const store = { children: () => kept as unknown as AzureResource[] } as unknown as ResourceStore;
  const located = (text: string) => {
    const address = parseAddress(text) as Address;
    return { address, inVirtualNetwork: isInVirtualNetwork(address, space) };
  };
  const { source, destination, protocol, destinationPort, direction } = packet;
  const { access, name } = firstFitting(rulesOf("/group", store), direction, {
    packet: { from: source, to: destination, protocol, port: destinationPort },
    source: located(source),
    destination: located(destination),
  });
  return `${access.toLowerCase() === "allow" ? "Allow" : "Deny"} by ${name}`;
}

describe("properties: the library's reader of security groups and the stand-in's", function () {
  this.timeout(120_000);

  it("agree on 100,000 rule sets and packets: the same access by the same rule", () => {
    const times: Record<string, number> = {};
    const count = 100_000;
    fc.assert(
      fc.property(ruleSets, packets, (rules, packet) => {
        const said = asTheLibrary(rules, packet);
        assert.equal(said, asTheStandIn(rules, packet));
        const kind = said.replace(/rule-\d+/, "a rule of the group");
        times[kind] = (times[kind] ?? 0) + 1;
      }),
      tries(count),
    );
    for (const kind of [
      "Allow by a rule of the group",
      "Deny by a rule of the group",
      "Allow by AllowVnetInBound",
      "Allow by AllowAzureLoadBalancerInBound",
      "Deny by DenyAllInBound",
      "Allow by AllowVnetOutBound",
      "Allow by AllowInternetOutBound",
      "Deny by DenyAllOutBound",
    ]) {
      assert.ok((times[kind] ?? 0) >= count / 1000, `${kind}: ${times[kind] ?? 0} times`);
    }
  });
});
