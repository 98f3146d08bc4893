import * as pulumi from "@pulumi/pulumi";
import type * as remote from "@pulumi/command/remote";
import type { StepPolicy, WhenOff } from "./beforeStep";
import { withGuestFiles } from "./copiedGuestFiles";
import { unlessFailed } from "./failedResources";
import { keptGeneration } from "./generation";
import { groupInvitations } from "./groupInvitations";
import { groupMachineStep, ownIdentity, type OwnIdentity } from "./groupMachine";
import { generationDue, lastGroup, leavingNow, madeGroup } from "./groupState";
import { refuse } from "./inputErrors";
import { keptGroup } from "./keptGroup";
import { keptScope } from "./keptScope";
import { lastOutputs } from "./lastOutputs";
import { keepMachineParts, type MachineParts } from "./machineParts";
import type { Lean } from "./leanResource";
import { joined, together } from "./outputs";
import type { LeavingPeerGroupMember, PeerGroupMember } from "./peerGroupMembers";
import { groupReport, type PeerGroupReport } from "./peerGroupReport";
import type { PeerMachine } from "./peerMachine";
import type { ServiceArgs } from "./peerServices";
import { fitted } from "./plainValues";
import { personalPeerGroupShape } from "./plan/argumentShapes";
import { memberOf, renewalDue } from "./plan/groupMembership";
import { checkIdentity, checkReconcile, codePoints, reconcileToken } from "./plan/identity";
import { checkStepPolicy } from "./plan/machine";
import { checkGroup, creatorsOf, roleOf } from "./plan/peerGroup";
import { checkServices } from "./plan/services";
import { besides } from "./plan/shape";
import { newToken } from "./secrets";
import type { ReconcileArgs } from "./sharedPeerIdentity";

/** What a member of a group may do. */
export const PeerGroupRole = {
  /** Invites, and renews the credentials of others. */
  Administrator: "administrator",
  /** Invites plain members. */
  InvitingMember: "invitingMember",
  /** Takes part. */
  Member: "member",
} as const;
export type PeerGroupRole = (typeof PeerGroupRole)[keyof typeof PeerGroupRole];

export interface PersonalPeerGroupArgs {
  /**
   * All machines of one person, by key: `WindowsPeer.machine`, or filled in by hand. Keys are identity: renaming one is
   * removing a machine and adding another. May be empty: the name of the group is kept. In a preview, a machine that is not
   * known yet counts as one that will be replaced.
   */
  machines: { [key: string]: pulumi.Input<PeerMachine> };
  /** Key of the machine that creates the group. By default the first administrator in code-point order that is on. Of no importance later. */
  creator?: string;
  /** The person's key, for the names of the identities and of the group; another one for each group of a machine. The component's name by default. */
  person?: string;
  /** Another value makes a new group on all machines and leaves the old one, whose other members then have nobody. `1` by default. */
  rotation?: string;
  /** What the machines may do in the group. `administrator` by default, so that any of them can invite the others. */
  role?: PeerGroupRole;
  /** The role of single machines, by key, where it is another one. */
  roles?: { [machine: string]: PeerGroupRole };
  /** How long an invitation can be used, 300 (5 minutes) to 31536000 (a year) seconds. 86400 (a day) by default. */
  invitationLifetimeSeconds?: number;
  /**
   * How long a member's credential holds, 28800 (8 hours) to 315360000 (10 years) seconds; it is renewed at half-time as long
   * as the member's machine is on, and nothing else ends a membership. 2419200 (28 days) by default. Of no importance once
   * the group is there. Who creates the group gets Windows' own credential, which does not follow it: ten years, as the stand-in
   * has it.
   */
  memberLifetimeSeconds?: number;
  /**
   * The machines are this person's alone: what anybody else has left on them is removed. False by default, so that a machine
   * may belong to several components, each of which then needs a `person` of its own.
   */
  exclusive?: boolean;
  /** What runs on the machines, by name: each is registered under a peer name of its own, `<the authority of the machine's own identity>.<name>`. */
  services?: { [service: string]: ServiceArgs };
  /**
   * What the desired-state steps of the machines wait for, by values that are known when it is done: `PeerPresence.steps` of the seeds
   * of their cloud, so that these are awake before anything is registered. Only the order is made of it: where it failed they go
   * on, and another value lets nothing run. Making identities, group and invitations does not wait. Nothing by default.
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

/**
 * One person's peer group with all her machines: created once on one of them; each other one joins it by an invitation of its
 * own, under an identity of its own that never leaves it.
 *
 * Replacing, adding or removing machines, the one that created the group included, keeps the group as long as an
 * administrator stays; where the last one would go and others stay, that is refused before anything is destroyed. A group
 * that has lost its last member is over: the next machines get a new one. Windows cannot evict a member: one that is removed
 * stays in the list `leaving` until its credential ends, and only another `rotation` shuts it out at once.
 * Throws an `InputPropertiesError` that holds every mistake in the arguments.
 */
export class PersonalPeerGroup extends pulumi.ComponentResource {
  /** Peer name of the group; empty as long as the person has had no machine. */
  public readonly group: pulumi.Output<string>;
  /** Which of the person's groups it is: the rotation, and after a `+` how many were over before because no member was left. */
  public readonly generation: pulumi.Output<string>;
  /** The machines, by key, as far as they belong to a group. */
  public readonly members: pulumi.Output<{ [key: string]: PeerGroupMember }>;
  /** Members that are none of the machines any more, until their credentials end. */
  public readonly leaving: pulumi.Output<LeavingPeerGroupMember[]>;
  /** Another value whenever machines were invited. */
  public readonly invitationToken: pulumi.Output<string>;
  /** What each machine said, by key. */
  public readonly reports: pulumi.Output<{ [key: string]: PeerGroupReport }>;
  /** Another value for a machine, by key, whenever it went through its step; for a `PeerProof`. Empty where it failed. */
  public readonly steps: pulumi.Output<{ [key: string]: string }>;

