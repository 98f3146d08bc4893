/** A refusal of Azure, in the words azure-native reports it with. */
export class AzureError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** Azure's own message, without status and code. */
    readonly reason: string,
  ) {
    super(`Status=${status} Code="${code}" Message="${reason}"`);
  }
}

export function resourceGroupNotFound(name: string): AzureError {
  return new AzureError(
    404,
    "ResourceGroupNotFound",
    `Resource group '${name}' could not be found.`,
  );
}

export function parentNotFound(type: string, parent: string): AzureError {
  return new AzureError(
    404,
    "ParentResourceNotFound",
    `Failed to perform 'write' on resource(s) of type '${type.slice(type.indexOf("/") + 1)}', ` +
      `because the parent resource '${parent}' could not be found.`,
  );
}

export function resourceNotFound(type: string, name: string, group: string): AzureError {
  return new AzureError(
    404,
    "ResourceNotFound",
    `The Resource '${type}/${name}' under resource group '${group}' was not found.`,
  );
}
