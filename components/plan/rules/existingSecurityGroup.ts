import { at, received, type Finding } from "../findings";
import type { NetworkDefinition } from "../network";
import { accessOf, type Packet, type SecurityRule, type Surroundings } from "../securityGroup";
import type { SecurityRulePlan } from "../securityRules";
import { plannedSecurityRules } from "../securityRulesOf";
import { deniedBefore } from "../shadowedRules";
import { roomForRules } from "./existingParts";
import { rule } from "./rule";

/** First and last value of `existing.firstPriority`. */
const priorities = { first: 100, last: 3000 };

/** Somebody's rules in a group that the lab's are added to, and the lab's own. */
export interface SharedGroup {
  theirs: readonly SecurityRule[];
  ours: readonly SecurityRule[];
  /** The lab's own as they stand in it since the last update. */
  present: readonly SecurityRule[];
  firstPriority: number;
  surroundings: Surroundings;
}

/** What is known of an existing group once it was looked up. */
export interface ExistingGroup {
  /** All rules that stand in it now. */
  rules: readonly SecurityRule[];
  ours: readonly SecurityRulePlan[];
  /** Ranges of the network, as far as they are known. */
  ranges: readonly string[];
  /** Name of another network of the program that adds its rules to the group. */
  otherUser?: string;
}

/** What somebody's rules in an existing group would do to the lab's, with paths below `path`. */
export function checkExistingGroup(
  path: string,
  { existing, peerSources = [] }: Pick<NetworkDefinition, "existing" | "peerSources">,
  group: ExistingGroup,
): Finding[] {
  const twice = groupOfOneNetwork(at(path, "networkSecurityGroupName"), group.otherUser);
  // What else is found would be found of the other's rules.
  if (twice.length > 0) return twice;
  const ours = plannedSecurityRules(group.ours);
  const theirs = rulesOfOthers(group.rules, ours);
  const shared: SharedGroup = {
    theirs,
    ours,
    present: group.rules.filter((one) => !theirs.includes(one)),
    firstPriority: existing?.firstPriority ?? priorities.first,
    surroundings: { virtualNetwork: [...group.ranges, ...peerSources] },
  };
  return [
    ...freePriorities(at(path, "firstPriority"), shared),
    ...openingsNotDenied(at(path, "networkSecurityGroupName"), shared),
    ...roomForRules(
      at(path, "networkSecurityGroupName"),
      ours.map(({ name }) => name),
      group.rules.map(({ name }) => name),
    ),
  ];
}

/** An existing group takes the rules of one network: those of two would have the same names. */
export const groupOfOneNetwork = rule(
  {
    id: "EXISTING-GROUP-TWICE",
    source:
      "the rules of every network have the same names, and a security group has each name once",
  },
  (_path, otherUser: string | undefined) =>
    otherUser === undefined
      ? []
      : [
          `is the group that PeerNetwork ${otherUser} adds its rules to; an existing group takes the rules of one network, since those of another have the same names: name another group, or none`,
        ],
);

/** The rules of an existing group without those of the lab, which stand in it since the last update. */
export function rulesOfOthers(
  rules: readonly SecurityRule[],
  ours: readonly SecurityRule[],
): SecurityRule[] {
  const names = new Set(ours.map(({ name }) => name.toLowerCase()));
  return rules.filter(({ name }) => !names.has(name.toLowerCase()));
}

/**
 * No priority of the lab's rules is that of another inbound rule in the existing group; not even that of another rule of the lab,
 * which is to get another one: they are changed at once, each by itself, and Azure refuses the one that comes too early.
 */
