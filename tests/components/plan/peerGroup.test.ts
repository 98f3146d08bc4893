import * as assert from "node:assert/strict";
import {
  administratorsOf,
  creatorsOf,
  neighboursOf,
  roleOf,
} from "../../../components/plan/peerGroup";

describe("components/plan/peerGroup", () => {
  it("gives each machine its own role, else that of all, else administrator", () => {
    assert.equal(roleOf({}, "a"), "administrator");
    assert.equal(roleOf({ role: "member" }, "a"), "member");
    assert.equal(roleOf({ role: "member", roles: { a: "administrator" } }, "a"), "administrator");
    assert.equal(roleOf({ roles: {} }, "toString"), "administrator");
  });

  it("lets the machine that was named create the group, else the first administrator, whatever the order", () => {
    assert.deepEqual(creatorsOf({}, ["b", "a"]), ["a", "b"]);
    assert.deepEqual(creatorsOf({ creator: "b" }, ["a", "b"]), ["b"]);
    assert.deepEqual(creatorsOf({ roles: { a: "member" } }, ["c", "b", "a"]), ["b", "c"]);
    assert.deepEqual(creatorsOf({}, []), []);
    assert.deepEqual(administratorsOf({ roles: { b: "member" } }, ["c", "b", "a"]), ["a", "c"]);
  });

  it("tells each machine of up to three others, so that all hang together", () => {
    const keys = ["e", "d", "c", "b", "a"];
    assert.deepEqual(neighboursOf("a", keys), ["b", "c", "d"]);
    assert.deepEqual(neighboursOf("d", keys), ["e", "a", "b"]);
    assert.deepEqual(neighboursOf("a", ["a", "b"]), ["b"]);
    assert.deepEqual(neighboursOf("a", ["a"]), []);
  });
});
