import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { followEngine } from "../../rollout/followEngine";
import type { LabParts } from "../../rollout/labParts";
import type { Happening } from "../../rollout/plan/progress";

const parts: LabParts = {
  machines: ["ada-1", "ada-2", "grace-1"],
  rings: [
    { name: "canary", machines: ["grace-1"] },
    { name: "others", machines: ["ada-1", "ada-2"] },
  ],
};
const urn = (name: string) => `urn:pulumi:prod::peerlab::a$b::${name}`;
const event = (parts: Partial<EngineEvent>) => parts as EngineEvent;
const step = (name: string, op = "update", type = "command:remote:Command") =>
  event({ resourcePreEvent: { metadata: { op, urn: urn(name), type } as never } });
const done = (name: string) =>
  event({ resOutputsEvent: { metadata: { urn: urn(name), type: "pulumi:index:Stash" } as never } });
const error = (name: string, message: string) =>
  event({ diagnosticEvent: { urn: urn(name), message, severity: "error", color: "never" } });

/** What is found and told when these events come. */
function follow(events: EngineEvent[], succeeded: boolean) {
  const told: string[] = [];
  const begun = ["canary pending", "others pending"];
  const emit = (happening: Happening) => {
    if (happening.kind === "ring") told.push(`${happening.ring} ${happening.standing}`);
  };
  const followed = followEngine("prod", "update", parts, emit);
  for (const one of events) followed.onEvent(one);
  followed.end(succeeded);
  assert.deepEqual(told.splice(0, 2), begun);
  return { told, findings: followed.findings(), changes: followed.changes() };
}

describe("rollout/followEngine", () => {
  it("tells of each ring when its first step begins and when its proof has passed", () => {
    const { told, findings } = follow(
      [
        step("lab-grace-1-vm", "same"),
        // What the engine keeps of a machine of a later ring changes at once.
        step("lab-ada-2-attempt", "replace", "pulumi:index:Stash"),
        step("grace.grace-1"),
        step("lab-proof-canary.grace-1-test"),
        done("lab-proof-canary"),
        step("ada.ada-2"),
        done("lab-proof"),
      ],
      true,
    );
    assert.deepEqual(told, [
      ...["canary running", "canary succeeded", "others running", "others succeeded"],
    ]);
    assert.deepEqual(findings, []);
  });

  it("finds each failure of a proof once, by its machine, and names the rings that nothing was run on", () => {
    const failures = [
      "grace-1 does not reach TCP 3587 of ada-1 (fd00::4): refused",
      "TCP 5001 of grace-1 (fd00::5): taken",
    ];
    const list = failures.map((failure) => `  ${failure}`).join("\n");
    const { told, findings } = follow(
      [
        step("lab-ada-2-attempt", "replace", "pulumi:index:Stash"),
        step("lab-proof-canary.grace-1-test"),
        event({ resOpFailedEvent: { metadata: { urn: urn("lab-proof-canary") } } as never }),
        error("lab-proof-canary", `error: The proof lab-proof-canary has 2 failures:\n${list}`),
        error(
          "",
          `PeerLab lab: ring canary is not healthy (2 failures); ring others waits:\n${list}`,
        ),
        error("", "error: update failed"),
      ],
      false,
    );
    assert.deepEqual(told, ["canary running", "canary failed", "others skipped"]);
    assert.deepEqual(
      findings,
      failures.map((message) => ({ phase: "update", ring: "canary", machine: "grace-1", message })),
    );
  });

  it("says what a machine said of itself, for each machine", () => {
    const failure = { code: "NoIPv6", message: "It has no address.", hint: "Look there." };
    const text = `error: run: exit status 1: ${JSON.stringify(failure)}`;
    const { findings } = follow([error("ada.ada-1", text), error("ada.ada-2", text)], false);
    assert.deepEqual(
      findings.map(({ machine, message }) => [machine, message]),
      ["ada-1", "ada-2"].map((key) => [key, "NoIPv6: It has no address. Look there."]),
    );
  });

  it("names what failed without a word of the engine's", () => {
    const failed = event({ resOpFailedEvent: { metadata: { urn: urn("lab-ada-1-vm") } } as never });
    const [finding] = follow([failed], false).findings;
    assert.deepEqual([finding.machine, finding.message], ["ada-1", "lab-ada-1-vm failed"]);
  });

  it("knows whether anything is changed", () => {
    assert.equal(follow([step("ada.ada-1", "same")], true).changes, false);
    assert.equal(follow([step("ada.ada-1", "replace")], true).changes, true);
  });

  it("finds a mandatory policy's violation", () => {
    const policyEvent = {
      ...{ resourceUrn: urn("lab-network"), policyName: "open", policyPackName: "peerlab" },
      ...{ enforcementLevel: "mandatory", message: "Everybody reaches it.\nMore." },
    };
    const { findings } = follow([event({ policyEvent: policyEvent as never })], false);
    assert.deepEqual(findings, [
      { phase: "update", message: "policy open of peerlab: Everybody reaches it." },
    ]);
  });
});
