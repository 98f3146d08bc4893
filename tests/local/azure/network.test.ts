import * as assert from "node:assert/strict";
import type { Properties } from "../../../local/provider";
import type { Lab, Made, Stage } from "./stage";
import {
  machineInputs,
  makeLab,
  makeMachine,
  networkInputs,
  nicInputs,
  openStage,
  publicAddressInputs,
  resourceGroupName,
  subnetInputs,
  tokens,
} from "./stage";

const admin = "203.0.113.10";
const jumpHost = "10.255.0.4";

function rule(name: string, priority: number, extra: Properties = {}): Properties {
  return {
    name,
    priority,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourceAddressPrefix: "*",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
    destinationPortRange: "*",
    ...extra,
  };
}

describe("local/azure/network", () => {
  let stage: Stage;
  let lab: Lab;
  let addresses: { ada: string; adaV6: string; adaPublic: string; bob: string; bobV6: string };

  const group = (name: string, securityRules: Properties[]): Promise<Made> =>
    stage.create(tokens.securityGroup, name, {
      resourceGroupName,
      networkSecurityGroupName: name,
      securityRules,
    });
  const send = (from: string, to: string, port: number, protocol: "TCP" | "UDP" = "TCP") =>
    stage.server.network.send({ from, to, protocol, port });
  const vmId = (name: string) =>
    stage.server.state().machines.find((machine) => machine.name === name)?.vmId ?? "";

  /** `ada` has a public address and a group on her NIC, `bob` has neither; `subnetRules` guard the subnet. */
  const build = async (nicRules: Properties[], subnetRules?: Properties[]) => {
    stage = await openStage();
    lab = await makeLab(stage);
    if (subnetRules) {
      const guard = await group("subnet-nsg", subnetRules);
      lab.subnet = await stage.update(lab.subnet, {
        ...lab.subnet.inputs,
        networkSecurityGroup: { id: guard.id },
      });
    }
    const publicAddress = await stage.create(
      tokens.publicAddress,
      "ada",
      publicAddressInputs("ada"),
    );
    const own = await group("nic-nsg", nicRules);
    const subnet = { id: lab.subnet.id };
    await makeMachine(stage, lab, "ada", {
      nic: {
        networkSecurityGroup: { id: own.id },
        ipConfigurations: [
          { name: "v4", primary: true, subnet, publicIPAddress: { id: publicAddress.id } },
          { name: "v6", privateIPAddressVersion: "IPv6", subnet },
        ],
      },
    });
    await makeMachine(stage, lab, "bob");
    const of = (name: string) => stage.server.network.addressesOf(vmId(name));
    addresses = {
      ada: of("ada").ipv4[0],
      adaV6: of("ada").ipv6[0],
      adaPublic: of("ada").publicAddresses[0],
      bob: of("bob").ipv4[0],
      bobV6: of("bob").ipv6[0],
    };
  };
  afterEach(() => stage.close());

  it("gives addresses after the four that Azure keeps, and public ones of nobody", async () => {
    await build([]);
    assert.deepEqual(
      { ...addresses, adaPublic: "" },
      {
        ada: "10.1.0.4",
        adaV6: "fd12:3456::4",
        adaPublic: "",
        bob: "10.1.0.5",
        bobV6: "fd12:3456::5",
      },
    );
    assert.match(addresses.adaPublic, /^198\.51\.100\.\d+$/);
  });

  it("lets machines of one network talk and keeps everybody else out by the default rules", async () => {
    await build([], []);
    assert.equal(send(addresses.ada, addresses.bob, 3587).allowed, true);
    assert.equal(send(addresses.adaV6, addresses.bobV6, 3540, "UDP").allowed, true);
    assert.deepEqual(send(admin, addresses.adaPublic, 22), {
      allowed: false,
      reason: "rule DenyAllInBound (priority 65500) of network security group subnet-nsg",
      vmId: vmId("ada"),
    });
    assert.equal(send(jumpHost, addresses.bob, 22).allowed, true, "a connected network");
  });

  it("asks the groups of subnet and NIC, each by priority", async () => {
    await build(
      [rule("deny-ssh", 100, { destinationPortRange: "22", access: "Deny" }), rule("allow", 200)],
      [rule("allow-all", 4096)],
    );
    const denied = send(admin, addresses.adaPublic, 22);
    assert.equal(denied.allowed, false);
    assert.match(
      denied.reason,
      /^rule deny-ssh \(priority 100\) of network security group nic-nsg$/,
    );
    assert.equal(send(admin, addresses.adaPublic, 3389).allowed, true);
    assert.equal(
      send(addresses.ada, addresses.bob, 22).allowed,
      true,
      "bob has no group of his own",
    );
  });

  it("looks at sources, destinations, ports, protocols and families of a rule", async () => {
    await build(
      [
        rule("ssh", 300, { sourceAddressPrefix: `${admin}/32`, destinationPortRange: "22" }),
        rule("pnrp", 310, {
          protocol: "Udp",
          sourceAddressPrefix: null,
          sourceAddressPrefixes: ["fd12:3456::/48", "fd99::/64"],
          destinationPortRange: null,
          destinationPortRanges: ["3540", "5000-5010"],
        }),
        rule("isolate", 4000, {
          access: "Deny",
          protocol: "*",
          sourceAddressPrefix: "VirtualNetwork",
        }),
      ],
      [rule("any", 100, { protocol: "*" })],
    );
    const table: [string, string, number, "TCP" | "UDP", boolean][] = [
      [admin, addresses.adaPublic, 22, "TCP", true],
      ["203.0.113.11", addresses.adaPublic, 22, "TCP", false],
      [admin, addresses.adaPublic, 23, "TCP", false],
      [admin, addresses.adaPublic, 22, "UDP", false],
      [addresses.bobV6, addresses.adaV6, 3540, "UDP", true],
      [addresses.bobV6, addresses.adaV6, 5005, "UDP", true],
      [addresses.bobV6, addresses.adaV6, 5011, "UDP", false],
      [addresses.bobV6, addresses.adaV6, 3540, "TCP", false],
      [addresses.bob, addresses.ada, 3540, "UDP", false],
      [jumpHost, addresses.ada, 22, "TCP", false],
    ];
    for (const [from, to, port, protocol, allowed] of table) {
      const verdict = send(from, to, port, protocol);
      assert.equal(
        verdict.allowed,
        allowed,
        `${from} ${to} ${port} ${protocol}: ${verdict.reason}`,
      );
    }
  });

  it("asks the sender's groups on the way out", async () => {
    await build([
      rule("no-way-out", 100, {
        direction: "Outbound",
        access: "Deny",
        destinationAddressPrefix: "10.1.0.5",
      }),
    ]);
    const verdict = send(addresses.ada, addresses.bob, 80);
    assert.equal(verdict.allowed, false);
    assert.match(verdict.reason, /no-way-out/);
    assert.equal(send(addresses.adaV6, addresses.bobV6, 80).allowed, true);
  });

  it("matches the tag Internet with what is in no network", async () => {
    await build([
      rule("web", 100, { sourceAddressPrefix: "Internet", destinationPortRange: "80" }),
    ]);
    assert.equal(send(admin, addresses.adaPublic, 80).allowed, true);
    const inside = send(addresses.bob, addresses.ada, 80);
    assert.match(inside.reason, /AllowVnetInBound/);
  });

  it("closes a Standard public address that no group guards", async () => {
    await build([rule("allow", 100)]);
    const address = await stage.create(tokens.publicAddress, "eve", publicAddressInputs("eve"));
    const { nic } = await makeMachine(stage, lab, "eve", {
      nic: {
        ipConfigurations: [
          { name: "v4", subnet: { id: lab.subnet.id }, publicIPAddress: { id: address.id } },
        ],
      },
    });
    assert.match(
      send(admin, String(address.outputs.ipAddress), 22).reason,
      /closed without a network security group/,
    );
    assert.ok(nic.id);
    assert.equal(send(admin, addresses.adaPublic, 22).allowed, true);
  });

  it("knows no way to a private address from the internet, nor to an address of nobody", async () => {
    await build([rule("allow", 100)]);
    assert.match(send(admin, addresses.bob, 22).reason, /is private/);
    assert.match(send(addresses.ada, "10.1.0.77", 22).reason, /no machine/);
    assert.match(send(addresses.ada, addresses.bobV6, 22).reason, /differ in family/);
  });

  it("says of a machine that is gone that it is gone", async () => {
    await build([]);
    const id = vmId("bob");
    assert.equal(stage.server.network.power(id), "running");
    const machine = stage.server.resources().find(({ name }) => name === "bob");
    await stage.client.delete(tokens.machine, "bob", machine?.id ?? "");
    assert.equal(stage.server.network.power(id), "gone");
    assert.equal(send(addresses.ada, addresses.bob, 22).allowed, false);
  });

  it("connects two networks only when both name each other as peers", async () => {
    await build([]);
    const far = await stage.create(
      tokens.network,
      "far",
      networkInputs({
        virtualNetworkName: "far",
        addressSpace: { addressPrefixes: ["10.9.0.0/16"] },
        subnets: [{ name: "s", addressPrefix: "10.9.0.0/24" }],
        virtualNetworkPeerings: [{ name: "back", remoteVirtualNetwork: { id: lab.network.id } }],
      }),
    );
    const nic = await stage.create(
      tokens.nic,
      "far-nic",
      nicInputs("far-nic", `${far.id}/subnets/s`, {
        ipConfigurations: [{ name: "v4", subnet: { id: `${far.id}/subnets/s` } }],
      }),
    );
    await stage.create(tokens.machine, "far", machineInputs("far", nic.id));
    assert.equal(send("10.9.0.4", addresses.bob, 22).allowed, false);
    await stage.update(lab.network, {
      ...lab.network.inputs,
      virtualNetworkPeerings: [{ name: "there", remoteVirtualNetwork: { id: far.id } }],
    });
    assert.equal(send("10.9.0.4", addresses.bob, 22).allowed, true);
  });

  it("has a way out by public address, NAT gateway or the subnet's default, and else none", async () => {
    await build([]);
    const outbound = () =>
      ["ada", "bob"].map((name) => stage.server.network.hasOutbound(vmId(name)));
    assert.deepEqual(outbound(), [true, true], "the default of this version of the interface");
    const closed = await stage.create(
      tokens.subnet,
      "closed",
      subnetInputs({
        subnetName: "closed",
        addressPrefixes: ["10.1.1.0/24", "fd12:3456:0:1::/64"],
        defaultOutboundAccess: false,
      }),
    );
    await makeMachine(stage, { ...lab, subnet: closed }, "dan");
    assert.equal(stage.server.network.hasOutbound(vmId("dan")), false);
    const address = await stage.create(tokens.publicAddress, "nat", publicAddressInputs("nat"));
    const gateway = await stage.create(tokens.natGateway, "gw", {
      resourceGroupName,
      sku: { name: "Standard" },
      publicIpAddresses: [{ id: address.id }],
    });
    await stage.update(closed, { ...closed.inputs, natGateway: { id: gateway.id } });
    assert.equal(stage.server.network.hasOutbound(vmId("dan")), true);
  });

  it("resolves names of linked private zones, and only of those", async () => {
    await build([]);
    const zone = { resourceGroupName, privateZoneName: "lab.internal" };
    await stage.create(tokens.zone, "zone", { ...zone, location: "global" });
    await stage.create(tokens.record, "seed", {
      ...zone,
      recordType: "AAAA",
      ttl: 60,
      aaaaRecords: [{ ipv6Address: addresses.adaV6 }, { ipv6Address: addresses.bobV6 }],
    });
    const resolve = (name: string) => stage.server.network.resolveName(vmId("bob"), name);
    assert.deepEqual(resolve("seed.lab.internal"), []);
    await stage.create(tokens.link, "link", {
      ...zone,
      location: "global",
      virtualNetwork: { id: lab.network.id },
      registrationEnabled: true,
    });
    assert.deepEqual(resolve("SEED.lab.internal."), [addresses.adaV6, addresses.bobV6]);
    assert.deepEqual(resolve("ada.lab.internal"), [addresses.ada], "a registered machine");
    assert.deepEqual(resolve("nobody.lab.internal"), []);
    await stage.create(tokens.record, "www", {
      ...zone,
      recordType: "CNAME",
      ttl: 60,
      cnameRecord: { cname: "seed.lab.internal" },
    });
    assert.deepEqual(resolve("www.lab.internal"), [addresses.adaV6, addresses.bobV6]);
  });
});
