import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./rules.test";
import type { Stage } from "./stage";
import {
  networkInputs,
  nicInputs,
  publicAddressInputs,
  resourceGroupName,
  subnetInputs,
  tokens,
} from "./stage";

/** The resource whose creation a rule judges, wrongly and rightly declared. */
function creations(
  rule: string,
  code: string | undefined,
  token: string,
  illegal: Properties,
  legal: Properties,
): RuleCase {
  return {
    rule,
    code,
    illegal: (stage) => stage.create(token, "illegal", illegal),
    legal: (stage) => stage.create(token, "legal", legal),
  };
}

const securityRule: Properties = {
  access: "Allow",
  direction: "Inbound",
  protocol: "Tcp",
  priority: 300,
  sourceAddressPrefix: "*",
  sourcePortRange: "*",
  destinationAddressPrefix: "*",
  destinationPortRange: "22",
};

/** A security group with these inline rules. */
function group(...rules: Properties[]): Properties {
  const securityRules = rules.map((rule, index) => ({
    ...securityRule,
    name: `r${index}`,
    priority: 300 + index,
    ...rule,
  }));
  return { resourceGroupName, securityRules };
}

function groupCase(
  rule: string,
  code: string | undefined,
  illegal: Properties[],
  legal: Properties[],
) {
  return creations(rule, code, tokens.securityGroup, group(...illegal), group(...legal));
}

const securityRuleCases: RuleCase[] = [
  groupCase(
    "NSG-PRIORITY-RANGE",
    "SecurityRuleInvalidPriority",
    [{ priority: 99 }],
    [{ priority: 4096 }],
  ),
  groupCase(
    "NSG-PRIORITY-RANGE",
    "SecurityRuleInvalidPriority",
    [{ priority: null }],
    [{ priority: 100 }],
  ),
  groupCase(
    "NSG-PRIORITY-DUP",
    "SecurityRuleConflict",
    [{ priority: 300 }, { priority: 300 }],
    [{ priority: 300 }, { priority: 300, direction: "Outbound" }],
  ),
  {
    rule: "NSG-PRIORITY-DUP",
    code: "SecurityRuleConflict",
    prepare: async (stage) => (await stage.create(tokens.securityGroup, "g", group({}))).outputs,
    illegal: (stage, _lab, { name }) =>
      stage.create(tokens.securityRule, "second", {
        ...securityRule,
        resourceGroupName,
        networkSecurityGroupName: name,
      }),
    legal: (stage, _lab, { name }) =>
      stage.create(tokens.securityRule, "second", {
        ...securityRule,
        resourceGroupName,
        networkSecurityGroupName: name,
        priority: 301,
      }),
  },
  groupCase("NSG-RULE-NAME", "InvalidResourceName", [{ name: "-ssh" }], [{ name: "ssh_1.a-b_" }]),
  groupCase("NSG-RULE-DUP", "DuplicateResourceName", [{ name: "a" }, { name: "A" }], [{}, {}]),
  groupCase(
    "NSG-DESCRIPTION-140",
    "SecurityRuleDescriptionTooLong",
    [{ description: "x".repeat(141) }],
    [{ description: "x".repeat(140) }],
  ),
  groupCase(
    "NSG-FAMILY-MIX",
    "ResourceCannotContainAddressPrefixesFromDifferentAddressFamilies",
    [{ sourceAddressPrefix: "10.0.0.0/8", destinationAddressPrefix: "fd00::/8" }],
    [{ sourceAddressPrefix: "fd00::/8", destinationAddressPrefix: "VirtualNetwork" }],
  ),
  groupCase(
    "NSG-ONE-OF-PREFIX",
    "SecurityRuleParameterContainsBothSingularAndPlural",
    [{ sourceAddressPrefix: "10.0.0.1", sourceAddressPrefixes: ["10.0.0.2"] }],
    [{ sourceAddressPrefix: null, sourceAddressPrefixes: ["10.0.0.2"] }],
  ),
  groupCase(
    "NSG-ONE-OF-PORT",
    "SecurityRuleParameterContainsBothSingularAndPlural",
    [{ destinationPortRange: "22", destinationPortRanges: ["80"] }],
    [{ destinationPortRange: null, destinationPortRanges: ["80", "90-99"] }],
  ),
  groupCase(
    "NSG-PREFIXES-NO-TAG",
    "SecurityRuleParameterContainsUnsupportedValue",
    [{ sourceAddressPrefix: null, sourceAddressPrefixes: ["VirtualNetwork"] }],
    [{ sourceAddressPrefix: "VirtualNetwork" }],
  ),
  groupCase(
    "NSG-PREFIX-FORMAT",
    "SecurityRuleInvalidAddressPrefix",
    [{ sourceAddressPrefix: "10.0.0.0/33" }],
    [{ sourceAddressPrefix: "10.0.0.0/32" }],
  ),
  groupCase(
    "NSG-PORT-FORMAT",
    "SecurityRuleInvalidPortRange",
    [{ destinationPortRange: "90-80" }],
    [{ destinationPortRange: "0-65535" }],
  ),
  groupCase("NSG-ADDRESS-REQUIRED", undefined, [{ sourceAddressPrefix: null }], [{}]),
  groupCase(
    "NSG-1000",
    "SecurityRulesLimitReached",
    Array.from({ length: 1001 }, (_, index) => ({ priority: 100 + index })),
    Array.from({ length: 1000 }, (_, index) => ({ priority: 100 + index })),
  ),
];

