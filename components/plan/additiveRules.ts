/**
 * The rules of a security group while a change goes through a lab ring by ring: machines that the change has not reached yet are
 * still to be let in by the rules of before. Pure.
 */
import { apart, contains, parseRange } from "./addresses";
import type { SecurityRulePlan } from "./securityRules";

/** A table that closes nothing, and what is left for the next update. */
export interface AdditiveRules {
  rules: SecurityRulePlan[];
  /** Names of the rules that nobody wants any more, as they are in the table. */
  staying: string[];
  /** Names of the wanted rules that also let in whom they let in before. */
  widened: string[];
  /** Names of the wanted deny rules that are not in the table yet. */
  waiting: string[];
}

/**
 * What is open under `last`, the rules that the last update wanted, and under `wanted` together: no packet that either of them lets in
 * is kept out. A rule that is gone stays, at another priority where a new one has taken its own; an allow rule that has changed holds
 * the sources and destinations of both; a deny rule that is new waits, and one that is gone goes at once. With itself, a table is what
 * it was: that is how the next update ends with the wanted rules.
 *
 * Both are tables as `securityRules` makes them: each rule of one family, an allow rule's name with its protocol and port in it, and
 * every allow rule before every deny rule. There may be more rules than Azure takes in a group: whoever uses them counts.
 */
export function additiveRules(
  last: readonly SecurityRulePlan[],
  wanted: readonly SecurityRulePlan[],
): AdditiveRules {
  const before = new Map(last.map((rule) => [keyOf(rule), rule]));
  const allowed = wanted.filter(isAllow).map((rule): SecurityRulePlan => {
    const earlier = before.get(keyOf(rule));
    return earlier && isAllow(earlier) ? widened(rule, earlier) : rule;
  });
  const names = new Set(wanted.map(keyOf));
  const gone = last.filter(
    (rule) =>
      isAllow(rule) &&
      !names.has(keyOf(rule)) &&
      !allowed.some((other) => letsInAllOf(other, rule)),
  );
  const staying = atFreePriorities(gone, wanted);
  const denies = wanted.filter((rule) => !isAllow(rule));
  const denied = denies.filter((rule) => last.some((other) => deniesTheSame(other, rule)));
  return {
    rules: [...allowed, ...staying, ...denied],
    staying: staying.map(({ name }) => name),
    widened: wanted
      .filter(isAllow)
      .flatMap((rule, index) => (letsInAllOf(rule, allowed[index]) ? [] : [rule.name])),
    waiting: denies.filter((rule) => !denied.includes(rule)).map(({ name }) => name),
  };
}

/** What the next update has still to do, in words; empty where that is nothing. */
export function leftForNextUpdate({ staying, widened, waiting }: AdditiveRules): string {
  const parts = [
    staying.length > 0 && `stays open until the next update: ${staying.join(", ")}`,
    widened.length > 0 &&
      `lets in as well, until the next update, whom it let in before: ${widened.join(", ")}`,
    waiting.length > 0 && `waits for the next update: ${waiting.join(", ")}`,
  ];
  return parts.filter((part) => part !== false).join("; ");
}

function isAllow({ access }: SecurityRulePlan): boolean {
  return access === "Allow";
}

/** Azure finds two rules of one name where they differ in case alone. */
function keyOf({ name }: SecurityRulePlan): string {
  return name.toLowerCase();
}

function widened(rule: SecurityRulePlan, earlier: SecurityRulePlan): SecurityRulePlan {
  return {
    ...rule,
    sourceAddressPrefixes: together(rule.sourceAddressPrefixes, earlier.sourceAddressPrefixes),
    destinationAddressPrefixes: together(
      rule.destinationAddressPrefixes,
      earlier.destinationAddressPrefixes,
    ),
  };
}

/** Azure refuses ranges of one rule that overlap. No list is everybody. */
function together(one: string[] | undefined, other: string[] | undefined): string[] | undefined {
  if (one === undefined || other === undefined) return undefined;
  return apart([...one, ...other].flatMap((text) => parseRange(text) ?? []))
    .map(({ text }) => text)
    .sort();
}

function letsInAllOf(rule: SecurityRulePlan, other: SecurityRulePlan): boolean {
  return (
    rule.protocol === other.protocol &&
    rule.destinationPortRange === other.destinationPortRange &&
    holdsAll(rule.sourceAddressPrefixes, other.sourceAddressPrefixes) &&
    holdsAll(rule.destinationAddressPrefixes, other.destinationAddressPrefixes)
  );
}

function holdsAll(outer: string[] | undefined, inner: string[] | undefined): boolean {
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  const ranges = outer.flatMap((text) => parseRange(text) ?? []);
  return inner.every((text) => {
    const range = parseRange(text);
    return range !== undefined && ranges.some((candidate) => contains(candidate, range));
  });
}

function deniesTheSame(one: SecurityRulePlan, other: SecurityRulePlan): boolean {
  return keyOf(one) === keyOf(other) && text(one) === text(other);

  function text(rule: SecurityRulePlan): string {
    const { access, protocol, sourceServiceTag, destinationPortRange } = rule;
    const { sourceAddressPrefixes, destinationAddressPrefixes } = rule;
    const lists = [sourceAddressPrefixes, destinationAddressPrefixes];
    return JSON.stringify([access, protocol, sourceServiceTag, destinationPortRange, ...lists]);
  }
}

/** Each at its own priority where that is free, else at the first one that neither table has: before any deny rule. */
function atFreePriorities(
  gone: readonly SecurityRulePlan[],
  wanted: readonly SecurityRulePlan[],
): SecurityRulePlan[] {
  const taken = new Set(wanted.map(({ priority }) => priority));
  const used = new Set([...taken, ...gone.map(({ priority }) => priority)]);
  let next = 100;
  return gone.map((rule) => {
    if (!taken.has(rule.priority)) return rule;
    while (used.has(next)) next++;
    used.add(next);
    return { ...rule, priority: next };
  });
}
