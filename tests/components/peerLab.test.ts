import * as assert from "node:assert/strict";
import crypto from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/azure-native/provider";
import { PeerLab, type PeerLabArgs } from "../../components";
import { counts, finished, mockEngine, type Declared, type LookUp } from "./mocks";

const twoPeople: PeerLabArgs = {
  adminSources: ["203.0.113.7"],
  people: {
    ada: { machines: { "ada-1": {}, "ada-2": {}, "ada-3": {} } },
    grace: { displayName: "Grace Hopper", machines: { "grace-1": {}, "grace-2": {} } },
  },
};
const jumpHost = { host: "192.0.2.1", user: "jump", privateAddress: "10.0.0.4" };

/** What a lab of two people and five machines consists of, whichever way its machines are reached. */
const common = {
  "peerlab:index:PeerLab": 1,
  "peerlab:index:ImageProofs": 1,
  "peerlab:index:PeerNetwork": 1,
  "peerlab:index:PeerProof": 1,
  "peerlab:index:WindowsPeer": 5,
  "peerlab:index:FormerIdentities": 2,
  "peerlab:index:SharedPeerIdentity": 2,
  "azure-native:resources:ResourceGroup": 1,
  "azure-native:network:VirtualNetwork": 1,
  "azure-native:network:Subnet": 1,
  "azure-native:network:NetworkSecurityGroup": 1,
  "azure-native:network:NetworkInterface": 5,
  "azure-native:compute:VirtualMachine": 5,
  "azure-native:compute:VirtualMachineRunCommandByVirtualMachine": 5,
  "azure-native:privatedns:PrivateZone": 1,
  "azure-native:privatedns:VirtualNetworkLink": 1,
  "azure-native:privatedns:PrivateRecordSet": 1,
  // Each machine: first, tried and applied password with its attempt, host key, attempts of its preparation and of its guest files. Each person: origin, scope, generation,
  // export password and identity, and an attempt for each of her machines. The lab: since when each machine is in it and whose
  // it is, the zone's name, an attempt for the seed, and the verdict of the proof.
  "pulumi:index:Stash": 5 * 7 + 2 * 5 + 5 + (5 * 2 + 1) + 1 + 1 + 1,
  "command:remote:CopyToRemote": 5,
  // The seed's waking, an export for each person, and for each machine one step, a listener and a test; no image has one of its own.
  "command:remote:Command": 1 + 2 + 5 * 3,
};

let declared: Declared[];
let lookUps: LookUp[];

async function declare(
  args: PeerLabArgs,
  opts?: pulumi.ComponentResourceOptions | (() => pulumi.ComponentResourceOptions),
): Promise<PeerLab> {
  lookUps = [];
  declared = await mockEngine({}, lookUps);
  const lab = new PeerLab("lab", args, typeof opts === "function" ? opts() : opts);
  await finished();
  return lab;
}

const ofType = (type: string) => declared.filter((resource) => resource.type.endsWith(`:${type}`));
const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply(resolve));