function networkCase(
  rule: string,
  code: string | undefined,
  illegal: Properties,
  legal: Properties,
): RuleCase {
  const named = (extra: Properties) => networkInputs({ virtualNetworkName: "net2", ...extra });
  return creations(rule, code, tokens.network, named(illegal), named(legal));
}

function space(...addressPrefixes: string[]): Properties {
  return { addressSpace: { addressPrefixes } };
}

function subnetCase(
  rule: string,
  code: string | undefined,
  illegal: Properties,
  legal: Properties,
): RuleCase {
  const named = (extra: Properties) => subnetInputs({ subnetName: "second", ...extra });
  return creations(rule, code, tokens.subnet, named(illegal), named(legal));
}

const prefixes = (...addressPrefixes: string[]): Properties => ({ addressPrefixes });

const virtualNetworkCases: RuleCase[] = [
  networkCase(
    "NAME",
    "InvalidResourceName",
    { virtualNetworkName: "n" },
    { virtualNetworkName: "nn" },
  ),
  creations(
    "NAME",
    "InvalidResourceGroup",
    tokens.group,
    { resourceGroupName: "lab.", location: "eastus" },
    { resourceGroupName: "(lab)-2", location: "eastus" },
  ),
  networkCase(
    "TAGS",
    "InvalidTag",
    { tags: { "a/b": "x" } },
    { tags: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, "x"])) },
  ),
  networkCase("VNET-CIDR", "InvalidAddressPrefixFormat", space("10.2.0.0"), space("10.2.0.0/16")),
  networkCase("VNET-CIDR-HOSTBITS", undefined, space("10.2.0.1/16"), {
    ...space("10.2.0.0/16"),
    virtualNetworkName: "net3",
  }),
  networkCase(
    "VNET-NEEDS-IPV4",
    "VnetAddressSpaceMustContainIpv4",
    space("fd00:1::/48"),
    space("10.2.0.0/16", "fd00:1::/48"),
  ),
  networkCase(
    "VNET-RESERVED",
    "AddressPrefixNotAllowed",
    space("169.254.0.0/24"),
    space("10.2.0.0/16"),
  ),
  networkCase("VNET-SELF-OVERLAP", undefined, space("10.2.0.0/16", "10.2.3.0/24"), {
    ...space("10.2.0.0/16", "10.3.0.0/16"),
    virtualNetworkName: "net3",
  }),
  networkCase(
    "VNET-LIMITS",
    "SubnetsLimitReached",
    {
      dhcpOptions: { dnsServers: Array.from({ length: 21 }, (_, index) => `10.1.0.${index + 4}`) },
    },
    { dhcpOptions: { dnsServers: ["10.1.0.4"] } },
  ),
  networkCase(
    "SUBNET-NAME",
    "InvalidResourceName",
    {
      subnets: [
        { name: "a", addressPrefix: "10.1.0.0/24" },
        { name: "A", addressPrefix: "10.1.1.0/24" },
      ],
    },
    { subnets: [{ name: "a", addressPrefix: "10.1.0.0/24" }] },
  ),
  {
    rule: "PEER-OVERLAP",
    code: "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
    illegal: (stage, lab) =>
      stage.create(
        tokens.network,
        "far",
        networkInputs({
          virtualNetworkName: "far",
          virtualNetworkPeerings: [{ name: "p", remoteVirtualNetwork: { id: lab.network.id } }],
        }),
      ),
    legal: (stage, lab) =>
      stage.create(
        tokens.network,
        "far",
        networkInputs({
          virtualNetworkName: "far",
          ...space("10.77.0.0/16"),
          virtualNetworkPeerings: [{ name: "p", remoteVirtualNetwork: { id: lab.network.id } }],
        }),
      ),
  },
  subnetCase(
    "SUBNET-CIDR",
    "InvalidAddressPrefixFormat",
    prefixes("10.1.1.0/x"),
    prefixes("10.1.1.0/24"),
  ),
  subnetCase(
    "SUBNET-PREFIX-REQUIRED",
    "NoAddressPrefixOrPoolProvided",
    prefixes(),
    prefixes("10.1.1.0/24"),
  ),
  subnetCase(
    "SUBNET-IPV6-64",
    "SubnetIpv6PrefixLengthInvalid",
    prefixes("10.1.1.0/24", "fd12:3456:0:1::/65"),
    prefixes("10.1.1.0/24", "fd12:3456:0:1::/64"),
  ),
  subnetCase(
    "SUBNET-IPV4-SIZE",
    "NetcfgInvalidSubnet",
    prefixes("10.1.1.0/30"),
    prefixes("10.1.1.0/29"),
  ),
  subnetCase(
    "SUBNET-IN-VNET",
    "NetcfgInvalidSubnet",
    prefixes("10.2.0.0/24"),
    prefixes("10.1.255.0/24"),
  ),
  subnetCase(
    "SUBNET-OVERLAP",
    "NetcfgInvalidSubnet",
    prefixes("10.1.0.128/25"),
    prefixes("10.1.1.0/25"),
  ),
  subnetCase("SUBNET-ONE-V6", undefined, prefixes("10.1.1.0/24", "10.1.2.0/24"), {
    ...prefixes("10.1.3.0/24", "fd12:3456:0:1::/64"),
    subnetName: "third",
  }),
  {
    rule: "REGION-NSG",
    code: "InvalidResourceReference",
    prepare: async (stage) => ({
      far: (await stage.create(tokens.securityGroup, "far", { ...group(), location: "westus" })).id,
      near: (await stage.create(tokens.securityGroup, "near", group())).id,
    }),
    illegal: (stage, _lab, { far }) =>
      stage.create(
        tokens.subnet,
        "s",
        subnetInputs({
          subnetName: "s",
          ...prefixes("10.1.1.0/24"),
          networkSecurityGroup: { id: far },
        }),
      ),
    legal: (stage, _lab, { near }) =>
      stage.create(
        tokens.subnet,
        "s",
        subnetInputs({
          subnetName: "s",
          ...prefixes("10.1.1.0/24"),
          networkSecurityGroup: { id: near },
        }),
      ),
  },
  {
    rule: "SUBNET-PREFIX-IN-USE",
    code: "InUsePrefixCannotBeDeleted",
    prepare: async (stage, lab) =>
      (await stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id))).outputs,
    illegal: (stage, lab) =>
      stage.update(lab.subnet, subnetInputs(prefixes("10.1.9.0/24", "fd12:3456::/64"))),
    legal: (stage, lab) =>
      stage.update(lab.subnet, subnetInputs(prefixes("10.1.0.0/24", "fd12:3456::/64"))),
  },
  {
    rule: "SUBNET-OUTBOUND-CREATE",
    code: "SubnetDefaultOutboundAccessCannotBeChanged",
    illegal: (stage, lab) =>
      stage.update(lab.subnet, subnetInputs({ defaultOutboundAccess: false })),
    legal: (stage) =>
      stage.create(
        tokens.subnet,
        "s",
        subnetInputs({ subnetName: "s", ...prefixes("10.1.1.0/24"), defaultOutboundAccess: false }),
      ),
  },
];

