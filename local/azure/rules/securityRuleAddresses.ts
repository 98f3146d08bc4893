import type { SecurityRuleProperties } from "../arm/model";
import type { AddressFamily } from "../network/addresses";
import { hasHostBits, parsePrefixOrAddress } from "../network/addresses";
import { prefixesOfSide } from "../network/securityRules";
import type { Rule } from "./rule";
import { each, sides } from "./securityRuleCandidates";

/**
 * Service tags look like `VirtualNetwork` or `Storage.WestUS`. Which tags exist is data that no package holds, so any
 * word passes.
 */
const serviceTag = /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$/;

export const oneFamily: Rule = {
  id: "NSG-FAMILY-MIX",
  grade: "B",
  code: "ResourceCannotContainAddressPrefixesFromDifferentAddressFamilies",
  check: each(({ name, rule }) => {
    const families = new Set<AddressFamily>();
    for (const prefix of sides.flatMap((side) => prefixesOfSide(rule, side))) {
      const parsed = parsePrefixOrAddress(prefix);
      if (parsed) families.add(parsed.family);
    }
    return families.size <= 1
      ? []
      : [`Security rule ${name} cannot contain address prefixes from different address families.`];
  }),
};

export const oneOfPrefix: Rule = {
  id: "NSG-ONE-OF-PREFIX",
  grade: "C",
  code: "SecurityRuleParameterContainsBothSingularAndPlural",
  check: each(({ name, rule }) =>
    sides
      .filter((side) => rule[`${side}AddressPrefix`] && rule[`${side}AddressPrefixes`]?.length)
      .map(
        (side) =>
          `Security rule ${name} has both ${side}AddressPrefix and ${side}AddressPrefixes. Only one can be given.`,
      ),
  ),
};

export const pluralWithoutTags: Rule = {
  id: "NSG-PREFIXES-NO-TAG",
  grade: "B",
  code: "SecurityRuleParameterContainsUnsupportedValue",
  check: each(({ name, rule }) =>
    sides.flatMap((side) =>
      (rule[`${side}AddressPrefixes`] ?? [])
        .filter((prefix) => prefix === "*" || serviceTag.test(prefix))
        .map(
          (prefix) =>
            `Security rule parameter ${side}AddressPrefixes for rule with Id ${name} cannot contain the value ${prefix}.`,
        ),
    ),
  ),
};

export const prefixFormat: Rule = {
  id: "NSG-PREFIX-FORMAT",
  grade: "B",
  code: "SecurityRuleInvalidAddressPrefix",
  check: each(({ name, rule }) =>
    sides
      .flatMap((side) => prefixesOfSide(rule, side))
      .filter(
        (prefix) => prefix !== "*" && !serviceTag.test(prefix) && !parsePrefixOrAddress(prefix),
      )
      .map(
        (prefix) => `Security rule ${name} has invalid Address prefix. Value provided: ${prefix}`,
      ),
  ),
};

export const prefixWithoutHostBits: Rule = {
  id: "NSG-PREFIX-HOSTBITS",
  grade: "B",
  code: "SecurityRuleInvalidAddressPrefix",
  check: each(({ name, rule }) =>
    sides
      .flatMap((side) => prefixesOfSide(rule, side))
      .filter((text) => {
        const prefix = parsePrefixOrAddress(text);
        return prefix !== undefined && hasHostBits(prefix);
      })
      .map(
        (prefix) => `Security rule ${name} has invalid Address prefix. Value provided: ${prefix}`,
      ),
  ),
};

export const prefixesApart: Rule = {
  id: "NSG-PREFIX-OVERLAP",
  grade: "B",
  code: "OverlappingSubnetsNotPermittedInSecurityRule",
  check: each(({ name, rule }) =>
    sides.flatMap((side) => {
      const start = side === "source" ? "Source" : "Destination";
      return overlaps(prefixesOfSide(rule, side)).map(
        ([one, other]) =>
          `Security rule parameter ${start}AddressPrefix for rule with Id ${name} contains overlapping subnets ` +
          `[${one}, ${other}], which is not permitted.`,
      );
    }),
  ),
};

/** Each range that overlaps one that begins at the same address or before it, behind that one. */
function overlaps(texts: readonly string[]): [string, string][] {
  const prefixes = texts
    .flatMap((text) => {
      const prefix = parsePrefixOrAddress(text);
      return prefix ? [{ text, prefix }] : [];
    })
    .sort(({ prefix: one }, { prefix: other }) =>
      one.first === other.first ? one.length - other.length : one.first < other.first ? -1 : 1,
    );
  const found: [string, string][] = [];
  for (const family of ["IPv4", "IPv6"]) {
    let widest: (typeof prefixes)[number] | undefined;
    for (const next of prefixes.filter(({ prefix }) => prefix.family === family)) {
      if (widest && next.prefix.first <= widest.prefix.last) found.push([widest.text, next.text]);
      else widest = next;
    }
  }
  return found;
}

export const addressRequired: Rule = {
  id: "NSG-ADDRESS-REQUIRED",
  grade: "B",
  code: "SecurityRuleParametersMissing",
  check: each(({ name, rule }) =>
    sides
      .filter((side) => prefixesOfSide(rule, side).length === 0 && groups(rule, side).length === 0)
      .map((side) => {
        const start = side === "source" ? "Source" : "Destination";
        return (
          `Required security rule parameters are missing for security rule with Id: ${name}. Security rule must ` +
          `specify ${start}AddressPrefixes, ${start}AddressPrefix, or ${start}ApplicationSecurityGroups.`
        );
      }),
  ),
};

export const groupOrAddress: Rule = {
  id: "NSG-ASG-XOR-PREFIX",
  grade: "U",
  code: "SecurityRuleParameterContainsUnsupportedValue",
  check: each(({ name, rule }) =>
    sides
      .filter((side) => prefixesOfSide(rule, side).length > 0 && groups(rule, side).length > 0)
      .map(
        (side) =>
          `Security rule ${name} has both addresses and application security groups as its ${side}. Only one can be given.`,
      ),
  ),
};

function groups(rule: SecurityRuleProperties, side: "source" | "destination") {
  return rule[`${side}ApplicationSecurityGroups`] ?? [];
}

/** No value of `protocol` means ICMPv6, so a rule for it is a rule for every protocol. */
export const icmpOverIpv6: Rule = {
  id: "NSG-ICMPV6",
  grade: "A",
  warns: true,
  code: "SecurityRuleInvalidProtocol",
  check: each(({ name, rule }) => {
    const isIpv6 = sides
      .flatMap((side) => prefixesOfSide(rule, side))
      .some((text) => parsePrefixOrAddress(text)?.family === "IPv6");
    return isIpv6 && rule.protocol.toLowerCase() === "icmp"
      ? [
          `Security rule ${name} is for Icmp and has IPv6 addresses; Icmp means ICMP of IPv4, and ICMPv6 passes by * only.`,
        ]
      : [];
  }),
};

/** What Azure asks of a security rule's sources and destinations. */
export const securityRuleAddressRules: Rule[] = [
  oneFamily,
  oneOfPrefix,
  pluralWithoutTags,
  prefixFormat,
  prefixWithoutHostBits,
  prefixesApart,
  addressRequired,
  groupOrAddress,
  icmpOverIpv6,
];
