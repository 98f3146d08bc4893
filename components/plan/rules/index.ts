/** Every rule of the library, by area. */
import * as addressRanges from "./addressRanges";
import * as autoShutdown from "./autoShutdown";
import * as configuration from "./configuration";
import * as existingParts from "./existingParts";
import * as existingSecurityGroup from "./existingSecurityGroup";
import * as identities from "./identities";
import * as images from "./images";
import * as jumpHosts from "./jumpHosts";
import * as labs from "./labs";
import * as locations from "./locations";
import * as machines from "./machines";
import * as openPorts from "./openPorts";
import * as proofs from "./proofs";
import * as peerGroups from "./peerGroups";
import * as resourceIds from "./resourceIds";
import * as resourceNames from "./resourceNames";
import * as rings from "./rings";
import type { RuleDescription } from "./rule";
import * as securitySources from "./securitySources";
import * as seeds from "./seeds";
import * as services from "./services";
import * as subnets from "./subnets";
import * as tags from "./tags";
import * as windowsAccounts from "./windowsAccounts";

export * from "./addressRanges";
export * from "./autoShutdown";
export * from "./configuration";
export * from "./existingParts";
export * from "./existingSecurityGroup";
export * from "./identities";
export * from "./images";
export * from "./jumpHosts";
export * from "./labs";
export * from "./locations";
export * from "./machines";
export * from "./openPorts";
export * from "./proofs";
export * from "./peerGroups";
export * from "./resourceIds";
export * from "./resourceNames";
export * from "./rings";
export * from "./securitySources";
export * from "./seeds";
export * from "./services";
export * from "./subnets";
export * from "./tags";
export * from "./windowsAccounts";
export type { Rule, RuleDescription } from "./rule";

const areas: readonly object[] = [
  addressRanges,
  autoShutdown,
  configuration,
  existingParts,
  existingSecurityGroup,
  identities,
  images,
  jumpHosts,
  labs,
  locations,
  machines,
  openPorts,
  proofs,
  peerGroups,
  resourceIds,
  resourceNames,
  rings,
  securitySources,
  seeds,
  services,
  subnets,
  tags,
  windowsAccounts,
];

/** What each rule is known by, in the order of the areas. */
export const allRules: readonly RuleDescription[] = areas
  .flatMap((area) => Object.values(area) as unknown[])
  .filter(isRule);

function isRule(value: unknown): value is RuleDescription & (() => void) {
  return typeof value === "function" && "id" in value && "source" in value;
}
