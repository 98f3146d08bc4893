import { replacingProperties } from "../../components/virtualMachine";
import { overlap, parsePrefixOrAddress, type Prefix } from "../../local/azure/network/addresses";

/* eslint-disable @typescript-eslint/no-explicit-any -- what Pulumi's mocks hand over has no type. */

type Inputs = Record<string, any>;

/** What Azure changes in a machine that runs, and what makes it another machine to azure-native. */
const changeable = new Set([
  "resourceGroupName",
  "vmName",
  "location",
  "tags",
  "hardwareProfile.vmSize",
  "diagnosticsProfile.bootDiagnostics.enabled",
  "licenseType",
  "osProfile.windowsConfiguration.patchSettings.patchMode",
  "storageProfile.osDisk.deleteOption",
]);

const replaces = (path: string) =>
  replacingProperties.some(
    (property) =>
      path === property || path.startsWith(`${property}.`) || path.startsWith(`${property}[`),
  );

/** The paths of all values: `storageProfile.osDisk.diskSizeGB`. */
function leavesOf(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, part]) => {
    const step = Array.isArray(value) ? `[${name}]` : path === "" ? name : `.${name}`;
    return leavesOf(part, path + step);
  });
}

const rulesOf = ({ securityRules }: Inputs): Inputs[] => securityRules;
const configurations = ({ ipConfigurations }: Inputs): Inputs[] => ipConfigurations;
const every = (of: (inputs: Inputs) => Inputs[], holds: (part: Inputs) => boolean) => (i: Inputs) =>
  of(i).every(holds);
const absent =
  (...names: string[]) =>
  (inputs: Inputs) =>
    names.every((name) => inputs[name] === undefined);
const apart = (texts: string[] = []) => {
  const ranges = texts.map((text) => parsePrefixOrAddress(text) as Prefix);
  return ranges.every((one, index) => !ranges.slice(0, index).some((other) => overlap(one, other)));
};
const isIpv6 = (text: string) => text.includes(":");