function addressCase(rule: string, code: string, illegal: Properties, legal: Properties): RuleCase {
  return creations(
    rule,
    code,
    tokens.publicAddress,
    publicAddressInputs("p", illegal),
    publicAddressInputs("p", legal),
  );
}

const changeOfAddress = (change: Properties) => async (stage: Stage) => {
  const made = await stage.create(tokens.publicAddress, "c", publicAddressInputs("c"));
  try {
    await stage.update(made, publicAddressInputs("c", change));
  } finally {
    await stage.remove(made);
  }
};

const publicAddressCases: RuleCase[] = [
  addressCase(
    "PIP-STANDARD-STATIC",
    "StandardSkuPublicIPAddressesMustBeStatic",
    { publicIPAllocationMethod: "Dynamic" },
    { publicIPAddressVersion: "IPv6" },
  ),
  addressCase("PIP-BASIC-RETIRED", "IPv4BasicSkuPublicIpCountLimitReached", { sku: null }, {}),
  addressCase(
    "PIP-BASIC-ZONES",
    "ZonesNotAllowedInBasicSkuResource",
    { sku: { name: "Basic" }, zones: ["1"] },
    { zones: ["1"] },
  ),
  addressCase(
    "PIP-IDLE",
    "PublicIPAddressIdleTimeoutInvalid",
    { idleTimeoutInMinutes: 31 },
    { idleTimeoutInMinutes: 30 },
  ),
  addressCase(
    "PIP-IPV6-IDLE",
    "PublicIPAddressIdleTimeoutInvalid",
    { publicIPAddressVersion: "IPv6", idleTimeoutInMinutes: 5 },
    { publicIPAddressVersion: "IPv6", idleTimeoutInMinutes: 4 },
  ),
  addressCase(
    "PIP-DNSLABEL",
    "InvalidDomainNameLabel",
    { dnsSettings: { domainNameLabel: "Ada" } },
    { dnsSettings: { domainNameLabel: "ada-1" } },
  ),
  {
    rule: "PIP-DNSLABEL-DUP",
    code: "DnsRecordInUse",
    prepare: async (stage) =>
      (
        await stage.create(
          tokens.publicAddress,
          "a",
          publicAddressInputs("a", { dnsSettings: { domainNameLabel: "ada" } }),
        )
      ).outputs,
    illegal: (stage) =>
      stage.create(
        tokens.publicAddress,
        "b",
        publicAddressInputs("b", { dnsSettings: { domainNameLabel: "ada" } }),
      ),
    legal: (stage) =>
      stage.create(
        tokens.publicAddress,
        "b",
        publicAddressInputs("b", { location: "westus", dnsSettings: { domainNameLabel: "ada" } }),
      ),
  },
  addressCase(
    "PIP-GLOBAL",
    "GlobalPublicIpInvalid",
    { sku: { name: "Standard", tier: "Global" }, publicIPAddressVersion: "IPv6" },
    { sku: { name: "Standard", tier: "Global" } },
  ),
  {
    rule: "PIP-UNCHANGEABLE",
    code: "PropertyChangeNotAllowed",
    illegal: changeOfAddress({ zones: ["1"] }),
    legal: changeOfAddress({ tags: { a: "b" } }),
  },
  {
    rule: "LOCATION-UNCHANGEABLE",
    code: "InvalidResourceLocation",
    illegal: changeOfAddress({ location: "westus" }),
    legal: changeOfAddress({ location: "East US" }),
  },
  {
    rule: "NAT-NEEDS-ADDRESS",
    prepare: async (stage) => ({
      id: (await stage.create(tokens.publicAddress, "n", publicAddressInputs("n"))).id,
    }),
    illegal: (stage) =>
      stage.create(tokens.natGateway, "g", { resourceGroupName, sku: { name: "Standard" } }),
    legal: (stage, _lab, { id }) =>
      stage.create(tokens.natGateway, "h", {
        resourceGroupName,
        sku: { name: "Standard" },
        publicIpAddresses: [{ id }],
      }),
  },
  {
    rule: "REGION-NAT-PIP",
    code: "InvalidResourceReference",
    prepare: async (stage) => ({
      id: (await stage.create(tokens.publicAddress, "n", publicAddressInputs("n"))).id,
    }),
    illegal: (stage, _lab, { id }) =>
      stage.create(tokens.natGateway, "g", {
        resourceGroupName,
        location: "westus",
        publicIpAddresses: [{ id }],
      }),
    legal: (stage, _lab, { id }) =>
      stage.create(tokens.natGateway, "g", { resourceGroupName, publicIpAddresses: [{ id }] }),
  },
  {
    rule: "NAT-IPV4-ONLY",
    code: "NatGatewayPublicIpVersionNotSupported",
    prepare: async (stage) => ({
      six: (
        await stage.create(
          tokens.publicAddress,
          "six",
          publicAddressInputs("six", { publicIPAddressVersion: "IPv6" }),
        )
      ).id,
      four: (await stage.create(tokens.publicAddress, "four", publicAddressInputs("four"))).id,
    }),
    illegal: (stage, _lab, { six }) =>
      stage.create(tokens.natGateway, "g", { resourceGroupName, publicIpAddresses: [{ id: six }] }),
    legal: (stage, _lab, { four }) =>
      stage.create(tokens.natGateway, "g", {
        resourceGroupName,
        publicIpAddresses: [{ id: four }],
      }),
  },
];

