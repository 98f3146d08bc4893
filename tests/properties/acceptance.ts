import * as pulumi from "@pulumi/pulumi";
import type { Outcome } from "./declare";
import type { Definition } from "./definitions/definition";

/** A warning of Azure's that is what the definition asks for. */
interface Justified {
  rule: string;
  why: string;
  holds(definition: Definition): boolean;
}

const justified: readonly Justified[] = [
  {
    rule: "OUTBOUND",
    why: "its machines are to have no way out, or the one that an existing subnet may have",
    holds: ({ args }) => saysNoWayOut(args),
  },
];

/** Whether `outbound: none` stands anywhere in the arguments. */
function saysNoWayOut(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, entry]) => (key === "outbound" && entry === "none") || saysNoWayOut(entry),
  );
}

/** What the library says against a definition, one line a finding; empty where it accepts it. */
export function findingsOf({ thrown }: Outcome): { path: string; reason: string }[] {
  if (thrown === undefined) return [];
  if (pulumi.InputPropertiesError.isInstance(thrown)) {
    return (thrown.errors ?? []).map(({ propertyPath, reason }) => ({
      path: propertyPath,
      reason,
    }));
  }
  return [{ path: "", reason: thrown instanceof Error ? thrown.message : String(thrown) }];
}

/** What Azure says against a definition that the library accepts, warnings that are not asked for included. */
export function objectionsOf(definition: Definition, { azure }: Outcome): string[] {
  const refusals = azure.refusals.map(
    ({ token, name, message }) => `Azure refuses ${token} ${name}: ${message}`,
  );
  const warnings = azure
    .warnings()
    .filter(
      ({ what }) =>
        !justified.some(({ rule, holds }) => what === `warning ${rule}` && holds(definition)),
    )
    .map(({ what, subject, detail }) => `Azure gives a ${what} for ${subject}: ${detail}`);
  return [...refusals, ...warnings];
}
