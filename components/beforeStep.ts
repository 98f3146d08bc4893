import * as pulumi from "@pulumi/pulumi";
import { isMade, knownOr, valueOf } from "./failedResources";
import type { GuestStep } from "./guestSteps";
import { letDial, letsInAlready, refusalOf, type ReachedMachine } from "./machineAnswers";
import type { PeerConnection, PeerMachine } from "./peerMachine";
import { defaultAnswerTimeoutSeconds } from "./plan/machine";
import { isOff, startVirtualMachine } from "./power";
import { beforeEach, runsInEngine, type HookedResource } from "./sharedHook";
import { thisUpdate, type ThisUpdate } from "./thisUpdate";

/** What becomes of a step on a machine that is off: deallocated, stopped, or taken back by Azure. */
export const WhenOff = {
  /** The step fails and says so; nothing is started. */
  Fail: "fail",
  /** The machine is started first. */
  Start: "start",
  /** The step is left for a later update in which the machine is on. */
  Skip: "skip",
} as const;
export type WhenOff = (typeof WhenOff)[keyof typeof WhenOff];

export interface StepPolicy {
  whenOff?: WhenOff;
  answerTimeoutSeconds?: number;
}

type Parent = { parent: pulumi.Resource };
type StepOptions = Pick<pulumi.CustomResourceOptions, "hooks" | "transforms">;

/** A step on a machine over SSH, before it is declared. */
export interface RemoteStep {
  /** The resource that it will be. */
  resource: HookedResource;
  /** The machine in messages. */
  machineName: pulumi.Input<string>;
  machine: pulumi.Output<PeerMachine>;
  policy: StepPolicy;
  /** Properties by whose change the step runs again; none where it cannot be left for later. */
  driving: string[] | undefined;
}

/**
 * What is done before a step really runs on a machine, and only then: one that is off is started, waited for, skipped or
 * refused as the policy says; and it answers, and is not known to refuse the password, before the command provider dials.
 */
export function beforeRemoteStep(
  { resource, machineName, machine, policy, driving }: RemoteStep,
  {
    leftOut,
    beforeRun,
    insteadOfOff,
  }: Pick<GuestStep, "leftOut" | "beforeRun" | "insteadOfOff"> = {},
): { options: StepOptions; declared(step: pulumi.CustomResource): void } {
  const update = thisUpdate();
  let dialled: ReachedMachine | undefined;
  const hooks = beforeEach(resource, async ({ newInputs }) => {
    // A command without a command line dials nobody.
    if (!newInputs?.create && !newInputs?.source) return;
    const known = await valueOf(machine);
    const name = await valueOf(pulumi.output(machineName));
    if (known.waitsFor) throw new Error(`${name} waits: ${known.waitsFor}`);
    await requirePower(name, known, policy, update, resource, insteadOfOff);
    const reached = reachedMachine(name, known.instanceId, known.connection, policy);
    const triggers = await valueOf(pulumi.output(newInputs.triggers as unknown[] | undefined));
    await letDial(reached, isOfEarlierUpdate(triggers, update), update);
    dialled = reached;
    beforeRun?.();
  });
  return {
    options: {
      hooks,
      transforms: skipping(driving, [
        ...(policy.whenOff === WhenOff.Skip ? [offNow(machine)] : []),
        ...(leftOut ? [() => knownOr(leftOut, false)] : []),
      ]),
    },
    declared(step) {
      if (!hooks) return;
      isMade(step).then(
        (hasSucceeded) => dialled && ended(dialled, hasSucceeded, step, update),
        () => {},
      );
    },
  };
}

export function reachedMachine(
  name: string,
  instanceId: string,
  connection: PeerConnection,
  { answerTimeoutSeconds = defaultAnswerTimeoutSeconds }: StepPolicy,
): ReachedMachine {
  return { name, instanceId, connection, answerTimeoutSeconds };
}

