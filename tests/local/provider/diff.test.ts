import * as assert from "node:assert/strict";
import { diffProperties, markReplacements, Secret, Unknown } from "../../../local/provider";

describe("local/provider/diff", () => {
  it("names the smallest part that differs", () => {
    assert.deepEqual(
      diffProperties(
        { a: { b: [{ c: 1 }, { c: 2 }] }, gone: 1, same: "x", "odd.name": 1 },
        { a: { b: [{ c: 1 }, { c: 3 }] }, made: {}, same: "x", "odd.name": 2 },
      ),
      {
        "a.b[1].c": "update",
        gone: "delete",
        made: "add",
        '["odd.name"]': "update",
      },
    );
  });

  it("counts what is unknown as changed, and null as absent", () => {
    assert.deepEqual(diffProperties({ a: "x", b: null }, { a: Unknown }), { a: "update" });
  });

  it("compares secrets by their value", () => {
    assert.deepEqual(diffProperties({ a: new Secret("x") }, { a: "x" }), {});
    assert.deepEqual(diffProperties({ a: new Secret("x") }, { a: new Secret("y") }), {
      a: "update",
    });
  });

  it("lets the caller say what is equal, and what replaces", () => {
    const changes = diffProperties(
      { location: "eastus", size: 1 },
      { location: "East US", size: 2 },
      { equal: (path) => path === "location" },
    );
    assert.deepEqual(
      markReplacements(changes, (path) => path === "size"),
      { size: "updateReplace" },
    );
  });
});
