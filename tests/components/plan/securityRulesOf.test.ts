import * as assert from "node:assert/strict";
import { plannedSecurityRules, securityRulesOf } from "../../../components/plan/securityRulesOf";
import { from, rule } from "./securityRule";

describe("components/plan: rules of a security group as Pulumi has them", () => {
  it("reads groups and single rules, singular and plural fields, words in any case", () => {
    const properties = {
      name: "one",
      direction: "inbound",
      priority: 100,
      access: "ALLOW",
      protocol: "Tcp",
      sourceAddressPrefix: "10.0.0.0/8",
      sourceAddressPrefixes: [],
      sourcePortRange: "*",
      destinationApplicationSecurityGroups: [{ id: "/asg" }],
      destinationPortRanges: ["22", "80-90"],
    };
    const expected = {
      name: "one",
      direction: "Inbound",
      priority: 100,
      access: "Allow",
      protocol: "Tcp",
      sourceAddressPrefixes: ["10.0.0.0/8"],
      sourcePortRanges: ["*"],
      destinationAddressPrefixes: [],
      destinationPortRanges: ["22", "80-90"],
      sourceApplicationSecurityGroups: undefined,
      destinationApplicationSecurityGroups: ["/asg"],
    };
    assert.deepEqual(securityRulesOf({ location: "x", securityRules: [properties] }), [expected]);
    const single = { ...properties, name: undefined, securityRuleName: "one" };
    assert.deepEqual(securityRulesOf(single), [expected]);
    assert.deepEqual(securityRulesOf({ location: "x" }), []);
    assert.deepEqual(
      securityRulesOf({ securityRules: [null, 5, "x", [], properties] }),
      [expected],
      "what is no rule is passed over",
    );
    const unsaid = securityRulesOf({ access: "Deny", name: "two" })[0];
    assert.equal(unsaid.priority, 4097);
  });

  it("reads what the library plans", () => {
    const [allow, deny] = plannedSecurityRules([
      {
        name: "Allow",
        description: "",
        priority: 100,
        access: "Allow",
        protocol: "Tcp",
        sourceAddressPrefixes: ["10.0.0.0/8"],
        destinationAddressPrefixes: ["10.80.0.0/24"],
        destinationPortRange: "22",
      },
      {
        name: "Deny",
        description: "",
        priority: 4096,
        access: "Deny",
        protocol: "*",
        sourceServiceTag: "VirtualNetwork",
        destinationPortRange: "*",
      },
    ]);
    assert.deepEqual(
      allow,
      rule("Allow", {
        protocol: "Tcp",
        sourceAddressPrefixes: ["10.0.0.0/8"],
        destinationAddressPrefixes: ["10.80.0.0/24"],
        destinationPortRanges: ["22"],
      }),
    );
    assert.deepEqual(deny, rule("Deny", { priority: 4096, ...from("VirtualNetwork") }));
  });
});
