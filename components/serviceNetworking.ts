import type * as pulumi from "@pulumi/pulumi";
import type { GuestNetworking } from "./peerMachine";
import type { PeerNetwork } from "./peerNetwork";
import type { ServicesDefinition } from "./plan/presence";
import { servicePortsOf } from "./plan/services";
import { together } from "./outputs";

/** What a machine of a network lets in: what all of them do, and the ports of its own services. */
export function networkingWith(
  { guestNetworking, serviceFirewallRules }: PeerNetwork,
  services: ServicesDefinition | undefined,
): pulumi.Output<GuestNetworking> {
  const ports = servicePortsOf([services]);
  return together([guestNetworking, serviceFirewallRules]).apply(
    ([{ firewallRules }, ofServices]) => ({
      firewallRules: [...firewallRules, ...ports.flatMap((port) => ofServices[port] ?? [])],
    }),
  );
}
