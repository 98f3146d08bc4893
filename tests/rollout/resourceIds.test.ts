import assert from "node:assert/strict";
import type { Azure } from "../../local/azure/arm/azure";
import { idOf } from "../../local/azure/handlers/target";
import { servedResources } from "../../local/azure/served";
import { resourceTypes } from "../../local/azure/types";
import { idBelowGroup } from "../../rollout/resourceIds";

describe("rollout/resourceIds", () => {
  const group = "/subscriptions/s/resourceGroups/g";
  const azure = { subscription: "s" } as Azure;

  for (const token of servedResources) {
    it(`gives ${token} the id that Azure would`, () => {
      const type = resourceTypes.get(token)!;
      const names = Object.fromEntries(type.path.map((name) => [name, `a-${name}`]));
      const inputs = { ...names, resourceGroupName: "g", recordType: "AAAA" };
      assert.equal(`${group}${idBelowGroup(token, inputs)}`, idOf(type, inputs, azure));
    });
  }

  it("knows no id of what is not Azure's", () => {
    assert.equal(idBelowGroup("command:remote:Command", { resourceGroupName: "g" }), undefined);
    assert.equal(idBelowGroup("constructor", {}), undefined);
  });
});
