import * as assert from "node:assert/strict";
import {
  decidingRule,
  type Packet,
  type SecurityRule,
} from "../../../components/plan/securityGroup";
import { deniedBefore, packetFor, shadowedRules } from "../../../components/plan/shadowedRules";
import { from, rule, surroundings } from "./securityRule";

const deciding = (rules: SecurityRule[], one: Packet) =>
  decidingRule(rules, one, surroundings).rule.name;

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
      "not four that leave a corner in the middle",
      [
        rule("Deny100", { ...from("10.80.0.0/25"), destinationPortRanges: ["0-99"] }),
        rule("Deny101", { ...from("10.80.0.128/25"), destinationPortRanges: ["0-99"] }),
        rule("Deny102", { destinationPortRanges: ["200-65535"] }),
        rule("Deny103", { ...from("10.80.0.0/25"), destinationPortRanges: ["100-199"] }),
        rule("Allow104", from("10.80.0.0/24")),
      ],
      [],
    ],
    [
      "not three that leave the middle of their first ports",
      [
        rule("Deny100", {
          sourceAddressPrefixes: ["10.80.0.0/26", "10.80.0.192/26"],
          destinationPortRanges: ["0-99"],
        }),
        rule("Deny101", { destinationPortRanges: ["100-65535"] }),
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
      "none of the same priority, which Azure does not take",
      [rule("Deny100"), rule("Allow100"), rule("Allow101")],
      [["Allow101", "Deny100"]],
    ],
  ];
  for (const [what, rules, found] of shadows) {
    it(`is shadowed by: ${what}`, () => assert.deepEqual(names(rules), found));
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
