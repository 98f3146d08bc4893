import * as assert from "node:assert/strict";
import { checkComponentName, networkNames } from "../../../components/plan/componentNames";

/** The longest name of a component that makes what `existing` does not name, all of it being `n`. */
function longest(existing: object): number {
  let length = 0;
  const names = networkNames(existing);
  while (length < 200 && checkComponentName("name", "n".repeat(length + 1), names).length === 0)
    length++;
  return length;
}

describe("components/plan/componentNames", () => {
  it("leave room for the tightest of the names that are made of a component's", () => {
    // Names in Azure: 64 of a virtual network, 80 of the others; azure-native adds eight characters.
    assert.equal(longest({}), 64 - "-network".length - 8);
    assert.equal(longest({ virtualNetworkName: "theirs" }), 80 - "-security".length - 8);
    assert.equal(
      longest({ virtualNetworkName: "theirs", networkSecurityGroupName: "theirs" }),
      80 - "-outbound".length - 8,
    );
    const all = { virtualNetworkName: "a", subnetName: "a", networkSecurityGroupName: "a" };
    assert.deepEqual(networkNames(all), []);
  });
});
