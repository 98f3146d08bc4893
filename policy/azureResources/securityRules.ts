/** Rules of security groups that the library can never break, since it writes the groups from plans. */
import { overlap, parseRange } from "../../components/plan/addresses";
import { at, oneOf, received, type Finding } from "../../components/plan/findings";
import { ruleCount, sourceHostBits } from "../../components/plan/rules/securitySources";
import { rule, type Mistake } from "../../components/plan/rules/rule";
import { sources } from "../../components/plan/rules/sources";
import { elementsAt, isKnown, isObject, textAt, valueAt, type Plain } from "../properties";
import type { Resource } from "../resource";
import { ofNumber, ofText, textsOfBoth } from "./known";

/** A field of a rule that has two forms. */
interface TwoForms {
  singular: string;
  plural: string;
}

const prefixes: readonly TwoForms[] = ["source", "destination"].map((side) => ({
  singular: `${side}AddressPrefix`,
  plural: `${side}AddressPrefixes`,
}));
const ports: readonly TwoForms[] = ["source", "destination"].map((side) => ({
  singular: `${side}PortRange`,
  plural: `${side}PortRanges`,
}));

export const rulePriority = rule(
  { id: "NSG-PRIORITY-RANGE", source: sources.securityGroups },
  (_path, priority: number) =>
    Number.isInteger(priority) && priority >= 100 && priority <= 4096
      ? []
      : [
          `is ${Number.isNaN(priority) ? "missing" : received(priority)}; a priority is a whole number from 100 to 4096`,
        ],
);

export const ruleName = rule(
  { id: "NSG-RULE-NAME", source: sources.resourceNames },
  (_path, name: string) =>
    name.length <= 80 && /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(name)
      ? []
      : [
          `is ${received(name)}; the name of a security rule has 1 to 80 letters, digits, periods, hyphens and underscores, begins with a letter or digit, and ends with one or an underscore`,
        ],
);

export const ruleDescription = rule(
  { id: "NSG-DESCRIPTION-140", source: sources.azureNative },
  (_path, text: string) =>
    text.length > 140 ? [`has ${text.length} characters; a description has 140 at most`] : [],
);

/** A range or a list, and not both; an empty one does not count. */
export const oneForm = rule(
  { id: "NSG-ONE-OF", source: "terraform-provider-azurerm: the two forms exclude each other" },
  (_path, singular: string, plural: string) => [
    `stands beside ${plural}; give ${singular} or ${plural}, not both`,
  ],
);

/** A list takes addresses and ranges; a tag stands alone, in the singular field. */
export const listedPrefix = rule(
  {
    id: "NSG-PREFIXES-NO-TAG",
    source: "terraform-provider-azurerm#5617: SecurityRuleParameterContainsUnsupportedValue",
  },
  (_path, prefix: string) =>
    parseRange(prefix)
      ? []
      : [
          `is ${received(prefix)}; a list takes addresses and ranges only: give * or a service tag alone, in the singular field`,
        ],
);

/** `*`, an address, a range, or a service tag. */
export const singlePrefix = rule(
  {
    id: "NSG-PREFIX-FORMAT",
    source: "terraform-provider-azurerm#5617: SecurityRuleInvalidAddressPrefix",
  },
  (_path, prefix: string) =>
    prefix === "*" || parseRange(prefix) || /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$/.test(prefix)
      ? []
      : [
          `is ${received(prefix)}; it is *, an address, a range such as 10.80.0.0/16, or one service tag`,
        ],
);

export const portRange = rule(
  { id: "NSG-PORT-FORMAT", source: sources.azureNative },
  (_path, text: string) => {
    const parts = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
    const first = Number(parts?.[1]);
    const last = Number(parts?.[2] ?? parts?.[1]);
    return text === "*" || (first <= last && last <= 65535)
      ? []
      : [`is ${received(text)}; it is *, a port, or a range such as 5000-5010, from 0 to 65535`];
  },
);

/** Both sides of a rule are said: by addresses, a tag, or application security groups. */
export const addressRequired = rule(
  { id: "NSG-ADDRESS-REQUIRED", source: sources.azureNative },
  (_path, side: string) => [
    `is missing; say the ${side} as *, an address, a range, a service tag or application security groups`,
  ],
);

/** Words of a rule; case does not count. */
const words = {
  access: ["Allow", "Deny"],
  direction: ["Inbound", "Outbound"],
  protocol: ["Tcp", "Udp", "Icmp", "Esp", "Ah", "*"],
} as const;

export const ruleWord = rule(
  { id: "NSG-WORDS", source: sources.azureNative },
  (_path, word: string, allowed: readonly string[]) =>
    allowed.some((one) => one.toLowerCase() === word.toLowerCase())
      ? []
      : [`is ${received(word)}; it is ${oneOf(allowed)}`],
);

/** No range of a list lies in another one of it. */
export const prefixApart = rule(
  {
    id: "NSG-PREFIX-OVERLAP",
    source: "cloud-provider-azure#6775: OverlappingSubnetsNotPermittedInSecurityRule",
  },
  (_path, prefix: string, other: string) => [
    `is ${received(prefix)}, which overlaps ${received(other)} in the same list; leave the narrower one out`,
  ],
);

function prefixesApart(list: readonly { path: string; text: string }[]): Finding[] {
  const ranges = list.map(({ text }) => parseRange(text));
  return list.flatMap(({ path, text }, index) => {
    const range = ranges[index];
    const other = ranges.findIndex(
      (one, place) => place < index && one && range && overlap(one, range),
    );
    return other < 0 ? [] : prefixApart(path, text, list[other].text);
  });
}

