import type { Direction, SecurityRule } from "./securityGroup";

/**
 * The rules that Azure adds to every group and that nobody can remove (azure-docs, network-security-groups-overview.md, "Default
 * security rules"); the names as the API gives them. `*` is what that page writes as 0.0.0.0/0: both families.
 */
export const defaultSecurityRules: readonly SecurityRule[] = [
  rule("AllowVnetInBound", "Inbound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
  rule("AllowAzureLoadBalancerInBound", "Inbound", 65001, "Allow", "AzureLoadBalancer", "*"),
  rule("DenyAllInBound", "Inbound", 65500, "Deny", "*", "*"),
  rule("AllowVnetOutBound", "Outbound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
  rule("AllowInternetOutBound", "Outbound", 65001, "Allow", "*", "Internet"),
  rule("DenyAllOutBound", "Outbound", 65500, "Deny", "*", "*"),
];

function rule(
  name: string,
  direction: Direction,
  priority: number,
  access: "Allow" | "Deny",
  source: string,
  destination: string,
): SecurityRule {
  return {
    name,
    direction,
    priority,
    access,
    protocol: "*",
    sourceAddressPrefixes: [source],
    sourcePortRanges: ["*"],
    destinationAddressPrefixes: [destination],
    destinationPortRanges: ["*"],
  };
}
