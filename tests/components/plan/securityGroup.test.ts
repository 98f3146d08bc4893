import * as assert from "node:assert/strict";
import { defaultSecurityRules } from "../../../components/plan/defaultSecurityRules";
import {
  decidingRule,
  type Packet,
  type SecurityRule,
} from "../../../components/plan/securityGroup";
import { from, packet, rule, surroundings } from "./securityRule";

const over6 = { source: "fd00:80::4", destination: "fd00:80::5" };
const deciding = (rules: SecurityRule[], one: Packet, around = surroundings) =>
  decidingRule(rules, one, around).rule.name;

describe("components/plan: which rule of a security group decides", () => {
  for (const source of ["0.1.2.3", "100.64.0.1", "224.0.0.1", "ff02::1", "fe80::1"]) {
    it(`does not take ${source} for an address of the internet`, () => {
      const destination = source.includes(":") ? "fd00:80::4" : "10.80.0.4";
      const one = packet({ source, destination });
      const { rule: decides } = decidingRule(
        [rule("Allow100", from("Internet"))],
        one,
        surroundings,
      );
      assert.equal(decides.name, "DenyAllInBound");
    });
  }

  it("is uncertain of what is not the network's own where more may be in VirtualNetwork", () => {
    const around = { ...surroundings, moreInVirtualNetwork: true };
    const access = (source: string, tag: string) => {
      const verdict = decidingRule([rule("Deny100", from(tag))], packet({ source }), around);
      return `${verdict.rule.name}${verdict.uncertain.map(({ name }) => ` ${name}?`).join("")}`;
    };
    assert.equal(access("10.80.0.4", "VirtualNetwork"), "Deny100");
    assert.equal(
      access("10.81.0.4", "VirtualNetwork"),
      "DenyAllInBound Deny100? AllowVnetInBound?",
    );
    assert.equal(access("8.8.8.8", "Internet"), "DenyAllInBound Deny100? AllowVnetInBound?");
    assert.equal(access("10.80.0.4", "Internet"), "AllowVnetInBound");
  });

  it("takes the rules of the packet's direction by priority, whatever their order", () => {
    const rules = [rule("Deny300"), rule("Allow200"), rule("Deny100", { direction: "Outbound" })];
    assert.equal(deciding(rules, packet()), "Allow200");
    assert.equal(deciding([...rules].reverse(), packet()), "Allow200");
    assert.equal(deciding(rules, packet({ direction: "Outbound" })), "Deny100");
  });

  const defaults: [string, Partial<Packet>, string][] = [
    ["from the virtual network", {}, "AllowVnetInBound"],
    ["over IPv6", over6, "AllowVnetInBound"],
    ["from the host to a machine", { source: "168.63.129.16" }, "AllowVnetInBound"],
    [
      "from the host to another address",
      { source: "168.63.129.16", destination: "10.9.0.1" },
      "AllowAzureLoadBalancerInBound",
    ],
    ["from the internet", { source: "203.0.113.7" }, "DenyAllInBound"],
    ["from a private address of elsewhere", { source: "10.9.0.1" }, "DenyAllInBound"],
    ["to the virtual network", { direction: "Outbound" }, "AllowVnetOutBound"],
    [
      "to the internet",
      { direction: "Outbound", destination: "198.51.100.1" },
      "AllowInternetOutBound",
    ],
    [
      "to the internet over IPv6",
      { direction: "Outbound", source: "fd00:80::4", destination: "2001:db8::1" },
      "AllowInternetOutBound",
    ],
    [
      "to a private address of elsewhere",
      { direction: "Outbound", destination: "192.168.0.1" },
      "DenyAllOutBound",
    ],
    [
      "to a unique local address of elsewhere",
      { direction: "Outbound", source: "fd00:80::4", destination: "fd00:81::1" },
      "DenyAllOutBound",
    ],
  ];
  for (const [what, fields, name] of defaults) {
    it(`leaves a packet ${what} to ${name} where nothing else fits`, () => {
      const verdict = decidingRule([], packet(fields), surroundings);
      assert.equal(verdict.rule.name, name);
      assert.equal(verdict.access, name.startsWith("Allow") ? "Allow" : "Deny");
      assert.deepEqual(verdict.uncertain, []);
      assert.ok(defaultSecurityRules.includes(verdict.rule));
    });
  }

  const tables: [string, Partial<SecurityRule>, Partial<Packet>, boolean][] = [
    ["the protocol, without case", { protocol: "tCP" }, {}, true],
    ["not another protocol", { protocol: "Udp" }, {}, false],
    ["ICMP over IPv4", { protocol: "Icmp" }, { protocol: "ICMP" }, true],
    ["not ICMPv6 by the name Icmp", { protocol: "Icmp" }, { protocol: "ICMP", ...over6 }, false],
    ["ICMPv6 by *", { protocol: "*" }, { protocol: "ICMP", ...over6 }, true],
    ["ESP", { protocol: "esp" }, { protocol: "ESP" }, true],
    ["a range of the source", from("10.80.0.0/30"), { source: "10.80.0.3" }, true],
    ["not the address after a range", from("10.80.0.0/30"), {}, false],
    ["one address", from("10.80.0.4"), {}, true],
    ["a range with host bits as the range it lies in", from("10.80.0.9/24"), {}, true],
    ["an IPv6 address however it is written", from("FD00:0080:0:0:0:0:0:4"), over6, true],
    ["everything by the word that some clients have for *", from("any"), over6, true],
    ["IPv4 alone by 0.0.0.0/0", from("0.0.0.0/0"), over6, false],
    ["IPv6 alone by ::/0", from("::/0"), {}, false],
    ["IPv6 by ::/0", from("::/0"), over6, true],
    ["a tag in odd case", from("vIRTUALnETWORK"), over6, true],
    ["Internet from a public address", from("internet"), { source: "203.0.113.7" }, true],
    ["not Internet from the network", from("Internet"), {}, false],
    [
      "not Internet from a private address of elsewhere",
      from("Internet"),
      { source: "10.9.0.1" },
      false,
    ],
    ["not Internet from the host", from("Internet"), { source: "168.63.129.16" }, false],
    ["the load balancer", from("azureloadbalancer"), { source: "168.63.129.16" }, true],
    ["one of several ranges", { sourceAddressPrefixes: ["10.9.0.0/16", "10.80.0.4/32"] }, {}, true],
    [
      "none of several ranges",
      { sourceAddressPrefixes: ["10.9.0.0/16", "10.81.0.0/16"] },
      {},
      false,
    ],
    ["the destination", { destinationAddressPrefixes: ["10.80.0.5"] }, {}, true],
    ["not another destination", { destinationAddressPrefixes: ["10.80.0.6"] }, {}, false],
    ["the port", { destinationPortRanges: ["3587"] }, {}, true],
    ["the first of a range of ports", { destinationPortRanges: ["3587-4000"] }, {}, true],
    ["the last of a range of ports", { destinationPortRanges: ["1-3587"] }, {}, true],
    ["not a port beside the range", { destinationPortRanges: ["3588-4000"] }, {}, false],
    ["one of several ports", { destinationPortRanges: ["22", "3000-3600"] }, {}, true],
    ["the source port", { sourcePortRanges: ["50000"] }, {}, true],
    ["not another source port", { sourcePortRanges: ["0-49999"] }, {}, false],
    ["not a packet of the other direction", { direction: "Outbound" }, {}, false],
  ];
  for (const [what, fields, ofPacket, fits] of tables) {
    it(`fits: ${what}`, () => {
      const verdict = decidingRule([rule("Deny100", fields)], packet(ofPacket), surroundings);
      assert.equal(verdict.rule.name === "Deny100", fits);
      assert.deepEqual(verdict.uncertain, []);
    });
  }

  it("says which rules before it may fit as well: unknown tags and groups, and words that it does not know", () => {
    const unknown = [
      rule("Deny100", from("Storage")),
      rule("Deny101", { sourceAddressPrefixes: [], sourceApplicationSecurityGroups: ["/web"] }),
      rule("Deny102", { destinationPortRanges: ["http"] }),
      rule("Deny103", { sourceAddressPrefixes: [] }),
      rule("Deny104", { ...from("Storage"), destinationPortRanges: ["22"] }),
    ];
    const verdict = decidingRule([...unknown, rule("Allow200")], packet(), surroundings);
    assert.equal(verdict.rule.name, "Allow200");
    assert.deepEqual(
      verdict.uncertain.map(({ name }) => name),
      ["Deny100", "Deny101", "Deny102", "Deny103"],
    );
  });

  it("knows a tag and a group that somebody explained, in any case", () => {
    const tags = { ...surroundings, serviceTags: { storage: ["10.80.0.0/29"] } };
    assert.equal(deciding([rule("Deny100", from("Storage"))], packet(), tags), "Deny100");
    const elsewhere = { ...surroundings, serviceTags: { Storage: ["203.0.113.0/24"] } };
    const verdict = decidingRule([rule("Deny100", from("storage"))], packet(), elsewhere);
    assert.equal(verdict.rule.name, "AllowVnetInBound");
    assert.deepEqual(verdict.uncertain, []);

    const ofGroup = { sourceAddressPrefixes: [], sourceApplicationSecurityGroups: ["/ASGs/Web"] };
    const member = (ids: string[]) => ({
      ...surroundings,
      applicationSecurityGroups: { "10.80.0.4": ids },
    });
    const rules = [rule("Deny100", ofGroup)];
    assert.equal(deciding(rules, packet(), member(["/asgs/web"])), "Deny100");
    const other = decidingRule(rules, packet(), member(["/asgs/other"]));
    assert.equal(other.rule.name, "AllowVnetInBound");
    assert.deepEqual(other.uncertain, []);
    const outside = decidingRule(rules, packet({ source: "203.0.113.7" }), surroundings);
    assert.deepEqual(outside.uncertain, []);
  });

  it("knows nothing for certain of VirtualNetwork and Internet where nobody says what the network is", () => {
    const verdict = decidingRule([], packet(), {});
    assert.equal(verdict.rule.name, "DenyAllInBound");
    assert.deepEqual(
      verdict.uncertain.map(({ name }) => name),
      ["AllowVnetInBound"],
    );
    const internet = decidingRule(
      [rule("Allow100", from("Internet"))],
      packet({ source: "10.0.0.1" }),
      {},
    );
    assert.deepEqual(
      internet.uncertain.map(({ name }) => name),
      ["AllowVnetInBound"],
      "a private address is never the internet",
    );
  });

  it("refuses what is no packet", () => {
    assert.throws(
      () => decidingRule([], packet({ source: "10.80.0.0/24" }), {}),
      /"10.80.0.0\/24" is no/,
    );
    assert.throws(
      () => decidingRule([], packet({ source: "fd00::1" }), {}),
      /two address families/,
    );
  });
});
