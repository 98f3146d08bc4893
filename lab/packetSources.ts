import { parseRange, type Family } from "../components/plan/addresses";
import type { Interval, Intervals } from "../components/plan/intervals";
import { peerPorts, rdpPort, sshPort } from "../components/plan/peerPorts";
import { addressText, intervalOf } from "../components/plan/securityRuleAddresses";
import { reachOf } from "../components/plan/securityRuleReach";
import type { FirewallRule } from "../guest/contract";
import type { MachineInNetwork } from "./networkInState";

/** Whoever sends: one machine of the lab, or a range of addresses. */
export interface Source {
  range: Interval;
  /** The machine, whose groups are asked first. */
  sender?: MachineInNetwork;
}

/** Where one packet comes from. */
export interface Origin {
  source: string;
  sourcePort: number;
}

/** Whether a port is for those who administer: SSH and Remote Desktop. */
export function isForAdministrators({ protocol, port }: FirewallRule): boolean {
  return protocol === "TCP" && (port === sshPort || port === rdpPort);
}

/** A machine's address of a family. */
export function addressOf({ addresses }: MachineInNetwork, family: Family): string | undefined {
  return addresses.find((address) => parseRange(address)?.family === family);
}

/**
 * Who has to reach a port of a machine: the ranges of those who administer; or the other machines of the subnet, or the subnet
 * where there are none, and the ranges of networks whose machines are peers too.
 */
export function sourcesOf(
  wanted: FirewallRule,
  target: MachineInNetwork,
  machines: readonly MachineInNetwork[],
): Source[] {
  const { family } = wanted;
  const ranges = (wanted.remoteAddresses ?? []).flatMap((text): Source[] => {
    const range = parseRange(text);
    return range?.family === family ? [{ range: intervalOf(range) }] : [];
  });
  if (isForAdministrators(wanted)) return ranges;
  const peers = machines.flatMap((sender): Source[] => {
    const range = parseRange(addressOf(sender, family) ?? "");
    if (sender === target || sender.subnetId !== target.subnetId || !range) return [];
    return [{ range: intervalOf(range), sender }];
  });
  const own = parseRange(addressOf(target, family) ?? "");
  const isOwnSubnet = ({ range }: Source) => own !== undefined && holds(range, intervalOf(own));
  const others = ranges.filter((source) => peers.length === 0 || !isOwnSubnet(source));
  return [...peers, ...others];
}

/**
 * Packets of a source, one for each part of it that the security groups on the way may judge in another way: together they stand
 * for all of it.
 */
export function originsOf(
  { range, sender }: Source,
  wanted: FirewallRule,
  target: MachineInNetwork,
): Origin[] {
  const reaches = [...(sender?.groups ?? []), ...target.groups].flatMap(({ rules }) =>
    rules.map((rule) => reachOf(rule, target.surroundings)),
  );
  const parts = reaches
    .flatMap(({ certain, possible }) => [...certain, ...possible])
    .filter(({ family }) => family === wanted.family);
  const sources = firsts(
    range,
    parts.map(({ sides }) => sides[4]),
  );
  const ports = firsts(
    sourcePorts(wanted),
    parts.map(({ sides }) => sides[2]),
  );
  return sources.flatMap((source) =>
    ports.map((port) => ({
      source: addressText(source, wanted.family),
      sourcePort: Number(port),
    })),
  );
}

/** What is sent from: PNRP answers from its own port; of other systems than Windows nobody knows the ports here. */
function sourcePorts(wanted: FirewallRule): Interval {
  const last = 65535n;
  const { name } = peerPorts.find(
    ({ protocol, port }) => protocol === wanted.protocol && port === wanted.port,
  ) ?? { name: "" };
  if (name === "PNRP") return { first: 0n, last };
  return { first: isForAdministrators(wanted) ? 1024n : 49152n, last };
}

/** The first number of each part that the edges of these sets cut an interval into. */
function firsts(whole: Interval, sets: readonly Intervals[]): bigint[] {
  const edges = sets.flat().flatMap(({ first, last }) => [first, last + 1n]);
  const inside = edges.filter((edge) => holds(whole, { first: edge, last: edge }));
  return [...new Set([whole.first, ...inside])].sort((one, other) => (one < other ? -1 : 1));
}

function holds(outer: Interval, inner: Interval): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}
