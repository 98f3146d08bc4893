import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PeerNetwork, type PeerNetworkArgs } from "../../components";
import { existingSubnetWithRoom } from "../../components/existingNetwork";
import { failure, mockEngine, settled, type Declared } from "./mocks";

const args: PeerNetworkArgs = {
  resourceGroupName: "group",
  adminSources: ["203.0.113.7"],
  ipv4Subnet: "10.9.1.0/24",
  ipv6Subnet: "fd00:9:0:1::/64",
  existing: { virtualNetworkName: "theirs" },
};
const theirs = {
  id: "/theirs",
  location: "westeurope",
  addressSpace: { addressPrefixes: ["10.9.0.0/16", "fd00:9::/48"] },
  subnets: [
    { name: "default", addressPrefix: "10.9.0.0/24" },
    { name: "dual", addressPrefixes: ["10.9.2.0/24", "fd00:9:0:2::/64"] },
  ],
};

describe("components/existingNetwork", () => {
  let declared: Declared[];

  /** What is said of a subnet in a network that Azure describes so, and whether it is declared. */
  async function made(
    change: Partial<PeerNetworkArgs>,
    found: object = theirs,
  ): Promise<{ error: string; subnets: number }> {
    declared = await mockEngine({ "azure-native:network:getVirtualNetwork": found });
    const network = new PeerNetwork("net", { ...args, ...change });
    const error = await failure(network.virtualNetworkId);
    // What is declared later is declared when all that is not refused is.
    await settled(
      new PeerNetwork("later", {
        ...args,
        existing: undefined,
        ipv4Subnet: undefined,
        ipv6Subnet: undefined,
      }).subnetId,
    );
    const subnets = declared.filter(({ name }) => name === "net-subnet").length;
    return { error, subnets };
  }

  it("makes a subnet that is inside the network and apart from its others, and finds its own one there again", async () => {
    assert.deepEqual(await made({}), { error: "", subnets: 1 });
    assert.deepEqual(declared.find(({ name }) => name === "net-subnet")?.inputs.addressPrefixes, [
      "10.9.1.0/24",
      "fd00:9:0:1::/64",
    ]);
    const own = {
      name: "net-subnet0a1b2c3d",
      addressPrefixes: ["10.9.1.0/24", "fd00:9:0:1:0::/64"],
    };
    const again = await made({}, { ...theirs, subnets: [...theirs.subnets, own] });
    assert.deepEqual(again, { error: "", subnets: 1 });
  });

  it("refuses one outside the network and one that overlaps, with both, before it is declared", async () => {
    const { error, subnets } = await made({
      ipv4Subnet: "10.9.2.128/25",
      ipv6Subnet: "fd00:8::/64",
    });
    assert.match(error, /^PeerNetwork net has 2 mistakes:\n/);
    assert.match(
      error,
      / {2}ipv4Subnet: is "10\.9\.2\.128\/25", which overlaps 10\.9\.2\.0\/24 of the network's subnet dual.*\[SUBNET-OVERLAP\]/,
    );
    assert.match(
      error,
      / {2}ipv6Subnet: is "fd00:8::\/64", which is not inside the network's 10\.9\.0\.0\/16, fd00:9::\/48 \[SUBNET-IN-VNET\]/,
    );
    assert.equal(subnets, 0);
  });

  it("takes no other subnet of the same ranges, or of its own name, for its own", async () => {
    for (const other of [
      { name: "somebodys", addressPrefixes: ["10.9.1.0/24", "fd00:9:0:1::/64"] },
      { name: "net-subnet0a1b2c3d", addressPrefix: "10.9.1.0/25" },
    ]) {
      const { error } = await made({}, { ...theirs, subnets: [other] });
      assert.match(error, /\[SUBNET-OVERLAP\]/);
    }
  });

  it("asks for the ranges of an existing subnet, one of each family, apart from the peers' own", async () => {
    const subnet = (...addressPrefixes: string[]) =>
      mockEngine({
        "azure-native:network:getSubnet": { id: "/theirs/subnets/s", addressPrefixes },
      });
    const existing = { virtualNetworkName: "theirs", subnetName: "s" };
    const adminSources = ["203.0.113.7"];
    const inSubnet = { resourceGroupName: "group", adminSources, existing };
    await subnet("10.9.0.0/24");
    assert.match(
      await failure(new PeerNetwork("net", inSubnet).subnetRanges),
      /existing\.subnetName: has no IPv6 \/64 .*\[NIC-SUBNET-FAMILY\]/,
    );
    await subnet("10.9.0.0/24", "fd00:9::/64");
    assert.match(
      await failure(
        new PeerNetwork("net", { ...inSubnet, peerSources: ["10.9.0.0/16"] }).subnetRanges,
      ),
      /peerSources\[0\]: .*overlaps the lab's own 10\.9\.0\.0\/24.*\[PEER-OVERLAP\]/,
    );
  });

  it("asks for room for all of a lab's machines in an existing subnet", async () => {
    declared = await mockEngine();
    const subnet = {
      subnetId: pulumi.output("/theirs/subnets/s"),
      subnetRanges: pulumi.output(["10.9.0.0/29", "fd00:9::/64"]),
    };
    assert.equal(await failure(existingSubnetWithRoom("PeerLab lab", subnet, 3)), "");
    assert.match(
      await failure(existingSubnetWithRoom("PeerLab lab", subnet, 4)),
      /^PeerLab lab has one mistake:\n {2}existing\.subnetName: is 10\.9\.0\.0\/29, .* has 3 addresses.*4 machines \[SUBNET-CAPACITY\]/,
    );
  });

  it("refuses another region than the network's or the group's, however it is written, also one that is known later", async () => {
    assert.equal((await made({ location: "West Europe" })).error, "");
    const { error, subnets } = await made({ location: pulumi.output("northeurope") });
    assert.match(
      error,
      /location: is "northeurope", but the network theirs is in westeurope.*\[REGION-NIC-VNET\]/,
    );
    assert.equal(subnets, 0);

    const group = { id: "/group", location: "westeurope", securityRules: [] };
    declared = await mockEngine({ "azure-native:network:getNetworkSecurityGroup": group });
    const existing = { networkSecurityGroupName: "theirs" };
    const ofGroup = new PeerNetwork("net", {
      resourceGroupName: "group",
      adminSources: ["203.0.113.7"],
      location: "northeurope",
      existing,
    });
    assert.match(
      await failure(ofGroup.networkSecurityGroupId),
      /location: is "northeurope", but the security group theirs is in westeurope/,
    );
  });
});
