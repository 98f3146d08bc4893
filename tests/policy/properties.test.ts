import * as assert from "node:assert/strict";
import { Secret } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import {
  elementsAt,
  isKnown,
  plainProperties,
  secretPaths,
  textAt,
  textsOf,
  unknown,
  valueAt,
} from "../../policy/properties";
import { azureType } from "../../policy/resource";
import { asRemediated, asValidated, unknownText } from "./sdkProperties";

describe("policy/properties", () => {
  const properties = asValidated({
    name: "ada-1",
    id: unknownText,
    nested: { list: [1, unknownText, { deep: unknownText, flag: false }], none: null },
    files: new pulumi.asset.FileAsset("nowhere"),
  });

  it("reads everything around values that a preview does not know", () => {
    assert.throws(() => properties.id, /can't be known during preview/);
    assert.deepEqual(plainProperties(properties), {
      name: "ada-1",
      id: unknown,
      nested: { list: [1, unknown, { deep: unknown, flag: false }], none: null },
      files: unknown,
    });
  });

  it("says unknown for everything below an unknown value, and nothing for what is not there", () => {
    const plain = plainProperties(properties);
    assert.equal(valueAt(plain, "id", "below"), unknown);
    assert.equal(valueAt(plain, "nested", "list", 1), unknown);
    assert.equal(valueAt(plain, "nested", "list", 2, "flag"), false);
    assert.equal(valueAt(plain, "nested", "none"), undefined);
    assert.equal(valueAt(plain, "missing", "below"), undefined);
    assert.equal(valueAt(plain, "toString"), undefined);
    assert.equal(textAt(plain, "id"), undefined);
    assert.equal(textAt(plain, "name"), "ada-1");
    assert.deepEqual(
      elementsAt(plain, "nested", "list").map(([index]) => index),
      [0, 2],
    );
    assert.equal(isKnown(plain.nested), false);
    assert.equal(isKnown(plain.name), true);
  });

  it("finds every text with its path and key", () => {
    const texts = [...textsOf({ a: ["x", { "b-c": "y" }], d: unknown })];
    assert.deepEqual(texts, [
      { path: "a[0]", key: "a", text: "x" },
      { path: 'a[1]["b-c"]', key: "b-c", text: "y" },
    ]);
  });

  it("finds the marks of secrets that a remediation is shown, also around unknown values", () => {
    const remediated = asRemediated({
      plain: "x",
      secret: new Secret("y"),
      inner: { list: [{ value: new Secret(unknownText) }, { value: "z" }] },
    });
    assert.equal(remediated.secret, "y", "the SDK takes the mark off where the value is read");
    assert.deepEqual([...secretPaths(remediated)], ["secret", "inner.list[0].value"]);
  });

  const types: [string, string | undefined][] = [
    ["azure-native:network:NetworkSecurityGroup", "network:NetworkSecurityGroup"],
    ["azure-native:network/v20240501:NetworkSecurityGroup", "network:NetworkSecurityGroup"],
    ["azure-native_network_v20240501:network:NetworkSecurityGroup", "network:NetworkSecurityGroup"],
    ["azure:network/networkSecurityGroup:NetworkSecurityGroup", undefined],
    ["pulumi:providers:azure-native", undefined],
  ];
  for (const [type, expected] of types) {
    it(`takes ${type} for ${expected}`, () => assert.equal(azureType(type), expected));
  }
});
