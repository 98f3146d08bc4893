import * as assert from "node:assert/strict";
import { openToEveryone } from "../../../components/plan/openToEveryone";
import type { SecurityRule } from "../../../components/plan/securityGroup";
import { from, rule, surroundings } from "./securityRule";

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
      open([first, rule("Allow101", tcp)], {}),
      [],
      "whatever Internet is, it is the same in both",
    );
    assert.deepEqual(open([rule("Deny100", from("0.0.0.0/0")), rule("Allow101", tcp)]), [
      "Allow101 TCP 3587 IPv6 *",
    ]);
    assert.deepEqual(open([rule("Deny100", from("0.0.0.0/1")), rule("Allow101", tcp)]).length, 2);
  });
});
