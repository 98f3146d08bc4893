import { accessOf, inOrder } from "./securityGroup";
import type { Direction, Packet, SecurityRule, Surroundings } from "./securityGroup";
import { addressText } from "./securityRuleAddresses";
import { common, holds, packetProtocols, reachOf, remainder } from "./securityRuleReach";
import type { Packets, Point } from "./securityRuleReach";

/** A rule that never decides, and the earlier ones that take its packets, in Azure's order. */
export interface ShadowedRule {
  rule: SecurityRule;
  /** Each takes some of them; all together take all. */
  by: readonly SecurityRule[];
}

/** What earlier deny rules take away from an allow rule. */
export interface DeniedBefore {
  /** Whether nothing of what the rule allows gets past these. */
  whole: boolean;
  /** The deny rules in Azure's order, each with a packet that it takes from the rule. Empty where none takes any. */
  by: readonly { rule: SecurityRule; packet: Packet }[];
}

/**
 * The rules that no packet can ever reach, because earlier ones of their direction take all of theirs. (One that fits no packet
 * anyway, such as one from IPv4 to IPv6, is not shadowed.)
 *
 * Exact for what is known: a rule that nobody knows the meaning of shadows only what it takes for certain, and is shadowed only
 * where all that it may mean is taken. A group of 1,000 rules takes seconds at most; what is not decided after two million steps
 * (no group that a person writes) is not named.
 */
export function shadowedRules(
  rules: readonly SecurityRule[],
  surroundings: Surroundings,
): ShadowedRule[] {
  const reader = readerOf(rules, surroundings);
  return rules.flatMap((rule) => {
    const all = reader.possible(rule);
    const near = reader.near(all, reader.before(rule));
    if (all.length === 0 || reader.uncovered(all, near) !== "covered") return [];
    const takes = (one: SecurityRule, index: number) =>
      reader.takenBy(one, all, near.slice(0, index)) !== undefined;
    return [{ rule, by: near.filter(takes) }];
  });
}

/**
 * A packet that no earlier rule takes for certain and that `rule` fits: for certain where it fits any such packet for certain.
 * Undefined where the rule is shadowed or fits no packet, or nothing was found in the bounded time.
 */
export function packetFor(
  rule: SecurityRule,
  rules: readonly SecurityRule[],
  surroundings: Surroundings,
): Packet | undefined {
  const reader = readerOf(rules, surroundings);
  const earlier = reader.before(rule);
  for (const packets of [reader.certain(rule), reader.possible(rule)]) {
    const found = reader.uncovered(packets, earlier);
    if (typeof found === "object") return packetAt(found, rule.direction);
  }
  return undefined;
}

/** The parts of an allow rule that an earlier deny takes away; nothing for a deny rule. */
export function deniedBefore(
  rule: SecurityRule,
  rules: readonly SecurityRule[],
  surroundings: Surroundings,
): DeniedBefore {
  if (accessOf(rule) === "Deny") return { whole: false, by: [] };
  const reader = readerOf(rules, surroundings);
  const all = reader.possible(rule);
  const near = reader.near(all, reader.before(rule));
  const denies = near.filter((one) => accessOf(one) === "Deny");
  const whole = all.length > 0 && reader.uncovered(all, denies) === "covered";
  const packets = whole ? all : reader.certain(rule);
  const by = denies.flatMap((deny) => {
    const place = reader.takenBy(deny, packets, near.slice(0, near.indexOf(deny)));
    return place ? [{ rule: deny, packet: packetAt(place, rule.direction) }] : [];
  });
  return { whole: whole && by.length > 0, by };
}

/** A place among packets: one family, and a number on each side. */
export interface Place {
  family: Packets["family"];
  point: Point;
}

