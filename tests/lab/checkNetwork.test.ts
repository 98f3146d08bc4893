import * as assert from "node:assert/strict";
import { planNetwork, type NetworkDefinition } from "../../components/plan/network";
import { checkNetwork, describePassage, exitCodeOfNetwork } from "../../lab/checkNetwork";
import type { StateResource } from "../../lab/stack";

const urn = (type: string, name: string) => `urn:pulumi:test::own::${type}::${name}`;
const network = "/subscriptions/s/resourceGroups/G/providers/Microsoft.Network";
const subnet = `${network}/virtualNetworks/net/subnets/Peers`;
const group = `${network}/networkSecurityGroups/Group`;
const lab = urn("peerlab:index:PeerLab", "lab");

/** A group's or rule's fields as azure-native has them. */
const rule = (name: string, priority: number, fields: object = {}) => ({
  name,
  priority,
  direction: "Inbound",
  access: "Deny",
  protocol: "*",
  sourceAddressPrefix: "*",
  sourcePortRange: "*",
  destinationAddressPrefix: "*",
  destinationPortRange: "*",
  ...fields,
});

const definition: NetworkDefinition = {
  adminSources: ["203.0.113.0/30", "2001:db8::7"],
  ipv4Space: "10.80.0.0/16",
  ipv6Space: "fd00:80::/48",
};
const plan = planNetwork(definition).rules(["10.80.0.0/24", "fd00:80::/64"]);
const asAzureHas = (security: typeof plan.security) =>
  security.map((one) =>
    rule(one.name, one.priority, {
      ...one,
      sourceAddressPrefix: one.sourceServiceTag,
      destinationAddressPrefix: one.destinationAddressPrefixes ? undefined : "*",
    }),
  );
const planned = asAzureHas(plan.security);

function machine(
  key: string,
  last: number,
  nicGroup?: string,
  firewallRules = plan.firewall,
): StateResource[] {
  const component = urn("peerlab:index:WindowsPeer", `lab-${key}`);
  return [
    {
      urn: component,
      type: "peerlab:index:WindowsPeer",
      parent: lab,
      inputs: { networking: { firewallRules } },
      outputs: { privateIpv4: `10.80.0.${last}`, privateIpv6: `fd00:80::${last}` },
    },
    {
      urn: urn("azure-native:network:NetworkInterface", `lab-${key}-nic`),
      type: "azure-native:network:NetworkInterface",
      parent: component,
      inputs: {
        ipConfigurations: [{ subnet: { id: subnet } }],
        networkSecurityGroup: nicGroup && { id: nicGroup },
      },
    },
  ];
}

const ofSubnet: StateResource[] = [
  {
    urn: urn("azure-native:network:Subnet", "subnet"),
    type: "azure-native:network:Subnet",
    // Azure gives ids back in any case.
    id: subnet.toUpperCase(),
    inputs: { networkSecurityGroup: { id: group } },
  },
  {
    urn: urn("azure-native:network:VirtualNetwork", "net"),
    type: "azure-native:network:VirtualNetwork",
    id: `${network}/virtualNetworks/net`,
    inputs: { addressSpace: { addressPrefixes: ["10.80.0.0/16", "fd00:80::/48"] } },
  },
];
const securityGroup = (id: string, securityRules: object[]): StateResource => ({
  urn: urn("azure-native:network:NetworkSecurityGroup", "group"),
  type: "azure-native:network:NetworkSecurityGroup",
  id,
  inputs: { securityRules: [] },
  outputs: { securityRules },
});
const two = [...machine("ada-1", 4), ...machine("ada-2", 5)];
const lines = (resources: StateResource[], only?: string[]) =>
  checkNetwork(resources, only).map(describePassage);

const priorityOf = (security: typeof plan.security, port: number) =>
  security.find((one) => one.name === `Allow-Service-${port}-TCP-${port}-IPv6`)?.priority;

