import { isRefusal, type Finding } from "../components/plan/findings";
import {
  judgeExtension,
  judgeRunCommandSource,
  judgeSchedule,
} from "./azureResources/commandsAndSchedules";
import { judgeCommonParts } from "./azureResources/names";
import { judgeNetworkInterface } from "./azureResources/networkInterfaces";
import { judgeSubnet, judgeVirtualNetwork } from "./azureResources/networks";
import { judgePublicAddress } from "./azureResources/publicAddresses";
import { judgeSecurityGroup, judgeSecurityRule } from "./azureResources/securityRules";
import { judgeVirtualMachine } from "./azureResources/virtualMachines";
import { concernsTogether, judgeTogether } from "./azureResources/together";
import { inBothWays, resourcePolicy, stackPolicy } from "./policy";
import { azureType, azureTypes, type Resource } from "./resource";

const judges: Readonly<Record<string, (resource: Resource) => Finding[]>> = {
  [azureTypes.networkInterface]: judgeNetworkInterface,
  [azureTypes.networkSecurityGroup]: judgeSecurityGroup,
  [azureTypes.publicAddress]: judgePublicAddress,
  [azureTypes.runCommand]: judgeRunCommandSource,
  [azureTypes.securityRule]: judgeSecurityRule,
  [azureTypes.subnet]: judgeSubnet,
  [azureTypes.virtualMachine]: judgeVirtualMachine,
  [azureTypes.virtualNetwork]: judgeVirtualNetwork,
  "compute:VirtualMachineExtension": judgeExtension,
  "devtestlab:GlobalSchedule": judgeSchedule,
};

/** Everything in a resource of azure-native that Azure would refuse, as far as it is known. */
export function judgeAzureResource(resource: Resource): Finding[] {
  const judge = judges[azureType(resource.type) ?? ""];
  return [...judgeCommonParts(resource), ...(judge ? judge(resource) : [])];
}

/**
 * Rules of the library that Azure is not known to hold to, or holds to only with a warning: good advice for a lab, and no reason
 * to stop a stack of somebody else.
 */
const onlyAdvice = new Set([
  "PASSWORD-LENGTH-12",
  "VNET-CIDR-HOSTBITS",
  "VNET-SELF-OVERLAP",
  "WIN-LINUXCONFIG",
]);

/** Whether the policy reports it: what Azure refuses, and not what it only may. */
export function isReported(finding: Finding): boolean {
  return isRefusal(finding) && !onlyAdvice.has(finding.rule);
}

const description = {
  name: "azure-accepts",
  description: "Azure would refuse nothing of what a resource is given.",
  enforcementLevel: "mandatory",
} as const;

export const azureAccepts = inBothWays(
  resourcePolicy(
    description,
    (type) => azureType(type) !== undefined,
    (resource) => judgeAzureResource(resource).filter(isReported),
  ),
  stackPolicy(description, concernsTogether, (stack) => judgeTogether(stack).filter(isReported)),
);
