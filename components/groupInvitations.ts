import * as pulumi from "@pulumi/pulumi";
import type { NewPeerGroupInvitationReport } from "../guest/contract";
import type { StepPolicy } from "./beforeStep";
import { detached, knownOr } from "./failedResources";
import { answerOf, guestStep, nowhere } from "./guestSteps";
import { joined, together } from "./outputs";
import type { PeerMachine, PeerMachines } from "./peerMachine";
import type { PeerGroupMember } from "./peerGroupMembers";
import {
  memberOf,
  needsInvitation,
  planInvitations,
  type GroupMachine,
  type InvitationPlan,
  type MadeGroup,
} from "./plan/groupMembership";
import { defaultInvitationLifetimeSeconds, roleOf, type GroupDefinition } from "./plan/peerGroup";
import { newToken } from "./secrets";

export interface GroupInvitationsArgs {
  definition: GroupDefinition;
  machines: PeerMachines;
  /** The same machines as they are in this update; all of it is known at some time, whatever fails. */
  known: Readonly<Record<string, pulumi.Output<GroupMachine>>>;
  /** The members at the end of the last update, and what made them be invited last. */
  before: pulumi.Output<Readonly<Record<string, PeerGroupMember>>>;
  tokenBefore: pulumi.Output<string>;
  /** The group that is due; empty parts where it is not known. */
  made: pulumi.Output<MadeGroup>;
  /** The group's peer name, with everything that it depends on. */
  group: pulumi.Output<string>;
  creator?: string;
  policy: StepPolicy;
  /** The id of a machine's step, which is declared later. */
  stepOf(machine: string): pulumi.Output<string>;
}

export interface GroupInvitations {
  /** Another value whenever somebody was invited. */
  token: pulumi.Output<string>;
  /** The machine's invitation; undefined where it needs none. Secret. */
  invitationOf(machine: string): pulumi.Output<string | undefined>;
  /** Why the machine's step cannot run; empty where it can. */
  waitsFor(machine: string): pulumi.Output<string>;
}

/**
 * Declares the one step by which an administrator invites all machines that are no members yet. Where there is none, it keeps
 * the trigger of last time and runs nowhere.
 *
 * It stays while machines go, so it depends on none of them: values of machines reach it detached.
 */
export function groupInvitations(
  name: string,
  args: GroupInvitationsArgs,
  parent: { parent: pulumi.Resource },
): GroupInvitations {
  const { known, before, made, creator, definition } = args;
  const machinesNow = joined(Object.values(known));
  const plan = together([before, made, machinesNow]).apply(
    ([members, group, machines]): InvitationPlan & { machines: GroupMachine[] } => ({
      ...planInvitations(members, group, machines, creator),
      machines,
    }),
  );
  // In a preview the credential of a machine that is still to be made is not known; after that, one without it has failed.
  const invited = plan.apply(({ inviter, invitees, machines }) =>
    inviter === undefined
      ? []
      : machines.filter(
          ({ key, credential }) =>
            invitees.includes(key) && (pulumi.runtime.isDryRun() || credential !== ""),
        ),
  );
  const fresh = newToken();
  const token = together([invited, args.tokenBefore]).apply(([machines, last]) =>
    machines.length > 0 ? fresh : last || "nobody",
  );
  const request = together([args.group, plan, invited]).apply(
    ([group, { inviter, machines }, invitees]) => ({
      group,
      identity: machines.find(({ key }) => key === inviter)?.peerName,
      invitees: invitees.map(({ key, credential }) => ({
        credential,
        role: roleOf(definition, key),
      })),
      lifetimeSeconds: definition.invitationLifetimeSeconds ?? defaultInvitationLifetimeSeconds,
    }),
  );
  const step = guestStep(
    `${name}-invitation`,
    {
      machine: detached(
        plan.apply(({ inviter }) =>
          pulumi.output(inviter === undefined ? nowhere : args.machines[inviter]),
        ) as pulumi.Output<PeerMachine>,
      ),
      machineName: plan.apply(({ inviter }) => inviter ?? "nowhere"),
      policy: args.policy,
      postponable: false,
      action: "New-PeerGroupInvitation",
      request,
      triggers: [token],
      secretAnswer: true,
      idle: invited.apply((machines) => machines.length === 0),
    },
    parent,
  );
  const invitations = async (): Promise<Map<string, string>> => {
    const stdout = (await knownOr(step.stdout, "")) ?? "";
    if (stdout.trim() === "") return new Map();
    const answer = answerOf<NewPeerGroupInvitationReport>(stdout);
    return new Map(answer.invitations.map(({ peerName, invitation }) => [peerName, invitation]));
  };
  // What a member waits for does not wait for the machines that are still to come.
  const ofInvitee = <T>(
    key: string,
    otherwise: T,
    find: (machine: GroupMachine, member: PeerGroupMember | undefined) => Promise<T>,
  ): pulumi.Output<T> =>
    detached(
      together([before, made, known[key]]).apply(([members, group, machine]): T | Promise<T> => {
        const member = memberOf(members, group, machine);
        if (pulumi.runtime.isDryRun() || !needsInvitation(member, machine)) return otherwise;
        return find(machine, member);
      }) as pulumi.Output<T>,
    );
  return {
    token,
    invitationOf: (key) =>
      pulumi.secret(
        ofInvitee<string | undefined>(key, undefined, async ({ peerName }) =>
          (await invitations()).get(peerName),
        ),
      ),
    waitsFor: (key) =>
      ofInvitee(key, "", async ({ peerName }, member) => {
        if (member !== undefined) return "";
        const inviter = (await knownOr(plan, undefined))?.inviter;
        if (inviter === undefined) {
          return "no administrator of its group is left that could invite it; set another rotation, which makes a new group";
        }
        if (!(await invitations()).has(peerName)) return `${inviter} has to invite it first`;
        const isConnected = (await knownOr(args.stepOf(inviter), "")) !== "";
        return isConnected ? "" : `${inviter} has to be connected to the group first`;
      }),
  };
}
