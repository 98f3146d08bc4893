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