/** Asks about the rules of one group, and keeps what each of them means. */
export interface RulesReader {
  /** The rules that Azure asks before this one, in its order; none of its own priority, two of which Azure refuses. */
  before(rule: SecurityRule): readonly SecurityRule[];
  certain(rule: SecurityRule): readonly Packets[];
  possible(rule: SecurityRule): readonly Packets[];
  /** Those of `rules` that take any of `packets` for certain, each by itself. */
  near(packets: readonly Packets[], rules: readonly SecurityRule[]): SecurityRule[];
  /** A place in `packets` that none of `rules` takes for certain. */
  uncovered(
    packets: readonly Packets[],
    rules: readonly SecurityRule[],
  ): Place | "covered" | "undecided";
  /** A place in `packets` that `rule` takes for certain, and none of `earlier`. */
  takenBy(
    rule: SecurityRule,
    packets: readonly Packets[],
    earlier: readonly SecurityRule[],
  ): Place | undefined;
}

/** `ofSources`: what the tags mean among the sources, where that is something else. */
export function readerOf(
  rules: readonly SecurityRule[],
  surroundings: Surroundings,
  ofSources = surroundings,
): RulesReader {
  const reaches = new Map<SecurityRule, ReturnType<typeof reachOf>>();
  const reach = (rule: SecurityRule) => {
    let found = reaches.get(rule);
    if (!found) reaches.set(rule, (found = reachOf(rule, surroundings, ofSources)));
    return found;
  };
  const ordered = {
    Inbound: inOrder(rules, "Inbound"),
    Outbound: inOrder(rules, "Outbound"),
  };
  const steps = { left: 2_000_000 };
  const reader: RulesReader = {
    before(rule) {
      return inOrderOf(rule.direction).filter(({ priority }) => priority < rule.priority);
    },
    certain: (rule) => reach(rule).certain,
    possible: (rule) => reach(rule).possible,
    near: (packets, others) =>
      others.filter((rule) =>
        reach(rule).certain.some((own) => packets.some((part) => common(part, own) !== undefined)),
      ),
    uncovered(packets, covering) {
      const covers = covering.flatMap((rule) => reach(rule).certain);
      let undecided = false;
      for (const part of packets) {
        const near = covers.filter((cover) => common(part, cover) !== undefined);
        const found =
          guesses(part).find((point) => !near.some((cover) => holds(cover, point))) ??
          search(part, near, 0, steps);
        if (found === "undecided") undecided = true;
        else if (found) return { family: part.family, point: found };
      }
      return undecided ? "undecided" : "covered";
    },
    takenBy(rule, packets, earlier) {
      const taken = packets.flatMap((part) =>
        reach(rule).certain.flatMap((own) => common(part, own) ?? []),
      );
      const found = reader.uncovered(taken, earlier);
      return typeof found === "object" ? found : undefined;
    },
  };
  const inOrderOf = (direction: Direction) =>
    direction.toLowerCase() === "inbound" ? ordered.Inbound : ordered.Outbound;
  return reader;
}

/** Takes the covers away one by one, going on with what is left, until something stays or all is gone. */
function search(
  packets: Packets,
  covers: readonly Packets[],
  from: number,
  steps: { left: number },
): Point | "undecided" | undefined {
  for (let index = from; index < covers.length; index++) {
    if (steps.left-- <= 0) return "undecided";
    const parts = remainder(packets, covers[index]);
    if (parts[0] === packets) continue;
    let undecided = false;
    for (const rest of parts) {
      const found = search(rest, covers, index + 1, steps);
      if (found === "undecided") undecided = true;
      else if (found) return found;
    }
    return undecided ? "undecided" : undefined;
  }
  return guesses(packets)[0];
}

/** A few places in it, at its edges: most rules that are not shadowed show it at one of them. */
function guesses({ sides }: Packets): Point[] {
  const edges = sides.map((side) => [side[0].first, side[side.length - 1].last]);
  return [0b00000, 0b11111, 0b01010, 0b10101, 0b00010, 0b10000, 0b11000].map(
    (which) => edges.map((edge, index) => edge[(which >> index) & 1]) as unknown as Point,
  );
}

/** The packet at a place. */
export function packetAt({ family, point }: Place, direction: Direction): Packet {
  const [protocol, destinationPort, sourcePort, destination, source] = point;
  return {
    direction,
    protocol: packetProtocols[Number(protocol)],
    source: addressText(source, family),
    sourcePort: Number(sourcePort),
    destination: addressText(destination, family),
    destinationPort: Number(destinationPort),
  };
}
