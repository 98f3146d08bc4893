/** The phases of a stage in which its machines, or the user's own command, say how it is. */
import { checkMachines, describe, type Checked } from "../lab/checkMachines";
import { checkProof } from "../lab/checkProof";
import { hasMachines } from "../lab/machinesInState";
import { securityGroupIdsOf } from "../lab/networkInState";
import { securityGroupsInAzure } from "../lab/securityGroupsInAzure";
import { asItIsNow } from "../lab/stack";
import { pause } from "./locks";
import { interrupted, judged, passed, type PhaseContext, type PhaseResult } from "./phase";
import { soakLeft } from "./plan/gates";
import type { Finding } from "./plan/progress";
import type { StagePhase } from "./plan/record";

/** Asks the machines whether they are as wanted and lets them prove each other, whatever the update said. */
export async function proofPhase(phase: PhaseContext): Promise<PhaseResult> {
  return askMachines(phase, "proof");
}

const longestPauseMilliseconds = 60_000;

/** Waits until the stage has been there for as long as it has to be, and asks the machines again. */
export async function soakPhase(phase: PhaseContext): Promise<PhaseResult> {
  const { context, stage, entry } = phase;
  for (;;) {
    const left = soakLeft(entry.since, stage.definition, context.now());
    if (left <= 0) break;
    if (context.signal.aborted) return interrupted("soak");
    await pause(Math.min(left * 1000, longestPauseMilliseconds), context.signal);
  }
  return stage.definition.gates.proof ? askMachines(phase, "soak") : passed;
}

async function askMachines(
  { context, stage, parts }: PhaseContext,
  phase: StagePhase,
): Promise<PhaseResult> {
  if (context.signal.aborted) return interrupted(phase);
  const lab = asItIsNow(stage.lab);
  const resources = await lab.resources();
  // Machines that are configured and are not there are another matter.
  if (parts.machines.length === 0 && !hasMachines(resources)) {
    return { outcome: "passed", detail: "it has no machine: there is nothing to prove" };
  }
  const azure = { settings: await lab.settings(), environment: lab.environment };
  // Where Azure does not answer, the state's security groups are what is known.
  const [checked, groups] = await Promise.all([
    checkMachines({ stack: lab, report: context.report }),
    securityGroupsInAzure(securityGroupIdsOf(resources), azure).catch(() => undefined),
  ]);
  const proof = await checkProof({ stack: lab, checked, groups });
  const ringOf = (machine: string) => {
    const ring = parts.rings.find(({ machines }) => machines.includes(machine));
    return parts.rings.length > 1 && ring ? { ring: ring.name } : {};
  };
  const finding = (machine: string, message: string): Finding => {
    return { phase, ...ringOf(machine), machine, message };
  };
  const wrong = [
    ...checked.filter(isWrong).map((one) => finding(one.machine, describe(one))),
    ...Object.entries(proof).flatMap(([machine, { failures }]) =>
      failures.map((failure) => finding(machine, failure)),
    ),
  ];
  if (wrong.length > 0) return judged(wrong);
  const unknown = checked.filter(({ state }) => state === "silent");
  const everybodyIsOff = checked.every(({ state }) => state === "off");
  if (unknown.length > 0 || everybodyIsOff) {
    const away = everybodyIsOff ? checked : unknown;
    const detail = everybodyIsOff
      ? "every machine is off: nothing is proved"
      : `${unknown.length} of its machines cannot be asked`;
    const findings = away.map((one) => finding(one.machine, describe(one)));
    return { outcome: "unknown", findings, detail };
  }
  const off = checked.filter(({ state }) => state === "off");
  const names = off.map(({ machine }) => machine).join(", ");
  return off.length > 0 ? { outcome: "passed", detail: `without ${names}, off` } : passed;
}

function isWrong({ state }: Checked): boolean {
  return ["drifted", "waiting", "unfinished", "failed"].includes(state);
}
