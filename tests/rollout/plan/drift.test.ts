import * as assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { cloudDrift, driftWords, guestDrift } from "../../../rollout/plan/drift";

const urn = (name: string, type = "azure-native:network:NetworkSecurityGroup") =>
  `urn:pulumi:dev::peerlab::peerlab:index:PeerLab$${type}::${name}`;
const resource = (name: string, type = "azure-native:network:NetworkSecurityGroup") => ({
  urn: urn(name, type),
  type,
  id: `/subscriptions/1/${name}`,
});
const inState = (name: string) => resource(name);
const event = (part: object) => part as EngineEvent;
const state = (inputs: object, outputs: object = {}) => ({ inputs, outputs });
const answer = (name: string, op: string, old?: object, now?: object) =>
  event({ resOutputsEvent: { metadata: { urn: urn(name), op, old, new: now } } });
const error = (name: string, message: string, severity = "error") =>
  event({ diagnosticEvent: { urn: urn(name), severity, message } });

describe("drift of the cloud", () => {
  it("tells what differs, what is gone and what is in place, by name", () => {
    const found = cloudDrift(["c", "a", "b", "d"].map(inState), [
      answer("a", "same", state({ size: 1 }), state({ size: 1 })),
      answer("b", "update", state({ size: 1 }), state({ size: 2 })),
      answer("c", "delete", state({})),
      answer("d", "update", state({ etag: "1" }), state({ etag: "2" })),
    ]);
    assert.deepEqual(found, [
      { side: "cloud", subject: "a", standing: "in place", details: [] },
      { side: "cloud", subject: "b", standing: "drifted", details: ["size: was 1, is 2"] },
      { side: "cloud", subject: "c", standing: "drifted", details: ["is no longer there"] },
      { side: "cloud", subject: "d", standing: "in place", details: [] },
    ]);
  });

  it("looks at what the program does not give only where the engine does, or where it is another instance", () => {
    const old = state({ name: "a" }, { name: "a", vmId: "1", links: ["x"], size: 1 });
    const now = (outputs: object) =>
      state({ name: "a" }, { name: "a", vmId: "1", size: 1, ...outputs });
    const details = (op: string, outputs: object, diffs?: string[]) => {
      const metadata = { urn: urn("a"), op, old, new: now(outputs), diffs };
      return cloudDrift([inState("a")], [event({ resOutputsEvent: { metadata } })])[0].details;
    };
    assert.deepEqual(details("update", { links: ["y"], size: 2, name: "b" }, ["size", "name"]), [
      "size: was 1, is 2",
    ]);
    assert.deepEqual(details("same", { links: ["y"], size: 2 }, ["size"]), []);
    assert.deepEqual(details("same", { vmId: "2" }), ['vmId: was "1", is "2"']);
  });

  it("knows nothing of what was not answered, and says why", () => {
    const resources = ["a", "b", "c"].map(inState);
    const events = [
      answer("a", "same"),
      error("b", "<{%reset%}>Preview failed: 403  Forbidden\n<{%reset%}>"),
      error("c", "only a warning", "warning"),
    ];
    const unknown = (reason?: string) =>
      cloudDrift(resources, events, reason).map(({ standing, details }) => [standing, ...details]);
    assert.deepEqual(unknown("the login has ended"), [
      ["in place"],
      ["unknown", "403 Forbidden"],
      ["unknown", "the login has ended"],
    ]);
    assert.deepEqual(unknown()[2], ["unknown", "the refresh did not come to it"]);
  });

  it("leaves out components and what is nowhere but in the state", () => {
    const types = ["pulumi:index:Stash", "command:remote:Command", "pulumi:providers:azure-native"];
    const none = [
      ...types.map((type) => resource("a", type)),
      { urn: urn("lab"), type: "peerlab:index:PeerLab" },
    ];
    assert.deepEqual(cloudDrift(none, []), []);
  });
});

describe("drift of the guests", () => {
  const cases: [string, Parameters<typeof guestDrift>[0][number], string, string[]][] = [
    ["one as wanted", { machine: "a", state: "as wanted", words: "as wanted" }, "in place", []],
    [
      "one that somebody changed",
      { machine: "a", state: "drifted", words: "drifted: x; y", drift: ["x", "y"] },
      "drifted",
      ["x", "y"],
    ],
    [
      "one that waits for a reboot",
      { machine: "a", state: "waiting", words: "as wanted after: reboot" },
      "drifted",
      ["as wanted after: reboot"],
    ],
    ...["off", "silent", "unfinished"].map(
      (state): [string, Parameters<typeof guestDrift>[0][number], string, string[]] => [
        `one that is ${state}`,
        { machine: "a", state, words: `${state} by words` },
        "unknown",
        [`${state} by words`],
      ],
    ),
    ...Object.entries({
      WrongMachine: "drifted",
      OtherHostKey: "drifted",
      LogonRefused: "unknown",
      Unexpected: "unknown",
    }).map(
      ([code, standing]): [string, Parameters<typeof guestDrift>[0][number], string, string[]] => [
        `one that failed with ${code}`,
        { machine: "a", state: "failed", code, words: "failed" },
        standing,
        ["failed"],
      ],
    ),
    [
      "one as wanted whose proof failed",
      { machine: "a", state: "as wanted", words: "as wanted", failures: ["b does not answer"] },
      "drifted",
      ["proof: b does not answer"],
    ],
    [
      "one that is off and for whom others failed",
      { machine: "a", state: "off", words: "off", failures: ["no name"] },
      "drifted",
      ["off", "proof: no name"],
    ],
  ];
  for (const [what, machine, standing, details] of cases) {
    it(`is ${standing} for ${what}`, () => {
      assert.deepEqual(guestDrift([machine]), [{ side: "guest", subject: "a", standing, details }]);
    });
  }

  it("is counted in words, cloud and guest apart", () => {
    const one = (side: "cloud" | "guest", standing: "in place" | "drifted" | "unknown") => ({
      side,
      subject: "a",
      standing,
      details: [],
    });
    assert.equal(driftWords([one("cloud", "in place"), one("guest", "in place")]), "");
    assert.equal(
      driftWords([
        one("cloud", "drifted"),
        one("cloud", "drifted"),
        one("guest", "drifted"),
        one("guest", "unknown"),
        one("guest", "unknown"),
      ]),
      "drifted: 2 in the cloud, 1 machine; unknown: 2 machines",
    );
  });
});
