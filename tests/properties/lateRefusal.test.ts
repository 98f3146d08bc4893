import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { WindowsPeer } from "../../components";
import { declare } from "./declare";
import { makeExisting, subnetId, type ExistingNetwork } from "./definitions/existing";
import { range } from "./definitions/addresses";

const network: ExistingNetwork = {
  resourceGroup: "lab",
  name: "net",
  location: "westeurope",
  space: [range([10, 1, 0, 0], 16), range([0xfd12, 0, 0, 0, 0, 0, 0, 0], 48)],
  subnet: { name: "peers", ranges: ["10.1.0.0/24", "fd12::/64"] },
  free: [],
  hasGroup: true,
  hasGateway: false,
};

describe("tests/properties/lateRefusal", () => {
  it("gives a password that is known late, and wrong, to nobody", async () => {
    const secret = "abc";
    const { azure, thrown } = await declare(
      (options) => {
        new WindowsPeer(
          "pc-1",
          {
            resourceGroupName: "lab",
            subnetId: subnetId(network),
            networking: { firewallRules: [] },
            adminPassword: pulumi.secret(secret),
          },
          options,
        );
      },
      (known) =>
        makeExisting({ resourceGroups: [{ name: "lab", location: "westeurope" }], network }, known),
    );
    assert.match(String(thrown), /adminPassword: \(not shown\) has 3 characters/);
    assert.ok(!String(thrown).includes(secret));
    assert.deepEqual(azure.refusals, [], "the machine was to be made with it");
  });
});
