import * as pulumi from "@pulumi/pulumi";
import { unlessFailed } from "./failedResources";
import type { LabPersonParts } from "./labPeople";
import { joined, together } from "./outputs";
import { Sharing, type LabMachine, type LabPerson } from "./peerLabArgs";
import type { PeerProof, ProofReport } from "./peerProof";
import type { LabPlan } from "./plan/lab";
import type { WindowsPeer } from "./windowsPeer";

/** The machines of a lab, as it reports them. */
export function machineReports(
  plan: LabPlan,
  peers: ReadonlyMap<string, WindowsPeer>,
  people: ReadonlyMap<string, LabPersonParts>,
  proof: PeerProof,
): pulumi.Output<{ [key: string]: LabMachine }> {
  const machines: Record<string, pulumi.Output<LabMachine>> = {};
  const proved = unlessFailed<Record<string, ProofReport>>(proof.reports, {});
  for (const { key, person } of plan.machines) {
    const peer = peers.get(key) as WindowsPeer;
    const { report } = (people.get(person) as LabPersonParts).machines[key];
    machines[key] = together([
      peer.computerName,
      // A lab with a machine that failed says what is known of it, and reports the others.
      unlessFailed(peer.privateIpv4, ""),
      unlessFailed(peer.privateIpv6, ""),
      unlessFailed(peer.publicIpv4, ""),
      report,
      proved.apply((all) => all[key] as ProofReport | undefined),
    ]).apply(([computerName, privateIpv4, privateIpv6, publicIpv4, own, found]) => ({
      person,
      computerName,
      privateIpv4,
      privateIpv6,
      publicIpv4,
      peerName: own.peerName,
      group: own.group,
      names: found?.names ?? [],
      cloud: found?.cloud ?? "",
      ready: own.usable && own.pending.length === 0 && found?.failures.length === 0,
      pending: own.pending,
    }));
  }
  return joined(machines);
}

/** The people of a lab, as it reports them. */
export function personReports(
  plan: LabPlan,
  people: ReadonlyMap<string, LabPersonParts>,
): pulumi.Output<{ [key: string]: LabPerson }> {
  return joined(
    Object.fromEntries(
      plan.people.map(({ key, definition: { displayName, sharing } }) => {
        const { peerName, group } = people.get(key) as LabPersonParts;
        const report = pulumi
          // One person whose maker failed does not keep the others from being reported.
          .all([unlessFailed(peerName, ""), unlessFailed(group, undefined)])
          .apply(([name, members]): LabPerson => ({
            displayName: displayName ?? key,
            sharing: sharing === Sharing.Group ? Sharing.Group : Sharing.Identity,
            peerName: name,
            ...(members === undefined ? {} : { group: members }),
          }));
        return [key, report];
      }),
    ),
  );
}
