import * as fc from "fast-check";
import type { Properties } from "../../../local/provider";
import { subscription, type MemoryAzure } from "../memoryAzure";
import { byte, group, range, type Range } from "./addresses";
import { resourceName, type Place } from "./names";

/** What exists in Azure before a program runs. */
export interface ExistingParts {
  resourceGroups: { name: string; location: string }[];
  network?: ExistingNetwork;
  securityGroup?: ExistingSecurityGroup;
}

/** A dual-stack network with one subnet that has machines' room, and others that are free. */
export interface ExistingNetwork {
  resourceGroup: string;
  name: string;
  location: string;
  space: Range[];
  subnet: { name: string; ranges: string[] };
  /** Ranges of which no subnet has any part. */
  free: string[];
  /** Whether its subnet carries a security group that lets administrators in, and a NAT gateway. */
  hasGroup: boolean;
  hasGateway: boolean;
}

export interface ExistingSecurityGroup {
  resourceGroup: string;
  name: string;
  location: string;
  /** Priorities of the rules that somebody else has put there, of inbound ones. */
  priorities: number[];
  /** Rules by which administrators come in. */
  open: [source: string, priority: number][];
}

/** Administrators of both families, outside all networks. */
export const administrators: [source: string, priority: number][] = [
  ["198.51.100.0/24", 4001],
  ["2001:db8:77::/48", 4002],
];

export function networkId({ resourceGroup, name }: ExistingNetwork): string {
  return idOf(resourceGroup, `virtualNetworks/${name}`);
}

export function subnetId(network: ExistingNetwork): string {
  return `${networkId(network)}/subnets/${network.subnet.name}`;
}

export function securityGroupId({ resourceGroup, name }: ExistingSecurityGroup): string {
  return idOf(resourceGroup, `networkSecurityGroups/${name}`);
}

function idOf(resourceGroup: string, path: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/${path}`;
}

/** A network that is there already, in the region of the definition. */
export const existingNetwork = (
  resourceGroup: string,
  { region }: Place,
): fc.Arbitrary<ExistingNetwork> =>
  fc
    .record({
      name: resourceName,
      subnetName: resourceName,
      second: byte,
      third: fc.integer({ min: 0, max: 200 }),
      groups: fc.tuple(group, group),
      length: fc.constantFrom(24, 26, 29),
      hasGroup: fc.boolean(),
      hasGateway: fc.boolean(),
    })
    .map(({ name, subnetName, second, third, groups, length, hasGroup, hasGateway }) => {
      const ipv4Range = (part: number, bits: number) => range([10, second, part, 0], bits);
      const ipv6Range = (part: number, bits: number) =>
        range([0xfd12, ...groups, part, 0, 0, 0, 0], bits);
      const ipv4 = (part: number, bits: number) => ipv4Range(part, bits).text;
      const ipv6 = (part: number, bits: number) => ipv6Range(part, bits).text;
      return {
        resourceGroup,
        name,
        location: region,
        space: [ipv4Range(0, 16), ipv6Range(0, 48)],
        subnet: { name: subnetName, ranges: [ipv4(third, length), ipv6(third, 64)] },
        free: [ipv4(third + 1, length), ipv6(third + 1, 64)],
        hasGroup,
        hasGateway,
      };
    });

/** A security group that is there already; the rules in it leave the 1,000 priorities from `first` on free. */
export const existingSecurityGroup = (
  resourceGroup: string,
  { region }: Place,
  first: number,
): fc.Arbitrary<ExistingSecurityGroup> =>
  fc
    .record({
      name: resourceName,
      priorities: fc.uniqueArray(
        fc.integer({ min: 100, max: 4000 }).filter((at) => at < first || at >= first + 1000),
        { maxLength: 4 },
      ),
    })
    .map((known) => ({ ...known, resourceGroup, location: region, open: [] }));

/** Makes what exists already. Throws where the stand-in refuses it: then the generator is wrong, and not the program. */
export async function makeExisting(parts: ExistingParts, azure: MemoryAzure): Promise<void> {
  const make = async (type: string, inputs: Properties) => {
    const made = await azure.create(`azure-native:${type}`, "existing", inputs);
    if (!made) throw new Error(`what should exist was refused: ${azure.refusals[0].message}`);
    return made.id;
  };
  for (const { name, location } of parts.resourceGroups) {
    await make("resources:ResourceGroup", { resourceGroupName: name, location });
  }
  const { network, securityGroup } = parts;
  if (network) await makeNetwork(network, make);
  if (securityGroup) {
    await make("network:NetworkSecurityGroup", {
      resourceGroupName: securityGroup.resourceGroup,
      networkSecurityGroupName: securityGroup.name,
      location: securityGroup.location,
      securityRules: [
        ...securityGroup.priorities.map((priority) => openTo("10.0.0.0/8", priority)),
        ...securityGroup.open.map(([source, priority]) => openTo(source, priority)),
      ],
    });
  }
  azure.forgetWarnings();
}

async function makeNetwork(
  network: ExistingNetwork,
  make: (type: string, inputs: Properties) => Promise<string>,
): Promise<void> {
  const { resourceGroup: resourceGroupName, name, location, space, subnet } = network;
  await make("network:VirtualNetwork", {
    resourceGroupName,
    virtualNetworkName: name,
    location,
    addressSpace: { addressPrefixes: space.map(({ text }) => text) },
  });
  const group =
    network.hasGroup &&
    (await make("network:NetworkSecurityGroup", {
      resourceGroupName,
      networkSecurityGroupName: "of-the-subnet",
      location,
      securityRules: administrators.map(([source, priority]) => openTo(source, priority)),
    }));
  const address =
    network.hasGateway &&
    (await make("network:PublicIPAddress", {
      resourceGroupName,
      publicIpAddressName: "way-out",
      location,
      sku: { name: "Standard" },
      publicIPAllocationMethod: "Static",
    }));
  const gateway =
    address &&
    (await make("network:NatGateway", {
      resourceGroupName,
      natGatewayName: "way-out",
      location,
      sku: { name: "Standard" },
      publicIpAddresses: [{ id: address }],
    }));
  await make("network:Subnet", {
    resourceGroupName,
    virtualNetworkName: name,
    subnetName: subnet.name,
    addressPrefixes: subnet.ranges,
    ...(group && { networkSecurityGroup: { id: group } }),
    ...(gateway && { natGateway: { id: gateway } }),
    defaultOutboundAccess: false,
  });
}

function openTo(source: string, priority: number): Properties {
  return {
    name: `Theirs-${priority}`,
    priority,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourceAddressPrefix: source,
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
    destinationPortRange: "443",
  };
}
