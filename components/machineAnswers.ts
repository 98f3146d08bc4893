import * as pulumi from "@pulumi/pulumi";
import { JumpHostError, type JumpHosts } from "./jumpHosts";
import { knock } from "./knock";
import type { PeerConnection } from "./peerMachine";
import { HostKeyError, LogonRefusedError, openSshSession, type SshSession } from "./sshSession";
import type { ThisUpdate } from "./thisUpdate";

/** What is known of a machine's SSH server in this update. */
export interface MachineAnswers {
  /** When it was last seen to answer, by the process's own clock, in milliseconds. */
  seenAt?: number;
  /** Whether it has taken its password in this update, or was made with it. */
  isLetIn: boolean;
  /** Whether a step was let go that may be the first to be refused. */
  isTried: boolean;
  /** The one logon of the program itself, where there was a doubt. */
  logon?: Promise<void>;
  /** The look at why a step failed, while it is under way; never rejects. */
  look?: Promise<void>;
}

/** How a machine is reached, and how it is called in messages. */
export interface ReachedMachine {
  name: string;
  instanceId: string;
  connection: PeerConnection;
  answerTimeoutSeconds: number;
}

/** A machine that answered this short a time ago, in milliseconds, is not asked again. */
const freshMilliseconds = 15_000;
const pauseMilliseconds = 3_000;
const attemptMilliseconds = 10_000;

function answersOf(instanceId: string, { answers }: ThisUpdate): MachineAnswers {
  let known = answers.get(instanceId);
  if (!known) answers.set(instanceId, (known = { isLetIn: false, isTried: false }));
  return known;
}

/** A machine whose preparation or password change has just ended has its SSH server running, and the password. */
export function letsInAlready(instanceId: string, update: ThisUpdate): void {
  const known = answersOf(instanceId, update);
  known.isLetIn = true;
  known.seenAt = performance.now();
}

/**
 * Resolves when the command provider may dial the machine: its SSH server has answered a {@link knock}, and nothing speaks against
 * its password. The provider logs on once, so a password that somebody has changed is refused once.
 *
 * Where there is a doubt the program logs on first, once in an update: another step was let go, which has not come to its end or has
 * failed, or (`isInDoubt`) this one failed in an earlier update. Whom the machine has refused is not let go again.
 */
export async function letDial(
  machine: ReachedMachine,
  isInDoubt: boolean,
  update: ThisUpdate,
): Promise<void> {
  const known = answersOf(machine.instanceId, update);
  await known.look;
  if (!known.isLetIn && (isInDoubt || known.isTried)) return logOnOnce(machine, update);
  // From here on another step is the second.
  const isFirst = !known.isLetIn;
  known.isTried = true;
  try {
    await waitForAnswer(machine, update);
  } catch (error) {
    if (isFirst) known.isTried = false;
    throw error;
  }
}

/**
 * Why a step that was let go may have failed: by a logon, once and without waiting, where none has succeeded in this update. Undefined
 * where the machine lets the program in, or does not answer now.
 */
export async function refusalOf(
  machine: ReachedMachine,
  update: ThisUpdate,
): Promise<Error | undefined> {
  const known = answersOf(machine.instanceId, update);
  if (known.isLetIn || known.logon) return undefined;
  const look = lookAt(machine, update);
  known.look = look.then(() => (known.look = undefined));
  const refusal = await look;
  if (refusal) {
    known.logon = Promise.reject(refusal);
    known.logon.catch(() => {});
  }
  return refusal;
}

async function lookAt(machine: ReachedMachine, update: ThisUpdate): Promise<Error | undefined> {
  try {
    const { connection } = machine;
    (await openSshSession(connection, attemptMilliseconds, update.jumpHosts.reach)).close();
    letsInAlready(machine.instanceId, update);
    return undefined;
  } catch (error) {
    return error instanceof LogonRefusedError
      ? refused(machine.name, error, 1)
      : isFinal(error)
        ? worded(machine.name, error)
        : undefined;
  }
}

