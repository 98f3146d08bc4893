import type { Azure } from "../arm/azure";
import { resourceGroupNotFound, resourceNotFound } from "../arm/error";
import { groupOf } from "../arm/id";
import type { InvokeRequest, InvokeResult, Properties } from "../../provider";
import { checkInputs, schema } from "../schema/check";
import type { ServedFunction, ServedResource } from "../served";
import { resourceTypes } from "../types";
import type { ResourceType } from "../types/type";
import { withFaults } from "./effects";
import { declared } from "./outputs";
import { azureTypeOf, idOf } from "./target";

type Lookup = Exclude<ServedFunction, "azure-native:authorization:getClientToken">;

/** The look-ups, each with the resource it looks up. */
const lookups: { [token in Lookup]: ServedResource } = {
  "azure-native:compute:getVirtualMachine": "azure-native:compute:VirtualMachine",
  "azure-native:compute:getVirtualMachineRunCommandByVirtualMachine":
    "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
  "azure-native:network:getNetworkInterface": "azure-native:network:NetworkInterface",
  "azure-native:network:getNetworkSecurityGroup": "azure-native:network:NetworkSecurityGroup",
  "azure-native:network:getPublicIPAddress": "azure-native:network:PublicIPAddress",
  "azure-native:network:getSubnet": "azure-native:network:Subnet",
  "azure-native:network:getVirtualNetwork": "azure-native:network:VirtualNetwork",
  "azure-native:resources:getResourceGroup": "azure-native:resources:ResourceGroup",
};

export async function invoke(
  token: ServedFunction,
  request: InvokeRequest,
  azure: Azure,
): Promise<InvokeResult> {
  const failures = checkInputs(schema.functions[token], request.arguments);
  if (failures.length > 0) return { result: {}, failures };
  // azure-native does not mark it as a secret: that is left to the program.
  if (token === "azure-native:authorization:getClientToken") {
    return withFaults(azure, "invoke", { token, name: "", id: "" }, async () => ({
      result: { token: azure.token },
    }));
  }
  const type = resourceTypes.get(lookups[token]) as ResourceType;
  const id = idOf(type, request.arguments, azure);
  return withFaults(azure, "invoke", { token, name: "", id }, async () => ({
    result: get(type, id, request.arguments, azure),
  }));
}

function get(type: ResourceType, id: string, args: Properties, azure: Azure): Properties {
  const resource = azure.store.get(id);
  if (!resource) {
    if (type.token === "azure-native:resources:ResourceGroup") {
      throw resourceGroupNotFound(String(args.resourceGroupName));
    }
    const names = type.path.map((input) => String(args[input])).join("/");
    throw resourceNotFound(azureTypeOf(type, args), names, groupOf(id));
  }
  const expand = typeof args.expand === "string" ? args.expand : undefined;
  const view = type.view(resource, azure, expand);
  return { ...declared(schema.resources[type.token].outputs, view), id: resource.id };
}
