/** The phases of a stage in which the engine is at work. */
import * as path from "node:path";
import { reasonOf } from "../lab/engineText";
import { followEngine, type FollowedEngine } from "./followEngine";
import { LockedError, whenFree } from "./locks";
import { interrupted, judged, passed, type PhaseContext, type PhaseResult } from "./phase";
import { inputsDigest, withinLimits } from "./plan/gates";
import type { StagePhase } from "./plan/record";
import { planOf } from "./plan/stagePlan";

/** What the engine is asked about. */
type Subject = Pick<PhaseContext, "context" | "stage" | "parts">;

/** Previews the update, under the stage's policy packs, and holds what it plans against the gate's limits. */
export function previewPhase(phase: PhaseContext): Promise<PhaseResult> {
  return previewOf(phase);
}

/** The same outside of a rollout, also with another configuration file than the stack's. */
export async function previewOf(
  subject: Subject,
  options: { configFile?: string } = {},
): Promise<PhaseResult> {
  const { context, stage, parts } = subject;
  const followed = followEngine(stage.name, "preview", parts);
  const failure = await attempt(subject, "preview", followed, () =>
    previewOnce(subject, followed, options),
  );
  if (failure) return failure;
  const plan = planOf(followed.steps);
  context.emit({ kind: "plan", stage: stage.name, plan });
  const ofPolicies = followed.findings();
  return judged([...ofPolicies, ...withinLimits(plan, stage.definition.gates.preview)]);
}

/**
 * Updates the stage; what fails holds nobody up who does not depend on it. In a lab with rings the network's tables only grow in an
 * update, and a second one takes away what nobody wants any more.
 */
export async function updatePhase(phase: PhaseContext): Promise<PhaseResult> {
  const { context, stage, parts } = phase;
  if (inputsDigest(await stage.inputs()) !== phase.inputsDigest) {
    const message =
      "the stage's configuration, its program or the guest files were changed while the rollout was under way; begin it again";
    return judged([{ phase: "update", message }]);
  }
  const followed = followEngine(stage.name, "update", parts, context.emit);
  const failure = await attempt(phase, "update", followed, () => upOnce(phase, followed));
  followed.end(failure === undefined);
  if (failure) return failure;
  if (parts.rings.length < 2 || !followed.changes()) return passed;

  const left = followEngine(stage.name, "update", parts);
  const unclear = await attempt(phase, "update", left, () => previewOnce(phase, left));
  if (unclear || !left.changes()) return unclear ?? passed;
  context.emit({
    kind: "stage",
    stage: stage.name,
    standing: "running",
    phase: "update",
    detail: "takes away what nobody wants any more",
  });
  const second = followEngine(stage.name, "update", parts);
  return (await attempt(phase, "update", second, () => upOnce(phase, second))) ?? passed;
}

function previewOnce(
  { stage, context }: Subject,
  followed: FollowedEngine,
  options: { configFile?: string } = {},
) {
  return stage.engine.preview({
    ...optionsOf(stage),
    ...listening(context.signal, followed),
    ...options,
  });
}

function upOnce({ stage, context, rollout }: PhaseContext, followed: FollowedEngine) {
  return stage.engine.up({
    ...optionsOf(stage),
    ...listening(context.signal, followed),
    continueOnError: true,
    suppressOutputs: true,
    message: `rollout ${rollout}`,
  });
}

function optionsOf({ definition, project }: PhaseContext["stage"]) {
  const policyPacks = definition.gates.policyPacks.map((pack) => path.resolve(project, pack));
  return { color: "never" as const, suppressProgress: true, policyPacks };
}

/**
 * The engine is told once. Ctrl-C in a terminal reaches it by itself; one that is told twice leaves without writing down what it
 * made.
 */
function listening(signal: AbortSignal, { onEvent }: FollowedEngine) {
  const engine = new AbortController();
  signal.addEventListener("abort", () => {
    if (signal.reason !== "SIGINT" || !process.stdin.isTTY) engine.abort();
  });
  return { signal: engine.signal, onEvent };
}

/** Runs the engine, which has the stack for itself; why it did not come to a good end, else undefined. */
async function attempt(
  { context, stage }: Subject,
  phase: StagePhase,
  followed: FollowedEngine,
  run: () => Promise<unknown>,
): Promise<PhaseResult | undefined> {
  // The engine hears of a request only while it runs.
  if (context.signal.aborted) return interrupted(phase);
  try {
    await whenFree(context, stage, phase, run);
    return undefined;
  } catch (error) {
    if (context.signal.aborted) return interrupted(phase);
    if (error instanceof LockedError) return judged([{ phase, message: error.message }]);
    const found = followed.findings();
    const message = reasonOf(error as Error);
    return judged(found.length > 0 ? found : [{ phase, message }]);
  }
}