describe("components/peerLab", () => {
  it("declares two people with five machines, each with a public address, and nothing more", async () => {
    await declare(twoPeople);
    assert.deepEqual(counts(declared), { ...common, "azure-native:network:PublicIPAddress": 5 });
  });

  it("declares one NAT gateway instead of public addresses where there is a jump host", async () => {
    await declare({ ...twoPeople, jumpHost });
    assert.deepEqual(counts(declared), {
      ...common,
      "azure-native:network:PublicIPAddress": 1,
      "azure-native:network:NatGateway": 1,
    });
    const [group] = ofType("NetworkSecurityGroup");
    const ssh = group.inputs.securityRules.find(({ name }: { name: string }) => /SSH/.test(name));
    assert.deepEqual(ssh.sourceAddressPrefixes, ["10.0.0.4/32", "203.0.113.7/32"]);
    for (const { inputs } of ofType("CopyToRemote")) {
      assert.equal(inputs.connection.proxy.host, "192.0.2.1");
    }
  });

  it("takes a NAT gateway also where the jump host's own address is not known, and what an existing subnet has", async () => {
    const { host, user } = jumpHost;
    const behind = { ...twoPeople, adminSources: ["172.16.4.0/24"], jumpHost: { host, user } };
    await declare(behind);
    assert.equal(ofType("NatGateway").length, 1);
    const existing = { virtualNetworkName: "theirs", subnetName: "peers" };
    await declare({ ...behind, resourceGroupName: "theirs", existing });
    assert.equal(ofType("NatGateway").length, 0);
  });

  it("takes what exists already in a group of which only the name is still to come, the lab's or its own", async () => {
    const existing = { virtualNetworkName: "theirs", subnetName: "peers" };
    const resourceGroupName = pulumi.output("theirs");
    await declare({ ...twoPeople, resourceGroupName, existing });
    assert.equal(ofType("VirtualNetwork").length, 0);
    await declare({ ...twoPeople, existing: { ...existing, resourceGroupName } });
    assert.equal(ofType("VirtualNetwork").length, 0);
  });

  it("replaces in another region what Azure moves nowhere and azure-native would update", async () => {
    await declare({ ...twoPeople, jumpHost });
    const moved = ["NetworkInterface", "NetworkSecurityGroup", "NatGateway"].flatMap(ofType);
    assert.equal(moved.length, 7);
    for (const { replaceOnChanges, type } of moved)
      assert.deepEqual(replaceOnChanges, ["location"], type);
  });

  it("makes everything a child of the lab or of one of its parts, under names that begin with its own", async () => {
    await declare(twoPeople);
    for (const { name, type, parent } of declared) {
      if (type === "peerlab:index:PeerLab") continue;
      assert.match(name, /^lab(-|$)/, type);
      assert.match(parent, /::(lab|lab-proof|lab-(ada|grace)(-[123])?)$/, `${type} ${name}`);
    }
    const parts = declared.filter(({ type }) => type.startsWith("peerlab:"));
    assert.deepEqual(parts.map(({ name }) => name).sort(), [
      "lab",
      "lab",
      "lab-ada",
      "lab-ada-1",
      "lab-ada-2",
      "lab-ada-3",
      "lab-ada-former",
      "lab-grace",
      "lab-grace-1",
      "lab-grace-2",
      "lab-grace-former",
      "lab-images",
      "lab-proof",
    ]);
  });

  it("hands location and tags to every resource of Azure that takes them", async () => {
    await declare({
      ...twoPeople,
      jumpHost,
      location: "northeurope",
      tags: { owner: "ada" },
      machineDefaults: { autoShutdown: { time: "1900" } },
    });
    const untagged = /:(Subnet|PrivateRecordSet)$/;
    const unplaced = /:(Subnet|PrivateRecordSet|PrivateZone|VirtualNetworkLink)$/;
    for (const { type, name, inputs } of declared) {
      if (!type.startsWith("azure-native:")) continue;
      if (!untagged.test(type)) assert.deepEqual(inputs.tags, { owner: "ada" }, `${type} ${name}`);
      if (!unplaced.test(type)) assert.equal(inputs.location, "northeurope", `${type} ${name}`);
    }
  });

  it("makes and looks up everything of Azure through the provider it was given, and protects all when told to", async () => {
    await declare(twoPeople, () => ({
      provider: new Provider("other", { subscriptionId: "other" }),
      protect: true,
    }));
    const wanted = /::pulumi:providers:azure-native::other::other-id$/;
    for (const { type, name, provider, protect } of declared) {
      if (type === "pulumi:providers:azure-native") continue;
      if (type.startsWith("azure-native:")) assert.match(provider, wanted, `${type} ${name}`);
      assert.equal(protect, true, `${type} ${name}`);
    }
    assert.notEqual(lookUps.length, 0);
    for (const { token, provider } of lookUps) assert.match(provider, wanted, token);
  });

  it("protects nothing and asks the default provider otherwise", async () => {
    await declare(twoPeople);
    for (const { provider, protect } of declared) assert.ok(!protect && provider === "");
  });

  it("uses an existing resource group, and its location where none is given", async () => {
    const lab = await declare({ ...twoPeople, resourceGroupName: "theirs" });
    assert.equal(counts(declared)["azure-native:resources:ResourceGroup"], undefined);
    assert.equal(await valueOf(lab.resourceGroupName), "theirs");
    for (const { type, inputs } of declared) {
      if (type.startsWith("azure-native:")) assert.equal(inputs.resourceGroupName, "theirs", type);
    }
    assert.equal(ofType("VirtualNetwork")[0].inputs.location, "northeurope");
    await declare({ ...twoPeople, resourceGroupName: "theirs", location: "westeurope" });
    assert.equal(ofType("VirtualNetwork")[0].inputs.location, "westeurope");
  });

  it("declares the same, whatever the order of people and machines", async () => {
    const restore = withoutChance();
    try {
      await declare(twoPeople);
      const first = byName(declared);
      await declare({ ...twoPeople, people: reversed(twoPeople.people) });
      const second = byName(declared);
      assert.deepEqual(Object.keys(second), Object.keys(first));
      for (const [name, resource] of Object.entries(second)) {
        assert.deepEqual(resource, first[name], name);
      }
    } finally {
      restore();
    }
  });

  it("proves each image by steps that one machine has anyway, and those of the same image wait for it", async () => {
    await declare({
      ...twoPeople,
      people: {
        ada: { machines: { "ada-1": {}, "ada-2": { image: "windows-10" } } },
        grace: { machines: { "grace-1": { image: "windows-10" }, "grace-2": {} } },
      },
    });
    const proving = ofType("Command")
      .filter(({ inputs }) => JSON.parse(inputs.stdin).proveCapability === true)
      .map(({ name }) => name);
    // Under mocks nothing is known of whether an export really runs: so the seed proves its image too.
    assert.deepEqual(proving.sort(), [
      "lab-ada-export",
      "lab-ada.ada-1",
      "lab-grace-export",
      "lab-grace.grace-1",
      "lab-seed",
    ]);
    assert.deepEqual(
      ofType("Command").filter(({ inputs }) => /Test-PeerCapability/.test(inputs.create)),
      [],
    );
    // They wait for the value. A dependency would break the stack's state: the prover may go while they stay.
    const order = ofType("Command").map(({ name }) => name);
    const isBefore = (one: string, other: string) =>
      assert.ok(order.indexOf(one) < order.indexOf(other), `${one} before ${other}`);
    isBefore("lab-ada.ada-1", "lab-grace.grace-2");
    isBefore("lab-grace.grace-1", "lab-ada.ada-2");
  });

  it("is declared under mocks with every policy for machines that are off, hooks and transforms left out", async () => {
    for (const whenOff of ["fail", "start", "skip"] as const) {
      await declare({ ...twoPeople, whenOff });
      assert.equal(ofType("Command").length, common["command:remote:Command"]);
    }
  });

  it("lets nothing that stays depend on a machine that may go", async () => {
    await declare(twoPeople);
    const machines = ["ada-1", "ada-2", "ada-3", "grace-1", "grace-2"];
    for (const { type, name, dependencies } of declared) {
      if (type.startsWith("peerlab:") || type.endsWith(":PrivateRecordSet")) continue;
      const own = machines.filter((key) => name.includes(key));
      const others = machines.filter((key) => !own.includes(key));
      const foreign = dependencies.filter((urn) => others.some((key) => urn.includes(`-${key}`)));
      assert.deepEqual(foreign, [], `${type} ${name}`);
    }
  });

  it("makes the machine that is longest in the lab the seed, of several the first by key, in a zone of the lab's own", async () => {
    await declare(twoPeople);
    const [zone] = ofType("PrivateZone");
    assert.match(zone.inputs.privateZoneName, /^lab-[0-9a-f]{8}\.peerlab\.internal$/);
    const [link] = ofType("VirtualNetworkLink");
    assert.deepEqual(link.inputs.virtualNetwork, { id: "lab-network-id" });
    assert.equal(link.inputs.registrationEnabled, false);
    const [record] = ofType("PrivateRecordSet");
    assert.equal(record.inputs.relativeRecordSetName, "seed");
    assert.equal(record.inputs.recordType, "AAAA");
    assert.deepEqual(record.inputs.aaaaRecords, [{ ipv6Address: "fd5a:9c2e:71b0::4" }]);
    assert.deepEqual(seedRoles(), {
      "lab-ada-1": "seed",
      "lab-ada-2": "peer",
      "lab-ada-3": "peer",
      "lab-grace-1": "peer",
      "lab-grace-2": "peer",
    });
  });

  it("takes another seed, and has none where there is no machine", async () => {
    await declare({ ...twoPeople, seeds: ["grace-2"] });
    assert.deepEqual(
      Object.entries(seedRoles()).filter(([, role]) => role === "seed"),
      [["lab-grace-2", "seed"]],
    );
    await declare({ adminSources: ["203.0.113.7"], people: { ada: {} } });
    assert.deepEqual(seedParts(), []);
  });

  it("has one record for each seed, its own and others, in one form and one order", async () => {
    const outside = {
      peerSources: ["fd00:7::/64"],
      externalSeeds: ["fd00:7::000b", "FD00:7::a"],
    };
    await declare({ ...twoPeople, ...outside, seeds: ["grace-2", "ada-2"] });
    assert.deepEqual(
      Object.entries(seedRoles()).filter(([, role]) => role === "seed"),
      [
        ["lab-ada-2", "seed"],
        ["lab-grace-2", "seed"],
      ],
    );
    const [record] = ofType("PrivateRecordSet");
    const own = { ipv6Address: "fd5a:9c2e:71b0::4" };
    const others = [{ ipv6Address: "fd00:7::a" }, { ipv6Address: "fd00:7::b" }];
    assert.deepEqual(record.inputs.aaaaRecords, [...others, own, own]);
    await declare({ ...twoPeople, ...outside, seeds: [] });
    assert.deepEqual(ofType("PrivateRecordSet")[0].inputs.aaaaRecords, others);
    assert.ok(Object.values(seedRoles()).every((role) => role === "peer"));
    assert.deepEqual(awoken(), []);
  });

  it("has no name and wakes nobody where a lab's one machine is to find nobody", async () => {
    const people = { ada: { machines: { "ada-1": {} } } };
    await declare({ ...twoPeople, people, seeds: [] });
    assert.deepEqual(seedParts(), []);
    assert.deepEqual(awoken(), []);
  });

  it("wakes each seed with its one name, which takes nothing away, before the steps of all machines", async () => {
    await declare({ ...twoPeople, seeds: ["ada-2", "grace-1"] });
    assert.deepEqual(awoken(), ["lab-ada-2-seed", "lab-grace-1-seed"]);
    await declare(twoPeople);
    assert.deepEqual(awoken(), ["lab-seed"]);
    const [{ inputs, parent, dependencies }] = ofType("Command").filter(
      ({ name }) => name === "lab-seed",
    );
    const { presence, adds, instance } = JSON.parse(inputs.stdin);
    assert.deepEqual({ adds, instance }, { adds: true, instance: "instance-of-lab-ada-1-vm" });
    assert.deepEqual(
      presence.names.map(({ peerName }: { peerName: string }) => peerName),
      ["0.PeerLab-seed"],
    );
    assert.equal(inputs.delete, undefined);
    assert.match(parent, /::lab$/);
    // The part goes over to another machine: the step must not depend on the one that had it.
    assert.deepEqual(
      dependencies.filter((urn) => /-(ada|grace)-/.test(urn)),
      [],
    );
    const order = ofType("Command").map(({ name }) => name);
    for (const step of ["ada.ada-1", "ada.ada-2", "ada.ada-3", "grace.grace-1", "grace.grace-2"]) {
      assert.ok(order.indexOf("lab-seed") < order.indexOf(`lab-${step}`), step);
    }
    for (const { name, dependencies: after } of ofType("Command")) {
      assert.deepEqual(
        after.filter((urn) => urn.endsWith("Command::lab-seed")),
        [],
        name,
      );
    }
  });

  it("opens the services of everybody in the network, and on a machine those of its person", async () => {
    const { ada, grace } = twoPeople.people;
    await declare({
      ...twoPeople,
      graphPorts: [{ port: 4711 }],
      people: {
        ada: { ...ada, services: { chat: { port: 5001 }, files: { port: 5002 } } },
        // The same port as another person's, and as an application's.
        grace: { ...grace, services: { game: { port: 5001 }, board: { port: 4711 } } },
      },
    });
    const [group] = ofType("NetworkSecurityGroup");
    const ofServices = (names: string[], prefix: string) =>
      names.filter((name) => name.startsWith(prefix)).sort();
    const named = (list: { name: string }[]) => list.map(({ name }) => name);
    assert.deepEqual(ofServices(named(group.inputs.securityRules), "Allow-Service"), [
      "Allow-Service-5001-TCP-5001-IPv4",
      "Allow-Service-5001-TCP-5001-IPv6",
      "Allow-Service-5002-TCP-5002-IPv4",
      "Allow-Service-5002-TCP-5002-IPv6",
    ]);
    const ofMachine = Object.fromEntries(
      Object.entries(networkings()).map(([machine, { firewallRules }]) => [
        machine,
        [
          ...new Set(
            firewallRules
              .filter(({ name }) => /Service|Graph/.test(name))
              .map(({ port }) => port)
              .sort(),
          ),
        ],
      ]),
    );
    assert.deepEqual(ofMachine, {
      "lab-ada-1": [4711, 5001, 5002],
      "lab-ada-2": [4711, 5001, 5002],
      "lab-ada-3": [4711, 5001, 5002],
      "lab-grace-1": [4711, 5001],
      "lab-grace-2": [4711, 5001],
    });
    const authority = "0123456789abcdef".repeat(2) + "01234567";
    const presences = ofType("Command")
      .filter(({ inputs }) => /Set-PeerMachine$/.test(inputs.create))
      .map(({ name, inputs }) => [
        name,
        JSON.parse(inputs.stdin).presence.names.map((one: object) => Object.values(one).join(" ")),
      ]);
    const hers = [`board ${authority}.board 4711`, `game ${authority}.game 5001`];
    const adas = [`chat ${authority}.chat 5001`, `files ${authority}.files 5002`];
    assert.deepEqual(Object.fromEntries(presences), {
      "lab-ada.ada-1": ["peerlab-seed 0.PeerLab-seed 3540 PNRP seed", ...adas],
      "lab-ada.ada-2": adas,
      "lab-ada.ada-3": adas,
      "lab-grace.grace-1": hers,
      "lab-grace.grace-2": hers,
    });
  });

  it("reports machines and people by key", async () => {
    const lab = await declare(twoPeople);
    const machines = await valueOf(lab.machines);
    assert.deepEqual(Object.keys(machines).sort(), [
      "ada-1",
      "ada-2",
      "ada-3",
      "grace-1",
      "grace-2",
    ]);
    const { peerName, ...rest } = machines["grace-2"];
    assert.deepEqual(rest, {
      person: "grace",
      computerName: "grace-2",
      privateIpv4: "10.80.0.4",
      privateIpv6: "fd5a:9c2e:71b0::4",
      publicIpv4: "198.51.100.4",
      group: "",
      names: [],
      cloud: "active",
      ready: true,
      pending: [],
    });
    assert.deepEqual(await valueOf(lab.people), {
      ada: { displayName: "ada", sharing: "identity", peerName },
      grace: { displayName: "Grace Hopper", sharing: "identity", peerName },
    });
    assert.equal(await pulumi.isSecret(lab.adminPasswords), true);
    assert.equal(await pulumi.isSecret(lab.exportedIdentities), true);
  });

  it("throws one error with every mistake and its path, before anything is declared", async () => {
    declared = await mockEngine();
    assert.throws(
      () =>
        new PeerLab("lab", {
          adminSources: ["*"],
          seeds: ["nobody"],
          people: {
            ada: { machines: { "a-name-that-is-too-long": {}, pc: { image: "windows-12" } } },
            grace: { machines: { two: { computerName: "PC" } } },
          },
        }),
      (error: Error) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(error.errors.map(({ propertyPath }) => propertyPath).sort(), [
          "adminSources[0]",
          "people.ada.machines.pc.image",
          'people.ada.machines["a-name-that-is-too-long"]',
          "people.grace.machines.two.computerName",
          "seeds[0]",
        ]);
        return true;
      },
    );
    await finished();
    assert.deepEqual(Object.keys(counts(declared)), ["peerlab:index:PeerLab"]);
  });
});

