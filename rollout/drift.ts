/** `rollout drift`: what is otherwise than the last update left it. Nothing is changed, in the cloud, on a machine or in the state. */
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { checkMachines, describe, type Checked } from "../lab/checkMachines";
import { checkProof } from "../lab/checkProof";
import { asItIsNow } from "../lab/stack";
import { reasonOf } from "../lab/engineText";
import { securityGroupIdsOf } from "../lab/networkInState";
import { securityGroupsInAzure } from "../lab/securityGroupsInAzure";
import { exitCodes, type ExitCode, type RolloutContext } from "./context";
import { cloudDrift, driftWords, guestDrift, type AskedMachine } from "./plan/drift";
import { wavesOf } from "./plan/order";
import type { Drift } from "./plan/progress";
import { openStage, StageUnknownError, type Stage } from "./stage";

/**
 * Asks each stage that is meant, those of a wave side by side, and each in the cloud and on its machines: one side that cannot be
 * asked keeps nobody from asking the other. Ends with `failed` where a stage is not as it has to be to be asked at all, else with
 * `drifted` where something is, else with `unknown` where somebody could not be asked.
 */
export async function runDrift(context: RolloutContext): Promise<ExitCode> {
  const { definition, options, emit, now, signal } = context;
  const waves = wavesOf(definition, options);
  emit({ kind: "rollout", rollout: now().toISOString(), command: "drift", waves });
  const codes: ExitCode[] = [];
  for (const wave of waves) {
    if (signal.aborted) return exitCodes.waiting;
    codes.push(...(await Promise.all(wave.map((stage) => driftOfStage(context, stage)))));
  }
  const worst = [exitCodes.failed, exitCodes.drifted, exitCodes.unknown];
  return worst.find((code) => codes.includes(code)) ?? exitCodes.done;
}

async function driftOfStage(context: RolloutContext, name: string): Promise<ExitCode> {
  const { emit } = context;
  emit({ kind: "stage", stage: name, standing: "running", detail: "asked" });
  let stage: Stage;
  try {
    stage = await openStage(context, name);
  } catch (error) {
    const isUnknown = error instanceof StageUnknownError;
    const standing = isUnknown ? "unknown" : "failed";
    emit({ kind: "stage", stage: name, standing, detail: (error as Error).message });
    return isUnknown ? exitCodes.unknown : exitCodes.failed;
  }
  const [cloud, guest] = await Promise.all([inCloud(context, stage), onMachines(context, stage)]);
  const found = [...cloud, ...guest];
  for (const drift of found) emit({ kind: "drift", stage: name, drift });
  const has = (standing: Drift["standing"]) => found.some((one) => one.standing === standing);
  const detail = driftWords(found) || "all in place";
  if (has("drifted")) {
    emit({ kind: "stage", stage: name, standing: "failed", detail });
    return exitCodes.drifted;
  }
  const isUnknown = has("unknown");
  emit({ kind: "stage", stage: name, standing: isUnknown ? "unknown" : "succeeded", detail });
  return isUnknown ? exitCodes.unknown : exitCodes.done;
}

/** A refresh that is only previewed: the engine reads every resource anew and writes nothing down. */
async function inCloud({ signal }: RolloutContext, { engine, lab }: Stage): Promise<Drift[]> {
  const events: EngineEvent[] = [];
  let reason: string | undefined;
  try {
    await engine.previewRefresh({ onEvent: (event) => events.push(event), signal });
  } catch (error) {
    reason = reasonOf(error as Error);
  }
  try {
    return cloudDrift(await lab.resources(), events, reason);
  } catch (error) {
    return [unknown("cloud", "resources", error as Error)];
  }
}

/** Each machine says how it is, and with `--proof` what it reaches of others. */
async function onMachines({ options, report }: RolloutContext, { lab }: Stage): Promise<Drift[]> {
  try {
    const stack = asItIsNow(lab);
    const checked = await checkMachines({ stack, report });
    const proof = options.proof ? await proved(checked, stack, report) : undefined;
    return guestDrift(
      checked.map((one): AskedMachine => ({
        machine: one.machine,
        state: one.state,
        words: describe(one),
        ...(one.state === "drifted" && { drift: one.drift }),
        ...(one.state === "failed" && { code: one.code }),
        ...(proof && { failures: proof[one.machine]?.failures }),
      })),
    );
  } catch (error) {
    return [unknown("guest", "machines", error as Error)];
  }
}

async function proved(
  checked: readonly Checked[],
  stack: Stage["lab"],
  report: RolloutContext["report"],
) {
  const azure = { settings: await stack.settings(), environment: stack.environment };
  // Where Azure does not answer, the state's security groups are what is known.
  const groups = await securityGroupsInAzure(
    securityGroupIdsOf(await stack.resources()),
    azure,
  ).catch(() => undefined);
  return checkProof({ stack, checked, groups, report });
}

function unknown(side: Drift["side"], subject: string, error: Error): Drift {
  return { side, subject, standing: "unknown", details: [reasonOf(error)] };
}
