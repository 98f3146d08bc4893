import * as assert from "node:assert/strict";
import { identitiesWithoutCopy, removedIdentities } from "../../../components/plan/identityCopies";

const people = {
  grace: { peerName: "0b.PeerLab" },
  ada: { peerName: "0a.PeerLab" },
  zoe: { peerName: "" },
};

describe("components/plan/identityCopies", () => {
  it("counts people with an identity and no copy of this very one, in a stable order", () => {
    assert.deepEqual(identitiesWithoutCopy(people, {}), ["ada", "grace"]);
    assert.deepEqual(identitiesWithoutCopy(people, { ada: "0a.PeerLab" }), ["grace"]);
    const beforeRotation = { ada: "00.PeerLab", grace: "0b.PeerLab", gone: "0c.PeerLab" };
    assert.deepEqual(identitiesWithoutCopy(people, beforeRotation), ["ada"]);
  });

  it("tells of people who go with an identity, and whether a copy of it is left", () => {
    const copies = { grace: "0b.PeerLab", ada: "00.PeerLab" };
    assert.deepEqual(removedIdentities(people, ["ada", "grace", "zoe"], copies), []);
    assert.deepEqual(removedIdentities(people, [], copies), [
      { person: "ada", peerName: "0a.PeerLab", copied: false },
      { person: "grace", peerName: "0b.PeerLab", copied: true },
    ]);
  });
});
