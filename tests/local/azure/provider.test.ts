import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { servedFunctions, servedResources } from "../../../local/azure";
import type { Properties } from "../../../local/provider";
import type { Lab, Made, Stage } from "./stage";
import {
  makeLab,
  makeMachine,
  networkInputs,
  openStage,
  password,
  publicAddressInputs,
  resourceGroupName,
  tokens,
} from "./stage";

/** One of everything that is served, in the order of dependency. */
async function makeEverything(stage: Stage): Promise<Made[]> {
  const lab = await makeLab(stage);
  const securityGroup = await stage.create(tokens.securityGroup, "nsg", { resourceGroupName });
  const rule = await stage.create(tokens.securityRule, "ssh", {
    resourceGroupName,
    networkSecurityGroupName: securityGroup.outputs.name,
    priority: 300,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourceAddressPrefix: "203.0.113.10",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
    destinationPortRange: "22",
  });
  const gatewayAddress = await stage.create(
    tokens.publicAddress,
    "nat",
    publicAddressInputs("nat"),
  );
  const gateway = await stage.create(tokens.natGateway, "gateway", {
    resourceGroupName,
    sku: { name: "Standard" },
    publicIpAddresses: [{ id: gatewayAddress.id }],
  });
  const address = await stage.create(tokens.publicAddress, "ada", publicAddressInputs("ada"));
  const { nic, machine } = await makeMachine(stage, lab, "ada", {
    nic: {
      networkSecurityGroup: { id: securityGroup.id },
      ipConfigurations: [
        {
          name: "ipv4",
          primary: true,
          subnet: { id: lab.subnet.id },
          publicIPAddress: { id: address.id },
        },
      ],
    },
  });
  const command = await stage.create(tokens.runCommand, "prepare", {
    resourceGroupName,
    vmName: "ada",
    source: { script: "'hello'" },
  });
  const schedule = await stage.create(tokens.schedule, "shutdown", {
    resourceGroupName,
    name: "shutdown-computevm-ada",
    taskType: "ComputeVmShutdownTask",
    targetResourceId: machine.id,
    dailyRecurrence: { time: "1900" },
    timeZoneId: "UTC",
    status: "Enabled",
  });
  const zone = await stage.create(tokens.zone, "zone", {
    resourceGroupName,
    privateZoneName: "lab.internal",
    location: "Global",
  });
  const zoneInputs = { resourceGroupName, privateZoneName: "lab.internal" };
  const link = await stage.create(tokens.link, "link", {
    ...zoneInputs,
    location: "Global",
    virtualNetwork: { id: lab.network.id },
  });
  const record = await stage.create(tokens.record, "seed", {
    ...zoneInputs,
    recordType: "AAAA",
    ttl: 300,
    aaaaRecords: [{ ipv6Address: "fd12:3456::4" }],
  });
  return [
    lab.group,
    lab.network,
    lab.subnet,
    securityGroup,
    rule,
    gatewayAddress,
    gateway,
    address,
    nic,
    machine,
    command,
    schedule,
    zone,
    link,
    record,
  ];
}

