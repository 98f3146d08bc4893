import * as pulumi from "@pulumi/pulumi";
import type { Outcome } from "./declare";
import type { Definition } from "./definitions/definition";

/** A warning of Azure's that is what the definition asks for. */
interface Justified {
  rule: string;
  why: string;
  holds(definition: Definition, detail: string): boolean;
}

const justified: readonly Justified[] = [
  {
    rule: "OUTBOUND",
    why: "its machines are to have no way out, or the one that an existing subnet may have",
    holds: ({ args }) => says(args, "outbound", "none"),
  },
  {
    rule: "PIP-STANDARD-NO-ALLOW",
    why: "of a public IPv6 address the library warns itself, whoever the administrators are",
    holds: ({ args }, detail) =>
      detail.includes("public IPv6 address") && says(args, "publicIpv6", true),
  },
];

/** Whether that value of that argument stands anywhere in the arguments. */
function says(value: unknown, argument: string, wanted: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, entry]) => (key === argument && entry === wanted) || says(entry, argument, wanted),
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
      ({ what, detail = "" }) =>
        !justified.some(
          ({ rule, holds }) => what === `warning ${rule}` && holds(definition, detail),
        ),
    )
    .map(({ what, subject, detail }) => `Azure gives a ${what} for ${subject}: ${detail}`);
  return [...refusals, ...warnings];
}
