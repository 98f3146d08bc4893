import * as assert from "node:assert/strict";
import {
  judgeRedundantRules,
  judgeShadowedRules,
  noRedundantRule,
  noShadowedRule,
} from "../../policy/noShadowedRule";
import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { graphPortPattern, judgeOpenPorts, peerPortsNotOpen } from "../../policy/peerPortsNotOpen";
import { unknown, type Plain, type PlainObject } from "../../policy/properties";
import { noteMarks } from "../../policy/shown";
import { argumentsFor, asValidated } from "./sdkProperties";
import { stackOf, type Declared } from "./stacks";

const groupType = "azure-native:network:NetworkSecurityGroup";
const ruleType = "azure-native:network/v20240501:SecurityRule";

const allow: PlainObject = {
  name: "Allow",
  priority: 200,
  direction: "Inbound",
  access: "Allow",
  protocol: "Tcp",
  sourceAddressPrefix: "203.0.113.0/24",
  sourcePortRange: "*",
  destinationAddressPrefix: "*",
  destinationPortRange: "22",
};
const fromAll: PlainObject = { ...allow, sourceAddressPrefix: "*" };
const deny: PlainObject = { ...fromAll, name: "Deny", access: "Deny", priority: 100 };

function group(...securityRules: Plain[]): Declared {
  return { name: "group", type: groupType, properties: { securityRules } };
}

function ownRule(name: string, properties: PlainObject, madeOf = ["group"]): Declared {
  return {
    name,
    type: ruleType,
    properties: { ...properties, name: null, securityRuleName: name },
    madeOf: { networkSecurityGroupName: madeOf },
  };
}

/** What a policy says of the resources as they are declared, and then of the stack; each with which of the two it was. */
function run(
  policy: ResourceValidationPolicy & StackValidationPolicy,
  ...declared: Declared[]
): string[] {
  const messages: string[] = [];
  const all = declared.map(({ name, type, properties, madeOf = {} }) => {
    noteMarks(name, new Set());
    const args = argumentsFor({ type, urn: name, props: asValidated(properties) });
    for (const validate of [policy.validateResource ?? []].flat()) {
      void validate(args, (message) => messages.push(`resource ${message}`));
    }
    const propertyDependencies = Object.fromEntries(
      Object.entries(madeOf).map(([property, urns]) => [property, urns.map((urn) => ({ urn }))]),
    );
    return { ...args, propertyDependencies };
  });
  const stack = { ...all[0], resources: all };
  void policy.validateStack(
    stack as unknown as Parameters<StackValidationPolicy["validateStack"]>[0],
    (message) => messages.push(`stack ${message}`),
  );
  return messages;
}

