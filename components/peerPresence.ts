import * as pulumi from "@pulumi/pulumi";
import type * as remote from "@pulumi/command/remote";
import { contractVersion, type PresenceState, type SetPeerPresenceReport } from "../guest/contract";
import { isStillOff, type StepPolicy, type WhenOff } from "./beforeStep";
import { withGuestFiles } from "./copiedGuestFiles";
import { unlessFailed } from "./failedResources";
import { currentGuestFilesHash } from "./guestFiles";
import { answerOf, attemptAt, guestStep } from "./guestSteps";
import { refuse, refuseLate } from "./inputErrors";
import { comesAfter } from "./machineStep";
import type { Lean } from "./leanResource";
import { asPlain, joined, together } from "./outputs";
import type { PeerMachine } from "./peerMachine";
import type { ServiceArgs } from "./peerServices";
import { fitted, plain } from "./plainValues";
import { peerPresenceShape } from "./plan/argumentShapes";
import { checkPresence } from "./plan/checkPresence";
import { checkReconcile, codePoints, reconcileToken } from "./plan/identity";
import { checkStepPolicy } from "./plan/machine";
import { presenceOf } from "./plan/presence";
import { servicePeerName } from "./plan/rules/services";
import { besides } from "./plan/shape";
import { withSecrets } from "./secrets";
import type { ReconcileArgs } from "./sharedPeerIdentity";
import { thisUpdate } from "./thisUpdate";

/** A group that machines stay connected to. */
export interface PresenceGroupArgs {
  /** The group's peer name. */
  group: pulumi.Input<string>;
  /** Peer name of the identity by which the machines belong to the group; each machine of a group usually has one of its own. */
  identity: pulumi.Input<string>;
  /** Keys of the machines. All by default. */
  machines?: string[];
}

export interface PeerPresenceArgs {
  /**
   * Machines by key: `WindowsPeer.machine`, or filled in by hand. None that a `PeerLab`, or another component with `services`, says
   * the presence of: there is one list on a machine, and this is all of it.
   */
  machines: { [key: string]: pulumi.Input<PeerMachine> };
  /**
   * What runs on the machines, by name: each is registered under a peer name of its own for as long as a machine is on. A firewall
   * is no matter of this: `graphPorts` opens the ports. None by default.
   */
  services?: { [service: string]: ServiceArgs };
  /**
   * Peer name of an identity that all of the machines hold, such as `SharedPeerIdentity.peerName`: services are registered as
   * `<its authority>.<name>`. Without it as `0.<name>`, which anybody may register and nobody can prove.
   */
  peerName?: pulumi.Input<string>;
  /** Groups that the machines have joined and stay connected to. None by default. */
  groups?: PresenceGroupArgs[];
  /**
   * What the steps wait for, by values that are known when it is done: `PeerPresence.steps` of the seeds of their cloud. Only the order is
   * made of it: where it failed they go on, and another value lets nothing run. Nothing by default.
   */
  after?: pulumi.Input<string>[];
  /** Copies the guest files first: for machines that are not `WindowsPeer`s. False by default. */
  copyGuestFiles?: boolean;
  /** What becomes of a step on a machine that is off. `fail` by default. */
  whenOff?: WhenOff;
  /** How long a machine may be silent before a step on it fails, 1 to 7200 seconds. 600 by default. */
  answerTimeoutSeconds?: number;
  /** Puts machines right that were changed by hand. */
  reconcile?: ReconcileArgs;
}

/** A name that a machine registers. */
export interface PresenceNameReport {
  /** The service. */
  service: string;
  /** The peer name that is registered. */
  peerName: string;
  /** The service's port. */
  port: number;
  /** `registered`, `waiting`, or the name of the HRESULT of the last try. */
  state: string;
}

/** A group that a machine stays connected to. */
export interface PresenceGroupReport {
  /** The group's peer name. */
  group: string;
  /** `connected`, `listening`, `waiting`, or the name of the HRESULT of the last try. */
  state: string;
}

/** What a machine held at the end of its step. */
export interface PeerPresenceReport {
  /** `running`, `stopped` or `absent`; empty where the machine failed or its step waits. */
  holder: string;
  /** The names, in order of their services; what is not tried yet is `waiting`. */
  names: PresenceNameReport[];
  /** The groups. */
  groups: PresenceGroupReport[];
  /** What it waits for: `power on` while it is off. */
  pending: string[];
}

/**
 * What stays alive on machines after the session that set it up: one registered peer name for each service, and connections to groups,
 * by a task that runs as the lab user from the start of Windows on. For machines without a `SharedPeerIdentity` or a group's component,
 * which do the same for theirs by `services`, or with several identities.
 *
 * The lists are complete: what is registered on a machine and stands in none is let go. A machine whose `networking` makes it a seed has the
 * seed's own name too. Removing the component, or a machine of it, stops nothing on a machine, since no step here has a delete
 * script: give it no services and no groups first, which removes the task.
 *
 * Throws an `InputPropertiesError` that holds every mistake in the arguments.
 */
export class PeerPresence extends pulumi.ComponentResource {
  /** What each machine held at the end of its step, by key. */
  public readonly reports: pulumi.Output<{ [key: string]: PeerPresenceReport }>;
  /** Another value for a machine, by key, whenever it went through its step. Empty where it failed. */
  public readonly steps: pulumi.Output<{ [key: string]: string }>;