/** NICs with these configurations, each in the lab's subnet unless it says otherwise. */
function nicCase(
  rule: string,
  code: string | undefined,
  illegal: Properties[],
  legal: Properties[],
  prepare?: RuleCase["prepare"],
): RuleCase {
  const make =
    (name: string, configurations: Properties[]): RuleCase["legal"] =>
    (stage, lab, prepared) =>
      stage.create(
        tokens.nic,
        name,
        nicInputs(name, lab.subnet.id, {
          ipConfigurations: configurations.map((configuration, index) => ({
            name: `c${index}`,
            subnet: { id: lab.subnet.id },
            ...filledIn(configuration, prepared),
          })),
        }),
      );
  return { rule, code, prepare, illegal: make("illegal", illegal), legal: make("legal", legal) };
}

/** `$key` as a public address stands for the id that was prepared under that key. */
function filledIn(configuration: Properties, prepared: Properties): Properties {
  const { publicIPAddress, subnet, ...rest } = configuration;
  return {
    ...rest,
    ...(typeof publicIPAddress === "string"
      ? { publicIPAddress: { id: prepared[publicIPAddress] } }
      : {}),
    ...(typeof subnet === "string" ? { subnet: { id: prepared[subnet] } } : {}),
    ...(subnet === null ? { subnet: null } : {}),
  };
}

