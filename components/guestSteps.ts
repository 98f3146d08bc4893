import * as pulumi from "@pulumi/pulumi";
import * as remote from "@pulumi/command/remote";
import type { types as command } from "@pulumi/command";
import {
  capabilityActions,
  contractVersion,
  guestCommand,
  type GuestAction,
} from "../guest/contract";
import { beforeRemoteStep, type StepPolicy } from "./beforeStep";
import { detached, knownOr, unlessFailed } from "./failedResources";
import { guestFilesDestination, guestFilesFolder, currentGuestFilesHash } from "./guestFiles";
import { lean, type Lean } from "./leanResource";
import { asOutput, asPlain, asSecret, together } from "./outputs";
import type { PeerConnection, PeerMachine } from "./peerMachine";
import { defaultAnswerTimeoutSeconds } from "./plan/machine";
import { sha256 } from "./secrets";
import { beforeEach, stashType } from "./sharedHook";
import { thisUpdate } from "./thisUpdate";

/**
 * A token that is renewed whenever `state` changes, and also when `state` changes back: a step that failed for a new state
 * has to run again for the old one, though the engine would call the old one unchanged. `state` must hold nothing secret
 * and nothing that changes without need (an exported identity has a new salt each time).
 *
 * `once` renews it too, where it is another one than before; leaving it out again renews nothing.
 */
export function attemptAt(
  name: string,
  state: pulumi.Output<object>,
  opts: StepOptions,
  once?: string,
): pulumi.Output<string> {
  const update = thisUpdate();
  let isNew = false;
  const digest = asPlain(state.apply((value) => sha256(JSON.stringify(value))));
  const stash = new pulumi.Stash(
    name,
    { input: once ?? "" },
    {
      ...opts,
      replacementTrigger: unlessFailed(digest, ""),
      hooks: beforeEach({ type: stashType, name, parent: opts.parent }, () => {
        isNew = true;
      }),
      ...(once === undefined ? { ignoreChanges: ["input"] } : { replaceOnChanges: ["input"] }),
    },
  );
  knownOr(stash.id, "").then(
    (id) => update.attempts.set(id, isNew),
    () => {},
  );
  // The engine gives each stash an id of its own, and a replaced one another.
  return stash.id;
}

/** A step on a machine: one action of the guest contract. */
export interface GuestStep {
  machine: pulumi.Input<PeerMachine>;
  action: GuestAction;
  /** What the request holds beside the contract's own fields. Secrets are fine: it goes through standard input. */
  request?: pulumi.Input<object>;
  /** The step runs again when one of these changes, and at no other change. */
  triggers: pulumi.Input<unknown>[];
  /** Whether the answer holds secrets. */
  secretAnswer?: boolean;
  /**
   * Declares the step without a machine to run on: what an earlier run answered stays, and nothing is dialled. Where it is an
   * output, the step may have no command although it has a machine.
   */
  idle?: boolean | pulumi.Output<boolean>;
  /** Whether it may be left for an update in which the machine is on. True by default. */
  postponable?: boolean;
  /** What helps beside starting a machine that is off, where it is said that the step cannot run. */
  insteadOfOff?: string;
  /** What has to be done before it runs, by a value that is known then; another value is no reason to run. */
  noted?: pulumi.Output<string>;
  /** Whether this update has nothing to do with it: then it stays as it is, as one of a machine that is off does. */
  leftOut?: pulumi.Output<boolean>;
  /** Told right before it is run, when the machine has answered. */
  beforeRun?: () => void;
  /** The machine in messages. */
  machineName: pulumi.Input<string>;
  policy: StepPolicy;
}

/** A step is a child of the component that declares it. */
type StepOptions = pulumi.CustomResourceOptions & { parent: pulumi.Resource };

/**
 * Declares a step. Only its triggers make it run again: another address, jump host or password of the machine is no reason,
 * and is used when there is one. There is no delete script: what is no longer wanted is removed by the desired state, and a
 * machine that is being deleted or replaced is never contacted.
 */
