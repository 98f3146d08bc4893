import type { Azure, PutRequest } from "../arm/azure";
import type { AzureResource, ProvisioningState } from "../arm/store";
import type { Properties } from "../../provider";
import type { DeletionRule } from "../rules/deletions";
import type { Rule } from "../rules/rule";
import type { ServedResource } from "../served";

/** How azure-native and Azure treat one kind of resource. */
export interface ResourceType {
  token: ServedResource;
  /** Azure's name of the type, `Microsoft.Network/virtualNetworks`; a function where an input is part of it. */
  type: string | ((inputs: Properties) => string);
  /** The version of Azure's interface that azure-native 3.28 uses. */
  apiVersion: string;
  /** Inputs that form the id below the resource group, outermost first; the last one is the resource's name. */
  path: string[];
  /** Further inputs that are part of the id. */
  otherPathInputs?: string[];
  /** Properties besides the id whose change makes azure-native replace the resource. */
  replacedBy: string[];
  /** Collections of child resources, which can be declared here or on their own. */
  childCollections?: string[];
  rules: Rule[];
  /** What keeps a resource of this type from being deleted. */
  deletionRules?: DeletionRule[];
  /** Carries out a PUT that was found legal; returns what is stored. Throws a {@link OperationFailure} where it broke off. */
  put(put: PutRequest, azure: Azure): AzureResource | Promise<AzureResource>;
  /** What azure-native answers about the resource, in its property names. */
  view(resource: AzureResource, azure: Azure, expand?: string): Properties;
  /** Carries out a DELETE that was found legal. */
  remove(resource: AzureResource, azure: Azure): void | Promise<void>;
}

/** The PUT was accepted, and what it started failed: the resource exists. */
export class OperationFailure extends Error {
  constructor(readonly failure: Error) {
    super(failure.message);
  }
}

/** The resource that a PUT leaves behind. */
export function stored(
  put: PutRequest,
  properties: Properties,
  assigned: Properties = put.existing?.assigned ?? {},
  provisioningState: ProvisioningState = "Succeeded",
): Omit<AzureResource, "etag"> {
  return {
    id: put.existing?.id ?? put.id,
    type: put.type,
    name: put.existing?.name ?? put.name,
    properties,
    assigned,
    provisioningState,
    created: put.existing?.created ?? new Date().toISOString(),
  };
}

/** What every resource's answer has. */
export function commonView(resource: AzureResource, apiVersion: string): Properties {
  return {
    ...resource.properties,
    azureApiVersion: apiVersion,
    id: resource.id,
    name: resource.name,
    type: resource.type,
    provisioningState: resource.provisioningState,
  };
}

/** `properties` without the named ones. */
export function without(properties: Properties, ...names: string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

export function references(resources: AzureResource[]): Properties[] {
  return resources.map(({ id }) => ({ id }));
}

export const networkApiVersion = "2024-05-01";
export const computeApiVersion = "2024-11-01";
