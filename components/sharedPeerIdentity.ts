import * as pulumi from "@pulumi/pulumi";
import type * as remote from "@pulumi/command/remote";
import type { StepPolicy, WhenOff } from "./beforeStep";
import { withGuestFiles } from "./copiedGuestFiles";
import { unlessFailed } from "./failedResources";
import { keptIdentity, type KeptIdentity } from "./keptIdentity";
import { refuse } from "./inputErrors";
import { ownerOf } from "./machineOwner";
import { keepMachineParts, type MachineParts } from "./machineParts";
import { machineReport } from "./machineReport";
import { machineStep, type WantedState } from "./machineStep";
import type { Lean } from "./leanResource";
import { joined, together } from "./outputs";
import type { PeerMachine } from "./peerMachine";
import type { ServiceArgs } from "./peerServices";
import { fitted, plain } from "./plainValues";
import { sharedPeerIdentityShape } from "./plan/argumentShapes";
import { checkIdentity, checkReconcile, codePoints, reconcileToken } from "./plan/identity";
import { checkStepPolicy } from "./plan/machine";
import { presenceOf } from "./plan/presence";
import { checkServices } from "./plan/services";
import { besides } from "./plan/shape";
import { withSecrets } from "./secrets";
import { listenersAskedFor } from "./stepListeners";

export interface SharedPeerIdentityArgs {
  /**
   * All machines of one person, by key: `WindowsPeer.machine`, or filled in by hand. Keys are identity: renaming one is
   * removing a machine and adding another. May be empty: the identity is kept for later machines.
   */
  machines: { [key: string]: pulumi.Input<PeerMachine> };
  /** Key of the machine that makes the identity. The first key in code-point order by default. Of no importance later. */
  maker?: string;
  /** The person's key, for the identity's friendly name; another one for each identity of a machine. The component's name by default. */
  person?: string;
  /**
   * Another value makes a new identity on all machines and removes the old one; the value before it brings the old one back, which the
   * stack's state keeps. `1` by default.
   */
  rotation?: string;
  /** An identity exported elsewhere, instead of a new one: base64 of the exported file's bytes. Secret. */
  exportedIdentity?: pulumi.Input<string>;
  /** The password it was exported under. Secret. */
  exportPassword?: pulumi.Input<string>;
  /**
   * The machines are this person's alone: what anybody else's identity has left on them is removed. False by default, so that
   * a machine may hold identities of several components, each of which then needs a `person` of its own.
   */
  exclusive?: boolean;
  /**
   * What runs on the machines, by name: each is registered under a peer name of its own, `<the identity's authority>.<name>`, for
   * as long as a machine is on. Where absent, what is registered there is left alone: a `PeerPresence` may do it.
   */
  services?: { [service: string]: ServiceArgs };
  /**
   * What the desired-state steps of the machines wait for, by values that are known when it is done: `PeerPresence.steps` of the seeds
   * of their cloud, so that these are awake before anything is registered. Only the order is made of it: where it failed they go
   * on, and another value lets nothing run. Making and exporting the identity does not wait. Nothing by default.
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

/** Runs the desired-state step of machines once although nothing in the definition has changed. */
export interface ReconcileArgs {
  /** Another value each time, such as a date: 1 to 64 characters of ASCII. */
  token: string;
  /** Keys of the machines. All by default. */
  machines?: string[];
}

/** What a machine said about the identity it holds. */
export interface PeerIdentityReport {
  /** The secure peer name, computed on the machine from the key it really holds; empty where the machine failed. */
  peerName: string;
  /** Whether the machine could sign with the key. */
  usable: boolean;
  /** Windows' own name of the machine. */
  computerName: string;
  /** What it waits for: `reboot`, or `power on` while it is off; empty where the machine is ready. */
  pending: string[];
}

/**
 * One person's peer identity on all her machines: made and exported once on one of them, kept in the stack's state, imported
 * on the others, so that one secure peer name finds whichever machine is up.
 *
 * Replacing, adding or removing machines, the one that made the identity included, keeps the peer name.
 * Throws an `InputPropertiesError` that holds every mistake in the arguments.
 */
export class SharedPeerIdentity extends pulumi.ComponentResource {
  /** The person's secure peer name; empty as long as she has had no machine. */
  public readonly peerName: pulumi.Output<string>;
  /** The exported identity: base64 of the exported file's bytes. Secret. */
  public readonly exportedIdentity: pulumi.Output<string>;
  /** The password it is exported under. Secret. */
  public readonly exportPassword: pulumi.Output<string>;
  /** What each machine said, by key. */
  public readonly reports: pulumi.Output<{ [key: string]: PeerIdentityReport }>;
  /** Another value for a machine, by key, whenever it went through its step; for a `PeerProof`. Empty where it failed. */
  public readonly steps: pulumi.Output<{ [key: string]: string }>;

