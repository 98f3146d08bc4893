import * as assert from "node:assert/strict";
import { PeerLab, type PeerLabArgs } from "../../components";
import { finished, mockEngine, type Declared } from "./mocks";

const people: PeerLabArgs["people"] = {
  ada: { machines: { "ada-1": {}, "ada-2": {}, "ada-3": {} } },
  grace: { machines: { "grace-1": {}, "grace-2": {} } },
};
const rings = [
  { name: "canary", machines: ["ada-2"], people: ["grace"] },
  { name: "wide", machines: ["ada-3"] },
];

async function declare(more: Partial<PeerLabArgs>): Promise<Declared[]> {
  const declared = await mockEngine();
  new PeerLab("lab", { adminSources: ["203.0.113.7"], people, ...more });
  await finished();
  return declared;
}

const nameOf = ({ type, name }: Declared) => `${type} ${name}`;

describe("components/labRings", () => {
  it("declare a proof more for each ring but the last, of its machines and those before, and nothing else", async () => {
    const without = (await declare({})).map(nameOf);
    const withRings = (await declare({ rings })).map(nameOf);
    const added = withRings.filter((name) => !without.includes(name));
    const expected = Object.entries({
      canary: ["ada-2", "grace-1", "grace-2"],
      wide: ["ada-2", "ada-3", "grace-1", "grace-2"],
    }).flatMap(([ring, machines]) => [
      `peerlab:index:PeerProof lab-proof-${ring}`,
      `pulumi:index:Stash lab-proof-${ring}`,
      ...machines.flatMap((key) => [
        `command:remote:Command lab-proof-${ring}.${key}-listener`,
        `command:remote:Command lab-proof-${ring}.${key}-test`,
      ]),
    ]);
    const memory = "peerlab:index:LabNetworkRules lab-network-rules";
    assert.deepEqual(added.sort(), [...expected, memory].sort());
    assert.deepEqual(
      without.filter((name) => !withRings.includes(name)),
      [],
    );
  });

  it("change nothing of a machine where they are empty", async () => {
    const without = (await declare({})).map(nameOf);
    assert.deepEqual((await declare({ rings: [] })).map(nameOf).sort(), without.sort());
  });

  it("let nothing that waits stand among the inputs of a machine's component", async () => {
    const peers = (await declare({ rings })).filter(({ type }) => type.endsWith(":WindowsPeer"));
    assert.equal(peers.length, 5);
    for (const { inputs } of peers) assert.equal("after" in inputs, false);
  });
});
