import { getResourceGroup } from "@pulumi/azure-native/resources";
import { askAzure, isMissing, type AzureOptions } from "../lab/askAzure";

/** Azure's type of a resource, with the inputs that name it below its resource group, outermost first. */
interface IdForm {
  type: string | ((inputs: Record<string, unknown>) => string);
  names: readonly string[];
}

const network = "Microsoft.Network";

/** What a lab declares in Azure, by type token. */
const forms: Readonly<Record<string, IdForm>> = {
  "azure-native:compute:VirtualMachine": {
    type: "Microsoft.Compute/virtualMachines",
    names: ["vmName"],
  },
  "azure-native:compute:VirtualMachineRunCommandByVirtualMachine": {
    type: "Microsoft.Compute/virtualMachines/runCommands",
    names: ["vmName", "runCommandName"],
  },
  "azure-native:devtestlab:GlobalSchedule": {
    type: "Microsoft.DevTestLab/schedules",
    names: ["name"],
  },
  "azure-native:network:NatGateway": {
    type: `${network}/natGateways`,
    names: ["natGatewayName"],
  },
  "azure-native:network:NetworkInterface": {
    type: `${network}/networkInterfaces`,
    names: ["networkInterfaceName"],
  },
  "azure-native:network:NetworkSecurityGroup": {
    type: `${network}/networkSecurityGroups`,
    names: ["networkSecurityGroupName"],
  },
  "azure-native:network:PublicIPAddress": {
    type: `${network}/publicIPAddresses`,
    names: ["publicIpAddressName"],
  },
  "azure-native:network:SecurityRule": {
    type: `${network}/networkSecurityGroups/securityRules`,
    names: ["networkSecurityGroupName", "securityRuleName"],
  },
  "azure-native:network:Subnet": {
    type: `${network}/virtualNetworks/subnets`,
    names: ["virtualNetworkName", "subnetName"],
  },
  "azure-native:network:VirtualNetwork": {
    type: `${network}/virtualNetworks`,
    names: ["virtualNetworkName"],
  },
  "azure-native:privatedns:PrivateRecordSet": {
    type: ({ recordType }) => `${network}/privateDnsZones/${String(recordType)}`,
    names: ["privateZoneName", "relativeRecordSetName"],
  },
  "azure-native:privatedns:PrivateZone": {
    type: `${network}/privateDnsZones`,
    names: ["privateZoneName"],
  },
  "azure-native:privatedns:VirtualNetworkLink": {
    type: `${network}/privateDnsZones/virtualNetworkLinks`,
    names: ["privateZoneName", "virtualNetworkLinkName"],
  },
  "azure-native:resources:ResourceGroup": { type: "", names: [] },
};

/**
 * The ARM id below its resource group of what a lab declares with these inputs: empty for the group itself, undefined for what is no
 * resource of Azure's, or of none of a lab's types.
 */
export function idBelowGroup(type: string, inputs: Record<string, unknown>): string | undefined {
  const form = Object.hasOwn(forms, type) ? forms[type] : undefined;
  if (!form) return undefined;
  if (form.names.length === 0) return "";
  const [namespace, ...types] = (
    typeof form.type === "string" ? form.type : form.type(inputs)
  ).split("/");
  const path = types.map((one, index) => `${one}/${String(inputs[form.names[index]])}`).join("/");
  return `/providers/${namespace}/${path}`;
}

/**
 * Finds the ids that interrupted creations would have: below the resource group as Azure has it, and undefined where there is no
 * such group. Whether one exists, its provider finds when it reads it.
 */
export function resourceFinder(
  options: () => Promise<AzureOptions>,
): (type: string, inputs: Record<string, unknown>) => Promise<string | undefined> {
  const groups = new Map<string, Promise<string | undefined>>();
  return async (type, inputs) => {
    const below = idBelowGroup(type, inputs);
    const name = inputs.resourceGroupName;
    if (below === undefined || typeof name !== "string") return undefined;
    const known = groups.get(name) ?? options().then((azure) => resourceGroupId(name, azure));
    groups.set(name, known);
    const group = await known;
    return group === undefined ? undefined : `${group}${below}`;
  };
}

async function resourceGroupId(name: string, options: AzureOptions): Promise<string | undefined> {
  let id: string | undefined;
  await askAzure(async (provider) => {
    try {
      ({ id } = await getResourceGroup({ resourceGroupName: name }, { provider }));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }, options);
  return id;
}