  constructor(name: string, args: PeerPresenceArgs, opts?: pulumi.ComponentResourceOptions) {
    const shaped = fitted(args, peerPresenceShape);
    args = { ...shaped.args, machines: shaped.args.machines ?? {} };
    const keys = Object.keys(args.machines).sort(codePoints);
    // Nothing that comes from a machine: with it among the inputs, one that fails would have the engine skip all others.
    const inputs = { ...args, machines: keys, groups: undefined, after: undefined };
    super("peerlab:index:PeerPresence", name, withSecrets(inputs), opts);
    const ofContent = [
      ...checkPresence("", {
        machines: keys,
        services: args.services,
        peerName: plain(args.peerName),
        groups: args.groups?.map(
          (group) =>
            group && {
              group: plain(group.group),
              identity: plain(group.identity),
              machines: group.machines,
            },
        ),
      }),
      ...checkStepPolicy("", args),
      ...(args.reconcile ? checkReconcile("reconcile", args.reconcile, keys) : []),
    ];
    const findings = [...shaped.findings, ...besides(shaped.findings, ofContent)];
    refuse(`PeerPresence ${name}`, findings, { resource: this, options: opts });
    const policy: StepPolicy = args;
    const parent = { parent: this };

    const given = args.peerName;
    // It is wrong without a machine, too.
    const peerName = given === undefined ? undefined : judgedPeerName(name, given);
    args = { ...args, peerName };
    const machines = args.copyGuestFiles
      ? withGuestFiles(name, args.machines, policy, parent)
      : args.machines;
    const reports: Record<string, pulumi.Output<PeerPresenceReport>> = {};
    const steps: Record<string, pulumi.Output<string>> = {};
    for (const key of keys) {
      const machine = pulumi.output(machines[key]);
      const presence = wantedPresence(key, machine, args);
      const step = presenceStep(`${name}.${key}`, key, machine, presence, args, parent);
      steps[key] = unlessFailed(step.id, "");
      // One machine that failed does not keep the others from reporting.
      reports[key] = unlessFailed(reportOf(machine, step), nothingHeld);
    }

    this.reports = joined(reports);
    this.steps = joined(steps);
    this.registerOutputs({ reports: this.reports, steps: this.steps });
  }
}

type Parent = { parent: pulumi.Resource };

const nothingHeld: PeerPresenceReport = { holder: "", names: [], groups: [], pending: [] };

function judgedPeerName(name: string, given: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(given).apply((known) => {
    refuseLate(`PeerPresence ${name}`, servicePeerName("peerName", known));
    return known;
  });
}

/** All that a machine's holder has to hold. */
function wantedPresence(
  key: string,
  machine: pulumi.Output<PeerMachine>,
  { services, peerName = "0.", groups = [] }: PeerPresenceArgs,
): pulumi.Output<PresenceState> {
  const own = groups.filter(({ machines }) => machines?.includes(key) ?? true);
  return together([
    machine.networking,
    peerName,
    joined(own.map((group) => joined([group.group, group.identity]))),
  ])
    .apply(([networking, identity, connected]) => {
      const isSeed = networking?.seed?.role === "seed";
      const groupsHeld = connected.map(([group, member]) => ({ group, identity: member }));
      return presenceOf({ peerName: identity, services, groups: groupsHeld, isSeed, always: true });
    })
    .apply((presence) => presence ?? { names: [], groups: [] });
}

/** Runs again for another instance, guest file, password or wanted presence. */
function presenceStep(
  name: string,
  machineName: string,
  machine: pulumi.Output<PeerMachine>,
  presence: pulumi.Output<PresenceState>,
  args: PeerPresenceArgs,
  parent: Parent,
): Lean<remote.Command> {
  const attempt = attemptAt(
    name,
    together([machine.instanceId, machine.passwordVersion, presence]).apply(
      ([instance, passwordVersion, wanted]) => ({
        contract: contractVersion,
        guestFiles: currentGuestFilesHash(),
        instance,
        passwordVersion,
        presence: wanted,
      }),
    ),
    parent,
    reconcileToken(args.reconcile, machineName),
  );
  return guestStep(
    name,
    {
      machine: comesAfter(machine, args.after),
      machineName,
      policy: args,
      action: "Set-PeerPresence",
      request: { presence },
      triggers: [attempt],
    },
    parent,
  );
}

function reportOf(
  machine: pulumi.Output<PeerMachine>,
  step: Lean<remote.Command>,
): pulumi.Output<PeerPresenceReport> {
  const update = thisUpdate();
  return together([
    step.stdout,
    // Asked when the step is over, which may have started the machine.
    asPlain(together([machine, step.id]).apply(([known]) => isStillOff(known, update))),
  ]).apply(([stdout, off]) => {
    const pending = off ? ["power on"] : [];
    if (stdout.trim() === "") return { ...nothingHeld, pending };
    const { holder, names, groups } = answerOf<SetPeerPresenceReport>(stdout).presence;
    return {
      holder,
      names: names.map(({ service, peerName, port, state }) => ({
        service,
        peerName,
        port,
        state,
      })),
      groups: groups.map(({ group, state }) => ({ group, state })),
      pending,
    };
  });
}