/** All prefixes of a rule, sources and destinations together, are of one family; `*` and tags are of either. */
export const oneFamily = rule(
  {
    id: "NSG-FAMILY-MIX",
    source: `${sources.ipv6}: ResourceCannotContainAddressPrefixesFromDifferentAddressFamilies`,
  },
  (_path, addresses: readonly string[]) => {
    const first = (family: string) =>
      addresses.find((address) => parseRange(address)?.family === family);
    const [ipv4, ipv6] = [first("IPv4"), first("IPv6")];
    return ipv4 !== undefined && ipv6 !== undefined
      ? [
          `holds ${ipv4} and ${ipv6}; the prefixes of a rule are of one address family: make a rule for each`,
        ]
      : [];
  },
);

/** In a direction each priority once, and each name once in the group. */
export const rulesApart = rule(
  { id: "NSG-PRIORITY-DUP", source: sources.securityGroups },
  (path, rules: readonly Plain[]) =>
    repeated(path, "priority", rules, (entry) => {
      const priority = valueAt(entry, "priority");
      const direction = textAt(entry, "direction")?.toLowerCase();
      return typeof priority === "number" && direction ? `${direction} ${priority}` : undefined;
    }),
);

export const ruleNamesOnce = rule(
  { id: "NSG-RULE-NAME-DUP", source: sources.securityGroups },
  (path, rules: readonly Plain[]) =>
    repeated(path, "name", rules, (entry) => textAt(entry, "name")?.toLowerCase()),
);

/** A security group, and each rule in it. */
export function judgeSecurityGroup({ properties }: Resource): Finding[] {
  const rules = elementsAt(properties, "securityRules");
  const list = valueAt(properties, "securityRules");
  const all = Array.isArray(list) ? list : [];
  return [
    ...rules.flatMap(([index, entry]) => judgeRule(at("securityRules", index), entry, "name")),
    ...rulesApart("securityRules", all),
    ...ruleNamesOnce("securityRules", all),
    ...ruleCount("securityRules", all.length),
  ];
}

/** A rule that is a resource of its own. */
export function judgeSecurityRule({ properties }: Resource): Finding[] {
  return judgeRule("", properties, "securityRuleName");
}

function judgeRule(path: string, entry: Plain, nameKey: string): Finding[] {
  if (!isObject(entry)) return [];
  const forms = [...prefixes, ...ports];
  const listed = (field: TwoForms) =>
    textsOfBoth(entry, path, field.plural, field.plural).flatMap((text) =>
      listedPrefix(text.path, text.text),
    );
  const addresses = prefixes.flatMap(({ singular, plural }) =>
    textsOfBoth(entry, path, singular, plural).map(({ text }) => text),
  );
  return [
    ...ofText(entry, path, [nameKey], ruleName),
    ...ofText(entry, path, ["description"], ruleDescription),
    ...ofNumber(entry, path, ["priority"], rulePriority),
    ...(valueAt(entry, "priority") === undefined ? rulePriority(at(path, "priority"), NaN) : []),
    ...Object.entries(words).flatMap(([key, allowed]) =>
      ofText(entry, path, [key], (here, word) => ruleWord(here, word, allowed)),
    ),
    ...["source", "destination"].flatMap((side) => {
      const keys = ["AddressPrefix", "AddressPrefixes", "ApplicationSecurityGroups"];
      const given = keys.some((key) => {
        const value = entry[`${side}${key}`];
        return !isKnown(value) || isGiven(value);
      });
      return given ? [] : addressRequired(at(path, `${side}AddressPrefix`), side);
    }),
    ...forms
      .filter(({ singular, plural }) => isGiven(entry[singular]) && isGiven(entry[plural]))
      .flatMap(({ singular, plural }) => oneForm(at(path, singular), singular, plural)),
    ...prefixes.flatMap(({ singular }) =>
      ofText(entry, path, [singular], (here, text) =>
        text === "" ? [] : singlePrefix(here, text),
      ),
    ),
    ...prefixes.flatMap(listed),
    ...prefixes.flatMap(({ singular, plural }) =>
      textsOfBoth(entry, path, singular, plural).flatMap((text) =>
        sourceHostBits(text.path, text.text),
      ),
    ),
    ...prefixes.flatMap(({ plural }) => prefixesApart(textsOfBoth(entry, path, plural, plural))),
    ...ports.flatMap(({ singular, plural }) =>
      textsOfBoth(entry, path, singular, plural).flatMap((text) => portRange(text.path, text.text)),
    ),
    ...oneFamily(path, addresses),
  ];
}

function isGiven(value: Plain | undefined): boolean {
  if (!isKnown(value)) return false;
  return Array.isArray(value)
    ? value.length > 0
    : value !== undefined && value !== null && value !== "";
}

function repeated(
  path: string,
  field: string,
  rules: readonly Plain[],
  of: (entry: Plain) => string | undefined,
): Mistake[] {
  const seen = new Map<string, string>();
  return rules.flatMap((entry, index): Mistake[] => {
    const value = of(entry);
    if (value === undefined) return [];
    const here = at(path, index);
    const earlier = seen.get(value);
    seen.set(value, here);
    if (earlier === undefined) return [];
    const reason = `is ${received(valueAt(entry, field))}, the same as ${earlier}; each once${field === "priority" ? " in a direction" : ""}`;
    return [{ path: at(here, field), reason }];
  });
}
