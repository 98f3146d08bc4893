import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { Unknown } from "../../../local/provider";
import { canonicalInputs, checkInputs, schema } from "../../../local/azure/schema/check";
import { previewOutputs } from "../../../local/azure/schema/preview";
import { formatSchema, generateSchema, schemaFile } from "../../../local/azure/schema.generate";

const nic = schema.resources["azure-native:network:NetworkInterface"];
const machine = schema.resources["azure-native:compute:VirtualMachine"];

function reasons(inputs: Parameters<typeof checkInputs>[1], shape = machine.inputs): string[] {
  return checkInputs(shape, { resourceGroupName: "lab", ...inputs }).map(({ reason }) => reason);
}

describe("local/azure/schema", () => {
  it("is what the installed azure-native declares today", () => {
    assert.equal(fs.readFileSync(schemaFile, "utf8"), formatSchema(generateSchema()));
  });

  it("refuses an unknown property with its path, and knows a wrong case", () => {
    assert.deepEqual(reasons({ osProfile: { computername: "x" } }), [
      "unknown property 'osProfile.computername'; did you mean 'computerName'?",
    ]);
    const [reason] = reasons({ storageProfile: { osDisk: { createOption: "FromImage", x: 1 } } });
    assert.match(reason, /^unknown property 'storageProfile.osDisk.x'; known are: caching, /);
  });

  it("refuses a missing property, a wrong type and a value outside an enum, each with its path", () => {
    assert.deepEqual(reasons({ storageProfile: { osDisk: {} }, zones: "1", priority: "Cheap" }), [
      "missing required property 'storageProfile.osDisk.createOption'",
      "'zones' should be an array but got a string",
      "'priority' has the value 'Cheap'; allowed are: Regular, Low, Spot",
    ]);
    assert.deepEqual(
      reasons({ ipConfigurations: [{ privateIPAddressVersion: "v6" }] }, nic.inputs),
      ["'ipConfigurations[0].privateIPAddressVersion' has the value 'v6'; allowed are: IPv4, IPv6"],
    );
    assert.deepEqual(reasons({ tags: { a: 1 } }), [
      "'tags.a' should be of type 'string' but got a number",
    ]);
  });

  it("compares enum values without case and spells them as Azure does", () => {
    const inputs = { ipConfigurations: [{ privateIPAddressVersion: "ipv6" }] };
    assert.deepEqual(reasons(inputs, nic.inputs), []);
    assert.deepEqual(canonicalInputs(nic.inputs, inputs), {
      ipConfigurations: [{ privateIPAddressVersion: "IPv6" }],
    });
  });

  it("leaves sizes open and unknown values alone", () => {
    assert.deepEqual(reasons({ hardwareProfile: { vmSize: "Standard_Z99" } }), []);
    assert.deepEqual(reasons({ priority: Unknown, osProfile: Unknown }), []);
  });

  it("previews unknowns down to the nested properties that Azure fills in", () => {
    const outputs = previewOutputs(nic.outputs, {
      ipConfigurations: [{ name: "a", subnet: { id: Unknown } }],
      tags: { a: "b" },
    });
    assert.equal(outputs.macAddress, Unknown);
    assert.deepEqual(outputs.tags, { a: "b" });
    const [configuration] = outputs.ipConfigurations as { [name: string]: unknown }[];
    assert.equal(configuration.name, "a");
    assert.equal(configuration.privateIPAddress, Unknown);
  });
});