const six = { privateIPAddressVersion: "IPv6" };
const first = { primary: true };

async function twoAddresses(stage: Stage): Promise<Properties> {
  const make = async (name: string, extra: Properties = {}) =>
    (await stage.create(tokens.publicAddress, name, publicAddressInputs(name, extra))).id;
  return {
    four: await make("four"),
    other: await make("other"),
    six: await make("six", { publicIPAddressVersion: "IPv6" }),
  };
}

async function secondSubnet(stage: Stage): Promise<Properties> {
  await stage.create(
    tokens.network,
    "n4",
    networkInputs({
      virtualNetworkName: "n4",
      ...space("10.4.0.0/16"),
      subnets: [{ name: "s", addressPrefix: "10.4.0.0/24" }],
    }),
  );
  const own = await stage.create(
    tokens.subnet,
    "v4",
    subnetInputs({ subnetName: "v4", ...prefixes("10.1.4.0/24") }),
  );
  const far = await stage.client.invoke("azure-native:network:getSubnet", {
    resourceGroupName,
    virtualNetworkName: "n4",
    subnetName: "s",
  });
  return { v4: own.id, far: far.result.id };
}

const fixed = (privateIPAddress: string): Properties => ({
  privateIPAllocationMethod: "Static",
  privateIPAddress,
});

