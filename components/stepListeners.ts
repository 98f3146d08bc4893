import { performance } from "node:perf_hooks";
import type * as pulumi from "@pulumi/pulumi";
import type * as remote from "@pulumi/command/remote";
import type { ListenersReport, ListenRequest, SetPeerMachineReport } from "../guest/contract";
import { detached, unlessFailed } from "./failedResources";
import { answerOf } from "./guestSteps";
import type { Lean } from "./leanResource";
import { asPlain } from "./outputs";
import type { PeerMachine } from "./peerMachine";

/**
 * Listeners that a machine's own step opens when it has done everything else, for a proof that follows: what a lab's parts tell each
 * other of them, beside their public arguments. So the proof needs no connection of its own for them.
 */
export interface StepListeners {
  /** Which ones the step opens, should it run. */
  wanted: ListenRequest;
  /** What the step last said of them, in this update or an earlier one; undefined where it never did, or has failed. */
  report: pulumi.Output<ListenersReport | undefined>;
  /** For how many seconds at most they have been open; undefined where the step has not run in this update. */
  ageSeconds(): number | undefined;
}

const asked = new WeakMap<object, ListenRequest>();
const kept = new WeakMap<object, StepListeners>();

/** Asks whoever declares this machine's step to let it listen. The machine is known by its identity as a value. */
export function askToListen(machine: pulumi.Input<PeerMachine>, listen: ListenRequest): void {
  asked.set(machine, listen);
}

/** What was asked for; undefined where nobody did. */
export function listenersAskedFor(machine: pulumi.Input<PeerMachine>): ListenRequest | undefined {
  return asked.get(machine);
}

/** Notes when a step begins, for the age of what it opens. */
export class StepClock {
  private began: number | undefined;

  /** To be called right before the step runs: it listens later than that, if at all. */
  readonly begin = (): void => {
    this.began = performance.now();
  };

  ageSeconds(): number | undefined {
    return this.began === undefined ? undefined : (performance.now() - this.began) / 1000;
  }
}

/** Keeps what is known of the listeners of a step beside the value by which others know that it has run. */
export function keepStepListeners(
  step: pulumi.Output<string>,
  command: Lean<remote.Command>,
  wanted: ListenRequest,
  clock: StepClock,
): void {
  const report = unlessFailed(command.stdout, "").apply((stdout) =>
    (stdout ?? "").trim() === "" ? undefined : answerOf<SetPeerMachineReport>(stdout).listeners,
  );
  kept.set(step, {
    wanted,
    report: asPlain(detached(report)),
    ageSeconds: () => clock.ageSeconds(),
  });
}

/** The listeners of the step behind this value; undefined where it opens none, or is none that the library knows. */
export function listenersOfStep(step: pulumi.Input<string>): StepListeners | undefined {
  return typeof step === "object" ? kept.get(step) : undefined;
}
