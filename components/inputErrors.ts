import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { isRefusal, type Finding } from "./plan/findings";

/** Components that were judged with all of their parts: what the parts would warn of has been said. */
const judgedWithParts = new WeakSet<pulumi.Resource>();

/** The component that is judged, and what it is a part of. */
export interface Judged {
  resource: pulumi.Resource;
  options?: pulumi.ComponentResourceOptions;
  /** Whether the findings are about all of its parts too. */
  withParts?: boolean;
}

/**
 * Ends a constructor with everything that is wrong with its arguments: one `InputPropertiesError`, each finding with the
 * exact path of the argument. Returns where nothing is refused; warnings are said then, each once.
 */
export function refuse(
  what: string,
  findings: readonly Finding[],
  { resource, options, withParts }: Judged,
): void {
  const refusals = findings.filter(isRefusal);
  if (refusals.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: describeFindings(what, refusals),
      errors: refusals.map(({ path, reason }) => ({ propertyPath: path, reason })),
    });
  }
  if (withParts) judgedWithParts.add(resource);
  if (options?.parent && judgedWithParts.has(options.parent)) return;
  for (const finding of findings) {
    void pulumi.log.warn(`${what}, ${describeFinding(finding)}`, resource);
  }
}

/**
 * The same for findings that are known only when other values are, inside an `apply`: there the engine knows no arguments any
 * more, and any other kind of error is told by a stack trace for each resource that waits for the value.
 */
export function refuseLate(what: string, findings: readonly Finding[]): void {
  const refusals = findings.filter(isRefusal);
  if (refusals.length === 0) return;
  throw lateError(describeFindings(what, refusals));
}

/** An error that ends the program from inside an `apply`, said once and as it is, however many resources wait for the value. */
export function lateError(message: string): Error {
  const error = new pulumi.RunError(message);
  // Pulumi puts `error serializing property "..."` before it once more for each resource that waits for the value.
  Object.defineProperty(error, "message", { get: () => message, set: () => {} });
  // Pulumi hangs a promise on it and inspects that too, with all that it leads to: half a minute and gigabytes for a small lab.
  Object.defineProperty(error, inspect.custom, { value: () => message });
  return error;
}

/** The findings as a person reads them, one a line. */
export function describeFindings(what: string, findings: readonly Finding[]): string {
  const count = findings.length === 1 ? "one mistake" : `${findings.length} mistakes`;
  return `${what} has ${count}:\n${findings.map((finding) => `  ${describeFinding(finding)}`).join("\n")}`;
}

function describeFinding({ path, reason, rule }: Finding): string {
  return `${path}: ${reason} [${rule}]`;
}
