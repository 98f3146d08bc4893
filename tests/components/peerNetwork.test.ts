import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PeerNetwork, type NetworkRule } from "../../components";
import { rulesNow } from "../../components/networkSecurityGroup";
import { planNetwork } from "../../components/plan/network";
import {
  counts,
  failure,
  finished,
  mockEngine,
  settled,
  type Declared,
  type LookUp,
} from "./mocks";

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

  it("keeps open what was open before, and gives the wanted rules alone as what it wants", async () => {
    const of = async (graphPorts: { port: number }[], rulesBefore?: NetworkRule[]) => {
      declared = await mockEngine();
      const network = new PeerNetwork("net", { ...args, graphPorts, rulesBefore });
      const [wanted] = (await settled(
        pulumi.all([network.wantedRules, network.networkSecurityGroupId, network.subnetId]),
      )) as [NetworkRule[]];
      const group = declared.find(({ type }) => type.endsWith(":NetworkSecurityGroup"));
      const names = (rules: { name: string }[]) => rules.map(({ name }) => name);
      return { wanted, names: names(wanted), inGroup: names(group?.inputs.securityRules) };
    };
    const before = await of([{ port: 5001 }], []);
    assert.deepEqual(before.inGroup, before.names);
    const after = await of([{ port: 5002 }], before.wanted);
    assert.deepEqual(
      after.inGroup.filter((name) => !after.names.includes(name)),
      ["Allow-Graph-5001-TCP-5001-IPv4", "Allow-Graph-5001-TCP-5001-IPv6"],
    );
    assert.deepEqual(
      after.names.filter((name) => !after.inGroup.includes(name)),
      [],
    );
    const next = await of([{ port: 5002 }], after.wanted);
    assert.deepEqual(next.inGroup, after.names);
  });

  it("refuses more rules than Azure takes where those of before stay, by their number", async () => {
    const ports = (first: number) =>
      Array.from({ length: 300 }, (_, index) => ({ port: first + index }));
    const rulesOf = (graphPorts: { port: number }[]) => {
      const plan = planNetwork({ ...args, graphPorts });
      return plan.rules(plan.subnet);
    };
    const rulesBefore = rulesOf(ports(5000)).security;
    const wanted = pulumi.output(rulesOf(ports(6000)));
    assert.equal(
      await failure(rulesNow("net", { ...args, rulesBefore }, wanted)),
      "PeerNetwork net, whose security group keeps the rules of before until the next update, has one mistake:\n" +
        "  graphPorts: has 1206 rules; Azure takes 1000 in a security group [NSG-1000]",
    );
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
    await finished();
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

  describe("in an existing security group with rules of others", () => {
    const theirs = (name: string, fields: object) => ({
      name,
      direction: "Inbound",
      access: "Deny",
      protocol: "*",
      sourceAddressPrefix: "*",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
      ...fields,
    });
    const own = theirs("allow-grouping-tcp-3587-ipv4", { priority: 100 });
    /** What the component says of such a group, and how many rules it declares. */
    async function added(
      securityRules: object[],
      firstPriority?: number,
    ): Promise<{ error: string; rules: number; lookUps: number }> {
      const lookUps: LookUp[] = [];
      const answer = { "azure-native:network:getNetworkSecurityGroup": { securityRules } };
      declared = await mockEngine(answer, lookUps);
      const network = new PeerNetwork("net", {
        ...args,
        existing: { networkSecurityGroupName: "theirs", firstPriority },
      });
      const error = await failure(network.networkSecurityGroupId);
      // What is declared later is declared when all that is not refused is.
      await settled(new PeerNetwork("later", args).networkSecurityGroupId);
      const rules = counts(declared)["azure-native:network:SecurityRule"] ?? 0;
      return { error, rules, lookUps: lookUps.length };
    }

    it("adds them where nothing is in the way: other ports, other priorities, rules that come later, rules that allow, and its own", async () => {
      const others = [
        own,
        theirs("rdp", { priority: 110, protocol: "Tcp", destinationPortRange: "3389" }),
        theirs("late", { priority: 4096 }),
        theirs("out", { priority: 101, direction: "Outbound" }),
        theirs("all", { priority: 99 + 11, access: "Allow" }),
      ];
      assert.deepEqual(await added(others), { error: "", rules: 5, lookUps: 1 });
    });

    it("refuses priorities that rules of others have, and says which are free", async () => {
      const others = [
        theirs("web", { priority: 102, destinationPortRange: "80" }),
        theirs("Web-2", { priority: 104, destinationPortRange: "81" }),
      ];
      const { error, rules } = await added(others);
      assert.match(
        error,
        /^PeerNetwork net has one mistake:\n {2}existing\.firstPriority: is 100, /,
      );
      assert.match(error, /Allow-PNRP-UDP-3540-IPv4 would have 102 as web has; /);
      assert.match(error, /Allow-SSH-TCP-22-IPv4 would have 104 as Web-2 has; /);
      assert.match(error, /existing\.firstPriority 105 is free .*\[NSG-PRIORITY-DUP\]$/);
      assert.equal(rules, 0);
      assert.equal((await added(others, 105)).error, "");
    });

    it("refuses to move its own rules to where another of them still stands, and says where to instead", async () => {
      const names = [
        "allow-grouping-tcp-3587-ipv4",
        "Allow-Grouping-TCP-3587-IPv6",
        "Allow-PNRP-UDP-3540-IPv4",
        "Allow-PNRP-UDP-3540-IPv6",
        "Allow-SSH-TCP-22-IPv4",
      ];
      const present = names.map((name, index) =>
        theirs(name, { priority: 1000 + index, access: "Allow", destinationPortRange: "9" }),
      );
      for (const [wanted, nearest] of [
        [1001, 1005],
        [1003, 1005],
        [997, 995],
      ]) {
        const { error, rules } = await added(present, wanted);
        assert.match(error, /has one mistake:\n {2}existing\.firstPriority: is /);
        assert.match(error, /would have 100\d as Allow-\S+ has now, and all are moved at once/i);
        assert.match(
          error,
          new RegExp(`firstPriority ${nearest} is free .*\\[NSG-PRIORITY-DUP\\]$`),
        );
        assert.equal(rules, 0);
        assert.equal((await added(present, nearest)).error, "");
      }
      const web = theirs("web", { priority: 1005, destinationPortRange: "80" });
      const { error } = await added([...present, web], 1003);
      assert.match(error, /firstPriority 1006 is free/);
    });

    it("refuses a second network in the same group, whose rules would have the same names", async () => {
      const found = (id: string) => ({
        "azure-native:network:getNetworkSecurityGroup": { id, securityRules: [] },
      });
      const group = { ...args, existing: { networkSecurityGroupName: "theirs" } };
      declared = await mockEngine(found("/theirs/group"));
      const [first, second] = ["first", "second"].map((name) => new PeerNetwork(name, group));
      assert.equal(await failure(first.networkSecurityGroupId), "");
      assert.match(
        await failure(second.networkSecurityGroupId),
        /^PeerNetwork second has one mistake:\n {2}existing\.networkSecurityGroupName: is the group that PeerNetwork first adds its rules to; .* \[EXISTING-GROUP-TWICE\]$/,
      );
      await settled(new PeerNetwork("later", args).networkSecurityGroupId);
      assert.equal(counts(declared)["azure-native:network:SecurityRule"], 5, "those of the first");
      await mockEngine(found("/Theirs/GROUP"));
      const again = new PeerNetwork("second", group);
      assert.equal(await failure(again.networkSecurityGroupId), "", "in another run");
    });

    it("refuses an earlier deny of theirs, wholly or in part, with both rules and what to do", async () => {
      const deny = theirs("no-peers", { priority: 200, sourceAddressPrefix: "virtualnetwork" });
      const { error, rules } = await added([deny], 500);
      assert.match(error, /has 4 mistakes:/);
      assert.match(
        error,
        /existing\.networkSecurityGroupName: has the rule "no-peers" \(deny, priority 200\), which denies what "Allow-Grouping-TCP-3587-IPv6" \(allow, priority 501\) opens, such as TCP from fd5a:9c2e:71b0:\S* to fd5a:9c2e:71b0:\S* port 3587; existing\.firstPriority 100 is free and before their denies, or change that rule \[EXISTING-GROUP-DENIES\]/,
      );
      assert.equal(rules, 0);
      assert.equal((await added([deny], 100)).error, "");

      const part = theirs("one", { priority: 100, sourceAddressPrefix: "203.0.113.7" });
      const first = await added([part], 500);
      assert.match(
        first.error,
        /has one mistake:.*"one".*"Allow-SSH-TCP-22-IPv4" .*no existing\.firstPriority/s,
      );
    });

    it("says nothing of what a tag that nobody knows may deny", async () => {
      const deny = theirs("no-storage", { priority: 100, sourceAddressPrefix: "Storage" });
      assert.equal((await added([deny], 500)).error, "");
    });
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
