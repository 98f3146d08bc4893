import type { Azure, PutRequest } from "../arm/azure";
import { AzureError } from "../arm/error";

/**
 * How well a rule is founded. A: Microsoft documents it. B: an issue quotes Azure's own error. C: azurerm or azure-cli
 * enforces it. U: no source was found; such a rule only warns.
 */
export type Grade = "A" | "B" | "C" | "U";

/** One thing that Azure refuses in a PUT although its schema allows it. */
export interface Rule {
  id: string;
  grade: Grade;
  /** Azure's error code. Where no source names one, it is the code Azure gives to requests of that kind in general. */
  code: string;
  /** The HTTP status; 400 where nothing else is said. */
  status?: number;
  /** Azure accepts it, and it is hardly what was meant. */
  warns?: true;
  /** What is wrong, one message each, in Azure's style; empty where the rule is kept. */
  check(put: PutRequest, azure: Azure): string[];
}

/**
 * Judges a PUT. Azure answers one error for a request: it is the first, and names the others behind it. The journal
 * gets warnings and refusals with the rule they come from.
 */
export function judge(rules: readonly Rule[], put: PutRequest, azure: Azure): void {
  const refusals: { rule: Rule; message: string }[] = [];
  for (const rule of rules) {
    const warns = rule.warns || rule.grade === "U";
    for (const message of rule.check(put, azure)) {
      azure.journal.write({
        kind: "azure",
        subject: put.id,
        what: `${warns ? "warning" : "refusal"} ${rule.id}`,
        outcome: warns ? "accepted" : rule.code,
        detail: message,
      });
      if (!warns) refusals.push({ rule, message });
    }
  }
  if (refusals.length === 0) return;
  const [{ rule, message }, ...others] = refusals;
  const further = others.map((other) => ` ${other.rule.code}: ${other.message}`).join("");
  throw new AzureError(rule.status ?? 400, rule.code, message + further);
}
