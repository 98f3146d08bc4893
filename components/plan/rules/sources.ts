/** Where rules are said: pages of Microsoft's documentation, by repository and path, so that a reader finds them. */
export const sources = {
  windowsFaq: "azure-docs, virtual-machines/windows/faq.yml",
  resourceNames: "azure-docs, azure-resource-manager/management/resource-name-rules.md",
  tags: "azure-docs, azure-resource-manager/management/tag-resources.md",
  virtualNetworks: "azure-docs, virtual-network/virtual-networks-faq.md",
  subnets: "azure-docs, virtual-network/virtual-network-manage-subnet.md",
  ipv6: "azure-docs, virtual-network/ip-services/ipv6-overview.md",
  securityGroups: "azure-docs, virtual-network/network-security-groups-overview.md",
  networkLimits: "azure-docs, includes/azure-virtual-network-limits.md",
  peerPorts: "Microsoft, About PNRP; the in-box rules of the Windows Firewall",
  azureNative: "azure-native's declarations of types",
} as const;