describe("local/azure, the provider", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  it("makes, reads, keeps over a restart, updates and deletes one of every served type", async () => {
    const made = await makeEverything(stage);
    assert.deepEqual(
      [...new Set(made.map(({ token }) => token))].sort(),
      [...servedResources].sort(),
      "the test makes every served type",
    );
    await stage.restart();
    for (const { token, name, id, inputs, outputs } of made) {
      const read = await stage.client.read(token, name, id, inputs, outputs);
      assert.equal(read.id, id, `${token} is still there`);
      assert.deepEqual(read.inputs, inputs, `${token} has not drifted`);
      const { changes } = await stage.client.diff(token, name, id, inputs, read.inputs);
      assert.deepEqual(changes, {});
    }
    for (const resource of made) {
      if ("tags" in resource.inputs || !taggable(resource.token)) continue;
      const updated = await stage.update(resource, { ...resource.inputs, tags: { owner: "ada" } });
      assert.deepEqual(updated.outputs.tags, { owner: "ada" }, `${resource.token} takes tags`);
    }
    for (const resource of made.reverse()) await stage.remove(resource);
    assert.deepEqual(stage.server.resources(), []);
    assert.deepEqual(stage.windows.deleted, [stage.windows.created[0].vmId]);
  });

  it("imports every type by its id alone, to inputs that name it and are valid", async () => {
    for (const { token, name, id, inputs } of await makeEverything(stage)) {
      const read = await stage.client.read(token, name, id);
      assert.equal(read.id, id);
      const given = await stage.client.check(token, name, read.inputs);
      assert.deepEqual(given.failures, [], `${token}: imported inputs are valid`);
      for (const [input, value] of Object.entries(inputs)) {
        if (typeof value === "string") assert.equal(read.inputs[input], value, `${token} ${input}`);
      }
    }
  });

  it("looks up what every served function is for", async () => {
    const made = await makeEverything(stage);
    const names: Properties = {
      resourceGroupName,
      virtualNetworkName: "net",
      subnetName: "peers",
      networkSecurityGroupName: made[3].outputs.name,
      publicIpAddressName: "ada",
      networkInterfaceName: "ada-nic",
      vmName: "ada",
      runCommandName: "prepare",
    };
    for (const token of servedFunctions) {
      // It looks up nothing that was made; its test is that of the resource manager, which takes the token.
      if (token === "azure-native:authorization:getClientToken") continue;
      const wanted = argumentsOf[token];
      assert.ok(wanted, `${token} has a case here`);
      const args: Properties = {};
      for (const name of wanted) args[name] = names[name];
      const { result, failures } = await stage.client.invoke(token, args);
      assert.deepEqual(failures, []);
      assert.equal(result.name, names[wanted[wanted.length - 1]]);
    }
    await assert.rejects(
      stage.client.invoke("azure-native:network:getSubnet", {
        resourceGroupName,
        virtualNetworkName: "net",
        subnetName: "none",
      }),
      /Status=404 Code="ResourceNotFound"/,
    );
    await assert.rejects(
      stage.client.invoke("azure-native:resources:getResourceGroup", { resourceGroupName: "none" }),
      /Code="ResourceGroupNotFound" Message="Resource group 'none' could not be found."/,
    );
  });

  it("refuses types and functions it does not serve by name, and lists what it serves", async () => {
    const type = "azure-native:storage:StorageAccount";
    await assert.rejects(stage.client.check(type, "x", {}), (error: Error) => {
      assert.match(
        error.message,
        /StorageAccount; it serves: azure-native:compute:VirtualMachine, /,
      );
      return true;
    });
    await assert.rejects(
      stage.client.invoke("azure-native:storage:listStorageAccountKeys", {}),
      /listStorageAccountKeys; it serves: .*azure-native:compute:getVirtualMachine, /,
    );
    assert.ok(
      stage.journal.read().some(({ what, subject }) => what === "refused" && subject === type),
    );
  });

  it("compares names without case, and keeps the spelling of the creation", async () => {
    const lab = await makeLab(stage);
    const again = stage.create(tokens.network, "net", {
      ...networkInputs(),
      resourceGroupName: "LAB",
      virtualNetworkName: "NET",
    });
    await assert.rejects(
      again,
      /cannot create already existing resource '.*\/virtualNetworks\/NET'/,
    );
    const read = await stage.client.read(tokens.network, "net", lab.network.id.toUpperCase());
    assert.equal(read.id, lab.network.id);
  });

  it("takes over what has changed in Azure, and nothing else, when it reads", async () => {
    const lab = await makeLab(stage);
    const before = lab.network;
    // Somebody else puts tags on the network.
    await stage.client.update(tokens.network, "net", before.id, before.inputs, {
      ...before.inputs,
      tags: { by: "hand" },
    });
    const { inputs } = await stage.client.read(
      tokens.network,
      "net",
      before.id,
      before.inputs,
      before.outputs,
    );
    assert.deepEqual(inputs, { ...before.inputs, tags: { by: "hand" } });
  });

  it("says that a resource is gone by an empty id", async () => {
    const lab: Lab = await makeLab(stage);
    await stage.remove(lab.subnet);
    const read = await stage.client.read(tokens.subnet, "peers", lab.subnet.id, lab.subnet.inputs);
    assert.equal(read.id, "");
    await stage.remove(lab.subnet);
  });

  it("keeps no password on disk and shows none", async () => {
    const lab = await makeLab(stage);
    const { machine } = await makeMachine(stage, lab, "ada");
    const command = await stage.create(tokens.runCommand, "prepare", {
      resourceGroupName,
      vmName: "ada",
      source: { script: "1" },
      runAsUser: "labuser",
      runAsPassword: password,
      protectedParameters: [{ name: "secret", value: password }],
    });
    assert.equal(stage.windows.created[0].adminPassword, password);
    assert.equal(stage.windows.commands[0].runAsPassword, password);
    assert.deepEqual(stage.windows.commands[0].protectedParameters, [
      { name: "secret", value: password },
    ]);
    for (const shown of [machine.outputs, command.outputs, stage.server.state()]) {
      assert.ok(!JSON.stringify(shown).includes(password));
    }
    for (const file of fs.readdirSync(stage.directory, { recursive: true })) {
      const full = path.join(stage.directory, String(file));
      if (fs.statSync(full).isFile()) {
        assert.ok(!fs.readFileSync(full, "utf8").includes(password), String(file));
      }
    }
  });
});

function taggable(token: string): boolean {
  return ![tokens.subnet, tokens.securityRule, tokens.record].some((other) => other === token);
}

/** The arguments of each function; the last one names what is found. */
const argumentsOf: { [token: string]: string[] } = {
  "azure-native:compute:getVirtualMachine": ["resourceGroupName", "vmName"],
  "azure-native:compute:getVirtualMachineRunCommandByVirtualMachine": [
    "resourceGroupName",
    "vmName",
    "runCommandName",
  ],
  "azure-native:network:getNetworkInterface": ["resourceGroupName", "networkInterfaceName"],
  "azure-native:network:getNetworkSecurityGroup": ["resourceGroupName", "networkSecurityGroupName"],
  "azure-native:network:getPublicIPAddress": ["resourceGroupName", "publicIpAddressName"],
  "azure-native:network:getSubnet": ["resourceGroupName", "virtualNetworkName", "subnetName"],
  "azure-native:network:getVirtualNetwork": ["resourceGroupName", "virtualNetworkName"],
  "azure-native:resources:getResourceGroup": ["resourceGroupName"],
};
