import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { contractVersion, type GuestFailure, type SetPasswordRequest } from "../guest/contract";
import { passwordCommand } from "../guest/password";
import { beforePoweredStep, reachedMachine, type StepPolicy } from "./beforeStep";
import { unlessFailed, valueOf } from "./failedResources";
import { answerOf, asciiJson, attemptAt } from "./guestSteps";
import { refuseLate } from "./inputErrors";
import { letsInAlready, logOn, waitForAnswer, type ReachedMachine } from "./machineAnswers";
import { asSecret, joined, together } from "./outputs";
import type { PeerConnection, PeerMachine } from "./peerMachine";
import type { MachinePlan } from "./plan/machine";
import { checkAdminPassword } from "./plan/windowsNames";
import { newPassword } from "./secrets";
import { stashType } from "./sharedHook";
import { thisUpdate, type ThisUpdate } from "./thisUpdate";

type Parent = { parent: pulumi.Resource };

/**
 * The password that a VM is created with, made or taken once and kept for the component's life: Azure does not change it in
 * place, so what the lab user has now is another matter ({@link appliedPassword}).
 */
export function initialPassword(
  name: string,
  given: pulumi.Input<string> | undefined,
  parent: Parent,
): pulumi.Output<string> {
  const stash = new pulumi.Stash(
    `${name}-password`,
    { input: pulumi.secret(given ?? newPassword()) },
    { ...parent, ignoreChanges: ["input"] },
  );
  return asSecret(stash.output.apply(String));
}

/**
 * The password that is given, judged as soon as it is known: nothing gets it that Azure or Windows would refuse. Undefined where
 * none is given.
 */
export function givenPassword(
  name: string,
  given: pulumi.Input<string> | undefined,
  plan: MachinePlan,
): pulumi.Output<string> | undefined {
  if (given === undefined) return undefined;
  return asSecret(
    pulumi.output(given).apply((wanted) => {
      refuseLate(
        `WindowsPeer ${name}`,
        checkAdminPassword("adminPassword", wanted, plan.adminUsername),
      );
      return wanted;
    }),
  );
}

export interface AppliedPasswordArgs {
  plan: MachinePlan;
  policy: StepPolicy;
  instanceId: pulumi.Output<string>;
  initial: pulumi.Output<string>;
  wanted: pulumi.Output<string>;
  /** How the machine is reached; its password is not looked at. */
  connection: pulumi.Output<PeerConnection>;
  target: pulumi.Output<Pick<PeerMachine, "virtualMachineId" | "power">>;
  prepared: pulumi.Resource;
}

interface Applied {
  instance: string;
  password: string;
  attempt: string;
}

/**
 * The lab user's password once the machine has it. It is kept for each instance, and a hook brings the machine there before
 * the engine notes the change: the user changes her password herself, with the old one, because an administrator's reset would
 * take from her everything that Windows protects by it, the keys of her identities first. Interrupted anywhere, the next
 * update tries the new one, then the ones before; and one that was about to be set is noted first, so that another definition
 * finds the machine's password too.
 *
 * A hook and not a command, since a command has one password to log on with, and which one the machine has is the question.
 */
export function appliedPassword(
  name: string,
  args: AppliedPasswordArgs,
  parent: Parent,
): pulumi.Output<string> {
  const { plan, policy, target, prepared, instanceId, initial, wanted, connection } = args;
  const on = (stash: string, then: pulumi.ResourceHookFunction) => {
    const resource = { type: stashType, name: stash, ...parent };
    const first = () => {
      isSure = false;
    };
    const step = beforePoweredStep(resource, plan.computerName, target, policy, ["input"], {
      first,
      then,
    });
    return { ...parent, dependsOn: prepared, ...step };
  };
  const reached = (instance: string, known: PeerConnection) =>
    reachedMachine(plan.computerName, instance, known, policy);
  const update = thisUpdate();
  const triedBefore: string[] = [];
  let isSure = true;
  const tried = new pulumi.Stash(
    `${name}-tried-password`,
    { input: asSecret(unlessFailed<unknown>(wanted, "")) },
    on(`${name}-tried-password`, async ({ oldInputs }) => {
      const before = (await valueOf(pulumi.output(oldInputs?.input))) as string | undefined;
      if (!before) return;
      triedBefore.push(before);
      // It is forgotten with this update, so the machine has to be there for the change that follows.
      const [instance, known] = await valueOf(joined([instanceId, connection]));
      await waitForAnswer(reached(instance, known), update);
    }),
  );
  const attempt = attemptAt(
    `${name}-password-attempt`,
    together([instanceId, initial, wanted]).apply(([instance, first, password]) => ({
      instance,
      version: passwordVersion(first, password),
    })),
    parent,
  );
  const input = asSecret(
    together([instanceId, wanted, attempt, tried.id]).apply(
      ([instance, password, token]): Applied => ({ instance, password, attempt: token }),
    ),
  );
  const stash = new pulumi.Stash(
    `${name}-lab-user`,
    { input: unlessFailed<unknown>(input, {}) },
    on(`${name}-lab-user`, async ({ oldInputs }) => {
      const [known, password, first] = await valueOf(joined([connection, wanted, initial]));
      const before = (await valueOf(pulumi.output(oldInputs?.input))) as Applied | undefined;
      const instance = await valueOf(instanceId);
      // One that was just prepared has the password it was made with.
      if (before?.instance === instance || password !== first) {
        const earlier = before ? [before.password, ...triedBefore] : [];
        const candidates = [...new Set([password, ...earlier, first])];
        await bring(reached(instance, known), candidates, update);
      }
      isSure = true;
      letsInAlready(instance, update);
    }),
  );
  // Of a stash that failed the SDK gives the new input as if it had not.
  return asSecret(
    stash.input.apply(({ password = "" }: Partial<Applied>) => (isSure ? password : "")),
  );
}

/** `candidates`: passwords that the machine may have, the wanted one first. */
async function bring(
  machine: ReachedMachine,
  candidates: string[],
  { jumpHosts }: ThisUpdate,
): Promise<void> {
  const { name, instanceId } = machine;
  const [wanted] = candidates;
  const { session, password } = await logOn(machine, candidates, jumpHosts);
  try {
    if (password === wanted) return;
    const request: SetPasswordRequest = {
      contract: contractVersion,
      instance: instanceId,
      oldPassword: password,
      newPassword: wanted,
    };
    const result = await session.run(commandLine(), asciiJson(request));
    if (result.exitCode !== 0) throw new Error(`${name}: ${failureOf(result.stderr)}`);
  } finally {
    session.close();
  }
}

let line: string | undefined;

/** One line that needs nothing on the machine: the guest files are copied under the password that it sets. */
function commandLine(): string {
  line ??= passwordCommand((file) =>
    fs.readFileSync(path.join(__dirname, "..", "guest", file), "utf8"),
  );
  return line;
}

/** What the machine said, which never holds a secret. */
function failureOf(stderr: string): string {
  try {
    const { code, message, hint } = answerOf<GuestFailure>(stderr);
    return `${code}: ${message} ${hint}`;
  } catch {
    return "the change of the lab user's password failed, and the machine did not say why";
  }
}

/**
 * Another value for each password but the first, for which it is undefined: whatever the user's keys were worth under the old
 * one is looked at again. Keyed, so that nothing can be guessed from the state with it.
 */
export function passwordVersion(initial: string, applied: string): string | undefined {
  if (applied === initial) return undefined;
  return crypto.createHmac("sha256", initial).update(applied).digest("hex").slice(0, 16);
}