  constructor(name: string, args: SharedPeerIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    const shaped = fitted(args, sharedPeerIdentityShape);
    args = { ...shaped.args, machines: shaped.args.machines ?? {} };
    const keys = Object.keys(args.machines).sort(codePoints);
    // Only the keys: with its machines among its inputs, one that fails would have the engine skip all others.
    // The same goes for what its steps wait for.
    const inputs = { ...args, machines: keys, after: undefined };
    super("peerlab:index:SharedPeerIdentity", name, withSecrets(inputs), opts);
    const ofContent = [
      ...checkIdentity("", {
        machines: keys,
        maker: args.maker,
        person: args.person,
        rotation: args.rotation,
        hasExportedIdentity: args.exportedIdentity !== undefined,
        hasExportPassword: args.exportPassword !== undefined,
        exportedIdentity: plain(args.exportedIdentity),
      }),
      ...checkStepPolicy("", args),
      ...(args.reconcile ? checkReconcile("reconcile", args.reconcile, keys) : []),
      ...checkServices("services", args.services),
    ];
    const findings = [...shaped.findings, ...besides(shaped.findings, ofContent)];
    refuse(`SharedPeerIdentity ${name}`, findings, { resource: this, options: opts });
    const policy: StepPolicy = args;
    const parent = { parent: this };

    const machines = args.copyGuestFiles
      ? withGuestFiles(name, args.machines, policy, parent)
      : args.machines;
    const identity = keptIdentity(name, { ...args, machines, policy }, parent);
    const reports: Record<string, pulumi.Output<PeerIdentityReport>> = {};
    const steps: Record<string, pulumi.Output<string>> = {};
    const parts: Record<string, MachineParts<PeerIdentityReport>> = {};
    for (const key of keys) {
      const machine = pulumi.output(machines[key]);
      const once = reconcileToken(args.reconcile, key);
      const { exclusive } = args;
      const wanted = wantedState(identity, args.services, machine, exclusive);
      const { after } = args;
      const listen = listenersAskedFor(machines[key]);
      const { command, step, postponed } = machineStep(
        `${name}.${key}`,
        key,
        { machine, wanted, policy, after, once, owner: ownerOf(machines[key]), listen },
        parent,
      );
      steps[key] = step;
      // One machine that failed does not keep the others from reporting.
      reports[key] = unlessFailed(reportOf(key, machine, command, identity), notReady);
      const { maker, madeBy: id, isMadeNow: hasRun } = identity;
      const first = key === maker ? { id, hasRun } : undefined;
      parts[key] = { report: reports[key], step, postponed, first };
    }
    keepMachineParts(this, parts);

    this.peerName = identity.peerName;
    this.exportedIdentity = identity.exportedIdentity;
    this.exportPassword = identity.exportPassword;
    this.reports = joined(reports);
    this.steps = joined(steps);
    this.registerOutputs({
      peerName: this.peerName,
      exportedIdentity: this.exportedIdentity,
      exportPassword: this.exportPassword,
      reports: this.reports,
      steps: this.steps,
    });
  }
}

/** The report of a machine that failed in this update. */
const notReady: PeerIdentityReport = { peerName: "", usable: false, computerName: "", pending: [] };

/** All that a machine has to be for one who holds this identity. */
function wantedState(
  identity: KeptIdentity,
  services: SharedPeerIdentityArgs["services"],
  machine: pulumi.Output<PeerMachine>,
  exclusive: boolean | undefined,
): WantedState {
  const { peerName, scope, friendlyName, madeBy, exportedIdentity, exportPassword } = identity;
  const presence = together([machine.networking, peerName]).apply(([networking, known]) =>
    presenceOf({
      peerName: known,
      services,
      isSeed: networking?.seed?.role === "seed",
      always: exclusive,
    }),
  );
  const counts = together([peerName, scope, friendlyName, madeBy, presence]).apply(
    ([wanted, scopeName, friendly, made, held]) => ({
      exclusive,
      identity: { peerName: wanted, scope: scopeName, friendlyName: friendly, madeBy: made },
      presence: held,
    }),
  );
  const request = together([
    scope,
    peerName,
    friendlyName,
    exportedIdentity,
    exportPassword,
    presence,
  ]).apply(([scopeName, wanted, friendly, exported, password, held]) => ({
    identities: {
      scope: scopeName,
      exclusive,
      wanted: [
        {
          peerName: wanted,
          friendlyName: friendly === "" ? undefined : friendly,
          exportedIdentity: exported,
          exportPassword: password,
        },
      ],
    },
    // What the personal group of an earlier definition has left.
    groups: exclusive ? { scope: scopeName, exclusive, wanted: [] } : undefined,
    presence: held,
  }));
  return { counts, request };
}

function reportOf(
  key: string,
  machine: pulumi.Output<PeerMachine>,
  step: Lean<remote.Command>,
  identity: KeptIdentity,
): pulumi.Output<PeerIdentityReport> {
  return machineReport(key, machine, step, identity.peerName).apply(
    ({ report, identity: held, pending }) => {
      if (!report || !held) return { ...notReady, pending };
      const { computerName } = report;
      return { peerName: held.peerName, usable: held.usable, computerName, pending };
    },
  );
}
