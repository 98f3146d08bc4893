import type { Family } from "../components/plan/addresses";
import {
  accessOf,
  decidingRule,
  type Packet,
  type SecurityRule,
} from "../components/plan/securityGroup";
import { machinesInNetwork, type GroupInState, type MachineInNetwork } from "./networkInState";
import { addressOf, isForAdministrators, originsOf, sourcesOf } from "./packetSources";
import type { SecurityGroupsInAzure } from "./securityGroupsInAzure";
import type { StateResource } from "./stack";

/** What the security groups of a stack do with one port of its machines. */
export interface Passage {
  protocol: "TCP" | "UDP";
  port: number;
  family: Family;
  /** Whose packets: those of the lab's machines to each other, or those of whoever administers. */
  from: "peers" | "administrators";
  /** `uncertain` where a rule comes first of which nobody here knows whether it fits. */
  verdict: "allowed" | "denied" | "uncertain";
  /** The rule that decides; absent where no group is known that does. */
  rule?: { name: string; priority: number; group: string };
  /** Whether it is so only for a part of a sender's or range's packets. */
  part: boolean;
  /** One packet that it is so for: addresses, of the destination the machine, and the source port where that matters. */
  example: { source: string; sourcePort?: number; destination: string; machine: string };
  /** Groups of somebody else's on the way, whose rules are not or not all known here. */
  unknown: string[];
}

/**
 * What the security groups in a stack's state do with each declared port: between machines of one subnet and from
 * networks whose machines are peers too, and SSH and RDP from those who administer. A range is asked whole, a lab's only machine
 * from its subnet. Each outcome is there once, by its rule. `only`: the machines that are reached; all by default. `now`: the
 * groups as Azure has them, used instead of the state's.
 */
export function checkNetwork(
  resources: readonly StateResource[],
  only: readonly string[] = [],
  now?: SecurityGroupsInAzure,
): Passage[] {
  const machines = machinesInNetwork(resources, now);
  const passages = new Map<string, Passage>();
  for (const target of machines) {
    if (only.length > 0 && !only.includes(target.machine)) continue;
    for (const wanted of target.wanted) {
      const destination = addressOf(target, wanted.family);
      if (destination === undefined) continue;
      const { protocol, port, family } = wanted;
      for (const from of sourcesOf(wanted, target, machines)) {
        const judged = originsOf(from, wanted, target).map((origin) => ({
          ...origin,
          ...judgePacket(
            { protocol, ...origin, destination, destinationPort: port },
            from.sender,
            target,
          ),
        }));
        const part = new Set(judged.map(({ verdict }) => verdict)).size > 1;
        const byPort = new Set(judged.map((one) => one.sourcePort)).size > 1;
        for (const { source, sourcePort, ...found } of judged) {
          const passage: Passage = {
            protocol,
            port,
            family,
            from: isForAdministrators(wanted) ? "administrators" : "peers",
            ...found,
            part,
            example: {
              source,
              ...(byPort && { sourcePort }),
              destination,
              machine: target.machine,
            },
          };
          const { verdict, rule } = passage;
          const key = [protocol, port, family, verdict, part, JSON.stringify(rule)].join(" ");
          if (!passages.has(key)) passages.set(key, passage);
        }
      }
    }
  }
  return [...passages.values()];
}

/** Out through the sender's groups, in through the receiver's: what one of them denies is denied. */
export function judgePacket(
  packet: Omit<Packet, "direction">,
  sender: MachineInNetwork | undefined,
  target: MachineInNetwork,
): Pick<Passage, "verdict" | "rule" | "unknown"> {
  const way: { group: GroupInState; direction: Packet["direction"] }[] = [
    ...(sender?.groups ?? []).map((group) => ({ group, direction: "Outbound" as const })).reverse(),
    ...target.groups.map((group) => ({ group, direction: "Inbound" as const })),
  ];
  const foreign = way.filter(({ group }) => !group.complete).map(({ group }) => group.name);
  const subnet = target.foreignSubnet;
  const unknown = [...new Set(foreign), ...(subnet ? [`the group of subnet ${subnet}`] : [])];
  let result: Pick<Passage, "verdict" | "rule"> = {
    verdict: target.groups.length > 0 ? "allowed" : "uncertain",
  };
  for (const { group, direction } of way) {
    const { access, rule, uncertain } = decidingRule(
      group.rules,
      { ...packet, direction },
      target.surroundings,
    );
    const decides = { name: rule.name, priority: rule.priority, group: group.name };
    const other = uncertain.find((one) => accessOf(one) !== access);
    if (access === "Deny" && !other) {
      // A rule of somebody else's may come before a default one.
      const verdict = group.complete || !isDefault(rule) ? "denied" : "uncertain";
      return { verdict, rule: decides, unknown };
    }
    if (other) {
      result = {
        verdict: "uncertain",
        rule: { name: other.name, priority: other.priority, group: group.name },
      };
    } else if (result.verdict !== "uncertain") result = { verdict: "allowed", rule: decides };
  }
  return { ...result, unknown };
}

function isDefault({ priority }: SecurityRule): boolean {
  return priority >= 65000;
}

/** What was found of a port, in one line. */
export function describePassage(passage: Passage): string {
  const { protocol, port, family, from, verdict, rule, part, example, unknown } = passage;
  const whose = from === "peers" ? "peer to peer" : "from adminSources";
  const by = rule ? `${rule.name} (priority ${rule.priority})` : "a security group";
  const sender =
    example.sourcePort === undefined
      ? example.source
      : `${example.source} port ${example.sourcePort}`;
  const such = `, such as from ${sender} to ${example.machine} (${example.destination})`;
  const others =
    unknown.length === 0 ? "" : `; rules of others in ${unknown.join(", ")} are not known here`;
  const some = part ? " in part" : "";
  const what = {
    allowed: `allowed${some} by ${by}`,
    denied: `denied${some} by ${by}${rule ? ` in ${rule.group}` : ""}${such}`,
    uncertain: rule
      ? `uncertain${some}: whether ${by} in ${rule.group} decides is not known here${such}`
      : `uncertain: no security group is known here${such}`,
  }[verdict];
  return `network: ${protocol} ${port} ${family} ${whose}: ${what}${others}`;
}

/** 2 where something is denied; else 1, where something is uncertain; 0 where all is allowed, or there is nothing. */
export function exitCodeOfNetwork(passages: readonly Passage[]): 0 | 1 | 2 {
  const verdicts = new Set(passages.map(({ verdict }) => verdict));
  if (verdicts.has("denied")) return 2;
  return verdicts.has("uncertain") ? 1 : 0;
}