/** What holds for every resource of a type, and the rules of Azure that it keeps. */
export const proofs: [type: string, rules: string, holds: (inputs: Inputs) => boolean][] = [
  [
    "network:PublicIPAddress",
    "PIP-STANDARD-STATIC PIP-BASIC-RETIRED PIP-BASIC-IPV6-STATIC NIC-SKU-MIX",
    (i) => i.sku.name === "Standard" && i.publicIPAllocationMethod === "Static",
  ],
  [
    "network:PublicIPAddress",
    "PIP-BASIC-ZONES VM-PIP-ZONE PIP-IDLE PIP-IPV6-IDLE PIP-DNSLABEL PIP-DNSLABEL-DUP",
    absent("zones", "idleTimeoutInMinutes", "dnsSettings"),
  ],
  [
    "network:PublicIPAddress",
    "PIP-GLOBAL PIP-UNCHANGEABLE PIP-IN-USE REPLACE",
    (i) => absent("ipTags", "publicIpAddressName")(i) && i.sku.tier === undefined,
  ],
  [
    "network:NatGateway",
    "NAT-NEEDS-ADDRESS NAT-IDLE",
    (i) => i.publicIpAddresses.length === 1 && i.idleTimeoutInMinutes === undefined,
  ],
  [
    "network:VirtualNetwork",
    "VNET-NEEDS-IPV4 VNET-SELF-OVERLAP",
    ({
      addressSpace: {
        addressPrefixes: [four, six, ...more],
      },
    }) => !isIpv6(four) && isIpv6(six) && more.length === 0,
  ],
  [
    "network:VirtualNetwork",
    "PEER-BOTH-WAYS PEER-GATEWAY PEER-NAME PEER-NETWORK VNET-LIMITS SUBNET-NAME SUBNET-LEFT-OUT",
    absent("virtualNetworkPeerings", "dhcpOptions", "subnets"),
  ],
  [
    "network:Subnet",
    "SUBNET-PREFIX-REQUIRED SUBNET-ONE-V6",
    ({ addressPrefixes: [four, six, ...more] }) =>
      !isIpv6(four) && isIpv6(six) && more.length === 0,
  ],
  [
    "network:Subnet",
    "SUBNET-OUTBOUND-CREATE REGION-RT",
    (i) => i.defaultOutboundAccess === false && i.routeTable === undefined,
  ],
  ["network:Subnet", "PIP-STANDARD-NEEDS-NSG", (i) => i.networkSecurityGroup.id !== ""],
  [
    "network:NetworkSecurityGroup",
    "NSG-FAMILY-MIX",
    every(
      rulesOf,
      (r) =>
        new Set(
          [...(r.sourceAddressPrefixes ?? []), ...(r.destinationAddressPrefixes ?? [])].map(isIpv6),
        ).size <= 1,
    ),
  ],
  [
    "network:NetworkSecurityGroup",
    "NSG-PREFIX-OVERLAP",
    every(rulesOf, (r) => apart(r.sourceAddressPrefixes) && apart(r.destinationAddressPrefixes)),
  ],
  [
    "network:NetworkSecurityGroup",
    "NSG-ONE-OF-PREFIX NSG-ADDRESS-REQUIRED",
    every(rulesOf, (r) =>
      ["source", "destination"].every(
        (side) =>
          (r[`${side}AddressPrefix`] === undefined) !== (r[`${side}AddressPrefixes`] === undefined),
      ),
    ),
  ],
  [
    "network:NetworkSecurityGroup",
    "NSG-ONE-OF-PORT NSG-PORT-REQUIRED",
    every(
      rulesOf,
      (r) =>
        Boolean(r.sourcePortRange && r.destinationPortRange) &&
        absent("sourcePortRanges", "destinationPortRanges")(r),
    ),
  ],
  [
    "network:NetworkSecurityGroup",
    "NSG-ASG-XOR-PREFIX",
    every(
      rulesOf,
      absent("sourceApplicationSecurityGroups", "destinationApplicationSecurityGroups"),
    ),
  ],
  [
    "network:NetworkSecurityGroup",
    "NSG-DESCRIPTION-140",
    every(rulesOf, ({ description }) => description.length <= 140),
  ],
  [
    "network:NetworkSecurityGroup",
    "NSG-ICMPV6",
    every(rulesOf, ({ protocol }) => ["Tcp", "Udp", "*"].includes(protocol)),
  ],
  [
    "network:NetworkSecurityGroup",
    "NSG-DEFAULTS",
    every(rulesOf, ({ priority }) => priority <= 4096),
  ],
  [
    "network:NetworkInterface",
    "NIC-IPCONFIG NIC-NEEDS-IPV4 NIC-ONE-IPV6 NIC-256",
    (i) =>
      configurations(i)
        .map((c) => c.privateIPAddressVersion)
        .join() === "IPv4,IPv6",
  ],
  [
    "network:NetworkInterface",
    "NIC-ONE-PRIMARY NIC-PRIMARY-REQUIRED NIC-PRIMARY-IPV4",
    (i) =>
      configurations(i)
        .map(({ primary }) => primary)
        .join() === "true,false",
  ],
  [
    "network:NetworkInterface",
    "NIC-IPCONFIG-NAME-DUP",
    (i) =>
      configurations(i)
        .map(({ name }) => name)
        .join() === "ipv4,ipv6",
  ],
  [
    "network:NetworkInterface",
    "NIC-SUBNET-REQUIRED NIC-ONE-VNET",
    (i) => new Set(configurations(i).map(({ subnet }) => subnet.id)).size === 1,
  ],
  [
    "network:NetworkInterface",
    "NIC-STATIC-NEEDS-ADDRESS NIC-ADDRESS-IN-SUBNET NIC-ADDRESS-RESERVED NIC-ADDRESS-DUP NIC-ASG-20",
    every(
      configurations,
      (c) =>
        c.privateIPAllocationMethod === "Dynamic" &&
        absent("privateIPAddress", "applicationSecurityGroups")(c),
    ),
  ],
  [
    "network:NetworkInterface",
    "NIC-PIP-VERSION",
    every(configurations, ({ name, publicIPAddress }) =>
      (publicIPAddress?.id ?? name).includes(name),
    ),
  ],
  ["network:NetworkInterface", "NIC-ACCELERATED", absent("enableAcceleratedNetworking")],
  [
    "compute:VirtualMachine",
    "VM-NEEDS-NIC VM-ONE-PRIMARY-NIC VM-ONE-VNET VM-NIC-COUNT",
    (i) => i.networkProfile.networkInterfaces.length === 1,
  ],
  [
    "compute:VirtualMachine",
    "VM-ONE-ZONE",
    ({ zones }) => zones === undefined || zones.length === 1,
  ],
  [
    "compute:VirtualMachine",
    "WIN-PATCHMODE",
    ({ osProfile: { windowsConfiguration: windows } }) =>
      windows.enableAutomaticUpdates === (windows.patchSettings.patchMode !== "Manual") &&
      windows.patchSettings.enableHotpatching === undefined,
  ],
  [
    "compute:VirtualMachine",
    "VM-ZONE-AVSET",
    absent("availabilitySet", "host", "proximityPlacementGroup"),
  ],
  [
    "compute:VirtualMachine",
    "VM-LUN-DUP VM-DISK-NAME VM-LEAVES-DISKS",
    ({ storageProfile }) =>
      absent("dataDisks")(storageProfile) &&
      absent("name")(storageProfile.osDisk) &&
      storageProfile.osDisk.deleteOption === "Delete",
  ],
  [
    "compute:VirtualMachine",
    "WIN-OSPROFILE",
    ({ osProfile }) => Boolean(osProfile.adminUsername && osProfile.adminPassword),
  ],
  [
    "compute:VirtualMachine",
    "WIN-LINUXCONFIG CUSTOMDATA",
    ({ osProfile }) =>
      absent("linuxConfiguration", "customData")(osProfile) &&
      absent("additionalUnattendContent")(osProfile.windowsConfiguration),
  ],
  [
    "compute:VirtualMachine",
    "WIN-AGENT RUNCMD-AGENT",
    ({ osProfile }) =>
      osProfile.windowsConfiguration.provisionVMAgent === true &&
      osProfile.allowExtensionOperations === undefined,
  ],
  [
    "compute:VirtualMachine",
    "SPOT",
    (i) => i.priority === "Spot" || absent("evictionPolicy", "billingProfile")(i),
  ],
  [
    "compute:VirtualMachine",
    "VM-UNCHANGEABLE VM-NIC-CHANGE VM-OSDISK-SIZE VM-CHANGE-RUNNING",
    (i) => leavesOf(i).every((path) => changeable.has(path.split("[")[0]) || replaces(path)),
  ],
  [
    "compute:VirtualMachineRunCommandByVirtualMachine",
    "RUNCMD-ONE-SOURCE RUNCMD-SCRIPT-ONLY",
    ({ source }) => Object.keys(source).join() === "script",
  ],
  [
    "compute:VirtualMachineRunCommandByVirtualMachine",
    "RUNCMD-RUNAS RUNCMD-TIMEOUT RUNCMD-LIMITS",
    (i) =>
      absent("runAsUser", "runAsPassword")(i) &&
      i.timeoutInSeconds > 0 &&
      i.treatFailureAsDeploymentFailure === true,
  ],
  [
    "devtestlab:GlobalSchedule",
    "SCHEDULE-NAME",
    ({ name, targetResourceId }) =>
      `${name.replace("shutdown-computevm-", "")}-id` === targetResourceId,
  ],
  [
    "privatedns:PrivateZone",
    "DNS-GLOBAL DNS-ZONE-RESERVED",
    (i) => i.location === "global" && i.privateZoneName.endsWith(".peerlab.internal"),
  ],
  [
    "privatedns:VirtualNetworkLink",
    "DNS-GLOBAL DNS-LINK-ONCE DNS-LINK-NAMESPACE",
    (i) => i.location === "global" && i.registrationEnabled === false,
  ],
  [
    "privatedns:PrivateRecordSet",
    "DNS-RECORD-NAME DNS-RECORD-TYPE DNS-TTL",
    (i) => i.recordType === "AAAA" && i.relativeRecordSetName === "seed" && i.ttl === 60,
  ],
];
