import * as pulumi from "@pulumi/pulumi";
import { unlessFailed } from "./failedResources";
import type { LabMachine, LabPerson } from "./peerLabArgs";
import type { LabPlan } from "./plan/lab";
import type { SharedPeerIdentity } from "./sharedPeerIdentity";
import type { WindowsPeer } from "./windowsPeer";

/** The machines of a lab, as it reports them. */
export function machineReports(
  plan: LabPlan,
  peers: Map<string, WindowsPeer>,
  people: Map<string, SharedPeerIdentity>,
): pulumi.Output<{ [key: string]: LabMachine }> {
  const machines: Record<string, pulumi.Output<LabMachine>> = {};
  for (const { key, person } of plan.machines) {
    const peer = peers.get(key) as WindowsPeer;
    const { reports } = people.get(person) as SharedPeerIdentity;
    const report = reports.apply((all) => all[key]);
    machines[key] = pulumi
      .all([
        peer.computerName,
        // A lab with a machine that failed says what is known of it, and reports the others.
        unlessFailed(peer.privateIpv4, ""),
        unlessFailed(peer.privateIpv6, ""),
        unlessFailed(peer.publicIpv4, ""),
        report,
      ])
      .apply(
        ([computerName, privateIpv4, privateIpv6, publicIpv4, { peerName, usable, pending }]) => ({
          person,
          computerName,
          privateIpv4,
          privateIpv6,
          publicIpv4,
          peerName,
          ready: usable && pending.length === 0,
          pending,
        }),
      );
  }
  return pulumi.all(machines);
}

/** The people of a lab, as it reports them. */
export function personReports(
  plan: LabPlan,
  people: Map<string, SharedPeerIdentity>,
): pulumi.Output<{ [key: string]: LabPerson }> {
  return pulumi.all(
    Object.fromEntries(
      plan.people.map(({ key, definition: { displayName } }) => [
        key,
        // One person whose maker failed does not keep the others from being reported.
        unlessFailed((people.get(key) as SharedPeerIdentity).peerName, "").apply(
          (peerName): LabPerson => ({ displayName: displayName ?? key, peerName }),
        ),
      ]),
    ),
  );
}
