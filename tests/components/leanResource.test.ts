import * as assert from "node:assert/strict";
import * as compute from "@pulumi/azure-native/compute";
import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { PeerLab } from "../../components";
import { lean } from "../../components/leanResource";
import { finished, mockEngine, type Declared } from "./mocks";

const group = { resourceGroupName: "group" };

describe("components/leanResource", () => {
  let declared: Declared[];
  beforeEach(async () => {
    declared = await mockEngine();
  });
  const aliasTypes = (name: string) => declared.find((one) => one.name === name)?.aliasTypes;

  it("leaves out the aliases for other API versions on every resource of a lab, whatever the lab is made of", async () => {
    new PeerLab("lab", {
      adminSources: ["203.0.113.7"],
      machineDefaults: { publicIpv6: true, autoShutdown: { time: "1900" } },
      people: { ada: { machines: { "ada-1": {}, "ada-2": {} } } },
    });
    await finished();
    const ofAzure = declared.filter(({ type }) => type.startsWith("azure-native:"));
    assert.ok(new Set(ofAzure.map(({ type }) => type)).size >= 10);
    assert.deepEqual(
      ofAzure.flatMap(({ name, aliasTypes }) =>
        aliasTypes.filter((type) => /[/_]v\d/.test(type)).map((type) => `${name}: ${type}`),
      ),
      [],
    );
  });

  it("keeps aliases that the lab's user gives, and a resource of hers below a component of ours as it is", async () => {
    const given = { type: "azure-native:network/v20230201:VirtualNetwork" };
    const lab = new PeerLab(
      "lab",
      { adminSources: ["203.0.113.7"], people: { ada: { machines: { "ada-1": {} } } } },
      {
        transformations: [
          ({ type, props, opts }) =>
            type === "azure-native:network:VirtualNetwork"
              ? { props, opts: pulumi.mergeOptions(opts, { aliases: [given] }) }
              : undefined,
        ],
      },
    );
    new network.NetworkInterface("hers", group, { parent: lab });
    await finished();
    assert.deepEqual(aliasTypes("lab-network"), [given.type]);
    assert.ok((aliasTypes("hers") ?? []).length > 50);
  });

  it("leaves out the class's aliases of an API version alone", async () => {
    const other = [
      { type: "azure-native:network:PrivateZone" },
      { type: "azure-native:network/v20230201:NetworkInterface", name: "before" },
      "urn:pulumi:stack::project::azure-native:network/v20230201:NetworkInterface::before",
    ];
    new network.NetworkInterface("nic", group, lean({ aliases: other }));
    new compute.VirtualMachine("vm", group, lean({}));
    await finished();
    assert.deepEqual(aliasTypes("nic"), [
      "azure-native:network:PrivateZone",
      "azure-native:network/v20230201:NetworkInterface",
      "azure-native:network/v20230201:NetworkInterface",
    ]);
    assert.deepEqual(aliasTypes("vm"), []);
  });

  it("has the outputs that are read and those of given properties, and no others", async () => {
    const nic = new network.NetworkInterface("nic", { ...group, tags: { a: "b" } }, lean({}));
    await finished();
    const outputs = Object.keys(nic).filter((key) =>
      pulumi.Output.isInstance(nic[key as keyof typeof nic]),
    );
    assert.deepEqual(outputs.sort(), [
      "id",
      "location",
      "name",
      "resourceGroupName",
      "tags",
      "urn",
    ]);
  });
});
