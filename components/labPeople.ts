import * as pulumi from "@pulumi/pulumi";
import type { ExportedIdentity, PeerLabArgs } from "./peerLabArgs";
import type { PeerMachine } from "./peerMachine";
import type { LabMachinePlan, LabPlan } from "./plan/lab";
import { unlessFailed } from "./failedResources";
import { SharedPeerIdentity, type ReconcileArgs } from "./sharedPeerIdentity";

type Parent = { parent: pulumi.Resource };

/** Declares what makes a person's machines hers, for each person of a lab. */
export function labPeople(
  name: string,
  args: PeerLabArgs,
  plan: LabPlan,
  machineOf: (machine: LabMachinePlan) => pulumi.Output<PeerMachine>,
  parent: Parent,
): Map<string, SharedPeerIdentity> {
  const identities = new Map<string, SharedPeerIdentity>();
  for (const person of plan.people) {
    const { maker, rotation, exportedIdentity, exportPassword, services } = args.people[person.key];
    const identity = new SharedPeerIdentity(
      `${name}-${person.key}`,
      {
        machines: Object.fromEntries(
          person.machines.map((machine) => [machine.key, machineOf(machine)]),
        ),
        person: person.key,
        maker,
        rotation,
        exportedIdentity,
        exportPassword,
        services,
        exclusive: true,
        whenOff: args.whenOff,
        answerTimeoutSeconds: args.answerTimeoutSeconds,
        reconcile: reconcileOf(args, person.machines),
      },
      parent,
    );
    identities.set(person.key, identity);
  }
  return identities;
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

/** The identity of a person, to be kept or taken elsewhere. */
export function exported(identity: SharedPeerIdentity): pulumi.Output<ExportedIdentity> {
  return pulumi
    .all([unlessFailed(identity.exportedIdentity, ""), unlessFailed(identity.exportPassword, "")])
    .apply(([exportedIdentity, exportPassword]) => ({ exportedIdentity, exportPassword }));
}