describe("policy/peerPortsNotOpen", () => {
  const judge = (...declared: Declared[]) =>
    judgeOpenPorts(stackOf(...declared), { graphPorts: ["UDP 5000"] }).map(
      ({ urn, path, reason, rule }) => `${urn} ${path}: ${reason} [${rule}]`,
    );
  const places = (...declared: Declared[]) => judge(...declared).map((text) => text.split(":")[0]);

  it("refuses a rule that lets everyone reach a port, with all that it says in one finding", () => {
    assert.deepEqual(judge(group(allow, fromAll)), [
      'group securityRules[1]: the rule "Allow" (priority 200) lets everyone ("*"; IPv4, IPv6) reach TCP 22; name the addresses or ranges that need it [SOURCE-EVERYONE]',
    ]);
    assert.deepEqual(judge(group({ ...fromAll, protocol: "*", destinationPortRange: "*" })), [
      'group securityRules[0]: the rule "Allow" (priority 200) lets everyone ("*"; IPv4, IPv6) reach TCP 3587, UDP 3540, TCP 22, TCP 3389, UDP 5000; name the addresses or ranges that need it [SOURCE-EVERYONE]',
    ]);
  });

  for (const source of ["Internet", "0.0.0.0/0", "::/0", "128.0.0.0/1", "2000::/3"]) {
    it(`takes ${source} for everyone, alone and in a list`, () => {
      assert.equal(judge(group({ ...allow, sourceAddressPrefix: source })).length, 1);
      const listed = { sourceAddressPrefix: null, sourceAddressPrefixes: ["192.0.2.1", source] };
      assert.equal(judge(group({ ...allow, ...listed })).length, 1);
    });
  }

  it("accepts other ports, other directions, named sources and what an earlier rule denies", () => {
    assert.deepEqual(judge(group(allow)), []);
    assert.deepEqual(judge(group({ ...fromAll, destinationPortRange: "443" })), []);
    assert.deepEqual(judge(group({ ...fromAll, direction: "Outbound" })), []);
    assert.deepEqual(judge(group(fromAll, deny)), []);
    assert.equal(judge(group(fromAll, { ...deny, priority: 300 })).length, 1);
  });

  it("takes a deny of Internet for a deny of everyone, also where nobody knows the network", () => {
    const shut = {
      ...deny,
      protocol: "*",
      sourceAddressPrefix: "Internet",
      destinationPortRange: "*",
    };
    for (const source of ["*", "Internet", "0.0.0.0/0", "128.0.0.0/1"]) {
      assert.deepEqual(judge(group(shut, { ...allow, sourceAddressPrefix: source })), [], source);
    }
    const late = { ...shut, priority: 300 };
    assert.equal(judge(group(late, fromAll)).length, 1);
    assert.equal(
      judge(group({ ...shut, destinationAddressPrefix: "10.0.0.4" }, fromAll)).length,
      1,
    );
  });

  it("reads rules of their own together with those of their group", () => {
    assert.deepEqual(places(group(), ownRule("Open", fromAll)), ["Open "]);
    assert.deepEqual(places(group(deny), ownRule("Open", fromAll)), []);
    assert.deepEqual(places(ownRule("Open", fromAll), ownRule("Shut", deny), group()), []);
    assert.deepEqual(places(group(deny), ownRule("Open", fromAll, ["another"])), ["Open "]);
  });

  it("puts rules to the group that they name where nothing else says it", () => {
    const named = { resourceGroupName: "RG", networkSecurityGroupName: "nsg" };
    const made: Declared = {
      name: "group",
      type: groupType,
      properties: { ...named, resourceGroupName: "rg", securityRules: [deny] },
    };
    assert.deepEqual(places(made, ownRule("Open", { ...fromAll, ...named }, [])), []);
    const other = { ...named, networkSecurityGroupName: "other" };
    assert.deepEqual(places(made, ownRule("Open", { ...fromAll, ...other }, [])), ["Open "]);
    assert.deepEqual(
      places(
        ownRule("Open", { ...fromAll, ...other }, []),
        ownRule("Shut", { ...deny, ...other }, []),
      ),
      [],
    );
  });

  it("goes by the name where a rule was made of several groups", () => {
    const named = { resourceGroupName: "rg", networkSecurityGroupName: "one" };
    const one = { ...group(deny), name: "one" };
    const other = { ...group(), name: "other", properties: { ...named, securityRules: [] } };
    const rule = ownRule("Open", { ...fromAll, ...named }, ["one", "other"]);
    assert.deepEqual(places(one, other, rule), ["Open "]);
  });

  it("opens its eyes to the ports that components of the library say", () => {
    const open = group({ ...fromAll, destinationPortRange: "4711" });
    assert.deepEqual(judge(open), []);
    const component: Declared = {
      name: "lab",
      type: "peerlab:index:PeerNetwork",
      properties: { graphPorts: [unknown, { port: 4711 }] },
    };
    assert.match(judge(open, component)[0], /reach TCP 4711;/);
  });

  it("leaves out what is not known yet, and everything that it might decide before", () => {
    assert.deepEqual(judge(group({ ...allow, sourceAddressPrefix: unknown })), []);
    assert.deepEqual(judge({ ...group(), properties: { securityRules: unknown } }), []);
    const late: PlainObject = { ...deny, priority: 150, sourceAddressPrefix: unknown };
    assert.deepEqual(judge(group(fromAll, late)), []);
    assert.equal(judge(group({ ...fromAll, priority: 120 }, late)).length, 1);
    assert.deepEqual(judge(group(fromAll, { ...deny, priority: unknown })), []);
    assert.equal(judge(group({ ...fromAll, description: unknown })).length, 1);
  });

  it("is not kept from finding by an earlier rule that is not known yet and denies nothing inbound", () => {
    const late: PlainObject = { ...allow, priority: 150, sourceAddressPrefix: unknown };
    assert.deepEqual(places(group(late, fromAll)), ["group securityRules[1]"]);
    const outbound: PlainObject = { ...late, access: "Deny", direction: "outbound" };
    assert.deepEqual(places(group(outbound, fromAll)), ["group securityRules[1]"]);
    assert.deepEqual(places(group({ ...late, access: unknown }, fromAll)), []);
    assert.deepEqual(places(group({ ...late, access: "deny", direction: unknown }, fromAll)), []);
  });

  it("goes past what is no rule", () => {
    assert.deepEqual(places(group(null, 5, "x", fromAll)), ["group securityRules[3]"]);
    assert.deepEqual(places(group(unknown, fromAll)), []);
  });

  it("takes ports from 1 to 65535 from its configuration", () => {
    const accepts = (text: string) => new RegExp(graphPortPattern).test(text);
    const good = ["TCP 1", "UDP 5000", "TCP 9999", "TCP 59999", "TCP 65535"];
    assert.deepEqual(good.filter(accepts), good);
    const bad = ["TCP 0", "TCP 65536", "TCP 99999", "TCP 022", "tcp 22", "22", "TCP 100000"];
    assert.deepEqual(bad.filter(accepts), []);
  });

  it("takes a deny of Internet for all of it, whatever network the group is in", () => {
    const internet = { ...deny, sourceAddressPrefix: "Internet" };
    assert.deepEqual(judge(group(internet, fromAll)), []);
    assert.equal(judge(group({ ...internet, priority: 300 }, fromAll)).length, 1);
    const other = { ...internet, sourceAddressPrefix: "VirtualNetwork" };
    assert.equal(judge(group(other, fromAll)).length, 1);
  });

  it("refuses the rules inside of a group before it is made, and does not say it again", () => {
    const [first, ...later] = run(
      peerPortsNotOpen,
      group(fromAll),
      ownRule("Open", { ...fromAll, priority: 210, destinationPortRange: "3389" }),
    );
    assert.match(first, /^resource securityRules\[0\]: the rule "Allow" .* lets everyone/);
    assert.equal(later.length, 1);
    assert.match(later[0], /^stack the rule "Open" .* lets everyone/);
    assert.deepEqual(run(peerPortsNotOpen, group(deny, fromAll)), []);
    for (const [policy, rules] of [
      [noShadowedRule, [allow, deny]],
      [noRedundantRule, [allow, { ...allow, name: "Again", priority: 300 }]],
    ] as const) {
      const found = run(policy, group(...rules));
      assert.equal(found.length, 1);
      assert.match(found[0], /^resource .* never decides/);
    }
  });
});

