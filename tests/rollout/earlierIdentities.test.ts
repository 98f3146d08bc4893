import assert from "node:assert/strict";
import { makesIdentitiesAnew, withEarlier } from "../../rollout/earlierIdentities";

const identity = "urn:pulumi:prod::peerlab::peerlab:index:PeerLab$peerlab:index:SharedPeerIdentity";
const stash = (person: string, name: string, id: string, more: object = {}) => ({
  urn: `${identity}$pulumi:index:Stash::${person}${name}`,
  type: "pulumi:index:Stash",
  id,
  parent: `${identity}::${person}`,
  dependencies: ["now"],
  ...more,
});

describe("rollout/earlierIdentities", () => {
  const earlier = [
    stash("ada", "-generation", "g1", { dependencies: ["then"], outputs: { output: "1" } }),
    stash("ada", "-identity", "i1", { dependencies: ["then"] }),
    stash("grace", "-identity", "i9"),
  ];

  it("puts all parts of an identity back that is another one by now, with what they depend on now", () => {
    const scope = stash("ada", "-scope", "s1");
    const step = stash("ada", ".ada-identity", "t1");
    const now = [
      stash("ada", "-generation", "g2"),
      scope,
      stash("ada", "-identity", "i1"),
      step,
      stash("grace", "-identity", "i9"),
      stash("ada", "-generation", "g1", { delete: true }),
    ];
    assert.deepEqual(withEarlier(now, earlier), [
      stash("ada", "-generation", "g1", { outputs: { output: "1" } }),
      scope,
      stash("ada", "-identity", "i1"),
      step,
      stash("grace", "-identity", "i9"),
    ]);
  });

  it("leaves a state alone in which no identity is another one", () => {
    assert.equal(withEarlier(earlier, earlier), undefined);
    assert.equal(withEarlier([], earlier), undefined);
  });

  it("knows an update that makes an identity anew from one that does not", () => {
    const steps = (op: string, name: string) => {
      const { urn, type } = stash("ada", name, "");
      return [{ resourcePreEvent: { metadata: { op, urn, type } } }] as never;
    };
    assert.equal(makesIdentitiesAnew(steps("replace", "-identity")), true);
    assert.equal(makesIdentitiesAnew(steps("same", "-identity")), false);
    assert.equal(makesIdentitiesAnew(steps("replace", ".ada-1-identity")), false);
  });
});
