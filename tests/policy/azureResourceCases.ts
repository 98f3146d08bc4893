import { unknown, type Plain, type PlainObject } from "../../policy/properties";

/** Types of resources by what they are called here. */
export const types = {
  machine: "azure-native:compute:VirtualMachine",
  extension: "azure-native:compute:VirtualMachineExtension",
  runCommand: "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
  schedule: "azure-native:devtestlab:GlobalSchedule",
  nic: "azure-native:network:NetworkInterface",
  group: "azure-native:network/v20240501:NetworkSecurityGroup",
  address: "azure-native:network:PublicIPAddress",
  rule: "azure-native:network:SecurityRule",
  subnet: "azure-native:network:Subnet",
  network: "azure-native:network:VirtualNetwork",
  zone: "azure-native:privatedns:PrivateZone",
} as const;
export type Kind = keyof typeof types;

const rule: PlainObject = {
  name: "Allow-Grouping",
  priority: 100,
  direction: "Inbound",
  access: "Allow",
  protocol: "Tcp",
  sourceAddressPrefixes: ["10.80.0.0/24", "10.81.0.7"],
  sourcePortRange: "*",
  destinationAddressPrefix: "VirtualNetwork",
  destinationPortRanges: ["3587", "5000-5010"],
};
const ipv4: PlainObject = { name: "ipv4", primary: true, subnet: { id: unknown } };
const ipv6: PlainObject = {
  name: "ipv6",
  privateIPAddressVersion: "IPv6",
  subnet: { id: unknown },
};
const windowsConfiguration: PlainObject = {
  enableAutomaticUpdates: false,
  patchSettings: { patchMode: "Manual" },
  timeZone: "W. Europe Standard Time",
};
export const machine: PlainObject = {
  vmName: "ada-1",
  location: "westeurope",
  tags: { lab: "chat", owner: unknown },
  hardwareProfile: { vmSize: "Standard_D2s_v5" },
  networkProfile: { networkInterfaces: [{ id: unknown, primary: true }] },
  osProfile: {
    computerName: "ada-1",
    adminUsername: "labuser",
    adminPassword: "Correct-Horse-9-Battery",
    windowsConfiguration,
  },
  storageProfile: { osDisk: { managedDisk: { storageAccountType: "StandardSSD_LRS" } } },
  licenseType: "Windows_Client",
  zones: ["1"],
};

/** A legal resource of each kind. */
export const legal: Record<Kind, PlainObject> = {
  machine,
  extension: { protectedSettings: { a: "b" } },
  runCommand: { runCommandName: "preparation", source: { script: "exit 0" } },
  schedule: {
    name: "shutdown-computevm-ada-1",
    taskType: "ComputeVmShutdownTask",
    dailyRecurrence: { time: "1900" },
    targetResourceId:
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/ada-1",
  },
  nic: { networkInterfaceName: "ada-1-nic", ipConfigurations: [ipv4, ipv6] },
  group: { securityRules: [rule, { ...rule, name: "Out", direction: "Outbound" }] },
  address: {
    sku: { name: "Standard" },
    publicIPAllocationMethod: "Static",
    idleTimeoutInMinutes: 4,
    dnsSettings: { domainNameLabel: "ada-1" },
  },
  rule: { ...rule, name: null, securityRuleName: "Allow-Grouping" },
  subnet: { subnetName: "peers", addressPrefixes: ["10.80.0.0/24", "fd5a:9c2e:71b0::/64"] },
  network: {
    virtualNetworkName: "lab",
    addressSpace: { addressPrefixes: ["10.80.0.0/16", "fd5a:9c2e:71b0::/48"] },
    subnets: [
      { name: "a", addressPrefixes: ["10.80.0.0/24", "fd5a:9c2e:71b0::/64"] },
      { name: "b", addressPrefix: "10.80.1.0/24" },
    ],
  },
  zone: { tags: { a: "b" } },
};

/** So many tags. */
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, "x"]));

