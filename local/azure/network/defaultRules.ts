import type { SecurityRuleProperties } from "../arm/model";

export interface NamedRule extends SecurityRuleProperties {
  name: string;
  priority: number;
}

function rule(
  name: string,
  priority: number,
  direction: "Inbound" | "Outbound",
  access: "Allow" | "Deny",
  sourceAddressPrefix: string,
  destinationAddressPrefix: string,
  description: string,
): NamedRule {
  return {
    name,
    priority,
    direction,
    access,
    description,
    protocol: "*",
    sourceAddressPrefix,
    sourcePortRange: "*",
    destinationAddressPrefix,
    destinationPortRange: "*",
  };
}

/** The rules that every network security group ends with; they cannot be removed. */
export const defaultRules: NamedRule[] = [
  rule(
    "AllowVnetInBound",
    65000,
    "Inbound",
    "Allow",
    "VirtualNetwork",
    "VirtualNetwork",
    "Allow inbound traffic from all VMs in VNET",
  ),
  rule(
    "AllowAzureLoadBalancerInBound",
    65001,
    "Inbound",
    "Allow",
    "AzureLoadBalancer",
    "*",
    "Allow inbound traffic from azure load balancer",
  ),
  rule("DenyAllInBound", 65500, "Inbound", "Deny", "*", "*", "Deny all inbound traffic"),
  rule(
    "AllowVnetOutBound",
    65000,
    "Outbound",
    "Allow",
    "VirtualNetwork",
    "VirtualNetwork",
    "Allow outbound traffic from all VMs to all VMs in VNET",
  ),
  rule(
    "AllowInternetOutBound",
    65001,
    "Outbound",
    "Allow",
    "*",
    "Internet",
    "Allow outbound traffic from all VMs to Internet",
  ),
  rule("DenyAllOutBound", 65500, "Outbound", "Deny", "*", "*", "Deny all outbound traffic"),
];
