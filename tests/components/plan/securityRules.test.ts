import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { parseRange } from "../../../components/plan/addresses";
import { planNetwork } from "../../../components/plan/network";
import { peerPorts } from "../../../components/plan/peerPorts";

const base = { adminSources: ["203.0.113.7", "2001:db8:5::/48"], jumpHostAddress: "10.255.0.4" };

function rulesOf(definition: object = {}) {
  const plan = planNetwork({ ...base, ...definition });
  return plan.rules(plan.subnet);
}

describe("components/plan/securityRules", () => {
  it("opens each port of the table once per family in the security group and in the Windows Firewall", () => {
    const { security, firewall } = rulesOf({
      graphPorts: [{ port: 4711 }, { port: 4712, protocol: "UDP" }],
    });
    for (const [protocol, port] of [
      ...peerPorts.map((entry) => [entry.protocol, entry.port] as const),
      ["TCP", 4711] as const,
      ["UDP", 4712] as const,
    ]) {
      for (const family of ["IPv4", "IPv6"] as const) {
        const range = family === "IPv4" ? "10.80.0.0/24" : "fd5a:9c2e:71b0::/64";
        const group = security.filter(
          (rule) =>
            rule.destinationPortRange === String(port) &&
            rule.protocol.toUpperCase() === protocol &&
            rule.name.endsWith(family),
        );
        assert.equal(group.length, 1, `${protocol} ${port} ${family}`);
        assert.deepEqual(group[0].sourceAddressPrefixes, [range]);
        assert.deepEqual(group[0].destinationAddressPrefixes, [range]);
        const guest = firewall.filter(
          (rule) => rule.port === port && rule.protocol === protocol && rule.family === family,
        );
        assert.equal(guest.length, 1, `${protocol} ${port} ${family}`);
        assert.deepEqual(guest[0].remoteAddresses, [range]);
      }
    }
    assert.equal(security.length, 4 * 2 + 2 + 1);
    assert.equal(firewall.length, 4 * 2 + 2);
  });

  it("lets administrators and the jump host in on TCP 22, each family apart, and on 3389 only where asked", () => {
    const sources = (port: string, rdp: boolean) =>
      rulesOf({ rdp })
        .security.filter((rule) => rule.destinationPortRange === port)
        .map((rule) => rule.sourceAddressPrefixes);
    assert.deepEqual(sources("22", false), [
      ["10.255.0.4/32", "203.0.113.7/32"],
      ["2001:db8:5::/48"],
    ]);
    assert.deepEqual(sources("3389", false), []);
    assert.deepEqual(sources("3389", true), sources("22", true));
  });

  it("denies the rest of the virtual network last, unless it is not isolated or the group is somebody else's", () => {
    const denials = (definition: object) =>
      rulesOf(definition).security.filter((rule) => rule.access === "Deny");
    assert.deepEqual(
      denials({}).map(({ priority, sourceServiceTag }) => [priority, sourceServiceTag]),
      [[4096, "VirtualNetwork"]],
    );
    assert.deepEqual(denials({ isolate: false }), []);
    assert.deepEqual(denials({ existing: { networkSecurityGroupName: "theirs" } }), []);
  });

  it("names no range that lies in another one of the same rule, nor one twice, in the group and on the machine", () => {
    const { security, firewall } = rulesOf({
      adminSources: [
        "203.0.113.7",
        "10.0.0.0/8",
        "203.0.113.0/24",
        "203.0.113.0/24",
        "203.0.114.1",
      ],
      jumpHostAddress: "10.255.0.4",
      peerSources: ["10.90.1.0/24", "fd00:90:1::/64", "10.90.0.0/16", "fd00:90::/32"],
    });
    const ssh = ["10.0.0.0/8", "203.0.113.0/24", "203.0.114.1/32"];
    const peers = ["10.80.0.0/24", "10.90.0.0/16"];
    const peersIpv6 = ["fd00:90::/32", "fd5a:9c2e:71b0::/64"];
    const sources = (name: string) =>
      security.find((rule) => rule.name === name)?.sourceAddressPrefixes;
    assert.deepEqual(sources("Allow-SSH-TCP-22-IPv4"), ssh);
    assert.deepEqual(sources("Allow-Grouping-TCP-3587-IPv4"), peers);
    assert.deepEqual(sources("Allow-Grouping-TCP-3587-IPv6"), peersIpv6);
    const onMachine = (port: number, family: string) =>
      firewall.find((rule) => rule.port === port && rule.family === family)?.remoteAddresses;
    assert.deepEqual(onMachine(22, "IPv4"), ssh);
    assert.deepEqual(onMachine(3587, "IPv4"), peers);
    assert.deepEqual(onMachine(3587, "IPv6"), peersIpv6);
  });

  it("gives every rule its own priority and one family, whatever the ports (property)", () => {
    const port = fc.record({
      port: fc.integer({ min: 4000, max: 65535 }),
      protocol: fc.constantFrom("TCP", "UDP"),
    });
    const ports = fc.uniqueArray(port, {
      maxLength: 60,
      selector: (entry) => `${entry.protocol} ${entry.port}`,
    });
    fc.assert(
      fc.property(ports, fc.integer({ min: 100, max: 3000 }), (graphPorts, firstPriority) => {
        const { security } = rulesOf({ graphPorts, existing: { firstPriority } });
        const priorities = security.map((rule) => rule.priority);
        assert.equal(new Set(priorities).size, priorities.length);
        assert.ok(priorities.every((priority) => priority >= 100 && priority <= 4096));
        assert.equal(new Set(security.map((rule) => rule.name)).size, security.length);
        for (const rule of security) {
          const all = [
            ...(rule.sourceAddressPrefixes ?? []),
            ...(rule.destinationAddressPrefixes ?? []),
          ];
          assert.ok(new Set(all.map((text) => parseRange(text)?.family)).size <= 1);
        }
      }),
    );
  });

  it("keeps a rule's priority when another port comes, unless the two fall on one place", () => {
    const priority = (graphPorts: object[]) =>
      rulesOf({ graphPorts }).security.find((rule) => rule.destinationPortRange === "5000")
        ?.priority;
    assert.equal(
      priority([{ port: 5000 }]),
      priority([{ port: 4001 }, { port: 5000 }, { port: 6000 }]),
    );
  });
});
