import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PeerNetwork } from "../../components";
import { counts, mockEngine, settled, type Declared } from "./mocks";

const args = { resourceGroupName: "group", adminSources: ["203.0.113.7"] };
let declared: Declared[];

describe("components/peerNetwork", () => {
  beforeEach(async () => {
    declared = await mockEngine();
  });

  it("declares network, subnet and security group, with location and tags on all that take them", async () => {
    const network = new PeerNetwork("net", {
      ...args,
      location: "westeurope",
      tags: { stage: "dev" },
    });
    await settled(
      network.urn &&
        pulumi.all([network.subnetId, network.guestNetworking, network.virtualNetworkId]),
    );
    assert.deepEqual(counts(declared), {
      "peerlab:index:PeerNetwork": 1,
      "azure-native:network:NetworkSecurityGroup": 1,
      "azure-native:network:VirtualNetwork": 1,
      "azure-native:network:Subnet": 1,
      "pulumi:index:Stash": 1,
    });
    const of = (type: string) =>
      declared.find((resource) => resource.type.endsWith(type))?.inputs ?? {};
    for (const type of [":NetworkSecurityGroup", ":VirtualNetwork"]) {
      assert.equal(of(type).location, "westeurope");
      assert.deepEqual(of(type).tags, { stage: "dev" });
    }
    assert.deepEqual(of(":VirtualNetwork").addressSpace, {
      addressPrefixes: ["10.80.0.0/16", "fd5a:9c2e:71b0::/48"],
    });
    assert.deepEqual(of(":Subnet").addressPrefixes, ["10.80.0.0/24", "fd5a:9c2e:71b0::/64"]);
    assert.equal(of(":Subnet").defaultOutboundAccess, false);
    assert.deepEqual(of(":Subnet").networkSecurityGroup, { id: "net-security-id" });
    const names = of(":NetworkSecurityGroup").securityRules.map(
      (rule: { name: string }) => rule.name,
    );
    assert.deepEqual(names, [
      "Allow-Grouping-TCP-3587-IPv4",
      "Allow-Grouping-TCP-3587-IPv6",
      "Allow-PNRP-UDP-3540-IPv4",
      "Allow-PNRP-UDP-3540-IPv6",
      "Allow-SSH-TCP-22-IPv4",
      "Deny-VirtualNetwork",
    ]);
  });

  it("adds a NAT gateway with its address where there is a jump host, attached as the subnet is made", async () => {
    const network = new PeerNetwork("net", { ...args, jumpHostAddress: "10.255.0.4" });
    await settled(network.subnetId);
    assert.equal(counts(declared)["azure-native:network:NatGateway"], 1);
    assert.equal(counts(declared)["azure-native:network:PublicIPAddress"], 1);
    const subnet = declared.find(({ type }) => type.endsWith(":Subnet"));
    assert.deepEqual(subnet?.inputs.natGateway, { id: "net-outbound-id" });
  });

  it("uses an existing subnet as it is, and hands its security group to the interfaces", async () => {
    const network = new PeerNetwork("net", {
      ...args,
      existing: { virtualNetworkName: "theirs", subnetName: "peers" },
    });
    const outputs = await settled(
      pulumi.all([
        network.subnetId,
        network.virtualNetworkId,
        network.subnetRanges,
        network.interfaceSecurityGroupId,
      ]),
    );
    assert.deepEqual(outputs, [
      "/theirs/virtualNetworks/net/subnets/peers",
      "/theirs/virtualNetworks/net",
      ["10.9.0.0/24", "fd00:9::/64"],
      "net-security-id",
    ]);
    assert.deepEqual(counts(declared), {
      "peerlab:index:PeerNetwork": 1,
      "azure-native:network:NetworkSecurityGroup": 1,
    });
  });

  it("makes a subnet of its own in an existing network, whose ranges it does not know", async () => {
    const network = new PeerNetwork("net", {
      ...args,
      ipv4Subnet: "10.9.1.0/24",
      ipv6Subnet: "fd00:9:0:1::/64",
      existing: { virtualNetworkName: "theirs", resourceGroupName: "their-group" },
    });
    await settled(pulumi.all([network.subnetId, network.virtualNetworkId]));
    assert.deepEqual(counts(declared), {
      "peerlab:index:PeerNetwork": 1,
      "azure-native:network:NetworkSecurityGroup": 1,
      "azure-native:network:Subnet": 1,
      "pulumi:index:Stash": 1,
    });
    const of = (type: string) => declared.find((resource) => resource.type.endsWith(type))?.inputs;
    assert.equal(of(":Subnet")?.virtualNetworkName, "theirs");
    assert.equal(of(":Subnet")?.resourceGroupName, "their-group");
    assert.equal(of(":Stash")?.input, "10.9.1.0/24, fd00:9:0:1::/64");
  });

  it("adds its rules one by one to an existing security group", async () => {
    const network = new PeerNetwork("net", {
      ...args,
      existing: { networkSecurityGroupName: "theirs", firstPriority: 500 },
    });
    await settled(pulumi.all([network.subnetId, network.networkSecurityGroupId]));
    const rules = declared.filter(({ type }) => type.endsWith(":SecurityRule"));
    assert.deepEqual(
      rules.map(({ inputs }) => [inputs.securityRuleName, inputs.priority]),
      [
        ["Allow-Grouping-TCP-3587-IPv4", 500],
        ["Allow-Grouping-TCP-3587-IPv6", 501],
        ["Allow-PNRP-UDP-3540-IPv4", 502],
        ["Allow-PNRP-UDP-3540-IPv6", 503],
        ["Allow-SSH-TCP-22-IPv4", 504],
      ],
    );
    assert.equal(counts(declared)["azure-native:network:NetworkSecurityGroup"], undefined);
  });

  it("throws one error with every mistake and its path", () => {
    assert.throws(
      () =>
        new PeerNetwork("net", { ...args, adminSources: ["*"], ipv6Subnet: "fd5a:9c2e:71b0::/60" }),
      (error: Error) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors.map(({ propertyPath }) => propertyPath),
          ["adminSources[0]", "ipv6Subnet"],
        );
        return true;
      },
    );
  });
});
