import * as assert from "node:assert/strict";
import type { Properties } from "../../../local/provider";
import { Unknown } from "../../../local/provider";
import type { Made, Stage } from "./stage";
import {
  machineInputs,
  makeLab,
  makeMachine,
  nicInputs,
  openStage,
  password,
  publicAddressInputs,
  resourceGroupName,
  tokens,
} from "./stage";

describe("local/azure, what is planned", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  it("names what is not named, by eight hex digits or, for a child, by the logical name", async () => {
    const group = await stage.create(tokens.group, "lab", { location: "eastus" });
    assert.match(String(group.outputs.name), /^lab[0-9a-f]{8}$/);
    const common = { resourceGroupName: String(group.outputs.name) };
    const network = await stage.create(tokens.network, "net", {
      ...common,
      addressSpace: { addressPrefixes: ["10.1.0.0/16"] },
    });
    assert.match(String(network.outputs.name), /^net[0-9a-f]{8}$/);
    assert.equal(network.outputs.location, "eastus", "the location of the resource group");
    const subnet = await stage.create(tokens.subnet, "peers", {
      ...common,
      virtualNetworkName: String(network.outputs.name),
      addressPrefix: "10.1.0.0/24",
    });
    assert.equal(subnet.outputs.name, "peers");
    const { inputs } = await stage.client.check(
      tokens.group,
      "lab",
      { location: "x" },
      group.inputs,
    );
    assert.equal(inputs.resourceGroupName, group.outputs.name, "an old name stays");
  });

  it("takes the provider's location before the resource group's, for each provider instance", async () => {
    await makeLab(stage);
    await stage.client.configure({ location: "westeurope" });
    const given = { resourceGroupName, addressSpace: { addressPrefixes: ["10.2.0.0/16"] } };
    const { inputs } = await stage.client.check(tokens.network, "other", given);
    assert.equal(inputs.location, "westeurope");
    const kept = await stage.client.check(tokens.network, "other", given, { location: "eastus" });
    assert.equal(kept.inputs.location, "eastus", "an old location stays");
  });

  it("wants a location where it can find none, and knows none of an unknown group", async () => {
    const { failures } = await stage.client.check(tokens.network, "net", {
      resourceGroupName: "nowhere",
    });
    assert.deepEqual(failures, [
      { property: "location", reason: "missing required property 'location'" },
    ]);
    const { inputs } = await stage.client.check(tokens.network, "net", {
      resourceGroupName: Unknown,
    });
    assert.equal(inputs.location, Unknown);
  });

  it("previews known inputs and leaves to Azure what is Azure's", async () => {
    const lab = await makeLab(stage);
    const inputs = machineInputs("ada", Unknown as unknown as string);
    const checked = await stage.client.check(tokens.machine, "ada", inputs);
    const { id, outputs } = await stage.client.create(tokens.machine, "ada", checked.inputs, true);
    assert.equal(id, "");
    for (const name of ["vmId", "name", "etag", "provisioningState", "timeCreated"]) {
      assert.equal(outputs[name], Unknown, name);
    }
    assert.equal(outputs.location, "eastus");
    const disk = ((outputs.storageProfile as Properties).osDisk ?? {}) as Properties;
    assert.equal(disk.createOption, "FromImage");
    assert.equal(disk.name, Unknown);

    const nic = await stage.client.create(tokens.nic, "nic", nicInputs("nic", lab.subnet.id), true);
    const [first] = nic.outputs.ipConfigurations as Properties[];
    assert.equal(first.name, "ipv4");
    assert.equal(first.privateIPAddress, Unknown);
    assert.deepEqual(stage.server.resources().length, 3, "nothing was made");
  });

  it("keeps only name and location known through the preview of an update, as azure-native does", async () => {
    const lab = await makeLab(stage);
    const { machine } = await makeMachine(stage, lab, "ada");
    const inputs = { ...machine.inputs, tags: { a: "b" } };
    const { outputs } = await stage.client.update(
      tokens.machine,
      "ada",
      machine.id,
      machine.inputs,
      inputs,
      true,
    );
    assert.equal(outputs.vmId, Unknown);
    assert.deepEqual(outputs.tags, { a: "b" });
  });

  it("plans replacements where azure-native does, with deletion first", async () => {
    const lab = await makeLab(stage);
    const { machine } = await makeMachine(stage, lab, "ada");
    const address = await stage.create(tokens.publicAddress, "p", publicAddressInputs("p"));
    const cases: [Made, Properties, { [path: string]: string }][] = [
      [lab.group, { location: "westeurope" }, { location: "updateReplace" }],
      [lab.network, { location: "westeurope" }, { location: "updateReplace" }],
      [lab.network, { location: "East US" }, {}],
      [lab.network, { virtualNetworkName: "other" }, { virtualNetworkName: "updateReplace" }],
      [
        lab.subnet,
        { addressPrefixes: ["10.1.1.0/24"] },
        { "addressPrefixes[0]": "update", "addressPrefixes[1]": "delete" },
      ],
      [address, { sku: { name: "Basic" } }, { "sku.name": "updateReplace" }],
      [address, { publicIPAddressVersion: "IPv6" }, { publicIPAddressVersion: "addReplace" }],
      [machine, { location: "westeurope" }, { location: "updateReplace" }],
      [
        machine,
        { hardwareProfile: { vmSize: "Standard_D2s_v5" } },
        { "hardwareProfile.vmSize": "update" },
      ],
    ];
    for (const [{ token, name, id, inputs }, change, expected] of cases) {
      const { changes, deleteBeforeReplace } = await stage.client.diff(token, name, id, inputs, {
        ...inputs,
        ...change,
      });
      assert.deepEqual(changes, expected, `${token} ${JSON.stringify(change)}`);
      const replaced = Object.values(expected).some((kind) => kind.endsWith("Replace"));
      assert.equal(deleteBeforeReplace, replaced);
    }
  });

  it("names nested paths, so that the program's replaceOnChanges finds them", async () => {
    const lab = await makeLab(stage);
    const { machine } = await makeMachine(stage, lab, "ada");
    const inputs = JSON.parse(JSON.stringify(machine.inputs)) as Properties & {
      storageProfile: { imageReference: Properties };
      osProfile: Properties;
    };
    inputs.storageProfile.imageReference.sku = "win11-23h2-ent";
    inputs.osProfile.adminPassword = `${password}x`;
    const { changes } = await stage.client.diff(
      tokens.machine,
      "ada",
      machine.id,
      machine.inputs,
      inputs,
    );
    assert.deepEqual(changes, {
      "storageProfile.imageReference.sku": "update",
      "osProfile.adminPassword": "update",
    });
  });
});
