import * as assert from "node:assert/strict";
import { defaultSecurityRules } from "../../../components/plan/defaultSecurityRules";
import { openToEveryone } from "../../../components/plan/openToEveryone";
import {
  decidingRule,
  type Packet,
  type SecurityRule,
  type Surroundings,
} from "../../../components/plan/securityGroup";
import { plannedSecurityRules, securityRulesOf } from "../../../components/plan/securityRulesOf";
import { deniedBefore, packetFor, shadowedRules } from "../../../components/plan/shadowedRules";

const surroundings: Surroundings = { virtualNetwork: ["10.80.0.0/16", "fd00:80::/48"] };

/** A rule for everything, but for what is said. */
function rule(name: string, fields: Partial<SecurityRule> = {}): SecurityRule {
  return {
    name,
    direction: "Inbound",
    priority: Number(/\d+/.exec(name)?.[0] ?? 100),
    access: /^deny/i.test(name) ? "Deny" : "Allow",
    protocol: "*",
    sourceAddressPrefixes: ["*"],
    sourcePortRanges: ["*"],
    destinationAddressPrefixes: ["*"],
    destinationPortRanges: ["*"],
    ...fields,
  };
}

/** From peer to peer over IPv4 to TCP 3587, but for what is said. */
const packet = (fields: Partial<Packet> = {}): Packet => ({
  direction: "Inbound",
  protocol: "TCP",
  source: "10.80.0.4",
  sourcePort: 50000,
  destination: "10.80.0.5",
  destinationPort: 3587,
  ...fields,
});
const over6 = { source: "fd00:80::4", destination: "fd00:80::5" };
const from = (prefix: string) => ({ sourceAddressPrefixes: [prefix] });
const deciding = (rules: SecurityRule[], one: Packet, around = surroundings) =>
  decidingRule(rules, one, around).rule.name;

