import type { RolloutEvent } from "../../../rollout/plan/progress";

/** So many seconds after noon. */
export const at = (seconds: number) => new Date(Date.UTC(2026, 2, 2, 12, 0, seconds)).toISOString();

/** A rollout whose second stage stops in its canary ring, with all that can be told of one. */
export const failedRollout: readonly RolloutEvent[] = [
  {
    kind: "rollout",
    rollout: "20260302T120000Z-abc",
    command: "up",
    waves: [["dev"], ["prod"], ["far"]],
    at: at(0),
  },
  { kind: "stage", stage: "dev", standing: "running", phase: "preview", at: at(1) },
  {
    kind: "plan",
    stage: "dev",
    plan: {
      create: 2,
      update: 1,
      replace: 1,
      delete: 0,
      same: 40,
      replacedMachines: ["ada-1"],
      deletedMachines: [],
      createdMachines: [],
      steps: ["lab-ada.ada-1", "lab-proof.ada-1-test"],
    },
    at: at(4),
  },
  { kind: "stage", stage: "dev", standing: "running", phase: "update", at: at(5) },
  { kind: "stage", stage: "dev", standing: "succeeded", at: at(65) },
  { kind: "stage", stage: "prod", standing: "running", phase: "update", at: at(66) },
  { kind: "ring", stage: "prod", ring: "canary", standing: "running", at: at(67) },
  {
    kind: "ring",
    stage: "prod",
    ring: "canary",
    standing: "failed",
    detail: "its proof failed",
    at: at(127),
  },
  { kind: "ring", stage: "prod", ring: "others", standing: "skipped", at: at(128) },
  {
    kind: "finding",
    stage: "prod",
    finding: {
      phase: "update",
      ring: "canary",
      machine: "grace-1",
      message: "TCP 50000 | <b>not</b> reached\nby @ada, see https://example.com #12 `x`",
    },
    at: at(129),
  },
  {
    kind: "stage",
    stage: "prod",
    standing: "failed",
    phase: "update",
    detail: "\u001b[31mits rings\u001b[0m are not healthy",
    at: at(130),
  },
  {
    kind: "stage",
    stage: "far",
    standing: "skipped",
    detail: "a stage before it has not passed",
    at: at(130),
  },
  { kind: "end", exitCode: 1, at: at(131) },
];

/** What `drift` tells. */
export const foundDrift: readonly RolloutEvent[] = [
  { kind: "rollout", rollout: "", command: "drift", waves: [["dev"], ["prod"]], at: at(0) },
  ...(["lab-nsg", "lab-vnet", "lab-pip"] as const).map((subject): RolloutEvent => ({
    kind: "drift",
    stage: "dev",
    drift:
      subject === "lab-nsg"
        ? {
            side: "cloud",
            subject,
            standing: "drifted",
            details: ["securityRules[0].access: was Deny, is Allow"],
          }
        : { side: "cloud", subject, standing: "in place", details: [] },
    at: at(3),
  })),
  {
    kind: "drift",
    stage: "dev",
    drift: { side: "guest", subject: "ada-1", standing: "drifted", details: ["firewall"] },
    at: at(4),
  },
  {
    kind: "drift",
    stage: "dev",
    drift: { side: "guest", subject: "ada-2", standing: "unknown", details: ["off"] },
    at: at(4),
  },
  { kind: "stage", stage: "dev", standing: "succeeded", at: at(5) },
  {
    kind: "stage",
    stage: "prod",
    standing: "unknown",
    detail: "the backend cannot be asked",
    at: at(6),
  },
  { kind: "end", exitCode: 3, at: at(7) },
];

/** What `status` tells. */
export const toldStatus: readonly RolloutEvent[] = [
  { kind: "rollout", rollout: "", command: "status", waves: [["dev"], ["prod"]], at: at(0) },
  {
    kind: "status",
    stage: "dev",
    status: {
      stack: "dev",
      lastGood: {
        rollout: "one",
        at: at(-60),
        commit: "0123456789abcdef",
        libraryVersion: "0.1.0",
      },
      attempt: { rollout: "two", phase: "soak", outcome: "waiting", since: at(-30) },
      changed: ["configuration", "guest files"],
    },
    at: at(1),
  },
  { kind: "status", stage: "prod", status: { stack: "main", changed: [] }, at: at(1) },
  { kind: "end", exitCode: 0, at: at(2) },
];
