import type { Finding, Severity } from "../findings";

/** What a rule is known by. */
export interface RuleDescription {
  /** Stands behind each finding, and in docs/azure-rules.md: `WIN-COMPUTERNAME`. */
  id: string;
  /** Where it is said: a page of Microsoft's documentation, or the reason where the rule is the library's own. */
  source: string;
  /** What a finding of it means; refused by default. */
  severity?: Severity;
}

/** One rule: a function that gives what it finds wrong with a value at a path, and nothing where the rule is kept. */
export interface Rule<Values extends unknown[]> extends RuleDescription {
  (path: string, ...values: Values): Finding[];
}

/** What a rule says of a value: the reason, and the path where it is not the value's own. */
export type Mistake = string | { path: string; reason: string };

/** Makes a rule of what it is known by and a function that names the mistakes. */
export function rule<Values extends unknown[]>(
  description: RuleDescription,
  mistakes: (path: string, ...values: Values) => readonly Mistake[],
): Rule<Values> {
  const check = (path: string, ...values: Values): Finding[] =>
    mistakes(path, ...values).map((mistake) => ({
      ...(typeof mistake === "string" ? { path, reason: mistake } : mistake),
      rule: known.id,
      source: known.source,
      severity: known.severity,
    }));
  const known: Rule<Values> = Object.assign(check, description);
  return known;
}
