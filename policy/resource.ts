import type { Finding } from "../components/plan/findings";
import type { PlainObject } from "./properties";

/** A resource as the policies judge it. */
export interface Resource {
  /** As the engine has it: `azure-native:network/v20240501:NetworkSecurityGroup`. */
  type: string;
  urn: string;
  /** Inputs, after defaults and generated names were filled in. */
  properties: PlainObject;
}

/** One thing that is wrong with a resource. */
export type ResourceFinding = Pick<Finding, "path" | "reason" | "rule" | "severity">;

/**
 * The type of an azure-native resource without its API version, `network:NetworkSecurityGroup`; undefined for other packages.
 * Versions stand in the module (`azure-native:network/v20240501:...`), or in the package's name where it was generated for
 * one version (`azure-native_network_v20240501:network:...`).
 */
export function azureType(type: string): string | undefined {
  const parts = /^azure-native(?:_[^:]+)?:([^:/]+)(?:\/[^:]+)?:([^:]+)$/.exec(type);
  return parts ? `${parts[1]}:${parts[2]}` : undefined;
}

/** The azure-native types that more than one policy reads. */
export const azureTypes = {
  networkInterface: "network:NetworkInterface",
  networkSecurityGroup: "network:NetworkSecurityGroup",
  publicAddress: "network:PublicIPAddress",
  runCommand: "compute:VirtualMachineRunCommandByVirtualMachine",
  securityRule: "network:SecurityRule",
  subnet: "network:Subnet",
  virtualMachine: "compute:VirtualMachine",
  virtualNetwork: "network:VirtualNetwork",
} as const;

/** Those of the resources that are of a type, as {@link azureTypes} says it. */
export function ofType(resources: readonly Resource[], type: string): Resource[] {
  return resources.filter((resource) => azureType(resource.type) === type);
}