/** With `--continue-on-error` the program learns that a step failed, and can say what the command provider does not. */
async function ended(
  machine: ReachedMachine,
  hasSucceeded: boolean,
  step: pulumi.Resource,
  update: ThisUpdate,
): Promise<void> {
  if (hasSucceeded) return letsInAlready(machine.instanceId, update);
  const goesOn = pulumi.runtime.rpcKeepAlive();
  try {
    const refusal = await refusalOf(machine, update);
    if (refusal) await pulumi.log.error(refusal.message, step);
  } finally {
    goesOn();
  }
}

/** Whether a step runs for an attempt that an earlier update has begun: it failed there, was cut off, or was left for later. */
function isOfEarlierUpdate(triggers: unknown[] | undefined, { attempts }: ThisUpdate): boolean {
  const known = (triggers ?? []).map((trigger) => attempts.get(String(trigger)));
  return known.includes(false) && !known.includes(true);
}

/**
 * The same for what needs the power alone, such as Azure's VM agent; `first` comes before, and `then` follows where the machine is
 * on.
 */
export function beforePoweredStep(
  resource: HookedResource,
  name: string,
  machine: pulumi.Output<Pick<PeerMachine, "power" | "virtualMachineId">>,
  policy: StepPolicy,
  driving: string[],
  {
    first = () => {},
    then = () => {},
  }: { [when in "first" | "then"]?: pulumi.ResourceHookFunction } = {},
): StepOptions {
  const update = thisUpdate();
  return {
    hooks: beforeEach(
      resource,
      first,
      async () => requirePower(name, await valueOf(machine), policy, update, resource),
      then,
    ),
    transforms: skipping(driving, policy.whenOff === WhenOff.Skip ? [offNow(machine)] : []),
  };
}

async function requirePower(
  name: string,
  { power, virtualMachineId }: Pick<PeerMachine, "power" | "virtualMachineId">,
  { whenOff = WhenOff.Fail }: StepPolicy,
  { started }: ThisUpdate,
  parent: Parent,
  insteadOfOff?: string,
): Promise<void> {
  if (!isOff(power)) return;
  if (whenOff === WhenOff.Start && virtualMachineId) {
    const known = started.get(virtualMachineId);
    if (known) return known;
    pulumi.log.info(`${name} is off (${power}) and is being started, as whenOff says`);
    const start = startVirtualMachine(name, virtualMachineId, parent);
    started.set(virtualMachineId, start);
    return start;
  }
  const advice =
    whenOff === WhenOff.Skip
      ? "that cannot be left for later: it makes an identity or a group, or lets others into it, or nothing of the machine is there yet; start it"
      : 'start it, or set whenOff to "start" or "skip"';
  throw new Error(
    `${name} is off (${power}), and there is something to do on it; ${advice}${insteadOfOff ? `; or ${insteadOfOff}` : ""}`,
  );
}

/** Whether a machine was off when it was looked at, and has not been started since. */
export function isStillOff(
  { power, virtualMachineId = "" }: Pick<PeerMachine, "power" | "virtualMachineId">,
  { started }: ThisUpdate,
): boolean {
  return isOff(power) && !started.has(virtualMachineId);
}

const offNow = (machine: pulumi.Output<Pick<PeerMachine, "power">>) => async () =>
  isOff((await knownOr(machine, {})).power);

/**
 * With `whenOff: skip` a machine that is off keeps its step as it is in the stack's state, so that a later update finds it
 * still to be done, and so does one that is left out for another reason; a step that was never there is declared without a
 * command.
 */
function skipping(
  driving: string[] | undefined,
  reasons: (() => Promise<boolean>)[],
): pulumi.ResourceTransform[] | undefined {
  if (driving === undefined || reasons.length === 0 || !runsInEngine()) return undefined;
  return [
    async ({ props, opts }) => {
      const all = await Promise.all(reasons.map((isSkipped) => isSkipped()));
      if (!all.includes(true)) return undefined;
      const idle = "create" in props ? { create: undefined, triggers: ["off"] } : {};
      return {
        props: { ...props, ...idle },
        opts: pulumi.mergeOptions(opts, { ignoreChanges: driving }),
      };
    },
  ];
}
