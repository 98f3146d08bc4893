import { openStore } from "../../../local/azure/arm/store";
import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import { prefixes, space } from "./ruleCase";
import type { Stage } from "./stage";
import {
  networkInputs,
  nicInputs,
  publicAddressInputs,
  resourceGroupName,
  subnetInputs,
  tokens,
} from "./stage";

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

/** An interface with that many IPv4 configurations. */
function configured(name: string, subnetId: string, count: number): Properties {
  const ipConfigurations = Array.from({ length: count }, (_, index) => ({
    name: `c${index}`,
    primary: index === 0,
    subnet: { id: subnetId },
  }));
  return nicInputs(name, subnetId, { ipConfigurations });
}

export const networkInterfaceCases: RuleCase[] = [
  nicCase("NIC-IPCONFIG", "NetworkInterfaceMustHaveAtLeastOneIpConfiguration", [], [{}]),
  nicCase("NIC-NEEDS-IPV4", "NetworkInterfaceMustHaveIpv4Configuration", [six], [first, six]),
  nicCase(
    "NIC-ONE-PRIMARY",
    "NetworkInterfaceMustHaveOnePrimaryIpConfiguration",
    [first, first],
    [first, {}],
  ),
  nicCase(
    "NIC-PRIMARY-REQUIRED",
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
    "NIC-ADDRESS-DUP",
    "PrivateIPAddressIsAllocated",
    [{ ...first, ...fixed("10.1.0.20") }, fixed("10.1.0.20")],
    [{ ...first, ...fixed("10.1.0.20") }, fixed("10.1.0.21")],
  ),
  {
    rule: "SUBNET-FULL",
    code: "SubnetIsFull",
    prepare: async (stage) => {
      const subnet = await stage.create(
        tokens.subnet,
        "small",
        subnetInputs({ subnetName: "small", ...prefixes("10.1.9.0/29", "fd12:3456:0:9::/64") }),
      );
      // A /29 has eight addresses, and Azure keeps five of them.
      for (const name of ["one", "two", "three"]) {
        await stage.create(tokens.nic, name, nicInputs(name, subnet.id));
      }
      return { subnet: subnet.id };
    },
    illegal: (stage, _lab, { subnet }) =>
      stage.create(tokens.nic, "four", nicInputs("four", String(subnet))),
    legal: async (stage, _lab, { subnet }) => {
      const { id } = stage.server.resources().find(({ name }) => name === "two") ?? { id: "" };
      await stage.server.deleteResource(id);
      await stage.create(tokens.nic, "four", nicInputs("four", String(subnet)));
    },
  },
  {
    rule: "NIC-ASG-20",
    code: "ApplicationSecurityGroupsLimitReached",
    illegal: (stage, lab) =>
      stage.create(
        tokens.nic,
        "n",
        nicInputs("n", lab.subnet.id, {
          ipConfigurations: [
            {
              name: "a",
              subnet: { id: lab.subnet.id },
              applicationSecurityGroups: Array.from({ length: 21 }, (_, index) => ({
                id: `${lab.group.id}/providers/Microsoft.Network/applicationSecurityGroups/a${index}`,
              })),
            },
          ],
        }),
      ),
    legal: (stage, lab) => stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id)),
  },
  {
    rule: "VNET-LIMITS",
    code: "PrivateIPAddressesLimitReached",
    prepare: async (stage, lab) => {
      // One interface too large for Azure stands for the many that would fill a network.
      const ipConfigurations = Array.from({ length: 65535 }, (_, index) => ({
        name: `c${index}`,
        subnet: { id: lab.subnet.id },
      }));
      const addresses = ipConfigurations.map(({ name }, index) => [
        name,
        `10.1.${index >> 8}.${index % 256}`,
      ]);
      openStore(stage.directory).put({
        id: `${lab.group.id}/providers/Microsoft.Network/networkInterfaces/crowd`,
        type: "Microsoft.Network/networkInterfaces",
        name: "crowd",
        properties: { location: "eastus", ipConfigurations },
        assigned: { addresses: Object.fromEntries(addresses) as Properties },
        provisioningState: "Succeeded",
        created: new Date().toISOString(),
      });
      await stage.restart();
      const second = subnetInputs({ subnetName: "second", ...prefixes("10.1.5.0/24") });
      return { second: (await stage.create(tokens.subnet, "second", second)).id };
    },
    illegal: (stage, _lab, { second }) =>
      stage.create(tokens.nic, "two", configured("two", String(second), 2)),
    legal: (stage, _lab, { second }) =>
      stage.create(tokens.nic, "one", configured("one", String(second), 1)),
  },
  nicCase(
    "NIC-256",
    "NetworkInterfaceIpConfigurationLimitReached",
    Array.from({ length: 257 }, (_, index) => ({ primary: index === 0 })),
    Array.from({ length: 200 }, (_, index) => ({ primary: index === 0 })),
  ),
];