export const freePriorities = rule(
  {
    id: "NSG-PRIORITY-DUP",
    source: "azure-docs, virtual-network/network-security-groups-overview.md",
  },
  (_path, group: SharedGroup) => {
    const taken = takenIn(group);
    const both = group.ours.flatMap((own) => {
      const other = taken(own, own.priority);
      if (!other) return [];
      const now = group.theirs.includes(other) ? "" : " now, and all are moved at once";
      return [`${own.name} would have ${own.priority} as ${other.name} has${now}`];
    });
    if (both.length === 0) return [];
    const reason = `is ${group.firstPriority}, but each priority of a security group is one inbound rule's: ${both.join("; ")}`;
    return [`${reason}; ${advice(group)}`];
  },
);

/**
 * No rule that stands before the lab's in the existing group denies what one of those opens, wholly or in part. An earlier rule
 * that allows the same does no harm; one that nobody knows the meaning of is not refused.
 */
export const openingsNotDenied = rule(
  {
    id: "EXISTING-GROUP-DENIES",
    source:
      "azure-docs, virtual-network/network-security-groups-overview.md: once traffic matches a rule, processing stops",
  },
  (_path, group: SharedGroup) => {
    const all = [...group.theirs, ...group.ours];
    return group.ours.flatMap((own) =>
      deniedBefore(own, all, group.surroundings)
        .by.filter((denied) => group.theirs.includes(denied.rule))
        .map(
          (denied) =>
            `has the rule ${describe(denied.rule)}, which denies what ${describe(own)} opens, such as ${inWords(denied.packet)}; ${advice(group)}, or change that rule`,
        ),
    );
  },
);

/** The rule that stands in the group with a priority and is not the one that is to have it. */
function takenIn({ theirs, present }: SharedGroup) {
  const [byOthers, byOwn] = [ofPriority(theirs), ofPriority(present)];
  return (own: SecurityRule, priority: number): SecurityRule | undefined => {
    const other = byOwn.get(priority);
    const isSame = other?.name.toLowerCase() === own.name.toLowerCase();
    return byOthers.get(priority) ?? (isSame ? undefined : other);
  };
}

/**
 * A first priority at which no other rule is in the way, where there is one: the nearest to the given one at which none stands at
 * all, or the lowest, which may be that of now.
 */
function advice(group: SharedGroup): string {
  const { theirs, ours, firstPriority, surroundings } = group;
  const taken = takenIn(group);
  const offsets = ours.map(({ priority }) => priority - firstPriority);
  const isFree = (first: number) =>
    ours.every((own, index) => taken(own, first + offsets[index]) === undefined);
  const moved = (first: number) =>
    ours.map((own, index) => ({ ...own, priority: first + offsets[index] }));
  const isBefore = (first: number) => {
    const rules = moved(first);
    return rules.every(
      (own) => deniedBefore(own, [...theirs, ...rules], surroundings).by.length === 0,
    );
  };
  const standing = ofPriority([...theirs, ...group.present]);
  const isEmpty = (first: number) => offsets.every((offset) => !standing.has(first + offset));
  const all = Array.from(
    { length: priorities.last - priorities.first + 1 },
    (_, index) => priorities.first + index,
  );
  const distance = (first: number) => Math.abs(first - firstPriority);
  const nearest = [...all].sort((one, other) => distance(one) - distance(other)).find(isEmpty);
  // The lowest one that is free is before the most of their rules: where it is not before a deny, none is.
  for (const first of [nearest, all.find(isFree)]) {
    if (first !== undefined && isBefore(first)) {
      return `existing.firstPriority ${first} is free and before their denies`;
    }
  }
  return `no existing.firstPriority from ${priorities.first} to ${priorities.last} is free and before their denies`;
}

function ofPriority(rules: readonly SecurityRule[]): Map<number, SecurityRule> {
  const inbound = rules.filter(({ direction }) => direction.toLowerCase() === "inbound");
  return new Map(inbound.map((one) => [one.priority, one]));
}

function describe(one: SecurityRule): string {
  return `${received(one.name)} (${accessOf(one).toLowerCase()}, priority ${one.priority})`;
}

function inWords({ protocol, source, destination, destinationPort }: Packet): string {
  return `${protocol} from ${source} to ${destination} port ${destinationPort}`;
}
