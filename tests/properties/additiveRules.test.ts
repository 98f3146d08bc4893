import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import * as resources from "@pulumi/azure-native/resources";
import { PeerNetwork, type PeerNetworkArgs } from "../../components";
import { additiveRules, leftForNextUpdate } from "../../components/plan/additiveRules";
import { checkNetwork, planNetwork, type NetworkDefinition } from "../../components/plan/network";
import { portsOf } from "../../components/plan/peerPorts";
import { decidingRule } from "../../components/plan/securityGroup";
import { plannedSecurityRules } from "../../components/plan/securityRulesOf";
import { declare } from "./declare";
import { quietly } from "./runs";
import { tries } from "./seed";

/** Few ports, many of which have one place among the priorities, under few names, some of one in another case. */
const graphPort = fc.record(
  {
    name: fc.constantFrom("Chat", "chat", "Talk", "Board", "board"),
    port: fc.constantFrom(5001, 5226, 5451, 5002, 5227, 7000),
    protocol: fc.constantFrom("TCP" as const, "UDP" as const),
  },
  { requiredKeys: ["port"] },
);

const definitions: fc.Arbitrary<NetworkDefinition & { adminSources: string[] }> = fc.record(
  {
    adminSources: fc.subarray(
      ["203.0.113.7", "203.0.113.0/24", "198.51.100.0/24", "2001:db8:7::/48", "2001:db8:7:1::1"],
      { minLength: 1 },
    ),
    jumpHostAddress: fc.constantFrom("10.80.9.9", "10.255.0.4", "fd00:99::4"),
    peerSources: fc.subarray(["10.81.0.0/16", "10.81.5.0/24", "fd00:81::/48", "10.83.0.0/16"]),
    graphPorts: fc.array(graphPort, { maxLength: 5 }),
    servicePorts: fc.uniqueArray(fc.constantFrom(5001, 5451, 8080), { maxLength: 3 }),
    rdp: fc.boolean(),
    isolate: fc.boolean(),
  },
  { requiredKeys: ["adminSources"] },
);
const accepted = definitions.filter((definition) => checkNetwork("", definition).length === 0);

const surroundings = {
  virtualNetwork: ["10.80.0.0/16", "fd5a:9c2e:71b0::/48", "10.81.0.0/16", "fd00:81::/48"].concat([
    "10.82.0.0/16",
    "10.83.0.0/16",
    "fd00:82::/48",
  ]),
};
const ends = {
  IPv4: {
    destination: "10.80.0.4",
    sources: [
      "10.80.0.5",
      "10.80.9.9",
      "10.80.200.4",
      "10.81.0.1",
      "10.81.5.1",
      "10.82.0.1",
    ].concat([
      "10.83.0.1",
      "10.255.0.4",
      "203.0.113.7",
      "203.0.113.8",
      "198.51.100.200",
      "192.0.2.1",
    ]),
  },
  IPv6: {
    destination: "fd5a:9c2e:71b0::4",
    sources: ["fd5a:9c2e:71b0::5", "fd5a:9c2e:71b0:7::4", "fd00:81::1", "fd00:82::1"].concat([
      "fd00:99::4",
      "2001:db8:7::1",
      "2001:db8:7:1::1",
      "2001:db8:ff::1",
    ]),
  },
};

function rulesOf(definition: NetworkDefinition) {
  const plan = planNetwork(definition);
  return plan.rules(plan.subnet).security;
}

describe("properties: the rules of an update that only adds", function () {
  this.timeout(120_000);
  let loudly: () => void;
  before(() => {
    loudly = quietly();
  });
  after(() => loudly());

  it("let in what either table lets in and nothing else, and the next update ends with exactly the wanted table", () => {
    const seen = { onlyBefore: 0, onlyWanted: 0, moved: 0, refused: 0 };
    fc.assert(
      fc.property(accepted, accepted, (before, after) => {
        const [last, wanted] = [rulesOf(before), rulesOf(after)];
        const { rules } = additiveRules(last, wanted);
        const tables = [last, wanted, rules].map(plannedSecurityRules);
        const ports = [before, after].flatMap(({ graphPorts, servicePorts }) =>
          portsOf(graphPorts, servicePorts).map(({ port }) => port),
        );
        for (const { destination, sources } of Object.values(ends)) {
          for (const source of sources) {
            for (const destinationPort of new Set([...ports, 22, 445, 3389])) {
              for (const protocol of ["TCP", "UDP"] as const) {
                const packet = { protocol, source, destination, destinationPort };
                const whole = { ...packet, direction: "Inbound" as const, sourcePort: 50000 };
                const [old, now, union] = tables.map(
                  (table) => decidingRule(table, whole, surroundings).access === "Allow",
                );
                assert.equal(union, old || now, JSON.stringify(whole));
                seen.onlyBefore += Number(old && !now);
                seen.onlyWanted += Number(now && !old);
                seen.refused += Number(!union);
              }
            }
          }
        }
        for (const rule of rules) {
          const own = last.find(({ name }) => name === rule.name);
          seen.moved += Number(own !== undefined && own.priority !== rule.priority);
        }
        const next = additiveRules(wanted, wanted);
        assert.deepEqual(next.rules, wanted);
        assert.equal(leftForNextUpdate(next), "");
      }),
      tries(60),
    );
    for (const [what, count] of Object.entries(seen)) assert.ok(count > 20, `${what}: ${count}`);
  });

  it("are taken by Azure", async () => {
    await fc.assert(
      fc.asyncProperty(accepted, accepted, async (before, after) => {
        const rulesBefore = rulesOf(before);
        const { azure, thrown } = await declare((options) => {
          const group = new resources.ResourceGroup("group", { location: "westeurope" }, options);
          const resourceGroupName = group.name;
          const network = { ...after, resourceGroupName, rulesBefore } as PeerNetworkArgs;
          new PeerNetwork("net", network, options);
        });
        assert.equal(thrown, undefined);
        assert.deepEqual(azure.refusals, []);
      }),
      tries(25),
    );
  });
});
