import * as pulumi from "@pulumi/pulumi";
import type { Finding } from "./plan/findings";

/**
 * Ends a constructor with everything that is wrong with its arguments: one `InputPropertiesError`, each finding with the
 * exact path of the argument. Returns where there is no finding.
 */
export function refuse(what: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  throw new pulumi.InputPropertiesError({
    message: describeFindings(what, findings),
    errors: findings.map(({ path, reason }) => ({ propertyPath: path, reason })),
  });
}

/**
 * The same for findings that are known only when other values are, inside an `apply`: there the engine knows no arguments any
 * more, and any other kind of error is told by a stack trace for each resource that waits for the value.
 */
export function refuseLate(what: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const message = describeFindings(what, findings);
  const error = new pulumi.RunError(message);
  // Pulumi puts `error serializing property "..."` before it once more for each resource that waits for the value.
  Object.defineProperty(error, "message", { get: () => message, set: () => {} });
  throw error;
}

/** The findings as a person reads them, one a line. */
export function describeFindings(what: string, findings: readonly Finding[]): string {
  const count = findings.length === 1 ? "one mistake" : `${findings.length} mistakes`;
  return `${what} has ${count}:\n${findings.map(describeFinding).join("\n")}`;
}

function describeFinding({ path, reason, rule }: Finding): string {
  return `  ${path}: ${reason}${rule === undefined ? "" : ` [${rule}]`}`;
}
