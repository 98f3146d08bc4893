/** What is otherwise than the last update left it: resources by the engine's refresh, machines by what they say. Pure. */
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { codePoints } from "../../components/plan/identity";
import { differences } from "./differences";
import type { Drift } from "./progress";

type Step = NonNullable<EngineEvent["resOutputsEvent"]>["metadata"];

/** A resource of the stack's state, as far as it is needed here. */
export interface ResourceInState {
  urn: string;
  type: string;
  id?: string;
}

/** Types whose resources are nowhere but in the state: nothing in the cloud can be otherwise than they are. */
const inStateAlone = /^(pulumi|command|random):/;

/**
 * The resources of a stack by the events of a refresh that was only previewed, in the order of their names. One that was not asked
 * for, or could not be, is unknown: with what the provider said of it, else with `reason`, why the refresh came to no end.
 */
export function cloudDrift(
  resources: readonly ResourceInState[],
  events: readonly EngineEvent[],
  reason?: string,
): Drift[] {
  const answered = new Map<string, Step>();
  for (const { resOutputsEvent } of events) {
    if (resOutputsEvent) answered.set(resOutputsEvent.metadata.urn, resOutputsEvent.metadata);
  }
  const said = errorsOf(events);
  return resources
    .filter(({ id, type }) => id !== undefined && !inStateAlone.test(type))
    .map(({ urn }): Drift => {
      const subject = { side: "cloud" as const, subject: nameOf(urn) };
      const errors = said.get(urn) ?? [];
      const step = answered.get(urn);
      if (!step || errors.length > 0) {
        const details = errors.length > 0 ? errors : [reason ?? "the refresh did not come to it"];
        return { ...subject, standing: "unknown", details };
      }
      const details = step.op === "delete" ? ["is no longer there"] : changesOf(step);
      return { ...subject, standing: details.length > 0 ? "drifted" : "in place", details };
    })
    .sort((one, other) => codePoints(one.subject, other.subject));
}

/** By which a resource of the same id is another one; the engine takes what the program does not give for the same. */
const instances = ["vmId"];

/**
 * What is otherwise of the properties that the program gives. Of others, that is what the engine calls a difference: Azure adds to
 * them whenever something else refers to the resource.
 */
function changesOf({ op, old, new: now, diffs = [] }: Step): string[] {
  if (!old || !now) return [];
  const { inputs = {}, outputs = {} } = old;
  const others = diffs.filter((key) => !(key in inputs) && !(key in (now.inputs ?? {})));
  const keys = [...instances, ...(op === "same" ? [] : others)];
  return [
    ...(op === "same" ? [] : differences(inputs, now.inputs ?? {})),
    ...differences(only(keys, outputs), only(keys, now.outputs ?? {})),
  ];
}

function only(keys: readonly string[], values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));
}

/** What providers said of single resources, each line once. */
function errorsOf(events: readonly EngineEvent[]): Map<string, string[]> {
  const said = new Map<string, string[]>();
  for (const { diagnosticEvent } of events) {
    const { urn, severity, message } = diagnosticEvent ?? {};
    if (!urn || severity !== "error" || !message) continue;
    const line = message
      .replace(/<\{%[^%]*%\}>/g, "")
      .replace(/\s+/g, " ")
      .trim()
      .replace(/^Preview failed: /, "");
    said.set(urn, [...new Set([...(said.get(urn) ?? []), line])]);
  }
  return said;
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** What a check found of a machine, with what others proved of it. */
export interface AskedMachine {
  machine: string;
  state: string;
  /** What was found, in words: `off (deallocated), not asked`. */
  words: string;
  /** Of one that drifted, each thing that it names. */
  drift?: readonly string[];
  /** Of one that failed: the code. */
  code?: string;
  /** What the proof found wrong; absent where it was not asked. */
  failures?: readonly string[];
}

/** Failures that say that it is not the machine that the last update left. Others only say that it was not to be asked. */
const isAnother = ["WrongMachine", "OtherHostKey"];

/** The insides of machines, in the order that is given. What is known to be wrong wins over what is not known. */
export function guestDrift(machines: readonly AskedMachine[]): Drift[] {
  return machines.map(({ machine, state, words, drift, code = "", failures = [] }): Drift => {
    const failed = failures.map((failure) => `proof: ${failure}`);
    const isWrong = state === "drifted" || state === "waiting" || isAnother.includes(code);
    const own = state === "as wanted" ? [] : (drift ?? [words]);
    const isKnown = isWrong || state === "as wanted";
    const standing = isWrong || failed.length > 0 ? "drifted" : isKnown ? "in place" : "unknown";
    return { side: "guest", subject: machine, standing, details: [...own, ...failed] };
  });
}

/** How many of them are drifted, and how many unknown, in words; empty where all are in place. */
export function driftWords(found: readonly Drift[]): string {
  const count = (standing: Drift["standing"], side: Drift["side"]) =>
    found.filter((one) => one.standing === standing && one.side === side).length;
  return (["drifted", "unknown"] as const)
    .flatMap((standing) => {
      const cloud = count(standing, "cloud");
      const guest = count(standing, "guest");
      const where = [
        ...(cloud > 0 ? [`${cloud} in the cloud`] : []),
        ...(guest > 0 ? [`${guest} ${guest === 1 ? "machine" : "machines"}`] : []),
      ];
      return where.length > 0 ? [`${standing}: ${where.join(", ")}`] : [];
    })
    .join("; ");
}
