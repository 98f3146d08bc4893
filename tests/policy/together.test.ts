import * as assert from "node:assert/strict";
import { judgeTogether } from "../../policy/azureResources/together";
import { unknown, type Plain, type PlainObject } from "../../policy/properties";
import { stackOf, type Declared } from "./stacks";

describe("policy/azureResources/together", () => {
  const judge = (...declared: Declared[]) =>
    judgeTogether(stackOf(...declared)).map(
      ({ urn, path, reason, rule }) => `${urn} ${path}: ${reason} [${rule}]`,
    );
  const places = (...declared: Declared[]) =>
    judgeTogether(stackOf(...declared)).map(({ urn, path, rule }) => `${urn} ${path} ${rule}`);

  const network = (addressPrefixes: Plain, rest: PlainObject = {}): Declared => ({
    name: "network",
    type: "azure-native:network:VirtualNetwork",
    properties: { ...rest, addressSpace: { addressPrefixes } },
  });
  const subnet = (name: string, addressPrefixes: Plain, rest: PlainObject = {}): Declared => ({
    name,
    type: "azure-native:network:Subnet",
    properties: { ...rest, addressPrefixes },
    madeOf: { virtualNetworkName: ["network"] },
  });
  const nic = (name: string, madeOf: string[]): Declared => ({
    name,
    type: "azure-native:network:NetworkInterface",
    properties: {
      ipConfigurations: [
        { name: "ipv4", publicIPAddress: { id: unknown } },
        { name: "ipv6", privateIPAddressVersion: "IPv6" },
      ],
    },
    madeOf: { ipConfigurations: madeOf },
  });
  const space = ["10.80.0.0/16", "fd5a:9c2e:71b0::/48"];
  const both = ["10.80.0.0/24", "fd5a:9c2e:71b0::/64"];

  it("accepts subnets that lie in their network and apart", () => {
    const other = subnet("other", ["10.80.1.0/24", "fd5a:9c2e:71b0:1::/64"]);
    assert.deepEqual(judge(network(space), subnet("subnet", both), other), []);
  });

  it("refuses a subnet outside of its network", () => {
    assert.deepEqual(judge(network(space), subnet("subnet", ["10.81.0.0/24"])), [
      'subnet addressPrefixes[0]: is "10.81.0.0/24", which is not inside the network\'s 10.80.0.0/16, fd5a:9c2e:71b0::/48 [SUBNET-IN-VNET]',
    ]);
  });

  it("refuses two subnets of a network that overlap, and not those of two networks", () => {
    const late = subnet("late", ["10.80.0.128/25"]);
    assert.deepEqual(places(network(space), subnet("subnet", both), late), [
      "late addressPrefixes[0] SUBNET-OVERLAP",
    ]);
    const elsewhere = { ...late, madeOf: { virtualNetworkName: ["another"] } };
    assert.deepEqual(places(network(space), subnet("subnet", both), elsewhere), []);
  });

  it("finds the network by its name where nothing else says it", () => {
    const named = { resourceGroupName: "rg", virtualNetworkName: "lab" };
    const far = { ...subnet("subnet", ["10.81.0.0/24"], named), madeOf: {} };
    assert.deepEqual(places(network(space, { ...named, resourceGroupName: "RG" }), far), [
      "subnet addressPrefixes[0] SUBNET-IN-VNET",
    ]);
    assert.deepEqual(places(network(space, { ...named, virtualNetworkName: "two" }), far), []);
  });

  it("refuses an interface for IPv6 in a subnet without", () => {
    const only = subnet("subnet", ["10.80.0.0/24"]);
    assert.deepEqual(places(network(space), only, nic("nic", ["subnet"])), [
      "nic ipConfigurations[1].subnet NIC-SUBNET-FAMILY",
    ]);
    assert.deepEqual(places(network(space), subnet("subnet", both), nic("nic", ["subnet"])), []);
  });

  it("refuses what two resources use and only one can", () => {
    const address = {
      name: "address",
      type: "azure-native:network:PublicIPAddress",
      properties: {},
    };
    assert.deepEqual(judge(address, nic("one", ["address"]), nic("two", ["address"])), [
      'address : is used by "one" and "two"; an address serves one interface [PIP-ONE-USE]',
    ]);
    const machine = (name: string): Declared => ({
      name,
      type: "azure-native:compute:VirtualMachine",
      properties: { networkProfile: { networkInterfaces: [{ id: unknown }] } },
      madeOf: { networkProfile: ["nic"] },
    });
    assert.deepEqual(judge(nic("nic", []), machine("one")), []);
    assert.deepEqual(judge(nic("nic", []), machine("one"), machine("two")), [
      'nic : is used by "one" and "two"; an interface belongs to one machine [NIC-ONE-VM]',
    ]);
  });

  it("refuses two rules of a group with one priority where one is a resource of its own", () => {
    const rule = { priority: 100, direction: "Inbound", access: "Allow", protocol: "*" };
    const group: Declared = {
      name: "group",
      type: "azure-native:network:NetworkSecurityGroup",
      properties: { securityRules: [{ ...rule, name: "first" }] },
    };
    const own = (name: string, properties: PlainObject): Declared => ({
      name,
      type: "azure-native:network:SecurityRule",
      properties: { securityRuleName: name, ...properties },
      madeOf: { networkSecurityGroupName: ["group"] },
    });
    assert.deepEqual(judge(group, own("late", rule)), [
      'late priority: is 100, the same as of the rule "first" of the group; each once in a direction [NSG-PRIORITY-DUP]',
    ]);
    assert.deepEqual(judge(group, own("late", { ...rule, direction: "Outbound" })), []);
    assert.deepEqual(judge(group, own("late", { ...rule, priority: 101 })), []);
  });

  it("says nothing where more is in question than is named", () => {
    const type = "azure-native:network:PublicIPAddress";
    const addresses = ["first", "second"].map((name) => ({ name, type, properties: {} }));
    const made = ["first", "second"];
    assert.deepEqual(judge(...addresses, nic("one", made), nic("two", made)), []);
  });

  it("says nothing of what is not known yet", () => {
    assert.deepEqual(judge(network(unknown), subnet("subnet", ["10.81.0.0/24"])), []);
    assert.deepEqual(judge(network([unknown, "10.80.0.0/16"]), subnet("s", ["10.81.0.0/24"])), []);
    assert.deepEqual(judge(network(space), subnet("subnet", unknown), nic("nic", ["subnet"])), []);
    const half = subnet("subnet", ["10.80.0.0/24", unknown]);
    assert.deepEqual(judge(network(space), half, nic("nic", ["subnet"])), []);
  });
});
