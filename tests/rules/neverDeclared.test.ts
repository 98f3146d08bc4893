import * as assert from "node:assert/strict";
import { PeerLab, type PeerLabArgs } from "../../components";
import { finished, mockEngine, type Declared } from "../components/mocks";
import { azureRulesTable } from "./azureRulesTable";
import { proofs } from "./neverDeclaredProofs";
import { proofsOfLabs, unproved } from "./neverDeclaredTogether";

const people: PeerLabArgs["people"] = {
  ada: {
    machines: {
      "ada-1": { publicIpv6: true, zone: "2", autoShutdown: { time: "1900" } },
      "ada-2": { spot: {}, patchMode: "AutomaticByPlatform", osDisk: { sizeGb: 256 } },
    },
  },
};
const adminSources = ["203.0.113.7", "203.0.113.0/24", "2001:db8:5::/48"];

/** Labs that use, taken together, every kind of resource that the library declares. */
const labs: PeerLabArgs[] = [
  {
    people,
    adminSources,
    location: "westeurope",
    rdp: true,
    peerSources: ["10.9.0.0/24", "fd00:9::/64"],
    graphPorts: [
      { port: 4711, name: "n".repeat(40) },
      { port: 4712, protocol: "UDP" },
    ],
  },
  {
    people: { grace: { machines: { "grace-1": {} } } },
    adminSources,
    jumpHost: { host: "192.0.2.1", user: "jump", privateAddress: "10.255.0.4" },
  },
];

describe("components, what they never declare", () => {
  const declared: Declared[] = [];
  const byLab: Declared[][] = [];
  before(async () => {
    for (const [index, args] of labs.entries()) {
      const ofLab = await mockEngine();
      new PeerLab(`lab${index}`, args);
      await finished();
      declared.push(...ofLab);
      byLab.push(ofLab);
    }
  });

  for (const [type, rules, holds] of proofs) {
    it(`${type}: ${rules}`, () => {
      const ofType = declared.filter((resource) => resource.type === `azure-native:${type}`);
      assert.ok(ofType.length > 0, "it is declared");
      for (const { name, inputs } of ofType) assert.ok(holds(inputs), name);
    });
  }

  it("is no extension, disk, route table, peering or load balancer", () => {
    const types = new Set(
      declared.map(({ type }) => type).filter((type) => type.startsWith("azure-native:")),
    );
    assert.deepEqual([...types].sort(), [
      "azure-native:compute:VirtualMachine",
      "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
      "azure-native:devtestlab:GlobalSchedule",
      "azure-native:network:NatGateway",
      "azure-native:network:NetworkInterface",
      "azure-native:network:NetworkSecurityGroup",
      "azure-native:network:PublicIPAddress",
      "azure-native:network:Subnet",
      "azure-native:network:VirtualNetwork",
      "azure-native:privatedns:PrivateRecordSet",
      "azure-native:privatedns:PrivateZone",
      "azure-native:privatedns:VirtualNetworkLink",
      "azure-native:resources:ResourceGroup",
    ]);
  });

  for (const [rules, holds] of proofsOfLabs) {
    it(`a lab as a whole: ${rules}`, () => {
      assert.equal(byLab.length, labs.length);
      for (const ofLab of byLab) assert.ok(holds(ofLab));
    });
  }

  it("is proved of each rule that docs/azure-rules.md says is never broken, or cannot be, and of no other", () => {
    const never = azureRulesTable()
      .azure.filter(({ withoutRule }) => withoutRule?.startsWith("never"))
      .map(({ id }) => id);
    const proved = [...proofs.map(([, rules]) => rules), ...proofsOfLabs.map(([rules]) => rules)];
    const accounted = [...proved.flatMap((rules) => rules.split(" ")), ...Object.keys(unproved)];
    assert.deepEqual([...new Set(accounted)].sort(), [...never].sort());
    assert.deepEqual(
      Object.keys(unproved).filter((id) => proved.some((rules) => rules.split(" ").includes(id))),
      [],
    );
  });
});
