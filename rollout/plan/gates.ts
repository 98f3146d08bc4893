/** Judgements over the gates of a stage. Pure: the time is an argument. */
import { createHash } from "node:crypto";
import { parse } from "yaml";
import { received } from "../../components/plan/findings";
import type { ApprovalGate, PreviewGate, StageDefinition } from "./definition";
import { durationText } from "./duration";
import type { Finding, StagePlan } from "./progress";
import type { Approval, Inputs, StageRecord } from "./record";

/** A name for exactly these inputs: SHA-256 in hex. Whatever decides what an update does is in it, in one order. */
export function inputsDigest(inputs: Inputs): string {
  const {
    configuration,
    commit = null,
    uncommitted = false,
    differences = null,
    libraryVersion,
    guestFilesHash,
  } = inputs;
  const all = [
    ...[configurationContent(configuration), commit, uncommitted, differences],
    ...[libraryVersion, guestFilesHash],
  ];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex");
}

/** How a stack keeps its secrets: no part of its definition, and added by the engine where it stands nowhere yet. */
const ofSecretsProvider = ["secretsprovider", "encryptedkey", "encryptionsalt"];

/**
 * What a stack's configuration file says, however it is laid out and commented (the engine lays it out anew when it writes), and
 * however the stack keeps its secrets. A text that is no YAML stands for itself.
 */
export function configurationContent(text: string): string {
  try {
    const { config, ...others } = (parse(text) ?? {}) as Record<string, unknown>;
    for (const key of ofSecretsProvider) delete others[key];
    return JSON.stringify([config ?? {}, others]);
  } catch {
    return text;
  }
}

/** What a preview plans beyond the gate's limits; nothing where it is within them. */
export function withinLimits(plan: StagePlan, gate: PreviewGate): Finding[] {
  return [
    ...beyond("replaced", plan.replacedMachines, gate.replacedMachines, gate.allowedMachines),
    ...beyond("deleted", plan.deletedMachines, gate.deletedMachines, gate.allowedMachines),
  ];
}

function beyond(
  what: "replaced" | "deleted",
  machines: readonly string[],
  limit: number,
  allowed: readonly string[],
): Finding[] {
  const counted = machines.filter((machine) => !allowed.includes(machine));
  if (counted.length <= limit) return [];
  const all = counted.length === 1 ? "one machine" : `${counted.length} machines`;
  const message = `would be ${what}: ${all} in all, and gates.preview.${what}Machines is ${limit}; gates.preview.allowedMachines names those that may be`;
  return counted.map((machine) => ({ phase: "preview", machine, message }));
}

/** Whether a success at that time (ISO 8601) is one still; without a window any is, and without a time none. */
export function isFresh(at: string | undefined, seconds: number | undefined, now: Date): boolean {
  if (at === undefined) return false;
  const age = (now.getTime() - Date.parse(at)) / 1000;
  return seconds === undefined ? !Number.isNaN(age) : age <= seconds;
}

/** What stands against a stage whose gate wants the stages of the wave before to have succeeded within its window. */
export function freshnessFindings(
  before: readonly { stage: string; succeededAt?: string }[],
  seconds: number | undefined,
  now: Date,
): Finding[] {
  if (seconds === undefined) return [];
  return before
    .filter(({ succeededAt }) => !isFresh(succeededAt, seconds, now))
    .map(({ stage, succeededAt }) => {
      const last = succeededAt === undefined ? "it never has" : `it did at ${succeededAt}`;
      const message = `stage ${stage} has to have succeeded within ${durationText(seconds)}, and ${last}; roll it out again first`;
      return { phase: "freshness", message };
    });
}

/** Whether approvals under that name count for the gate. */
export function mayApprove(name: string, gate: ApprovalGate): boolean {
  return name.trim() !== "" && (gate.approvers.length === 0 || gate.approvers.includes(name));
}

/** The approval of exactly these inputs that holds now, the latest of several; undefined where there is none. */
export function approvalFor(
  record: StageRecord | undefined,
  digest: string,
  gate: ApprovalGate,
  now: Date,
): Approval | undefined {
  return (record?.approvals ?? [])
    .filter((approval) => whyNot(approval, digest, gate, now) === undefined)
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
    .at(-1);
}

/** Why no approval holds, in a sentence: the latest one's reason, or that there is none. */
export function approvalMissing(
  record: StageRecord | undefined,
  digest: string,
  gate: ApprovalGate,
  now: Date,
): string {
  const latest = (record?.approvals ?? [])
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
    .at(-1);
  const who =
    gate.approvers.length === 0
      ? "somebody"
      : gate.approvers.map((name) => received(name)).join(" or ");
  const why = latest && whyNot(latest, digest, gate, now);
  return `waits for an approval by ${who}${why === undefined ? "" : `; the last one, ${why}`}`;
}

function whyNot(
  { by, at, inputsDigest: of }: Approval,
  digest: string,
  gate: ApprovalGate,
  now: Date,
): string | undefined {
  const name = received(by);
  if (!mayApprove(by, gate)) return `by ${name}, is not by one of them`;
  if (of !== digest) return `by ${name} at ${at}, was for other inputs`;
  if (!isFresh(at, gate.validSeconds, now)) {
    return `by ${name} at ${at}, held for ${durationText(gate.validSeconds)}`;
  }
  return undefined;
}

/** How many seconds of a stage's soak are left where it began at that time. */
export function soakLeft(since: string, { gates }: StageDefinition, now: Date): number {
  return Math.max(0, gates.soakSeconds - (now.getTime() - Date.parse(since)) / 1000);
}
