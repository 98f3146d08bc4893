import * as pulumi from "@pulumi/pulumi";
import { knownOr, valueOf } from "./failedResources";
import type { GuestStep } from "./guestSteps";
import type { PeerConnection, PeerMachine } from "./peerMachine";
import { defaultAnswerTimeoutSeconds } from "./plan/machine";
import { isOff, startVirtualMachine } from "./power";
import { thisUpdate, type ThisUpdate } from "./thisUpdate";
import { HostKeyError, LogonRefusedError, openSshSession, type SshSession } from "./sshSession";

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

/**
 * What is done before a step really runs on a machine, and only then: one that is off is started, waited for, skipped or
 * refused as the policy says; and the machine has answered and taken the password once before the command provider dials,
 * which would try a refused password again and again.
 *
 * `name` is the machine in messages.
 */
export function beforeRemoteStep(
  name: pulumi.Input<string>,
  machine: pulumi.Output<PeerMachine>,
  policy: StepPolicy,
  /** Properties by whose change the step runs again; none where it cannot be left for later. */
  driving: string[] | undefined,
  parent: Parent,
  {
    leftOut,
    beforeRun,
    insteadOfOff,
  }: Pick<GuestStep, "leftOut" | "beforeRun" | "insteadOfOff"> = {},
): StepOptions {
  const update = thisUpdate();
  return {
    hooks: beforeEach(async ({ newInputs }) => {
      // A command without a command line dials nobody.
      if (!newInputs?.create && !newInputs?.source) return;
      const known = await valueOf(machine);
      const called = await valueOf(pulumi.output(name));
      if (known.waitsFor) throw new Error(`${called} waits: ${known.waitsFor}`);
      await requirePower(called, known, policy, update, parent, insteadOfOff);
      await requireAnswer(called, known, policy, update);
      beforeRun?.();
    }),
    transforms: skipping(driving, [
      ...(policy.whenOff === WhenOff.Skip ? [offNow(machine)] : []),
      ...(leftOut ? [() => knownOr(leftOut, false)] : []),
    ]),
  };
}

/** The same for what needs the power alone, such as Azure's VM agent; `then` follows where the machine is on. */
export function beforePoweredStep(
  name: string,
  machine: pulumi.Output<Pick<PeerMachine, "power" | "virtualMachineId">>,
  policy: StepPolicy,
  driving: string[],
  parent: Parent,
  then: pulumi.ResourceHookFunction = () => {},
): StepOptions {
  const update = thisUpdate();
  return {
    hooks: beforeEach(async (args) => {
      await requirePower(name, await valueOf(machine), policy, update, parent);
      await then(args);
    }),
    transforms: skipping(driving, policy.whenOff === WhenOff.Skip ? [offNow(machine)] : []),
  };
}

/** Pulumi's mocks, by which people test their programs, register neither hooks nor transforms: a resource would never come. */
export function runsInEngine(): boolean {
  const monitor = pulumi.runtime.getMonitor() as { registerResourceHook?: unknown } | undefined;
  return typeof monitor?.registerResourceHook === "function";
}

/** A hook for the creation and each update of a resource. */
export function beforeEach(
  ...actions: pulumi.ResourceHookFunction[]
): pulumi.ResourceHookBinding | undefined {
  if (!runsInEngine()) return undefined;
  return { beforeCreate: actions, beforeUpdate: actions };
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

/** A machine whose preparation has just ended has its SSH server running and the password it was made with. */
export function answersAlready(instanceId: string, { answered }: ThisUpdate): void {
  answered.set(instanceId, Promise.resolve());
}

function requireAnswer(
  name: string,
  { instanceId, connection }: PeerMachine,
  { answerTimeoutSeconds = defaultAnswerTimeoutSeconds }: StepPolicy,
  { answered }: ThisUpdate,
): Promise<void> {
  const known = answered.get(instanceId);
  if (known) return known;
  const answer = firstSession(name, connection, [connection.password], answerTimeoutSeconds).then(
    ({ session }) => session.close(),
  );
  answered.set(instanceId, answer);
  // A later step asks again.
  answer.catch(() => answered.delete(instanceId));
  return answer;
}

const pauseMilliseconds = 3_000;

/**
 * A session under the first of these passwords that the machine takes, waiting until it answers. Each password is tried
 * once: Windows 11 locks an account after ten refused logons in ten minutes.
 */
export async function firstSession(
  name: string,
  connection: PeerConnection,
  passwords: readonly string[],
  answerTimeoutSeconds: number,
): Promise<{ session: SshSession; password: string }> {
  const started = Date.now();
  const end = started + answerTimeoutSeconds * 1000;
  const left = [...passwords];
  for (let told = 0; ;) {
    try {
      const password = left[0];
      const session = await openSshSession(
        { ...connection, password },
        Math.min(10_000, answerTimeoutSeconds * 1000),
      );
      return { session, password };
    } catch (error) {
      if (error instanceof LogonRefusedError) {
        left.shift();
        if (left.length > 0) continue;
        throw new LogonRefusedError(
          `${name} answers, but ${error.message}: ${passwords.length === 1 ? "the password is not the one the machine has" : `none of the ${passwords.length} passwords known for it is the one the machine has`}; ` +
            "set adminPassword to the one it has. It was tried once only, so that Windows does not lock the account",
        );
      }
      if (error instanceof HostKeyError) {
        throw new Error(
          `${name} answers with ${error.message}; it is another machine, or its SSH server was installed anew`,
        );
      }
      const silent = Math.round((Date.now() - started) / 1000);
      if (Date.now() + pauseMilliseconds >= end) {
        throw new Error(
          `${name} has not answered over SSH for ${silent} s (${(error as Error).message}); answerTimeoutSeconds is ${answerTimeoutSeconds}`,
        );
      }
      if (silent >= told) {
        pulumi.log.info(
          `${name} does not answer over SSH yet; waiting up to ${answerTimeoutSeconds} s`,
        );
        told = silent + 30;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
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
