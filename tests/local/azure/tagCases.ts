import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import { networkInputs, resourceGroupName, tokens } from "./stage";

function tagCase(
  rule: string,
  code: string | undefined,
  illegal: string[],
  legal: string[],
): RuleCase {
  const make =
    (name: string, names: string[]): RuleCase["legal"] =>
    (stage) =>
      stage.create(
        tokens.network,
        name,
        networkInputs({ virtualNetworkName: name, tags: tagged(names) }),
      );
  return { rule, code, illegal: make("net2", illegal), legal: make("net3", legal) };
}

function zoneTagCase(
  rule: string,
  code: string | undefined,
  illegal: string[],
  legal: string[],
): RuleCase {
  const make =
    (name: string, names: string[]): RuleCase["legal"] =>
    (stage) =>
      stage.create(tokens.zone, name, {
        resourceGroupName,
        privateZoneName: `${name}.internal`,
        location: "global",
        tags: tagged(names),
      });
  return { rule, code, illegal: make("one", illegal), legal: make("two", legal) };
}

const tagged = (names: string[]): Properties =>
  Object.fromEntries(names.map((name) => [name, "x"]));

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

export const tagCases: RuleCase[] = [
  tagCase("TAGS", "InvalidTag", numbered(51), numbered(50)),
  tagCase("TAGS", "InvalidTag", ["a/b"], ["a|b"]),
  tagCase("TAGS-RESERVED", undefined, ["Azure-cost"], ["cost-azure"]),
  tagCase("TAGS-DUP", undefined, ["team", "Team"], ["team", "teams"]),
  zoneTagCase("DNS-TAGS-15", "BadRequest", numbered(16), numbered(15)),
  zoneTagCase("DNS-TAG-NAME", undefined, ["cost centre"], ["cost-centre"]),
  zoneTagCase("DNS-TAG-NAME", undefined, ["1st"], ["first"]),
];
