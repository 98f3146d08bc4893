import assert from "node:assert/strict";
import type { RolloutEvent } from "../../../rollout/plan/progress";
import { lineOf, stillLines } from "../../../rollout/plan/progressLines";
import { after, nothingYet, plainText, viewOf } from "../../../rollout/plan/view";
import { at, failedRollout, foundDrift } from "./events";

function linesOf(events: readonly RolloutEvent[]): string[] {
  let view = nothingYet;
  return events.flatMap((event) => {
    const before = view;
    view = after(before, event);
    return lineOf(event, before, view) ?? [];
  });
}

describe("progress as lines", () => {
  it("has one for each change, with the time and how long what is over took", () => {
    assert.deepEqual(linesOf(failedRollout), [
      "12:00:00  up: dev, then prod, then far (rollout 20260302T120000Z-abc)",
      "12:00:01  dev  preview",
      "12:00:04  dev  plan: 2 create, 1 update, 1 replace (ada-1), 2 guest steps, 40 same",
      "12:00:05  dev  update",
      "12:01:05  dev  succeeded after 1m 4s",
      "12:01:06  prod  update",
      "12:01:07  prod/canary  running",
      "12:02:07  prod/canary  failed after 1m: its proof failed",
      "12:02:08  prod/others  skipped",
      "12:02:09  prod  ! update, ring canary, grace-1: TCP 50000 | <b>not</b> reached by @ada, see https://example.com #12 `x`",
      "12:02:10  prod  failed (update) after 1m 4s: its rings are not healthy",
      "12:02:10  far  skipped: a stage before it has not passed",
      "12:02:11  ended after 2m 11s with exit code 1",
    ]);
  });

  it("has none for what is in place, nor for what changes nothing", () => {
    assert.deepEqual(linesOf(foundDrift), [
      "12:00:00  drift: dev, then prod",
      "12:00:03  dev  cloud: lab-nsg drifted: securityRules[0].access: was Deny, is Allow",
      "12:00:04  dev  guest: ada-1 drifted: firewall",
      "12:00:04  dev  guest: ada-2 unknown: off",
      "12:00:05  dev  succeeded",
      "12:00:06  prod  unknown: the backend cannot be asked",
      "12:00:07  ended after 7s with exit code 3",
    ]);
    const twice = [failedRollout[0], failedRollout[1], { ...failedRollout[1], at: at(30) }];
    assert.equal(linesOf(twice as RolloutEvent[]).length, 2);
  });

  it("says what still goes on, and since when", () => {
    const events: RolloutEvent[] = [
      ...failedRollout.slice(0, 7),
      // A detail more is no new phase.
      { kind: "stage", stage: "prod", standing: "running", detail: "more of it", at: at(90) },
    ];
    assert.deepEqual(stillLines(viewOf(events), new Date(at(246))), [
      "12:04:06  prod  still update, ring canary, for 3m",
    ]);
    assert.deepEqual(stillLines(viewOf(failedRollout), new Date(at(400))), []);
  });

  it("holds nothing that would do something in a terminal", () => {
    const text =
      "a\u001b[2Jb\u001b]0;title\u0007c<{%fg 1%}>d<{%reset%}>e\u0000\u0085f\r\ng\u001bMh\n";
    assert.equal(plainText(text), "abcde  f\ngh");
  });
});