export function guestStep(name: string, step: GuestStep, opts: StepOptions): Lean<remote.Command> {
  const machine = asOutput(step.machine);
  const noted = step.noted === undefined ? "" : detached(step.noted);
  const stdin = together([machine, step.request ?? {}, noted]).apply(
    ([{ instanceId, connection, proveCapability }, request]) =>
      asciiJson({
        contract: contractVersion,
        instance: instanceId,
        guestFiles: currentGuestFilesHash(),
        // For machines on which an SSH session cannot open the user's keys and a task with the password can.
        userPassword: connection.password,
        ...(proveCapability && capabilityActions.includes(step.action)
          ? { proveCapability: true }
          : {}),
        ...request,
      }),
  );
  const before =
    step.idle === true
      ? undefined
      : beforeRemoteStep(
          {
            ...step,
            machine,
            resource: { type: "command:remote:Command", name, parent: opts.parent },
            driving: step.postponable === false ? undefined : ["triggers"],
          },
          step,
        );
  const command = new remote.Command(
    name,
    {
      connection: unlessFailed(
        machine.apply(({ connection }) => remoteConnection(connection, step.policy)),
        nobody,
      ),
      create: commandOf(step),
      stdin: asSecret(stdin),
      triggers: step.triggers,
      // The genuine provider hangs for ever on a long line of output while it logs; on Windows it warns about environment.
      logging: remote.Logging.None,
      addPreviousOutputInEnv: false,
    },
    lean({
      ...opts,
      ...before?.options,
      ignoreChanges: ["connection", "create", "stdin"],
      additionalSecretOutputs: step.secretAnswer ? ["stdout", "stderr"] : [],
    }),
  );
  before?.declared(command);
  return command;
}

function commandOf({ idle = false, action }: GuestStep): pulumi.Input<string> | undefined {
  const command = (isIdle: boolean) => (isIdle ? undefined : guestCommand(action));
  if (typeof idle === "boolean") return command(idle);
  return idle.apply(command) as pulumi.Output<string>;
}

/** Declares the copy of the guest files; the first step on a machine. */
export function guestFilesCopy(
  name: string,
  step: Pick<GuestStep, "machine" | "machineName" | "policy" | "triggers">,
  opts: StepOptions,
): Lean<remote.CopyToRemote> {
  const machine = asOutput(step.machine);
  const before = beforeRemoteStep({
    ...step,
    machine,
    resource: { type: "command:remote:CopyToRemote", name, parent: opts.parent },
    driving: ["triggers", "source"],
  });
  const copy = new remote.CopyToRemote(
    name,
    {
      connection: unlessFailed(
        machine.apply(({ connection }) => remoteConnection(connection, step.policy)),
        nobody,
      ),
      source: new pulumi.asset.FileArchive(guestFilesFolder),
      remotePath: guestFilesDestination,
      triggers: step.triggers,
    },
    lean({
      ...opts,
      ...before.options,
      ignoreChanges: ["connection", "remotePath"],
    }),
  );
  before.declared(copy);
  return copy;
}

/** Where a step would run that has no machine to run on; nothing is ever dialled there. */
export const nowhere: PeerMachine = {
  connection: { host: "nowhere.invalid", user: "nobody", password: "" },
  instanceId: "",
};

/** Whom a step would dial whose machine has failed; it is skipped. */
const nobody = { host: "nobody.invalid" };

/** The answer of a step: the last line of its output. Windows ends lines with CR LF, of which the provider cuts the LF. */
export function answerOf<T>(stdout: string): T {
  const lines = stdout.split(/\r?\n/).filter((line) => line.trim() !== "");
  return JSON.parse(lines[lines.length - 1] ?? "") as T;
}

/**
 * The machine has answered a moment ago when the provider dials ({@link beforeRemoteStep}), so it dials once: it counts a refused
 * password like a refused connection, would try it again, and Windows would lock the account. One dial lasts as long as the
 * computer's own attempts to open a connection do, at most.
 *
 * The jump host has let the program in and knows of no such lock: it is dialled again where too many dial it at once, of whom
 * OpenSSH turns some away by chance (`MaxStartups`). Twelve times last some fifteen seconds.
 */
function remoteConnection(
  connection: PeerConnection,
  { answerTimeoutSeconds = defaultAnswerTimeoutSeconds }: StepPolicy,
): command.input.remote.ConnectionArgs {
  const { host, port, user, hostKey, jumpHost } = connection;
  return {
    host,
    port: port ?? 22,
    user,
    password: connection.password,
    hostKey,
    dialErrorLimit: 0,
    perDialTimeout: answerTimeoutSeconds,
    proxy: jumpHost && {
      host: jumpHost.host,
      port: jumpHost.port ?? 22,
      user: jumpHost.user,
      password: jumpHost.password,
      privateKey: jumpHost.privateKey,
      hostKey: jumpHost.hostKey,
      dialErrorLimit: Math.max(12, Math.ceil(answerTimeoutSeconds / 20)),
      perDialTimeout: 15,
    },
  };
}

/** JSON in ASCII: Windows reads standard input in the code page of its console. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
