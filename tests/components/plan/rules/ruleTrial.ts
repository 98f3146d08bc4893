import type { Rule, RuleDescription } from "../../../../components/plan/rules";

/** A value that a rule refuses, and what it says of it. */
export interface Refused<Values extends unknown[]> {
  values: Values;
  /** Words of the reason. */
  words: RegExp;
  /** Below the path that was given, where it is another one. */
  path?: string;
}

/** One rule with values that it refuses, and the nearest ones that it lets pass. */
export interface RuleTrial {
  rule: RuleDescription;
  refused: { findings: ReturnType<Rule<[]>>; words: RegExp; path: string }[];
  passed: ReturnType<Rule<[]>>[];
}

/** Where the values stand. */
export const where = "here";

export function trial<Values extends unknown[]>(
  rule: Rule<Values>,
  refused: Refused<Values>[],
  passed: Values[],
): RuleTrial {
  return {
    rule,
    refused: refused.map(({ values, words, path = "" }) => ({
      findings: rule(where, ...values),
      words,
      path: where + path,
    })),
    passed: passed.map((values) => rule(where, ...values)),
  };
}
