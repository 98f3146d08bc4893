import type { EngineEvent } from "@pulumi/pulumi/automation";
import { findGuestFailure } from "../guest/guestFailure";
import { nameOf } from "../lab/engineText";
import type { RolloutContext } from "./context";
import { machineIn, ringOfProof, type LabParts } from "./labParts";
import type { Finding, Standing } from "./plan/progress";
import type { StagePhase } from "./plan/record";

/** What a preview or an update of a stage comes to, while it runs. */
export interface FollowedEngine {
  onEvent: (event: EngineEvent) => void;
  /** The steps that were planned or begun; nothing of their inputs and outputs. */
  steps: EngineEvent[];
  /** Whether a resource was, or would be, anything but the same. */
  changes(): boolean;
  /** What failed, each once, machines by name. */
  findings(): Finding[];
  /** Says how the rings stand that nothing was heard of, once the update has ended. */
  end(succeeded: boolean): void;
}

/** Operations that leave a resource as it is. */
const idle = ["same", "read", "refresh"];

/** What is made of a machine, and what runs on it. All else of a later ring may change while an earlier one has the turn. */
const onMachines = /^command:remote:|^azure-native:compute(\/[^:]+)?:VirtualMachine/;

/**
 * Follows the engine: which ring a change has come to, by the names of the resources, and what failed, by its diagnostics. How the
 * rings stand is told where there is somebody to tell.
 */
export function followEngine(
  stage: string,
  phase: StagePhase,
  parts: LabParts,
  emit?: RolloutContext["emit"],
): FollowedEngine {
  const steps: EngineEvent[] = [];
  const findings = new Map<string, Finding>();
  const failed = new Set<string>();
  const { rings } = parts;
  const standings = new Map<string, Standing>(rings.map(({ name }) => [name, "pending"]));
  const hasRings = rings.length > 1;
  if (hasRings) {
    // Reports have them in their order, whichever is heard of first.
    for (const { name } of rings) emit?.({ kind: "ring", stage, ring: name, standing: "pending" });
  }

  const ringOf = (resource: string): string | undefined => {
    const machine = machineIn(resource, parts);
    const own = rings.find(({ machines }) => machine !== undefined && machines.includes(machine));
    return ringOfProof(resource, parts) ?? own?.name;
  };
  const stand = (ring: string | undefined, standing: Standing, detail?: string) => {
    const now = ring === undefined ? undefined : standings.get(ring);
    // A ring that failed, or has passed, does not begin again.
    const isOver = now === "failed" || (now === "succeeded" && standing === "running");
    if (ring === undefined || now === undefined || now === standing || isOver) return;
    standings.set(ring, standing);
    if (hasRings) emit?.({ kind: "ring", stage, ring, standing, detail });
  };
  const find = (resource: string, message: string) => {
    for (const line of linesOf(message)) {
      const machine = machineIn(line, parts) ?? machineIn(resource, parts);
      const ring = hasRings ? (ringOf(resource) ?? ringOf(machine ?? "")) : undefined;
      // A closed gate says a proof's failures again.
      const key = `${machine}: ${line}`;
      if (findings.has(key)) continue;
      findings.set(key, {
        phase,
        ...(ring && { ring }),
        ...(machine && { machine }),
        message: line,
      });
    }
  };

  return {
    steps,
    onEvent(event) {
      const { resourcePreEvent, resOutputsEvent, resOpFailedEvent } = event;
      const { diagnosticEvent, policyEvent } = event;
      if (resourcePreEvent) {
        const { op, urn, type } = resourcePreEvent.metadata;
        steps.push({ resourcePreEvent: { metadata: { op, urn, type } } } as EngineEvent);
        if (!idle.includes(op) && onMachines.test(type)) stand(ringOf(nameOf(urn)), "running");
      }
      if (resOutputsEvent) {
        const { urn, type } = resOutputsEvent.metadata;
        if (type === "pulumi:index:Stash") stand(ringPassed(nameOf(urn), parts), "succeeded");
      }
      if (resOpFailedEvent) {
        const name = nameOf(resOpFailedEvent.metadata.urn);
        failed.add(name);
        stand(ringOf(name), "failed");
      }
      if (diagnosticEvent?.severity === "error") {
        const name = nameOf(diagnosticEvent.urn ?? "");
        failed.delete(name);
        find(name, plainText(diagnosticEvent.message));
      }
      if (policyEvent?.enforcementLevel === "mandatory") {
        const { policyPackName, policyName, message, resourceUrn = "" } = policyEvent;
        const [said = ""] = plainText(message).split("\n");
        find(nameOf(resourceUrn), `policy ${policyName} of ${policyPackName}: ${said}`);
      }
    },
    changes: () =>
      steps.some(({ resourcePreEvent }) => !idle.includes(resourcePreEvent!.metadata.op)),
    findings() {
      // What the engine gives no reason for.
      for (const name of failed) find(name, `${name} failed`);
      return [...findings.values()];
    },
    end(succeeded) {
      for (const { name } of rings) {
        const standing = standings.get(name)!;
        if (standing !== "pending" && standing !== "running") continue;
        if (succeeded) stand(name, "succeeded");
        else if (standing === "pending") stand(name, "skipped", "nothing was run on its machines");
        else stand(name, "failed", "did not come to its end");
      }
    },
  };
}

/** The ring whose proof this stash is the verdict of. */
function ringPassed(stash: string, parts: LabParts): string | undefined {
  return stash.includes(".") ? undefined : ringOfProof(stash, parts);
}

/** Without the engine's colour marks, which look like `<{%reset%}>`. */
function plainText(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "").trim();
}

/** At its end the engine says that it failed, which is no failure of its own. */
const summary =
  /^(error: )?(update|preview|resource (creation|update|deletion|replacement)) (failed|canceled)\.?$/i;

/** Each failure of a diagnostic: those of a proof one by one, what a machine said of itself, else the whole in one line. */
function linesOf(message: string): string[] {
  const guest = findGuestFailure(message);
  if (guest) {
    const code = guest.hresult ? `${guest.code} (${guest.hresult})` : guest.code;
    return [`${code}: ${guest.message} ${guest.hint}`];
  }
  const lines = message
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s+at /.test(line))
    .map((line) => line.replace(/^error:\s*/i, ""));
  const [first = "", ...rest] = lines;
  if (summary.test(first.trim())) return [];
  const isList = /:\s*$/.test(first) && rest.length > 0 && rest.every((line) => /^\s/.test(line));
  return isList ? rest.map((line) => line.trim()) : [lines.map((line) => line.trim()).join(" ")];
}
