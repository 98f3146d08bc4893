import assert from "node:assert/strict";
import { withRings } from "../../rollout/stageRings";

describe("rollout/stageRings", () => {
  const text = "# the lab\nconfig:\n  peerlab:tags: {} # none\n";
  const rings = [{ name: "canary", people: ["ada"] }];

  it("adds the rings to a stack's configuration and leaves everything else, comments too", () => {
    assert.equal(
      withRings(text, "peerlab", rings),
      `${text}  peerlab:rings:\n    - name: canary\n      people:\n        - ada\n`,
    );
  });

  it("replaces other rings as a whole", () => {
    const before = withRings(text, "peerlab", [{ name: "first", machines: ["ada-1"] }])!;
    assert.equal(withRings(before, "peerlab", rings), withRings(text, "peerlab", rings));
  });

  it("changes nothing where the rings are the same, or the stack's configuration decides", () => {
    assert.equal(withRings(withRings(text, "peerlab", rings)!, "peerlab", rings), undefined);
    assert.equal(withRings(text, "peerlab", undefined), undefined);
  });

  for (const empty of ["", "config:\n", "# nothing\n"]) {
    it(`begins the configuration of ${JSON.stringify(empty)}`, () => {
      assert.match(withRings(empty, "peerlab", rings)!, /config:\n {2}peerlab:rings:\n/);
    });
  }
});
