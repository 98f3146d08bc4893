import ipaddr from "ipaddr.js";
import type { Packet } from "../interfaces";
import { remembered } from "../remembered";
import { firewallAllows } from "./firewall";
import type { Machine } from "./machine";

/** The IPv6 addresses by which a machine sends and receives; none while IPv6 does not work. */
export function addressesOf(machine: Machine): string[] {
  if (!machine.isUp() || !machine.ipv6Works()) return [];
  return machine.environment.network().addressesOf(machine.record.vmId).ipv6;
}

/** One spelling for an address; what is none is given back as it is. */
export const spelledAddress = remembered((text) =>
  ipaddr.isValid(text) ? ipaddr.parse(text).toString() : text,
);

export function sameAddress(left: string, right: string): boolean {
  return spelledAddress(left) === spelledAddress(right);
}

/** What becomes of a packet over IPv6: the machine that took it, or why none did. */
export type Delivery = { to: Machine } | "noWay" | "dropped";

/** Asks the network, then the other machine and its firewall, which drops what no rule allows. */
export function deliver(from: Machine, packet: Omit<Packet, "from">): Delivery {
  const [source] = addressesOf(from);
  if (source === undefined) return "noWay";
  const complete: Packet = { from: source, ...packet };
  const { network, find } = from.environment;
  const verdict = network().send(complete);
  if (!verdict.allowed || verdict.vmId === undefined) return "dropped";
  const to = find(verdict.vmId);
  const takes =
    to !== undefined &&
    addressesOf(to).length > 0 &&
    firewallAllows(to.record.firewallRules, complete);
  return takes ? { to } : "dropped";
}

/** The first address of a machine that a packet from another one reaches. */
export function reachableAddress(
  from: Machine,
  to: Machine,
  protocol: Packet["protocol"],
  port: number,
): string | undefined {
  return addressesOf(to).find((address) => {
    const delivery = deliver(from, { to: address, protocol, port });
    return typeof delivery === "object" && delivery.to === to;
  });
}
