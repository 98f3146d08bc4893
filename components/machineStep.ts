import * as pulumi from "@pulumi/pulumi";
import type * as remote from "@pulumi/command/remote";
import { contractVersion, type ListenRequest, type SetPeerMachineRequest } from "../guest/contract";
import type { StepPolicy } from "./beforeStep";
import { detached, unlessFailed } from "./failedResources";
import { currentGuestFilesHash } from "./guestFiles";
import { attemptAt, guestStep } from "./guestSteps";
import type { Lean } from "./leanResource";
import { joined, together } from "./outputs";
import type { PeerMachine } from "./peerMachine";
import { keepStepListeners, StepClock } from "./stepListeners";

/** What a machine has to be, beside its networking. */
export interface WantedState {
  /** The sections of the request. May hold secrets. */
  request: pulumi.Output<Pick<SetPeerMachineRequest, "identities" | "groups" | "presence">>;
  /**
   * What of it makes the step run again when it changes: nothing secret, and nothing that changes without need, such as an
   * exported identity, which has a new salt each time.
   */
  counts: pulumi.Output<object>;
}

export interface MachineStep {
  machine: pulumi.Output<PeerMachine>;
  wanted: WantedState;
  policy: StepPolicy;
  /** What has to be done on other machines before, by values that are known when it is; see {@link comesAfter}. */
  after?: readonly pulumi.Input<string>[];
  /** Runs the step once more where it is another one than before. */
  once?: string;
  /** See `ownerOf`. */
  owner?: pulumi.Output<string>;
  /** Listeners that the step opens when it runs; another value is no reason to run. */
  listen?: ListenRequest;
}

type Parent = { parent: pulumi.Resource };

/** A machine's step as it is declared. */
export interface DeclaredStep {
  command: Lean<remote.Command>;
  /** Another value whenever the machine went through it; empty where it failed. */
  step: pulumi.Output<string>;
  /** Whether it is due and waits for an update in which the machine is on. */
  postponed: pulumi.Output<boolean>;
}

/**
 * Declares the machine's whole state in one step: it runs again for another instance, guest file, rule of its networking,
 * password or wanted state.
 */
export function machineStep(
  name: string,
  machineName: string,
  { machine, wanted, policy, after, once, owner, listen }: MachineStep,
  parent: Parent,
): DeclaredStep {
  const attempt = attemptAt(
    name,
    together([
      machine.instanceId,
      machine.networking,
      machine.passwordVersion,
      wanted.counts,
      owner,
    ]).apply(([instance, networking, passwordVersion, counts, owned]) => ({
      contract: contractVersion,
      guestFiles: currentGuestFilesHash(),
      instance,
      networking: networking ?? null,
      passwordVersion,
      owner: owned,
      ...counts,
    })),
    parent,
    once,
  );
  const request = together([machine.networking, wanted.request]).apply(
    ([networking, sections]) => ({
      networking,
      ...sections,
      // What is recognised as broken is repaired where somebody asks to have the machine put right: a repair deletes something.
      ...(once === undefined ? {} : { reconcile: true }),
      ...(listen === undefined ? {} : { listen }),
    }),
  );
  const clock = new StepClock();
  const command = guestStep(
    name,
    {
      machine: comesAfter(machine, after),
      machineName,
      policy,
      action: "Set-PeerMachine",
      request,
      triggers: [attempt],
      beforeRun: clock.begin,
    },
    parent,
  );
  const step = unlessFailed(command.id, "");
  if (listen) keepStepListeners(step, command, listen, clock);
  return { command, step, postponed: isPostponed(command, attempt) };
}

/** A step that was left for later keeps the trigger of its last run, or has one of its own where it never ran. */
function isPostponed(
  { triggers }: Lean<remote.Command>,
  attempt: pulumi.Output<string>,
): pulumi.Output<boolean> {
  const recorded = together([triggers, attempt]).apply(([known, due]) => known?.[0] !== due);
  return unlessFailed(recorded, false);
}

/**
 * The machine, once these values are known. A step on it waits for them, and no more: it does not depend on where they come from, does
 * not run again because of them, and goes on where they failed.
 */
export function comesAfter(
  machine: pulumi.Output<PeerMachine>,
  after: readonly pulumi.Input<string>[] = [],
): pulumi.Output<PeerMachine> {
  if (after.length === 0) return machine;
  const before = after.map((value) => detached(unlessFailed(pulumi.output(value), "")));
  return together([machine, joined(before)]).apply(([known]) => known);
}
