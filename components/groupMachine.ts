import * as pulumi from "@pulumi/pulumi";
import type { NewPeerIdentityReport } from "../guest/contract";
import type { StepPolicy } from "./beforeStep";
import { knownOr } from "./failedResources";
import type { GroupInvitations } from "./groupInvitations";
import { answerOf, attemptAt, guestStep } from "./guestSteps";
import { ownFriendlyName } from "./keptGroup";
import { ownerOf } from "./machineOwner";
import type { EarlierStep } from "./machineParts";
import { machineStep, type DeclaredStep } from "./machineStep";
import { together } from "./outputs";
import type { PeerMachine, PeerMachines } from "./peerMachine";
import type { GroupMachine } from "./plan/groupMembership";
import { identityClassifier } from "./plan/identity";
import { administrator, neighboursOf, roleOf, type GroupDefinition } from "./plan/peerGroup";
import { groupingPort } from "./plan/peerPorts";
import { presenceOf, type ServicesDefinition } from "./plan/presence";
import { isOff } from "./power";
import { listenersAskedFor } from "./stepListeners";

type Parent = { parent: pulumi.Resource };

/** The identity of a machine that belongs to a group: its own, which never leaves it. */
export interface OwnIdentity {
  /** Empty where the machine is off, and its step waits for an update in which it is on. */
  peerName: pulumi.Output<string>;
  friendlyName: pulumi.Output<string>;
  /** The machine and its identity as they are in this update; known at some time, whatever fails. */
  now: pulumi.Output<GroupMachine>;
  /** The step that makes it. */
  made: EarlierStep;
}

/** A machine that belongs to a group. */
export interface GroupMachineArgs {
  key: string;
  machine: pulumi.Input<PeerMachine>;
  scope: pulumi.Output<string>;
  /** The token by which it is put right, where it is to be. */
  token?: string;
  policy: StepPolicy;
}

/**
 * Declares the machine's own identity: made once for each instance, and looked for once more where it is put right or has become
 * somebody's.
 */
export function ownIdentity(name: string, args: GroupMachineArgs, parent: Parent): OwnIdentity {
  const { key, scope, token, policy } = args;
  const machine = pulumi.output(args.machine);
  const friendlyName = scope.apply((own) => ownFriendlyName(own, key));
  const stepName = `${name}.${key}-identity`;
  const owner = ownerOf(args.machine);
  const state = together([machine.instanceId, owner]).apply(([instance, owned]) => ({
    instance,
    owner: owned,
  }));
  let hasRun = false;
  const step = guestStep(
    stepName,
    {
      machine,
      machineName: key,
      policy,
      action: "New-PeerIdentity",
      // What somebody changed may keep the stack from running, and with it this step, the first on the machine.
      request: {
        ...{ friendlyName, classifier: identityClassifier },
        ...(token === undefined ? {} : { networking: machine.networking, reconcile: true }),
      },
      beforeRun: () => (hasRun = true),
      triggers: [attemptAt(stepName, state, parent, token)],
    },
    parent,
  );
  const none = { peerName: "", credential: "" };
  const answer = step.stdout.apply((stdout) =>
    stdout === undefined || stdout.trim() === "" ? none : answerOf<NewPeerIdentityReport>(stdout),
  );
  const now = async (): Promise<GroupMachine> => {
    const known = await knownOr(machine, undefined);
    const { peerName, credential } = await knownOr(answer, none);
    const { instanceId: instance = "", power } = known ?? {};
    return { key, instance, isOff: isOff(power), peerName, credential, token };
  };
  const made = { id: step.id, hasRun: () => hasRun };
  return { peerName: answer.peerName, friendlyName, now: pulumi.output(now()), made };
}

export interface GroupMachineStepArgs extends Omit<GroupMachineArgs, "machine"> {
  definition: GroupDefinition & {
    services?: ServicesDefinition;
    exclusive?: boolean;
    after?: pulumi.Input<string>[];
  };
  machines: PeerMachines;
  own: OwnIdentity;
  /** Peer name of the group. */
  group: pulumi.Output<string>;
  invitations: GroupInvitations;
  /** Runs the step once more where it is another one than before; see `renewalDue`. */
  renewal: pulumi.Output<string | undefined>;
}

/** Declares the machine's whole state: its identity, its place in the group, and what it holds for both. */
export function groupMachineStep(
  name: string,
  args: GroupMachineStepArgs,
  parent: Parent,
): DeclaredStep {
  const { key, definition, machines, scope, token, policy, own, group, invitations } = args;
  const { services, exclusive, after } = definition;
  const machine = together([machines[key], invitations.waitsFor(key)]).apply(([known, waitsFor]) =>
    waitsFor === "" ? known : { ...known, waitsFor },
  );
  const { peerName, friendlyName } = own;
  const presence = together([machine.networking, peerName, group]).apply(([networking, ...to]) => {
    const [identity, joined] = to;
    const renewsMembers = roleOf(definition, key) === administrator;
    return presenceOf({
      peerName: identity,
      services,
      groups: [{ group: joined, identity, renewsMembers }],
      isSeed: networking?.seed?.role === "seed",
      always: exclusive,
    });
  });
  const counts = together([peerName, scope, friendlyName, group, presence, args.renewal]).apply(
    ([identity, ownScope, friendly, joined, held, renewal]) => ({
      exclusive,
      identity: { peerName: identity, scope: ownScope, friendlyName: friendly },
      group: joined,
      presence: held,
      renewal,
    }),
  );
  const addresses = addressesOf(neighboursOf(key, Object.keys(machines)), machines);
  const invitation = invitations.invitationOf(key);
  const request = together([
    peerName,
    scope,
    friendlyName,
    group,
    presence,
    addresses,
    invitation,
  ]).apply(([identity, ownScope, friendly, joined, held, others, invited]) => ({
    identities: {
      scope: ownScope,
      exclusive,
      wanted: [{ peerName: identity, friendlyName: friendly }],
    },
    groups: {
      scope: ownScope,
      exclusive,
      wanted: [{ group: joined, identity, invitation: invited }],
    },
    // Others' addresses help where the cloud finds nobody, and are no reason to run again.
    presence: held && {
      ...held,
      groups: held.groups.map((one) => ({ ...one, addresses: others })),
    },
  }));
  return machineStep(
    `${name}.${key}`,
    key,
    {
      ...{ machine, wanted: { request, counts }, policy, after, once: token },
      owner: ownerOf(machines[key]),
      listen: listenersAskedFor(machines[key]),
    },
    parent,
  );
}

/** Where others may be reached directly, as far as they are known. */
function addressesOf(keys: readonly string[], machines: PeerMachines): pulumi.Output<string[]> {
  const known = async (): Promise<string[]> => {
    const addresses = await Promise.all(
      keys.map((key) =>
        knownOr(
          pulumi.output(machines[key]).apply(({ privateIpv6 }) => privateIpv6),
          undefined,
        ),
      ),
    );
    return addresses.filter(Boolean).map((address) => `[${address}]:${groupingPort}`);
  };
  return pulumi.output(known());
}