const networkInterfaceCases: RuleCase[] = [
  nicCase("NIC-IPCONFIG", "NetworkInterfaceMustHaveAtLeastOneIpConfiguration", [], [{}]),
  nicCase("NIC-NEEDS-IPV4", "NetworkInterfaceMustHaveIpv4Configuration", [six], [first, six]),
  nicCase(
    "NIC-ONE-PRIMARY",
    "NetworkInterfaceMustHaveOnePrimaryIpConfiguration",
    [first, first],
    [first, {}],
  ),
  nicCase(
    "NIC-ONE-PRIMARY",
    "NetworkInterfaceMustHaveOnePrimaryIpConfiguration",
    [{}, six],
    [first, six],
  ),
  nicCase(
    "NIC-PRIMARY-IPV4",
    "PrimaryIpConfigurationMustBeIpv4",
    [{}, { ...six, ...first }],
    [first, six],
  ),
  nicCase("NIC-ONE-IPV6", "MaxOnePrivateIpv6PerNetworkInterface", [first, six, six], [first, six]),
  nicCase(
    "NIC-IPCONFIG-NAME-DUP",
    "DuplicateResourceName",
    [{ ...first, name: "a" }, { name: "A" }],
    [{ ...first, name: "a" }, { name: "b" }],
  ),
  nicCase("NIC-SUBNET-REQUIRED", "SubnetIsRequired", [{ subnet: null }], [{}]),
  {
    rule: "REGION-NIC",
    code: "InvalidResourceReference",
    illegal: (stage, lab) =>
      stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id, { location: "westus" })),
    legal: (stage, lab) => stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id)),
  },
  {
    rule: "REGION-NIC",
    code: "InvalidResourceReference",
    illegal: (stage, lab) => stage.create(tokens.nic, "n", nicInputs("n", `${lab.subnet.id}x`)),
    legal: (stage, lab) =>
      stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id.toLowerCase())),
  },
  nicCase(
    "NIC-ONE-VNET",
    "SubnetsNotInSameVnet",
    [first, { subnet: "far" }],
    [first, { subnet: "v4" }],
    secondSubnet,
  ),
  nicCase(
    "NIC-SUBNET-FAMILY",
    "SubnetDoesNotSupportIpVersion",
    [first, { ...six, subnet: "v4" }],
    [{ ...first, subnet: "v4" }, six],
    secondSubnet,
  ),
  nicCase(
    "NIC-STATIC-NEEDS-ADDRESS",
    "PrivateIPAddressMissing",
    [{ privateIPAllocationMethod: "Static" }],
    [fixed("10.1.0.20")],
  ),
  nicCase(
    "NIC-ADDRESS-IN-SUBNET",
    "PrivateIPAddressNotInSubnet",
    [fixed("10.1.1.20")],
    [fixed("10.1.0.20")],
  ),
  nicCase(
    "NIC-ADDRESS-RESERVED",
    "PrivateIPAddressInReservedRange",
    [fixed("10.1.0.3")],
    [fixed("10.1.0.4")],
  ),
  nicCase(
    "NIC-ADDRESS-RESERVED",
    "PrivateIPAddressInReservedRange",
    [fixed("10.1.0.255")],
    [fixed("10.1.0.254")],
  ),
  nicCase(
    "NIC-ADDRESS-DUP",
    "PrivateIPAddressIsAllocated",
    [first, { ...six, ...fixed("fd12:3456:0:0::9") }],
    [first, { ...six, ...fixed("fd12:3456::10") }],
    async (stage, lab) =>
      (
        await stage.create(
          tokens.nic,
          "has",
          nicInputs("has", lab.subnet.id, {
            ipConfigurations: [
              { name: "a", primary: true, subnet: { id: lab.subnet.id } },
              { name: "b", ...six, ...fixed("fd12:3456::9"), subnet: { id: lab.subnet.id } },
            ],
          }),
        )
      ).outputs,
  ),
  nicCase(
    "NIC-PIP-VERSION",
    "IPVersionForPublicIpAndNicIpConfigurationMustMatch",
    [{ publicIPAddress: "six" }],
    [first, { ...six, publicIPAddress: "six" }],
    twoAddresses,
  ),
  nicCase(
    "PIP-ONE-USE",
    "PublicIPAddressInUse",
    [{ ...first, publicIPAddress: "four" }, { publicIPAddress: "four" }],
    [{ ...first, publicIPAddress: "four" }, { publicIPAddress: "other" }],
    twoAddresses,
  ),
  nicCase("PIP-STANDARD-NEEDS-NSG", undefined, [{ publicIPAddress: "four" }], [{}], twoAddresses),
  nicCase(
    "NIC-256",
    "NetworkInterfaceIpConfigurationLimitReached",
    Array.from({ length: 257 }, (_, index) => ({ primary: index === 0 })),
    Array.from({ length: 200 }, (_, index) => ({ primary: index === 0 })),
  ),
];

export const networkCases: RuleCase[] = [
  ...securityRuleCases,
  ...virtualNetworkCases,
  ...publicAddressCases,
  ...networkInterfaceCases,
];
