/**
 * The properties of resources that the stand-in's services read, in azure-native's names. The schema check has accepted
 * their types before anyone reads them through these interfaces.
 */
import type { AzureResource } from "./store";

export interface Reference {
  id?: string;
}

export interface Located {
  location?: string;
  tags?: { [name: string]: string };
}

export interface VirtualNetworkProperties extends Located {
  addressSpace?: { addressPrefixes?: string[] };
  subnets?: (SubnetProperties & { name?: string; id?: string })[];
  dhcpOptions?: { dnsServers?: string[] };
  virtualNetworkPeerings?: PeeringProperties[];
}

export interface PeeringProperties {
  name?: string;
  remoteVirtualNetwork?: Reference;
  allowVirtualNetworkAccess?: boolean;
  allowGatewayTransit?: boolean;
  useRemoteGateways?: boolean;
}

export interface SubnetProperties {
  addressPrefix?: string;
  addressPrefixes?: string[];
  networkSecurityGroup?: Reference;
  natGateway?: Reference;
  routeTable?: Reference;
  defaultOutboundAccess?: boolean;
}

export interface NetworkSecurityGroupProperties extends Located {
  securityRules?: (SecurityRuleProperties & { name?: string; id?: string })[];
}

export interface SecurityRuleProperties {
  access: "Allow" | "Deny";
  direction: "Inbound" | "Outbound";
  protocol: string;
  priority?: number;
  description?: string;
  sourceAddressPrefix?: string;
  sourceAddressPrefixes?: string[];
  sourcePortRange?: string;
  sourcePortRanges?: string[];
  sourceApplicationSecurityGroups?: Reference[];
  destinationAddressPrefix?: string;
  destinationAddressPrefixes?: string[];
  destinationPortRange?: string;
  destinationPortRanges?: string[];
  destinationApplicationSecurityGroups?: Reference[];
}

export interface PublicIPAddressProperties extends Located {
  sku?: { name?: string; tier?: string };
  publicIPAllocationMethod?: "Static" | "Dynamic";
  publicIPAddressVersion?: "IPv4" | "IPv6";
  idleTimeoutInMinutes?: number;
  dnsSettings?: { domainNameLabel?: string };
  publicIPPrefix?: Reference;
  ipTags?: { ipTagType?: string; tag?: string }[];
  zones?: string[];
}

export interface IPConfiguration {
  name?: string;
  primary?: boolean;
  privateIPAddress?: string;
  privateIPAddressVersion?: "IPv4" | "IPv6";
  privateIPAllocationMethod?: "Static" | "Dynamic";
  subnet?: Reference;
  publicIPAddress?: Reference;
  applicationSecurityGroups?: Reference[];
}

export interface NetworkInterfaceProperties extends Located {
  ipConfigurations?: IPConfiguration[];
  networkSecurityGroup?: Reference;
  enableAcceleratedNetworking?: boolean;
}

export interface NatGatewayProperties extends Located {
  sku?: { name?: string };
  idleTimeoutInMinutes?: number;
  publicIpAddresses?: Reference[];
  zones?: string[];
}

export interface Disk {
  name?: string;
  lun?: number;
  createOption?: string;
  deleteOption?: "Delete" | "Detach";
  diskSizeGB?: number;
  managedDisk?: { id?: string; storageAccountType?: string };
}

export interface VirtualMachineProperties extends Located {
  hardwareProfile?: { vmSize?: string };
  licenseType?: string;
  zones?: string[];
  priority?: "Regular" | "Low" | "Spot";
  evictionPolicy?: string;
  billingProfile?: { maxPrice?: number };
  availabilitySet?: Reference;
  networkProfile?: {
    networkInterfaces?: { id?: string; primary?: boolean; deleteOption?: "Delete" | "Detach" }[];
  };
  storageProfile?: {
    imageReference?: {
      publisher?: string;
      offer?: string;
      sku?: string;
      version?: string;
      id?: string;
    };
    diskControllerType?: "SCSI" | "NVMe";
    osDisk?: Disk & { osType?: "Windows" | "Linux" };
    dataDisks?: Disk[];
  };
  osProfile?: {
    computerName?: string;
    adminUsername?: string;
    adminPassword?: string;
    customData?: string;
    allowExtensionOperations?: boolean;
    linuxConfiguration?: object;
    windowsConfiguration?: WindowsConfiguration;
  };
}

export interface WindowsConfiguration {
  provisionVMAgent?: boolean;
  enableAutomaticUpdates?: boolean;
  timeZone?: string;
  additionalUnattendContent?: { content?: string }[];
  patchSettings?: { patchMode?: string; enableHotpatching?: boolean };
}

export interface NamedParameter {
  name: string;
  value: string;
}

export interface RunCommandProperties extends Located {
  source?: { script?: string; scriptUri?: string; commandId?: string };
  parameters?: NamedParameter[];
  protectedParameters?: NamedParameter[];
  runAsUser?: string;
  runAsPassword?: string;
  timeoutInSeconds?: number;
  asyncExecution?: boolean;
  treatFailureAsDeploymentFailure?: boolean;
}

export interface ScheduleProperties extends Located {
  targetResourceId?: string;
  taskType?: string;
  status?: string;
  timeZoneId?: string;
  dailyRecurrence?: { time?: string };
  notificationSettings?: {
    status?: string;
    emailRecipient?: string;
    webhookUrl?: string;
    timeInMinutes?: number;
  };
}

export interface RecordSetProperties {
  aRecords?: { ipv4Address?: string }[];
  aaaaRecords?: { ipv6Address?: string }[];
  cnameRecord?: { cname?: string };
  ttl?: number;
}

export interface VirtualNetworkLinkProperties extends Located {
  virtualNetwork?: Reference;
  registrationEnabled?: boolean;
}

/** What a NIC is given: private addresses by the name of their IP configuration. */
export interface NetworkInterfaceAssigned {
  addresses: { [configuration: string]: string };
  macAddress: string;
}

export interface VirtualMachineAssigned {
  vmId: string;
  osDiskId: string;
  dataDiskIds: string[];
  /** `starting` until Azure has found a host for it; what Windows does then is Windows' affair. `deallocating`: Windows is down, the host not yet free. */
  power: "running" | "starting" | "deallocating" | "deallocated";
}

/** The resource's properties as `T`. */
export function propertiesOf<T>(resource: Pick<AzureResource, "properties">): T {
  return resource.properties as unknown as T;
}

export function assignedOf<T>(resource: Pick<AzureResource, "assigned">): T {
  return resource.assigned as unknown as T;
}

/** All prefixes of a subnet: the singular property, or the list. */
export function prefixesOf(subnet: SubnetProperties): string[] {
  return subnet.addressPrefixes?.length
    ? subnet.addressPrefixes
    : subnet.addressPrefix
      ? [subnet.addressPrefix]
      : [];
}

/** Azure compares regions without case and blanks: `East US` is `eastus`. */
export function normalizedLocation(location: string | undefined): string {
  return (location ?? "").toLowerCase().replace(/ /g, "");
}