/** What stands where in a legal resource, and the path and rule of each finding. */
export const refused: [Kind, (string | number)[], Plain | undefined, string[]][] = [
  ["machine", ["vmName"], "a".repeat(65), ["vmName NAME"]],
  ["machine", ["location"], "west/europe", ["location LOCATION"]],
  ["machine", ["tags"], many(51), ["tags TAGS"]],
  ["machine", ["tags", "a?b"], "x", ['tags["a?b"] TAG-NAME']],
  ["machine", ["tags", "long"], "x".repeat(257), ["tags.long TAG-VALUE"]],
  ["machine", ["hardwareProfile", "vmSize"], "D2s_v5", ["hardwareProfile.vmSize VM-SIZE"]],
  [
    "machine",
    ["osProfile", "computerName"],
    "sixteen-chars-12",
    ["osProfile.computerName WIN-COMPUTERNAME"],
  ],
  [
    "machine",
    ["osProfile", "computerName"],
    "LabUser",
    ["osProfile.computerName WIN-COMPUTERNAME-USER"],
  ],
  [
    "machine",
    ["osProfile", "adminUsername"],
    "Administrator",
    ["osProfile.adminUsername ADMIN-FORBIDDEN"],
  ],
  ["machine", ["osProfile", "adminUsername"], "ada@home", ["osProfile.adminUsername ADMIN-FORMAT"]],
  ["machine", ["osProfile", "adminPassword"], "Ab-1", ["osProfile.adminPassword PASSWORD-LENGTH"]],
  [
    "machine",
    ["osProfile", "adminPassword"],
    "correcthorsebattery",
    ["osProfile.adminPassword PASSWORD-CLASSES"],
  ],
  [
    "machine",
    ["osProfile", "adminPassword"],
    "Hello-labuser-99",
    ["osProfile.adminPassword PASSWORD-USERNAME"],
  ],
  [
    "machine",
    ["osProfile", "linuxConfiguration"],
    {},
    ["osProfile.linuxConfiguration WIN-LINUXCONFIG"],
  ],
  [
    "machine",
    ["osProfile", "windowsConfiguration", "timeZone"],
    "Europe/Berlin",
    ["osProfile.windowsConfiguration.timeZone WIN-TIMEZONE"],
  ],
  [
    "machine",
    ["osProfile", "windowsConfiguration", "enableAutomaticUpdates"],
    undefined,
    ["osProfile.windowsConfiguration.enableAutomaticUpdates WIN-PATCHMODE"],
  ],
  [
    "machine",
    ["osProfile", "windowsConfiguration", "patchSettings", "patchMode"],
    "Never",
    ["osProfile.windowsConfiguration.patchSettings.patchMode WIN-PATCHMODE"],
  ],
  ["machine", ["licenseType"], "RHEL", ["licenseType VM-LICENSE"]],
  ["machine", ["zones"], ["1", "2"], ["zones VM-ONE-ZONE"]],
  ["machine", ["zones", 0], "4", ["zones[0] VM-ONE-ZONE"]],
  ["machine", ["availabilitySet"], { id: unknown }, ["zones VM-ZONE-AVSET"]],
  ["machine", ["networkProfile"], {}, ["networkProfile.networkInterfaces VM-NEEDS-NIC"]],
  [
    "machine",
    ["networkProfile", "networkInterfaces"],
    [{ id: "a" }, { id: "b" }],
    ["networkProfile.networkInterfaces VM-ONE-PRIMARY-NIC"],
  ],
  [
    "machine",
    ["networkProfile", "networkInterfaceConfigurations"],
    [{ ipConfigurations: [] }],
    ["networkProfile.networkInterfaceConfigurations[0].ipConfigurations NIC-IPCONFIG"],
  ],
  [
    "machine",
    ["storageProfile", "osDisk", "managedDisk", "storageAccountType"],
    "UltraSSD_LRS",
    ["storageProfile.osDisk.managedDisk.storageAccountType OSDISK-ULTRA"],
  ],
  [
    "machine",
    ["storageProfile", "dataDisks"],
    [{ lun: 0 }, { lun: 0 }],
    ["storageProfile.dataDisks VM-LUN-DUP"],
  ],
  ["machine", ["evictionPolicy"], "Delete", ["evictionPolicy SPOT"]],
  ["extension", ["protectedSettingsFromKeyVault"], {}, ["protectedSettings EXT-PROTECTED-XOR"]],
  ["runCommand", ["runCommandName"], "-x", ["runCommandName NAME"]],
  [
    "runCommand",
    ["source", "scriptUri"],
    "https://example.org/x.ps1",
    ["source RUNCMD-ONE-SOURCE"],
  ],
  ["runCommand", ["source"], {}, ["source RUNCMD-ONE-SOURCE"]],
  ["schedule", ["name"], "shutdown", ["name SCHEDULE-NAME"]],
  ["schedule", ["dailyRecurrence", "time"], "25:00", ["dailyRecurrence.time SCHEDULE-TIME"]],
  ["nic", ["ipConfigurations"], [], ["ipConfigurations NIC-IPCONFIG"]],
  ["nic", ["ipConfigurations"], [ipv6], ["ipConfigurations NIC-NEEDS-IPV4"]],
  [
    "nic",
    ["ipConfigurations", 1, "primary"],
    true,
    [
      "ipConfigurations NIC-ONE-PRIMARY",
      "ipConfigurations[1].privateIPAddressVersion NIC-PRIMARY-IPV4",
    ],
  ],
  ["nic", ["ipConfigurations", 0, "primary"], false, ["ipConfigurations NIC-ONE-PRIMARY"]],
  [
    "nic",
    ["ipConfigurations", 1, "name"],
    "IPV4",
    ["ipConfigurations[1].name NIC-IPCONFIG-NAME-DUP"],
  ],
  [
    "nic",
    ["ipConfigurations", 1, "privateIPAllocationMethod"],
    "Static",
    ["ipConfigurations[1].privateIPAddress NIC-STATIC-NEEDS-ADDRESS"],
  ],
  ["group", ["securityRules", 0, "priority"], 50, ["securityRules[0].priority NSG-PRIORITY-RANGE"]],
  [
    "group",
    ["securityRules", 1, "direction"],
    "inbound",
    ["securityRules[1].priority NSG-PRIORITY-DUP"],
  ],
  [
    "group",
    ["securityRules", 1, "name"],
    "allow-grouping",
    ["securityRules[1].name NSG-RULE-NAME-DUP"],
  ],
  ["group", ["securityRules", 0, "name"], "two words", ["securityRules[0].name NSG-RULE-NAME"]],
  [
    "group",
    ["securityRules", 0, "description"],
    "x".repeat(141),
    ["securityRules[0].description NSG-DESCRIPTION-140"],
  ],
  [
    "group",
    ["securityRules", 0, "sourceAddressPrefixes", 1],
    "fd5a:9c2e:71b0::/64",
    ["securityRules[0] NSG-FAMILY-MIX"],
  ],
  [
    "group",
    ["securityRules", 0, "destinationAddressPrefix"],
    "fd5a::1",
    ["securityRules[0] NSG-FAMILY-MIX"],
  ],
  [
    "group",
    ["securityRules", 0, "sourceAddressPrefixes", 0],
    "VirtualNetwork",
    ["securityRules[0].sourceAddressPrefixes[0] NSG-PREFIXES-NO-TAG"],
  ],
  [
    "group",
    ["securityRules", 0, "destinationAddressPrefix"],
    "10.80.0.0/40",
    ["securityRules[0].destinationAddressPrefix NSG-PREFIX-FORMAT"],
  ],
  [
    "group",
    ["securityRules", 0, "sourceAddressPrefix"],
    "*",
    ["securityRules[0].sourceAddressPrefix NSG-ONE-OF"],
  ],
  [
    "group",
    ["securityRules", 0, "sourcePortRange"],
    "70000",
    ["securityRules[0].sourcePortRange NSG-PORT-FORMAT"],
  ],
  [
    "group",
    ["securityRules", 0, "destinationPortRanges", 1],
    "5010-5000",
    ["securityRules[0].destinationPortRanges[1] NSG-PORT-FORMAT"],
  ],
  [
    "group",
    ["securityRules"],
    Array.from({ length: 1001 }, () => ({})),
    ["securityRules NSG-1000"],
  ],
  ["rule", ["priority"], 4097, ["priority NSG-PRIORITY-RANGE"]],
  ["rule", ["securityRuleName"], "-x", ["securityRuleName NSG-RULE-NAME"]],
  ["address", ["sku"], undefined, ["sku.name PIP-BASIC-RETIRED"]],
  ["address", ["sku", "name"], "Basic", ["sku.name PIP-BASIC-RETIRED"]],
  [
    "address",
    ["publicIPAllocationMethod"],
    "Dynamic",
    ["publicIPAllocationMethod PIP-STANDARD-STATIC"],
  ],
  [
    "address",
    ["publicIPAllocationMethod"],
    undefined,
    ["publicIPAllocationMethod PIP-STANDARD-STATIC"],
  ],
  ["address", ["idleTimeoutInMinutes"], 31, ["idleTimeoutInMinutes PIP-IDLE"]],
  [
    "address",
    ["dnsSettings", "domainNameLabel"],
    "Ada",
    ["dnsSettings.domainNameLabel PIP-DNSLABEL"],
  ],
  ["subnet", ["subnetName"], "", ["subnetName NAME"]],
  ["subnet", ["addressPrefixes", 1], "fd5a:9c2e:71b0::/65", ["addressPrefixes[1] SUBNET-IPV6-64"]],
  ["subnet", ["addressPrefixes", 0], "10.80.0.0/30", ["addressPrefixes[0] SUBNET-IPV4-SIZE"]],
  ["subnet", ["addressPrefixes", 0], "10.80.0.1/24", ["addressPrefixes[0] VNET-CIDR-HOSTBITS"]],
  ["subnet", ["addressPrefixes", 0], "10.80.0", ["addressPrefixes[0] SUBNET-CIDR"]],
  ["network", ["virtualNetworkName"], "x", ["virtualNetworkName NAME"]],
  [
    "network",
    ["addressSpace", "addressPrefixes"],
    ["fd5a:9c2e:71b0::/48", "10.80.0.0/16", "10.80.0.0/24"],
    ["addressSpace.addressPrefixes[2] VNET-SELF-OVERLAP"],
  ],
  [
    "network",
    ["addressSpace", "addressPrefixes", 0],
    "169.254.0.0/16",
    [
      "addressSpace.addressPrefixes[0] VNET-RESERVED",
      "subnets[0].addressPrefixes[0] SUBNET-IN-VNET",
      "subnets[1].addressPrefix SUBNET-IN-VNET",
    ],
  ],
  [
    "network",
    ["subnets", 1, "addressPrefix"],
    "10.80.0.128/25",
    ["subnets[1].addressPrefix SUBNET-OVERLAP"],
  ],
  [
    "network",
    ["subnets", 1, "addressPrefix"],
    "10.81.0.0/24",
    ["subnets[1].addressPrefix SUBNET-IN-VNET"],
  ],
  ["network", ["subnets", 1, "name"], "b-", ["subnets[1].name NAME"]],
  ["zone", ["tags"], many(51), ["tags TAGS"]],
];