describe("components/plan: which rule of a security group decides", () => {
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
    it(`fits ${what}`, () => {
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

describe("components/plan: which rules of a security group can never decide", () => {
  const names = (rules: SecurityRule[], around = surroundings) =>
    shadowedRules(rules, around).map((found) => [
      found.rule.name,
      ...found.by.map(({ name }) => name),
    ]);

  const shadows: [string, SecurityRule[], string[][]][] = [
    [
      "one wider rule",
      [rule("Deny100"), rule("Allow200", from("10.80.0.4"))],
      [["Allow200", "Deny100"]],
    ],
    ["none that comes later", [rule("Deny200"), rule("Allow100", from("10.80.0.4"))], []],
    [
      "none of the other direction",
      [rule("Deny100", { direction: "Outbound" }), rule("Allow200")],
      [],
    ],
    [
      "two halves together, and not by a third that comes too late",
      [
        rule("Deny100", from("10.80.0.0/17")),
        rule("Allow101", from("10.80.128.0/17")),
        rule("Deny102", from("10.80.0.0/16")),
      ],
      [["Deny102", "Deny100", "Allow101"]],
    ],
    [
      "not two halves with an address between them",
      [
        rule("Deny100", from("10.80.0.0/25")),
        rule("Deny101", {
          sourceAddressPrefixes: ["10.80.0.129", "10.80.0.130/31", "10.80.0.132/30"],
        }),
        rule("Allow102", from("10.80.0.0/24")),
      ],
      [],
    ],
    [
      "ports and protocols together",
      [
        rule("Allow100", { protocol: "Tcp", destinationPortRanges: ["0-3586"] }),
        rule("Deny101", { protocol: "Tcp", destinationPortRanges: ["3587-65535"] }),
        rule("Allow102", { protocol: "tcp" }),
        rule("Deny103", { protocol: "*" }),
      ],
      [["Allow102", "Allow100", "Deny101"]],
    ],
    [
      "not every protocol by the five that have names, over IPv6",
      [
        ...["Tcp", "Udp", "Icmp", "Esp", "Ah"].map((protocol, index) =>
          rule(`Allow${100 + index}`, { protocol }),
        ),
        rule("Deny200"),
      ],
      [],
    ],
    [
      "both families only by both",
      [rule("Deny100", from("0.0.0.0/0")), rule("Allow101"), rule("Deny102", from("::/0"))],
      [["Deny102", "Allow101"]],
    ],
    [
      "the network and the internet, but not what is private elsewhere",
      [
        rule("Deny100", from("VirtualNetwork")),
        rule("Deny101", from("Internet")),
        rule("Allow102"),
      ],
      [],
    ],
    [
      "a tag by the ranges behind it",
      [
        rule("Deny100", { sourceAddressPrefixes: ["10.80.0.0/16", "168.63.129.16"] }),
        rule("Deny101", from("fd00:80::/48")),
        rule("Allow102", from("VirtualNetwork")),
      ],
      [["Allow102", "Deny100", "Deny101"]],
    ],
    [
      "nothing for certain that nobody knows",
      [rule("Deny100", from("Storage")), rule("Allow200", from("Storage"))],
      [],
    ],
    [
      "everything, though nobody knows what it takes",
      [rule("Deny100"), rule("Allow200", from("Storage"))],
      [["Allow200", "Deny100"]],
    ],
    [
      "the same priority in the order of the list",
      [rule("Deny100"), rule("Allow100")],
      [["Allow100", "Deny100"]],
    ],
  ];
  for (const [what, rules, found] of shadows) {
    it(`is shadowed by ${what}`, () => assert.deepEqual(names(rules), found));
  }

  it("gives a packet for each rule that can decide, and none for the others", () => {
    const rules = [
      rule("Deny100", from("10.80.0.0/17")),
      rule("Allow101", from("10.80.0.0/16")),
      rule("Deny102", from("10.80.128.0/20")),
    ];
    assert.equal(deciding(rules, packetFor(rules[1], rules, surroundings)!), "Allow101");
    assert.equal(packetFor(rules[2], rules, surroundings), undefined);
  });

  it("says what earlier denies take from an allow rule, with a packet of each", () => {
    const rules = [
      rule("Allow100", from("10.80.0.0/24")),
      rule("Deny101", from("10.80.0.0/24")),
      rule("Deny102", from("10.80.1.0/24")),
      rule("Allow103", from("10.80.0.0/16")),
      rule("Deny104"),
    ];
    const part = deniedBefore(rules[3], rules, surroundings);
    assert.equal(part.whole, false);
    assert.deepEqual(
      part.by.map((one) => one.rule.name),
      ["Deny102"],
    );
    assert.equal(deciding(rules, part.by[0].packet), "Deny102");
    const rest = rule("Allow105", { ...from("10.80.1.0/25"), protocol: "Tcp" });
    const whole = deniedBefore(rest, [...rules, rest], surroundings);
    assert.equal(whole.whole, true);
    assert.deepEqual(
      whole.by.map((one) => one.rule.name),
      ["Deny102"],
    );
    assert.deepEqual(deniedBefore(rules[2], rules, surroundings), { whole: false, by: [] });
    assert.deepEqual(deniedBefore(rules[0], rules, surroundings), { whole: false, by: [] });
  });

  it("reads a group of 1,000 rules", () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      rule(`Allow${100 + index}`, {
        sourceAddressPrefixes: [`10.${index % 250}.0.0/16`],
        destinationPortRanges: [`${index * 7}-${index * 7 + 20}`],
        access: index % 2 ? "Allow" : "Deny",
      }),
    );
    const last = rule("Allow2000", { destinationPortRanges: ["0-7000"] });
    const hidden = rule("Allow2001", { ...from("10.3.0.0/24"), destinationPortRanges: ["22-60"] });
    assert.deepEqual(names([...many, last, hidden]), [["Allow2001", "Allow103", "Allow2000"]]);
  });
});

describe("components/plan: what a security group leaves open to everyone", () => {
  const ports = [
    { protocol: "TCP", port: 3587 },
    { protocol: "UDP", port: 3540 },
  ] as const;
  const open = (rules: SecurityRule[], around = surroundings) =>
    openToEveryone(rules, ports, around).map(
      ({ rule: { name }, protocol, port, family, source }) =>
        `${name} ${protocol} ${port} ${family} ${source}`,
    );
  const tcp = { protocol: "Tcp", destinationPortRanges: ["3000-4000"] };

  it("names each rule, port and family, for *, Internet and ranges as wide as them", () => {
    assert.deepEqual(open([rule("Allow100", tcp)]), [
      "Allow100 TCP 3587 IPv4 *",
      "Allow100 TCP 3587 IPv6 *",
    ]);
    assert.deepEqual(open([rule("Allow100", { ...tcp, ...from("INTERNET") })]).length, 2);
    assert.deepEqual(open([rule("Allow100", { ...tcp, ...from("128.0.0.0/1") })]), [
      "Allow100 TCP 3587 IPv4 128.0.0.0/1",
    ]);
    assert.deepEqual(open([rule("Allow100", { protocol: "*", ...from("2000::/3") })]), [
      "Allow100 TCP 3587 IPv6 2000::/3",
      "Allow100 UDP 3540 IPv6 2000::/3",
    ]);
  });

  it("names no rule for few, for another port, for the network, of the other direction, or that denies", () => {
    const rules = [
      rule("Allow100", { ...tcp, ...from("8.0.0.0/8") }),
      rule("Allow101", { ...tcp, ...from("2001:db8::/32") }),
      rule("Allow102", { destinationPortRanges: ["22"] }),
      rule("Allow103", { ...tcp, ...from("VirtualNetwork") }),
      rule("Allow104", { ...tcp, direction: "Outbound" }),
      rule("Deny105", tcp),
    ];
    assert.deepEqual(open(rules), []);
  });

  it("names no rule that an earlier one leaves nothing of for the internet", () => {
    const first = rule("Deny100", from("Internet"));
    assert.deepEqual(open([first, rule("Allow101", tcp)]), []);
    assert.deepEqual(
      open([first, rule("Allow101", tcp)], {}).length,
      2,
      "what Internet is nobody knows",
    );
    assert.deepEqual(open([rule("Deny100", from("0.0.0.0/0")), rule("Allow101", tcp)]), [
      "Allow101 TCP 3587 IPv6 *",
    ]);
    assert.deepEqual(open([rule("Deny100", from("0.0.0.0/1")), rule("Allow101", tcp)]).length, 2);
  });
});

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
