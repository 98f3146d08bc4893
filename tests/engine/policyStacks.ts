import { guestCommand } from "../../guest/contract";

/** A resource of a program that uses none of our components. */
export interface PlainResource {
  type: string;
  name: string;
  properties: Record<string, unknown>;
}

/** What a policy has to find in a bad stack. */
export interface ExpectedFinding {
  policy: string;
  rule: string;
  /** Name of the resource that it is found in. */
  name: string;
}

/** A stack in which policies find these things and nothing else. */
export interface BadStack {
  what: string;
  /** A value `{ idOf: name }` is that resource's id, `{ nameOf: name }` its name, `{ secret: text }` a secret. */
  resources: readonly PlainResource[];
  findings: readonly ExpectedFinding[];
}

const place = { resourceGroupName: "peers", location: "westeurope" };
const network = "azure-native:network";

const allow = {
  name: "Allow",
  priority: 200,
  direction: "Inbound",
  access: "Allow",
  protocol: "Tcp",
  sourceAddressPrefix: "203.0.113.0/24",
  sourcePortRange: "*",
  destinationAddressPrefix: "*",
  destinationPortRange: "3587",
};

function group(...securityRules: object[]): PlainResource {
  const properties = { ...place, securityRules };
  return { type: `${network}:NetworkSecurityGroup`, name: "group", properties };
}

/** A command of the guest contract that is asked to register these names. */
export function presence(name: string, ...names: object[]): PlainResource {
  const properties = {
    connection: { host: "192.0.2.1" },
    create: guestCommand("Set-PeerPresence"),
    stdin: { secret: JSON.stringify({ presence: { names, groups: [] } }) },
  };
  return { type: "command:remote:Command", name, properties };
}

/** A service of a machine, with a name and a port of its own. */
export function service(number: number): { service: string; peerName: string; port: number } {
  return { service: `service-${number}`, peerName: `0.service-${number}`, port: 4700 + number };
}

const machine: PlainResource = {
  type: "azure-native:compute:VirtualMachine",
  name: "ada-1",
  properties: {
    ...place,
    hardwareProfile: { vmSize: "Standard_D2s_v5" },
    networkProfile: { networkInterfaces: [{ id: { idOf: "nic" }, primary: true }] },
    osProfile: {
      computerName: "ada-1",
      adminUsername: "labuser",
      adminPassword: { secret: "Correct-Horse-9-Battery" },
      windowsConfiguration: {},
    },
    storageProfile: {
      imageReference: {
        publisher: "MicrosoftWindowsDesktop",
        offer: "windows-11",
        sku: "win11-24h2-ent",
        version: "latest",
      },
      osDisk: { createOption: "FromImage" },
    },
  },
};

/** Each policy that can find something has its finding in one of these. */
export const badStacks: readonly BadStack[] = [
  {
    what: "a request in plain text",
    resources: [
      {
        type: "command:remote:Command",
        name: "plain",
        properties: { connection: { host: "192.0.2.1" }, create: "more", stdin: "for all to read" },
      },
    ],
    findings: [{ policy: "secrets-marked", rule: "SECRET-MARKED", name: "plain" }],
  },
  {
    what: "a run command that fails unheard",
    resources: [
      {
        type: "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
        name: "run",
        properties: { ...place, vmName: "ada-1", source: { script: "exit 0" } },
      },
    ],
    findings: [{ policy: "run-commands-fail", rule: "RUNCMD-FAILS", name: "run" }],
  },
  {
    what: "a peer without IPv6",
    resources: [
      group(allow),
      {
        type: `${network}:NetworkInterface`,
        name: "nic",
        properties: {
          ...place,
          ipConfigurations: [{ name: "ipv4", primary: true, subnet: { id: { idOf: "group" } } }],
        },
      },
      machine,
    ],
    findings: [{ policy: "ipv6-on-peers", rule: "PEER-IPV6", name: "nic" }],
  },
  {
    what: "a peer port open to the internet",
    resources: [group({ ...allow, sourceAddressPrefix: "Internet" })],
    findings: [{ policy: "peer-ports-not-open", rule: "SOURCE-EVERYONE", name: "group" }],
  },
  {
    what: "a rule of its own after a deny in its group",
    resources: [
      group({ ...allow, name: "Deny", access: "Deny", priority: 100 }),
      {
        type: `${network}:SecurityRule`,
        name: "late",
        properties: {
          ...allow,
          name: undefined,
          resourceGroupName: "peers",
          networkSecurityGroupName: { nameOf: "group" },
          securityRuleName: "late",
        },
      },
    ],
    findings: [{ policy: "no-shadowed-rule", rule: "NSG-SHADOWED", name: "late" }],
  },
  {
    what: "a rule that repeats another",
    resources: [group(allow, { ...allow, name: "Again", priority: 300 })],
    findings: [{ policy: "no-redundant-rule", rule: "NSG-REDUNDANT", name: "group" }],
  },
  {
    what: "services that nobody could use",
    resources: [
      presence("same", service(1), { ...service(2), peerName: service(1).peerName }),
      presence("many", ...[1, 2, 3, 4, 5].map(service)),
      presence("portless", { ...service(1), port: undefined }),
      presence("taken", { ...service(1), port: 3587 }),
    ],
    findings: [
      { policy: "one-name-per-service", rule: "SERVICE-PEER-NAME-DUP", name: "same" },
      { policy: "few-peer-names", rule: "SERVICE-COUNT", name: "many" },
      { policy: "service-has-port", rule: "SERVICE-PORT", name: "portless" },
      { policy: "graph-application-ports", rule: "PORT-TAKEN", name: "taken" },
    ],
  },
  {
    what: "an address and a subnet that Azure refuses",
    resources: [
      {
        type: `${network}:VirtualNetwork`,
        name: "network",
        properties: { ...place, addressSpace: { addressPrefixes: ["10.80.0.0/16"] } },
      },
      {
        type: `${network}:Subnet`,
        name: "subnet",
        properties: {
          resourceGroupName: "peers",
          virtualNetworkName: { nameOf: "network" },
          addressPrefix: "10.81.0.0/24",
        },
      },
      {
        type: `${network}:PublicIPAddress`,
        name: "address",
        properties: { ...place, sku: { name: "Standard" }, publicIPAllocationMethod: "Dynamic" },
      },
    ],
    findings: [
      { policy: "azure-accepts", rule: "PIP-STANDARD-STATIC", name: "address" },
      { policy: "azure-accepts", rule: "SUBNET-IN-VNET", name: "subnet" },
    ],
  },
];

/** A program that declares what stands in `resources.json`; plain JavaScript, which starts faster. */
export const plainProgram = `
const pulumi = require("@pulumi/pulumi");
const made = {};
const valueOf = (value) => {
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value !== "object" || value === null) return value;
  if (value.secret) return pulumi.secret(value.secret);
  if (value.idOf) return made[value.idOf].id;
  // Outputs of a resource that no class describes: the engine says what they are.
  if (value.nameOf) return made[value.nameOf].name;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, valueOf(entry)]));
};
for (const { type, name, properties } of require("./resources.json")) {
  made[name] = new pulumi.CustomResource(type, name, { name: undefined, ...valueOf(properties) });
}
`;