/** Waits until the machine's SSH server answers, unless it did a moment ago. Its jump host has let the program in. */
export async function waitForAnswer(machine: ReachedMachine, update: ThisUpdate): Promise<void> {
  const { name, instanceId, connection, answerTimeoutSeconds } = machine;
  const known = answersOf(instanceId, update);
  await untilAnswered(name, answerTimeoutSeconds, async (milliseconds) => {
    const { seenAt = -Infinity } = known;
    if (performance.now() - seenAt < freshMilliseconds) {
      return update.jumpHosts.letsIn(connection, milliseconds);
    }
    await knock(await update.jumpHosts.reach(connection, milliseconds), milliseconds);
    known.seenAt = performance.now();
  });
}

function logOnOnce(machine: ReachedMachine, update: ThisUpdate): Promise<void> {
  const known = answersOf(machine.instanceId, update);
  known.logon ??= logOn(machine, [machine.connection.password], update.jumpHosts).then(
    ({ session }) => {
      session.close();
      letsInAlready(machine.instanceId, update);
    },
  );
  known.logon.catch((error) => {
    // One that was silent is asked again by the next step; one that refused is not.
    if (!isFinal(error)) known.logon = undefined;
  });
  return known.logon;
}

/**
 * A session under the first of these passwords that the machine takes, waiting until it answers. Each password is tried
 * once: Windows 11 locks an account after ten refused logons in ten minutes.
 */
export function logOn(
  { name, connection, answerTimeoutSeconds }: Omit<ReachedMachine, "instanceId">,
  passwords: readonly string[],
  jumpHosts: JumpHosts,
): Promise<{ session: SshSession; password: string }> {
  const left = [...passwords];
  return untilAnswered(name, answerTimeoutSeconds, async (milliseconds) => {
    for (;;) {
      const [password] = left;
      try {
        const session = await openSshSession(
          { ...connection, password },
          milliseconds,
          jumpHosts.reach,
        );
        return { session, password };
      } catch (error) {
        if (!(error instanceof LogonRefusedError)) throw error;
        left.shift();
        if (left.length > 0) continue;
        throw refused(name, error, passwords.length);
      }
    }
  });
}

/** Repeats `attempt`, each time with its limit in milliseconds, while nothing answers. What was answered ends it. */
async function untilAnswered<T>(
  name: string,
  answerTimeoutSeconds: number,
  attempt: (milliseconds: number) => Promise<T>,
): Promise<T> {
  const started = performance.now();
  const end = started + answerTimeoutSeconds * 1000;
  for (let told = 0; ;) {
    try {
      return await attempt(Math.min(attemptMilliseconds, answerTimeoutSeconds * 1000));
    } catch (error) {
      if (isFinal(error)) throw worded(name, error);
      const { message } = error as Error;
      const silent = Math.round((performance.now() - started) / 1000);
      if (performance.now() + pauseMilliseconds >= end) {
        throw new Error(
          `${name} has not answered over SSH for ${silent} s (${message}); answerTimeoutSeconds is ${answerTimeoutSeconds}`,
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

/** What was answered, and would be answered again. */
function isFinal(error: unknown): error is LogonRefusedError | HostKeyError | JumpHostError {
  return (
    error instanceof LogonRefusedError ||
    error instanceof HostKeyError ||
    error instanceof JumpHostError
  );
}

function refused(name: string, { message }: Error, passwords: number): LogonRefusedError {
  const which =
    passwords === 1
      ? "the password is not the one the machine has"
      : `none of the ${passwords} passwords known for it is the one the machine has`;
  return new LogonRefusedError(
    `${name} answers, but ${message}: ${which}; set adminPassword to the one it has. ` +
      "It is not tried again in this update, so that Windows does not lock the account",
  );
}

function worded(name: string, error: LogonRefusedError | HostKeyError | JumpHostError): Error {
  if (error instanceof JumpHostError) return new JumpHostError(`${name}: ${error.message}`);
  if (error instanceof LogonRefusedError) return error;
  return new HostKeyError(
    `${name} answers with ${error.message}; it is another machine, or its SSH server was installed anew`,
  );
}
