import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { checkNetwork, planNetwork, type NetworkDefinition } from "../../components/plan/network";
import { portsOf } from "../../components/plan/peerPorts";
import { decidingRule, type Packet } from "../../components/plan/securityGroup";
import { plannedSecurityRules } from "../../components/plan/securityRulesOf";
import { shadowedRules } from "../../components/plan/shadowedRules";
import { tries } from "./seed";

const graphPort = fc.record(
  { port: fc.integer({ min: 4000, max: 65535 }), protocol: fc.constantFrom("TCP", "UDP") },
  { requiredKeys: ["port"] },
) as fc.Arbitrary<{ port: number; protocol?: "TCP" | "UDP" }>;

const definitions: fc.Arbitrary<NetworkDefinition> = fc.record(
  {
    adminSources: fc.subarray(["203.0.113.7", "198.51.100.0/24", "2001:db8:7::/48"], {
      minLength: 1,
    }),
    jumpHostAddress: fc.constantFrom("10.80.9.9", "10.255.0.4", "fd00:99::4"),
    peerSources: fc.subarray(["10.81.0.0/16", "fd00:81::/48", "10.83.0.0/16"]),
    graphPorts: fc.uniqueArray(graphPort, {
      maxLength: 12,
      selector: ({ port, protocol = "TCP" }) => `${protocol} ${port}`,
    }),
    rdp: fc.boolean(),
    isolate: fc.boolean(),
  },
  { requiredKeys: ["adminSources"] },
);

const machines = {
  IPv4: ["10.80.0.4", "10.80.0.5", "10.80.0.254"],
  IPv6: ["fd5a:9c2e:71b0::4", "fd5a:9c2e:71b0::5", "fd5a:9c2e:71b0:0:ffff:ffff:ffff:ffff"],
};
/** In the network or in one that is peered with it, and in none of the ranges above. */
const neighbours = {
  IPv4: ["10.80.200.4", "10.82.0.1"],
  IPv6: ["fd5a:9c2e:71b0:7::4", "fd00:82::1"],
};
const surroundings = {
  virtualNetwork: ["10.80.0.0/16", "fd5a:9c2e:71b0::/48", "10.81.0.0/16", "fd00:81::/48"].concat([
    "10.82.0.0/16",
    "fd00:82::/48",
  ]),
};
const administrators: Record<string, string> = {
  "203.0.113.7": "203.0.113.7",
  "198.51.100.0/24": "198.51.100.200",
  "2001:db8:7::/48": "2001:db8:7:1::1",
};

describe("properties: the rules of a lab's own security group", function () {
  this.timeout(120_000);

  it("let in exactly what they are there for: each packet by the rule meant for it, and no other from the network where it is isolated", () => {
    let refused = 0;
    fc.assert(
      fc.property(definitions, (definition) => {
        assert.deepEqual(checkNetwork("", definition), []);
        const plan = planNetwork(definition);
        const rules = plannedSecurityRules(plan.rules(plan.subnet).security);
        assert.deepEqual(shadowedRules(rules, surroundings), []);
        const by = (packet: Omit<Packet, "direction" | "sourcePort">) => {
          const inbound = { ...packet, direction: "Inbound" as const, sourcePort: 50000 };
          const { rule, access, uncertain } = decidingRule(rules, inbound, surroundings);
          assert.deepEqual(uncertain, []);
          return `${access} by ${rule.name}`;
        };

        const graphPorts = definition.graphPorts ?? [];
        for (const family of ["IPv4", "IPv6"] as const) {
          const [source, destination, last] = machines[family];
          for (const { name, protocol, port } of portsOf(graphPorts)) {
            const meant = `Allow by Allow-${name}-${protocol}-${port}-${family}`;
            assert.equal(by({ protocol, source, destination, destinationPort: port }), meant);
            assert.equal(by({ protocol, source, destination: last, destinationPort: port }), meant);
          }
        }
        for (const text of definition.adminSources ?? []) {
          const source = administrators[text];
          const family = source.includes(":") ? "IPv6" : "IPv4";
          const ssh = { protocol: "TCP", source, destination: machines[family][0] } as const;
          assert.equal(by({ ...ssh, destinationPort: 22 }), `Allow by Allow-SSH-TCP-22-${family}`);
          assert.equal(
            by({ ...ssh, destinationPort: 3389 }),
            definition.rdp ? `Allow by Allow-RDP-TCP-3389-${family}` : "Deny by DenyAllInBound",
          );
          assert.equal(by({ ...ssh, destinationPort: 3587 }), "Deny by DenyAllInBound");
        }

        const isolated = definition.isolate ?? true;
        const other = isolated ? "Deny by Deny-VirtualNetwork" : "Allow by AllowVnetInBound";
        for (const family of ["IPv4", "IPv6"] as const) {
          const [peer, destination] = machines[family];
          const free = [1, 445, 3540, 3588].map((port) => ({ protocol: "TCP", port }) as const);
          for (const { protocol, port } of [...free, { protocol: "UDP", port: 3587 } as const]) {
            assert.equal(by({ protocol, source: peer, destination, destinationPort: port }), other);
            refused += Number(isolated);
          }
          for (const source of neighbours[family]) {
            for (const { protocol, port } of portsOf(graphPorts)) {
              assert.equal(by({ protocol, source, destination, destinationPort: port }), other);
            }
            assert.equal(by({ protocol: "TCP", source, destination, destinationPort: 22 }), other);
          }
          const stranger = family === "IPv4" ? "192.0.2.1" : "2001:db8:ff::1";
          for (const port of [22, 3389, 3587]) {
            const packet = { protocol: "TCP", source: stranger, destination } as const;
            assert.equal(by({ ...packet, destinationPort: port }), "Deny by DenyAllInBound");
          }
        }
      }),
      tries(500),
    );
    assert.ok(refused > 1000, `${refused} packets were kept out by isolation`);
  });
});