interface Networking {
  firewallRules: { name: string; port: number }[];
  seed: { role: string; server: string };
}

/** What each machine's preparation is given. */
function networkings(): Record<string, Networking> {
  const found = ofType("VirtualMachineRunCommandByVirtualMachine").map(({ name, inputs }) => {
    const [{ value }] = inputs.parameters as { value: string }[];
    const { networking } = JSON.parse(Buffer.from(value, "base64").toString("utf8"));
    return [name.replace(/-preparation$/, ""), networking as Networking] as const;
  });
  return Object.fromEntries(found.sort());
}

/** The role of each machine. */
function seedRoles(): Record<string, string> {
  const [zone] = ofType("PrivateZone");
  return Object.fromEntries(
    Object.entries(networkings()).map(([machine, { seed }]) => {
      assert.equal(seed.server, `seed.${zone.inputs.privateZoneName}`);
      return [machine, seed.role];
    }),
  );
}

/** What the seeds' name is made of. */
function seedParts(): Declared[] {
  return declared.filter(({ type }) => type.startsWith("azure-native:privatedns:"));
}

/** The steps that wake seeds. */
function awoken(): string[] {
  return ofType("Command")
    .filter(({ inputs }) => /Set-PeerPresence$/.test(inputs.create))
    .map(({ name }) => name)
    .sort();
}

function byName(resources: Declared[]): Record<string, Declared> {
  return Object.fromEntries(
    resources.map((resource) => [`${resource.type} ${resource.name}`, resource] as const).sort(),
  );
}

/** The same map of people, with people and machines in the opposite order. */
function reversed(people: PeerLabArgs["people"]): PeerLabArgs["people"] {
  const backwards = <T>(map: { [key: string]: T }) =>
    Object.fromEntries(Object.entries(map).reverse());
  return backwards(
    Object.fromEntries(
      Object.entries(people).map(([key, person]) => [
        key,
        { ...person, machines: backwards(person.machines ?? {}) },
      ]),
    ),
  );
}

/** Lets every password and token be the same, so that nothing but the definition tells two runs apart. */
function withoutChance(): () => void {
  const { randomInt, randomUUID } = crypto;
  const { toISOString } = Date.prototype;
  Date.prototype.toISOString = () => "2026-01-01T00:00:00.000Z";
  Object.assign(crypto, {
    randomInt: () => 0,
    randomUUID: () => "00000000-0000-4000-8000-000000000000",
  });
  return () => {
    Object.assign(crypto, { randomInt, randomUUID });
    Date.prototype.toISOString = toISOString;
  };
}
