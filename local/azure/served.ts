/** What the stand-in serves of azure-native: what the library can declare or look up. All else is refused by name. */

export const servedResources = [
  "azure-native:compute:VirtualMachine",
  "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
  "azure-native:devtestlab:GlobalSchedule",
  "azure-native:network:NatGateway",
  "azure-native:network:NetworkInterface",
  "azure-native:network:NetworkSecurityGroup",
  "azure-native:network:PublicIPAddress",
  "azure-native:network:SecurityRule",
  "azure-native:network:Subnet",
  "azure-native:network:VirtualNetwork",
  "azure-native:privatedns:PrivateRecordSet",
  "azure-native:privatedns:PrivateZone",
  "azure-native:privatedns:VirtualNetworkLink",
  "azure-native:resources:ResourceGroup",
] as const;

export type ServedResource = (typeof servedResources)[number];

export const servedFunctions = [
  "azure-native:authorization:getClientToken",
  "azure-native:compute:getVirtualMachine",
  "azure-native:compute:getVirtualMachineRunCommandByVirtualMachine",
  "azure-native:network:getNetworkInterface",
  "azure-native:network:getNetworkSecurityGroup",
  "azure-native:network:getPublicIPAddress",
  "azure-native:network:getSubnet",
  "azure-native:network:getVirtualNetwork",
  "azure-native:resources:getResourceGroup",
] as const;

export type ServedFunction = (typeof servedFunctions)[number];

export function isServedResource(token: string): token is ServedResource {
  return (servedResources as readonly string[]).includes(token);
}

export function isServedFunction(token: string): token is ServedFunction {
  return (servedFunctions as readonly string[]).includes(token);
}