describe("lab: what a check says of the network", () => {
  it("has a line for each port and family, with the rule that lets it in, and not one for each pair of machines", () => {
    const resources = [...two, ...machine("ada-3", 6), ...ofSubnet, securityGroup(group, planned)];
    assert.deepEqual(lines(resources), [
      "network: TCP 3587 IPv4 peer to peer: allowed by Allow-Grouping-TCP-3587-IPv4 (priority 100)",
      "network: TCP 3587 IPv6 peer to peer: allowed by Allow-Grouping-TCP-3587-IPv6 (priority 101)",
      "network: UDP 3540 IPv4 peer to peer: allowed by Allow-PNRP-UDP-3540-IPv4 (priority 102)",
      "network: UDP 3540 IPv6 peer to peer: allowed by Allow-PNRP-UDP-3540-IPv6 (priority 103)",
      "network: TCP 22 IPv4 from adminSources: allowed by Allow-SSH-TCP-22-IPv4 (priority 104)",
      "network: TCP 22 IPv6 from adminSources: allowed by Allow-SSH-TCP-22-IPv6 (priority 105)",
    ]);
    assert.equal(exitCodeOfNetwork(checkNetwork(resources)), 0);
  });

  it("asks for the port of a service on the machines that have it, and on no other", () => {
    const { security, firewall, ofServices } = planNetwork({
      ...definition,
      servicePorts: [5001, 5002],
    }).rules(["10.80.0.0/24", "fd00:80::/64"]);
    const resources = [
      ...machine("ada-1", 4, undefined, [...firewall, ...ofServices["5001"]]),
      ...machine("grace-1", 5, undefined, [...firewall, ...ofServices["5002"]]),
      ...ofSubnet,
      securityGroup(group, [
        rule("no-5002", 99, { protocol: "Tcp", destinationPortRange: "5002" }),
        ...asAzureHas(security),
      ]),
    ];
    const ofIpv6 = (only: string[]) =>
      lines(resources, only).filter((line) => / 500\d IPv6 /.test(line));
    assert.deepEqual(ofIpv6(["ada-1"]), [
      `network: TCP 5001 IPv6 peer to peer: allowed by Allow-Service-5001-TCP-5001-IPv6 (priority ${priorityOf(security, 5001)})`,
    ]);
    assert.deepEqual(ofIpv6(["grace-1"]), [
      "network: TCP 5002 IPv6 peer to peer: denied by no-5002 (priority 99) in Group, such as from fd00:80::4 to grace-1 (fd00:80::5)",
    ]);
  });

  it("names what is denied, by which rule, with an example, beside what is allowed", () => {
    const deny = rule("no-ada-2", 99, { destinationAddressPrefix: "10.80.0.5", protocol: "Tcp" });
    const resources = [...two, ...ofSubnet, securityGroup(group, [deny, ...planned])];
    const found = lines(resources).filter((line) => /IPv4/.test(line) && /TCP/.test(line));
    assert.deepEqual(found, [
      "network: TCP 3587 IPv4 peer to peer: allowed by Allow-Grouping-TCP-3587-IPv4 (priority 100)",
      "network: TCP 22 IPv4 from adminSources: allowed by Allow-SSH-TCP-22-IPv4 (priority 104)",
      "network: TCP 3587 IPv4 peer to peer: denied by no-ada-2 (priority 99) in Group, such as from 10.80.0.4 to ada-2 (10.80.0.5)",
      "network: TCP 22 IPv4 from adminSources: denied by no-ada-2 (priority 99) in Group, such as from 203.0.113.0 to ada-2 (10.80.0.5)",
    ]);
    assert.equal(exitCodeOfNetwork(checkNetwork(resources)), 2);
    assert.equal(exitCodeOfNetwork(checkNetwork(resources, ["ada-1"])), 0, "ada-1 is not denied");
    const last = rule("last", 99, { sourceAddressPrefix: "203.0.113.3" });
    const atEnd = lines([...two, ...ofSubnet, securityGroup(group, [last, ...planned])]);
    assert.match(
      atEnd.join("\n"),
      /TCP 22 IPv4 .*denied in part by last .* such as from 203\.0\.113\.3 to/,
    );
  });

  it("asks the sender's group on the way out and both of the receiver's on the way in", () => {
    const own = `${network}/networkSecurityGroups/own`;
    const out = rule("no-pnrp", 100, { direction: "Outbound", destinationPortRange: "3540" });
    const into = rule("no-grouping", 100, { destinationPortRange: "3587", protocol: "TCP" });
    const open = rule("all", 200, { access: "Allow" });
    const resources = [...machine("ada-1", 4, own), ...machine("ada-2", 5), ...ofSubnet];
    const found = lines([
      ...resources,
      securityGroup(group, planned),
      securityGroup(own, [out, into, open]),
    ]);
    const denied = found.filter((line) => line.includes("denied") && line.includes("IPv6"));
    assert.deepEqual(denied, [
      "network: TCP 3587 IPv6 peer to peer: denied by no-grouping (priority 100) in own, such as from fd00:80::5 to ada-1 (fd00:80::4)",
      "network: UDP 3540 IPv6 peer to peer: denied by no-pnrp (priority 100) in own, such as from fd00:80::4 to ada-2 (fd00:80::5)",
    ]);
  });

  it("says of somebody else's group and subnet what is not known, and takes the lab's rules from the state", () => {
    const theirs = `${network}/networkSecurityGroups/theirs`;
    const single = (one: { name: string }): StateResource => ({
      urn: urn("azure-native:network:SecurityRule", one.name),
      type: "azure-native:network:SecurityRule",
      id: `${theirs}/securityRules/${one.name}`,
      inputs: { ...one, name: undefined, securityRuleName: one.name },
    });
    const peerNetwork: StateResource = {
      urn: urn("peerlab:index:PeerNetwork", "lab"),
      type: "peerlab:index:PeerNetwork",
      inputs: {},
      outputs: { subnetId: subnet, subnetRanges: ["10.80.0.0/24", "fd00:80::/64"] },
    };
    const resources = [
      ...machine("ada-1", 4, theirs),
      ...machine("ada-2", 5, theirs),
      peerNetwork,
      ...planned.filter(({ name }) => !/SSH|Deny/.test(name)).map(single),
    ];
    const found = lines(resources);
    const unknown = "rules of others in theirs, the group of subnet peers are not known here";
    assert.equal(
      found[0],
      `network: TCP 3587 IPv4 peer to peer: allowed by Allow-Grouping-TCP-3587-IPv4 (priority 100); ${unknown}`,
    );
    assert.equal(
      found[4],
      `network: TCP 22 IPv4 from adminSources: uncertain: whether DenyAllInBound (priority 65500) in theirs decides is not known here, such as from 203.0.113.0 to ada-1 (10.80.0.4); ${unknown}`,
    );
    assert.equal(exitCodeOfNetwork(checkNetwork(resources)), 1);
  });

  it("calls uncertain what a tag that nobody knows decides, and what no group is known for", () => {
    const tag = rule("no-storage", 99, { sourceAddressPrefix: "Storage", protocol: "Tcp" });
    const [first] = lines([...two, ...ofSubnet, securityGroup(group, [tag, ...planned])]);
    assert.match(
      first,
      /uncertain: whether no-storage \(priority 99\) in Group decides is not known/,
    );
    const same = { ...tag, access: "Allow" };
    const [unhurt] = lines([...two, ...ofSubnet, securityGroup(group, [same, ...planned])]);
    assert.match(unhurt, /allowed by Allow-Grouping/, "either way it is let in");
    assert.match(lines(two)[0], /uncertain: no security group is known here/);
  });

  it("says nothing of machines whose addresses are not known", () => {
    const [component, nic] = machine("ada-1", 4);
    const unfinished = { ...component, outputs: {} };
    assert.deepEqual(lines([unfinished, nic, ...ofSubnet, securityGroup(group, planned)]), []);
    assert.equal(exitCodeOfNetwork([]), 0);
  });

  it("asks all of a range, also where only its middle is denied", () => {
    const middle = rule("middle", 99, { sourceAddressPrefix: "203.0.113.1/32" });
    const resources = [...two, ...ofSubnet, securityGroup(group, [middle, ...planned])];
    assert.deepEqual(
      lines(resources).filter((line) => line.includes("TCP 22 IPv4")),
      [
        "network: TCP 22 IPv4 from adminSources: allowed in part by Allow-SSH-TCP-22-IPv4 (priority 104)",
        "network: TCP 22 IPv4 from adminSources: denied in part by middle (priority 99) in Group, such as from 203.0.113.1 to ada-1 (10.80.0.4)",
      ],
    );
    assert.equal(exitCodeOfNetwork(checkNetwork(resources)), 2);
  });

  it("asks every port that a sender may have, PNRP's own too", () => {
    const denied = (sourcePortRange: string) =>
      lines([
        ...two,
        ...ofSubnet,
        securityGroup(group, [rule("no", 99, { sourcePortRange }), ...planned]),
      ])
        .filter((line) => /denied/.test(line) && line.includes("IPv4"))
        .map((line) => /(\w+ \d+) .*(denied.*) by .* (from .*) to/.exec(line)?.slice(1).join(" "));
    assert.deepEqual(denied("3540").sort(), [
      "TCP 22 denied in part from 203.0.113.0 port 3540",
      "UDP 3540 denied in part from 10.80.0.5 port 3540",
    ]);
    assert.deepEqual(denied("0-1023"), ["UDP 3540 denied in part from 10.80.0.5 port 0"]);
    assert.equal(denied("50000-60000").length, 3);
  });

  it("asks peers of other networks, and from the subnet where a machine is alone, but no machine of another subnet", () => {
    const wider = planNetwork({ ...definition, peerSources: ["10.90.0.0/24"] });
    const { security, firewall } = wider.rules(["10.80.0.0/24", "fd00:80::/64"]);
    const own = security.map((one) => rule(one.name, one.priority, one));
    const withPeers = (resources: StateResource[]) =>
      resources.map((one) =>
        one.outputs ? { ...one, inputs: { networking: { firewallRules: firewall } } } : one,
      );
    const deny = rule("no-peers", 99, { sourceAddressPrefix: "10.90.0.128/25", protocol: "Tcp" });
    const found = lines([...withPeers(two), ...ofSubnet, securityGroup(group, [deny, ...own])]);
    assert.deepEqual(
      found.filter((line) => line.includes("TCP 3587 IPv4") && line.includes("denied")),
      [
        "network: TCP 3587 IPv4 peer to peer: denied in part by no-peers (priority 99) in Group, such as from 10.90.0.128 to ada-1 (10.80.0.4)",
      ],
    );

    const half = rule("half", 99, { sourceAddressPrefix: "10.80.0.128/25", protocol: "Tcp" });
    const guarded = [...ofSubnet, securityGroup(group, [half, ...planned])];
    const denied = (resources: StateResource[]) =>
      lines([...resources, ...guarded]).filter((line) => line.includes("denied"));
    assert.match(
      denied(machine("ada-1", 4))[0],
      /TCP 3587 IPv4 .* in part .* from 10\.80\.0\.128 to/,
    );
    assert.deepEqual(denied(two), [], "the machines that there are do not lie in it");
    const [component, nic] = machine("ada-3", 130);
    const elsewhere = { ...nic, inputs: { ipConfigurations: [{ subnet: { id: `${subnet}2` } }] } };
    assert.deepEqual(
      denied([...two, component, elsewhere]).filter((line) => /to ada-[12]/.test(line)),
      [],
    );
    assert.notDeepEqual(denied([...two, component, nic]), []);
  });
});
