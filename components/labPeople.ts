import * as pulumi from "@pulumi/pulumi";
import { unlessFailed } from "./failedResources";
import type { AwakeSeed } from "./seedPresence";
import { provedListeners } from "./labProof";
import { keepOwner } from "./machineOwner";
import { machinePartsOf, type MachineParts } from "./machineParts";
import { together } from "./outputs";
import type { ExportedIdentity, LabPersonGroup, PeerLabArgs } from "./peerLabArgs";
import type { PeerMachine } from "./peerMachine";
import type { LabMachinePlan, LabPlan } from "./plan/lab";
import { PersonalPeerGroup } from "./personalPeerGroup";
import { SharedPeerIdentity, type ReconcileArgs } from "./sharedPeerIdentity";
import { askToListen } from "./stepListeners";

type Parent = { parent: pulumi.Resource };

/** What a machine said of itself, whichever way its person is found. */
export interface OwnReport {
  /** Peer name of the identity that it holds; empty where the machine failed. */
  peerName: string;
  usable: boolean;
  pending: string[];
  /** Peer name of the group that it belongs to; empty where there is none. */
  group: string;
}

/** What makes a person's machines hers. */
export interface LabPersonParts {
  /** By which she is found: the name of her identity, or of her group. */
  peerName: pulumi.Output<string>;
  group: pulumi.Output<LabPersonGroup | undefined>;
  /** What is known of each machine, by key, whatever becomes of the others. */
  machines: Readonly<Record<string, MachineParts<OwnReport>>>;
  /** Where it can be taken elsewhere. */
  exported?: pulumi.Output<ExportedIdentity>;
}

interface LabParts {
  /** The machines as the steps take them, by key. */
  ready: ReadonlyMap<string, pulumi.Output<PeerMachine>>;
  /** Whom the machines' own steps wait for. */
  seeds: readonly AwakeSeed[];
}

/** Declares what makes a person's machines hers, for each person of a lab. */
export function labPeople(
  name: string,
  args: PeerLabArgs,
  plan: LabPlan,
  { ready, seeds }: LabParts,
  parent: Parent,
): Map<string, LabPersonParts> {
  const people = new Map<string, LabPersonParts>();
  for (const person of plan.people) {
    const { sharing, rotation, exportedIdentity, exportPassword, services, group } =
      args.people[person.key];
    for (const machine of person.machines) {
      const peer = ready.get(machine.key) as pulumi.Output<PeerMachine>;
      keepOwner(
        `${name}-${machine.key}`,
        peer,
        { person: person.key, sharing: sharing ?? "identity" },
        parent,
      );
      const listen = provedListeners(machine, args, plan);
      if (listen) askToListen(peer, listen);
    }
    const shared = {
      machines: Object.fromEntries(
        person.machines.map(({ key }) => [key, ready.get(key) as pulumi.Output<PeerMachine>]),
      ),
      person: person.key,
      rotation,
      services: services ?? {},
      exclusive: true,
      after: awakeBefore(seeds, person.machines),
      whenOff: args.whenOff,
      answerTimeoutSeconds: args.answerTimeoutSeconds,
      reconcile: reconcileOf(args, person.machines),
    };
    const own = `${name}-${person.key}`;
    const parts =
      sharing === "group"
        ? ofGroup(new PersonalPeerGroup(own, { ...shared, ...group }, parent))
        : ofIdentity(
            new SharedPeerIdentity(
              own,
              { ...shared, maker: person.maker, exportedIdentity, exportPassword },
              parent,
            ),
          );
    people.set(person.key, parts);
  }
  return people;
}

function ofIdentity(identity: SharedPeerIdentity): LabPersonParts {
  return {
    peerName: identity.peerName,
    group: pulumi.output(undefined),
    machines: Object.fromEntries(
      Object.entries(machinePartsOf(identity)).map(([key, { report, ...parts }]) => [
        key,
        { ...parts, report: report.apply((known) => ({ ...known, group: "" })) },
      ]),
    ),
    exported: together([
      unlessFailed(identity.exportedIdentity, ""),
      unlessFailed(identity.exportPassword, ""),
    ]).apply(([exportedIdentity, exportPassword]) => ({ exportedIdentity, exportPassword })),
  };
}

function ofGroup(group: PersonalPeerGroup): LabPersonParts {
  return {
    peerName: group.group,
    group: together([unlessFailed(group.members, {}), unlessFailed(group.leaving, [])]).apply(
      ([members, leaving]) => ({ members, leaving }),
    ),
    machines: machinePartsOf(group),
  };
}

/** The seeds that are awake before any of these machines registers something; one of a later ring wakes beside its own. */
function awakeBefore(
  seeds: readonly AwakeSeed[],
  machines: readonly LabMachinePlan[],
): pulumi.Output<string>[] {
  const first = Math.min(...machines.map(({ ring }) => ring));
  return seeds.filter(({ ring }) => ring <= first).map(({ awake }) => awake);
}

/** The part of it that is about these machines. */
function reconcileOf(
  { reconcile }: PeerLabArgs,
  machines: readonly LabMachinePlan[],
): ReconcileArgs | undefined {
  if (!reconcile) return undefined;
  const keys = machines.map(({ key }) => key);
  return { ...reconcile, machines: reconcile.machines?.filter((key) => keys.includes(key)) };
}