  constructor(name: string, args: PersonalPeerGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    // Without inputs, so that it can read its own last outputs.
    super("peerlab:index:PersonalPeerGroup", name, {}, opts);
    const shaped = fitted(args, personalPeerGroupShape);
    args = { ...shaped.args, machines: shaped.args.machines ?? {} };
    const keys = Object.keys(args.machines).sort(codePoints);
    const ofContent = [
      ...checkIdentity("", {
        machines: keys,
        person: args.person,
        rotation: args.rotation,
        hasExportedIdentity: false,
        hasExportPassword: false,
      }),
      ...checkGroup("", args, keys),
      ...checkStepPolicy("", args),
      ...(args.reconcile ? checkReconcile("reconcile", args.reconcile, keys) : []),
      ...checkServices("services", args.services),
    ];
    const findings = [...shaped.findings, ...besides(shaped.findings, ofContent)];
    refuse(`PersonalPeerGroup ${name}`, findings, { resource: this, options: opts });
    const policy: StepPolicy = args;
    const parent = { parent: this };

    const before = lastGroup(lastOutputs(this));
    const machines = args.copyGuestFiles
      ? withGuestFiles(name, args.machines, policy, parent)
      : args.machines;
    const scope = keptScope(name, args.person, parent);
    const own = Object.fromEntries(
      keys.map((key): [string, OwnIdentity] => {
        const token = reconcileToken(args.reconcile, key);
        const machine = machines[key];
        return [key, ownIdentity(name, { key, machine, scope, token, policy }, parent)];
      }),
    );
    const ownNow = Object.fromEntries(keys.map((key) => [key, own[key].now]));
    const due = generationDue(`PersonalPeerGroup ${name}`, args, before, ownNow, this);
    const generation = keptGeneration(name, due, keys.length > 0, parent);
    const creators = creatorsOf(args, keys);
    const { memberLifetimeSeconds } = args;
    const kept = keptGroup(
      name,
      { machines, creators, memberLifetimeSeconds, generation, scope, policy },
      parent,
    );
    const made = madeGroup(kept);

    const stepped: Record<string, Lean<remote.Command>> = {};
    const invitations = groupInvitations(
      name,
      {
        definition: args,
        machines,
        known: ownNow,
        before: before.apply(({ members }) => members),
        tokenBefore: before.apply(({ invitationToken }) => invitationToken),
        ...{ made, group: kept.group, creator: creators[0], policy },
        stepOf: (key) => stepped[key].id,
      },
      parent,
    );
    const fresh = newToken();
    const members: Record<string, pulumi.Output<PeerGroupMember | undefined>> = {};
    const reports: Record<string, pulumi.Output<PeerGroupReport>> = {};
    const steps: Record<string, pulumi.Output<string>> = {};
    const parts: Record<string, MachineParts<PeerGroupReport>> = {};
    for (const key of keys) {
      const token = reconcileToken(args.reconcile, key);
      const renewal = together([before, made, own[key].now]).apply(([last, group, now]) =>
        renewalDue(last.members, group, now, keys.length - 1, fresh),
      );
      const { command, step, postponed } = groupMachineStep(
        name,
        {
          ...{ key, definition: args, machines, scope, token, policy },
          ...{ own: own[key], group: kept.group, invitations, renewal },
        },
        parent,
      );
      stepped[key] = command;
      steps[key] = step;
      reports[key] = groupReport(
        key,
        pulumi.output(machines[key]),
        command,
        own[key].peerName,
        kept.group,
      );
      const first = own[key].made;
      parts[key] = { report: reports[key], step, postponed, first };
      members[key] = together([before, made, own[key].now, reports[key], renewal]).apply(
        ([{ members: last }, group, now, report, renewed]) => {
          const { instance, peerName } = now;
          const { role, expires } = report;
          const reconciled = token ?? last[key]?.reconciled;
          return report.group !== "" && report.group === group.group
            ? {
                ...{ group: report.group, instance, peerName, expires },
                role: role === "" ? roleOf(args, key) : role,
                ...(reconciled === undefined ? {} : { reconciled }),
                ...(renewed === undefined ? {} : { renewed }),
              }
            : (memberOf(last, group, now) ?? last[key]);
        },
      );
    }

    keepMachineParts(this, parts);
    this.group = together([made, before]).apply(([{ group }, last]) =>
      group === "" ? last.group : group,
    );
    this.generation = together([made, unlessFailed(kept.generation, ""), before]).apply(
      ([{ group }, known, last]) => (group === "" ? last.generation : known),
    );
    this.members = together(members).apply(
      (all) =>
        Object.fromEntries(Object.entries(all).filter(([, member]) => member !== undefined)) as {
          [key: string]: PeerGroupMember;
        },
    );
    this.leaving = together([before, this.group, this.members]).apply(([last, group, members]) =>
      leavingNow(last, group, members, args),
    );
    this.invitationToken = invitations.token;
    this.reports = joined(reports);
    this.steps = joined(steps);
    this.registerOutputs({
      group: this.group,
      generation: this.generation,
      members: this.members,
      leaving: this.leaving,
      invitationToken: this.invitationToken,
      reports: this.reports,
      steps: this.steps,
    });
  }
}