describe("policy/noShadowedRule", () => {
  const shadowed = (...declared: Declared[]) =>
    judgeShadowedRules(stackOf(...declared)).map(
      ({ urn, path, reason, rule }) => `${urn} ${path}: ${reason} [${rule}]`,
    );
  const redundant = (...declared: Declared[]) =>
    judgeRedundantRules(stackOf(...declared)).map(
      ({ urn, path, reason, rule }) => `${urn} ${path}: ${reason} [${rule}]`,
    );

  it("refuses a rule that earlier ones of the other kind leave nothing of, and names them", () => {
    assert.deepEqual(shadowed(group(allow, deny)), [
      'group securityRules[0]: the rule "Allow" (priority 200) never decides: "Deny" (priority 100, Deny) already takes all that it fits; give it a lower number than those, or remove it [NSG-SHADOWED]',
    ]);
    assert.deepEqual(redundant(group(allow, deny)), []);
  });

  it("finds it across rules of their own", () => {
    const found = shadowed(group(deny), ownRule("Late", allow));
    assert.deepEqual(
      found.map((text) => text.split(":")[0]),
      ["Late "],
    );
  });

  it("accepts a rule of which something is left", () => {
    const half = { ...deny, sourceAddressPrefix: "203.0.113.0/25" };
    assert.deepEqual(shadowed(group(allow, half)), []);
    const other = {
      ...half,
      name: "Other",
      priority: 110,
      sourceAddressPrefix: "203.0.113.128/25",
    };
    assert.match(shadowed(group(allow, half, other))[0], /"Deny" .*, "Other" .* already takes/);
  });

  it("says of a rule that repeats others that it is redundant", () => {
    const again = { ...allow, name: "Again", priority: 300 };
    assert.deepEqual(shadowed(group(allow, again)), []);
    assert.deepEqual(redundant(group(allow, again)), [
      'group securityRules[1]: the rule "Again" (priority 300) never decides: "Allow" (priority 200, Allow) already says the same of all that it fits; remove it [NSG-REDUNDANT]',
    ]);
  });

  it("says nothing of rules that are not known yet", () => {
    assert.deepEqual(shadowed(group(allow, { ...deny, sourceAddressPrefix: unknown })), []);
    assert.deepEqual(shadowed(group({ ...allow, destinationPortRange: unknown }, deny)), []);
  });

  const tagDeny = {
    ...deny,
    protocol: "*",
    sourceAddressPrefix: "VirtualNetwork",
    destinationPortRange: "*",
  };
  const fromPeers = { ...allow, sourceAddressPrefix: "10.80.0.0/24" };
  const network = (addressPrefixes: Plain): Declared => ({
    name: "network",
    type: "azure-native:network:VirtualNetwork",
    properties: { addressSpace: { addressPrefixes } },
  });
  const subnet: Declared = {
    name: "subnet",
    type: "azure-native:network:Subnet",
    properties: {},
    madeOf: { networkSecurityGroup: ["group"], virtualNetworkName: ["network"] },
  };
  const nic: Declared = {
    name: "nic",
    type: "azure-native:network:NetworkInterface",
    properties: {},
    madeOf: { networkSecurityGroup: ["group"], ipConfigurations: ["subnet"] },
  };
  const rules = group(fromPeers, tagDeny);

  it("knows what VirtualNetwork is from the network around the group", () => {
    assert.equal(shadowed(rules, network(["10.80.0.0/16"]), subnet).length, 1);
    const byInterface = { ...subnet, madeOf: { virtualNetworkName: ["network"] } };
    assert.equal(shadowed(rules, network(["10.80.0.0/16"]), byInterface, nic).length, 1);
    const inline = { ...network(["10.80.0.0/16"]), madeOf: { subnets: ["group"] } };
    assert.equal(shadowed(rules, inline).length, 1);
    assert.deepEqual(shadowed(rules, network(["10.81.0.0/16"]), subnet), []);
  });

  it("says nothing of the tag where nobody knows all of the network", () => {
    assert.deepEqual(shadowed(rules, network(["10.80.0.0/16"])), []);
    assert.deepEqual(shadowed(rules, network(unknown), subnet), []);
    const two = { ...network(["10.80.0.0/16"]), name: "two", madeOf: { subnets: ["group"] } };
    assert.deepEqual(shadowed(rules, network(["10.80.0.0/16"]), subnet, two), []);
  });

  it("never says that it knows all of the network: a peering, gateway or route of another stack may add to it", () => {
    const around = [network(["10.80.0.0/16"]), subnet];
    const fromNetwork = { ...allow, sourceAddressPrefix: "VirtualNetwork" };
    const fromInternet = { ...tagDeny, sourceAddressPrefix: "Internet" };
    const own = { ...tagDeny, sourceAddressPrefix: "10.80.0.0/16" };
    const host = { ...own, priority: 101, sourceAddressPrefix: "168.63.129.16" };
    assert.deepEqual(shadowed(group(fromNetwork, own, host), ...around), []);
    assert.deepEqual(shadowed(group(allow, fromInternet), ...around), [], "a route may take it");
    assert.deepEqual(redundant(group(fromNetwork, own, host), ...around), []);
  });
});
