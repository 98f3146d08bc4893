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

  it("reads words in any case, and a wide source of which nothing is public for what it is", () => {
    const words = { access: "allow", direction: "inbound" } as object;
    assert.equal(open([rule("Allow100", { ...tcp, ...words })]).length, 2);
    assert.deepEqual(open([rule("Allow100", { ...tcp, access: "deny" as "Deny" })]), []);
    assert.deepEqual(open([rule("Allow100", { ...tcp, ...from("224.0.0.0/4") })]), [
      "Allow100 TCP 3587 IPv4 224.0.0.0/4",
    ]);
    assert.equal(open([rule("Allow100", { ...tcp, ...from("::") })]).length, 1);
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

  it("takes ranges that are most of the internet together for everyone, in either family", () => {
    const ranges = (count: number, range: (index: number) => string) => ({
      ...tcp,
      sourceAddressPrefixes: Array.from({ length: count }, (_, index) => range(index)),
    });
    const ipv4 = (count: number) => ranges(count, (index) => `${index}.0.0.0/8`);
    const ipv6 = (count: number) =>
      ranges(count, (index) => `${(0x2000 + index).toString(16)}::/16`);
    assert.deepEqual(open([rule("Allow100", ipv4(256))]), [
      "Allow100 TCP 3587 IPv4 0.0.0.0/8 and 255 more",
    ]);
    assert.equal(open([rule("Allow100", ipv4(128))]).length, 1);
    assert.deepEqual(open([rule("Allow100", ipv4(100))]), []);
    assert.deepEqual(open([rule("Allow100", ipv6(4096))]), [
      "Allow100 TCP 3587 IPv6 2000::/16 and 4095 more",
    ]);
    assert.deepEqual(open([rule("Allow100", ipv6(4095))]), []);
    assert.deepEqual(open([rule("Deny100", from("Internet")), rule("Allow101", ipv4(256))]), []);
  });

  it("names no rule that an earlier one leaves nothing of for the internet", () => {
    const first = rule("Deny100", from("Internet"));
    assert.deepEqual(open([first, rule("Allow101", tcp)]), []);
    for (const around of [{}, { ...surroundings, moreInVirtualNetwork: true }]) {
      assert.deepEqual(open([first, rule("Allow101", tcp)], around), [], "whatever Internet is");
      assert.equal(open([rule("Allow101", tcp)], around).length, 2);
    }
    const to = (prefix: string) => ({ destinationAddressPrefixes: [prefix] });
    const public101 = rule("Allow101", { ...tcp, ...to("93.184.0.0/16") });
    assert.equal(
      open([rule("Deny100", to("Internet")), public101], {}).length,
      1,
      "the network's own addresses may be public ones",
    );
    assert.deepEqual(open([rule("Deny100", from("0.0.0.0/0")), rule("Allow101", tcp)]), [
      "Allow101 TCP 3587 IPv6 *",
    ]);
    assert.deepEqual(open([rule("Deny100", from("0.0.0.0/1")), rule("Allow101", tcp)]).length, 2);
  });
});
