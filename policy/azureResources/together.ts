/** What Azure refuses of resources only together. */
import { at, received, type Finding } from "../../components/plan/findings";
import { rule } from "../../components/plan/rules/rule";
import { sources } from "../../components/plan/rules/sources";
import { subnetApart, subnetFamilies, subnetInNetwork } from "../../components/plan/rules/subnets";
import type { Stack, StackFinding } from "../policy";
import { elementsAt, isKnown, textAt, valueAt } from "../properties";
import { azureType, azureTypes, ofType, type Resource } from "../resource";
import { securityGroupsOf } from "../securityGroups";
import { rangesOf, spaceOf } from "./networks";

export const addressUsedOnce = rule(
  { id: "PIP-ONE-USE", source: "MicrosoftDocs/azure-docs#53880" },
  (_path, interfaces: readonly string[]) => shared(interfaces, "an address serves one interface"),
);

export const interfaceUsedOnce = rule(
  {
    id: "NIC-ONE-VM",
    source: "azure-docs, virtual-network/virtual-network-network-interface-vm.md: NicInUse",
  },
  (_path, machines: readonly string[]) => shared(machines, "an interface belongs to one machine"),
);

export const priorityOnce = rule(
  { id: "NSG-PRIORITY-DUP", source: sources.securityGroups },
  (_path, priority: number, other: string) => [
    `is ${priority}, the same as of the rule ${received(other)} of the group; each once in a direction`,
  ],
);

function shared(users: readonly string[], allowed: string): string[] {
  return users.length > 1
    ? [`is used by ${users.map((user) => received(user)).join(" and ")}; ${allowed}`]
    : [];
}

type AzureFinding = Finding & StackFinding;

const types: ReadonlySet<string | undefined> = new Set([
  azureTypes.networkInterface,
  azureTypes.networkSecurityGroup,
  azureTypes.publicAddress,
  azureTypes.securityRule,
  azureTypes.subnet,
  azureTypes.virtualMachine,
  azureTypes.virtualNetwork,
]);

/** A property by which a resource uses others of one type, and how many of them it names. */
interface Uses {
  property: string;
  count(user: Resource): number;
}

const ofAddresses: Uses = {
  property: "ipConfigurations",
  count: ({ properties }) =>
    elementsAt(properties, "ipConfigurations").filter(
      ([, one]) => valueAt(one, "publicIPAddress") !== undefined,
    ).length,
};

const ofInterfaces: Uses = {
  property: "networkProfile",
  count: ({ properties }) => elementsAt(properties, "networkProfile", "networkInterfaces").length,
};

/** The types that {@link judgeTogether} wants to see. */
export function concernsTogether(type: string): boolean {
  return types.has(azureType(type));
}

/** Subnets in their networks, configurations in their subnets, and what two resources cannot share. */
export function judgeTogether(stack: Stack): AzureFinding[] {
  return [
    ...judgeSubnets(stack),
    ...judgeFamilies(stack),
    ...judgePriorities(stack),
    ...ofType(stack.resources, azureTypes.publicAddress).flatMap((address) => {
      const users = usersOf(address, azureTypes.networkInterface, ofAddresses, stack);
      return about(address, addressUsedOnce("", users));
    }),
    ...ofType(stack.resources, azureTypes.networkInterface).flatMap((nic) => {
      const users = usersOf(nic, azureTypes.virtualMachine, ofInterfaces, stack);
      return about(nic, interfaceUsedOnce("", users));
    }),
  ];
}

/** Subnets of their own lie in their network, and apart from each other. */
function judgeSubnets(stack: Stack): AzureFinding[] {
  const subnets = ofType(stack.resources, azureTypes.subnet).map((subnet) => ({
    subnet,
    network: networkOf(subnet, stack),
  }));
  return subnets.flatMap(({ subnet, network }, index) => {
    const space = network && spaceOf(network);
    const neighbours = subnets
      .slice(0, index)
      .filter((other) => network !== undefined && other.network === network)
      .map(({ subnet: other }) => ({
        name: textAt(other.properties, "subnetName") ?? other.urn.split("::").pop() ?? "",
        ranges: rangesOf("", other.properties).map(({ text }) => text),
      }));
    return rangesOf("", subnet.properties).flatMap(({ path, text }) => [
      ...about(subnet, space && space.length > 0 ? subnetInNetwork(path, text, space) : []),
      ...about(subnet, subnetApart(path, text, neighbours)),
    ]);
  });
}

/** An interface with a configuration for IPv6 is in a subnet of both families. */
function judgeFamilies(stack: Stack): AzureFinding[] {
  const subnets = ofType(stack.resources, azureTypes.subnet);
  return ofType(stack.resources, azureTypes.networkInterface).flatMap((nic) => {
    const made = stack.dependencies(nic.urn, "ipConfigurations");
    const own = subnets.filter(({ urn }) => made.includes(urn));
    const place = elementsAt(nic.properties, "ipConfigurations").find(
      ([, one]) => textAt(one, "privateIPAddressVersion")?.toLowerCase() === "ipv6",
    );
    // Of several subnets nobody can tell which configuration is in which.
    if (own.length !== 1 || !place) return [];
    const { properties } = own[0];
    const isWhole = isKnown(properties.addressPrefix) && isKnown(properties.addressPrefixes);
    const ranges = rangesOf("", properties).map(({ text }) => text);
    if (!isWhole || ranges.length === 0) return [];
    return about(nic, subnetFamilies(at(at("ipConfigurations", place[0]), "subnet"), ranges));
  });
}

/** Rules that are resources of their own have priorities of their own in their group. */
function judgePriorities(stack: Stack): AzureFinding[] {
  return securityGroupsOf(stack).flatMap(({ rules }) => {
    const earlier = new Map<string, { path: string; urn: string; name: string }>();
    return rules.flatMap(({ rule: { direction, priority, name }, path, urn }) => {
      if (priority < 100 || priority > 4096) return [];
      const key = `${direction} ${priority}`;
      const other = earlier.get(key);
      earlier.set(key, { path, urn, name });
      // Two inside of one group are found with the group.
      if (other === undefined || (other.path !== "" && path !== "")) return [];
      return priorityOnce(at(path, "priority"), priority, other.name).map((finding) => ({
        ...finding,
        urn,
      }));
    });
  });
}

/**
 * The names of the resources of a type that use this one. What a property was made of may be more than it names, where it was
 * made of all that a component declares: it counts where as many are named.
 */
function usersOf({ urn, type: own }: Resource, type: string, uses: Uses, stack: Stack): string[] {
  const alike = new Set(ofType(stack.resources, azureType(own) ?? "").map((one) => one.urn));
  return ofType(stack.resources, type)
    .filter((user) => {
      const made = stack.dependencies(user.urn, uses.property).filter((one) => alike.has(one));
      return made.includes(urn) && made.length <= uses.count(user);
    })
    .map((user) => user.urn.split("::").pop() ?? user.urn);
}

function networkOf(subnet: Resource, stack: Stack): Resource | undefined {
  const networks = ofType(stack.resources, azureTypes.virtualNetwork);
  const made = stack.dependencies(subnet.urn, "virtualNetworkName");
  const byDependency = networks.find(({ urn }) => made.includes(urn));
  if (byDependency) return byDependency;
  const place = (properties: Resource["properties"]) =>
    ["resourceGroupName", "virtualNetworkName"].map((key) =>
      textAt(properties, key)?.toLowerCase(),
    );
  const [resourceGroup, name] = place(subnet.properties);
  if (resourceGroup === undefined || name === undefined) return undefined;
  return networks.find(({ properties }) => {
    const [otherGroup, otherName] = place(properties);
    return otherGroup === resourceGroup && otherName === name;
  });
}

function about({ urn }: Resource, findings: readonly Finding[]): AzureFinding[] {
  return findings.map((finding) => ({ ...finding, urn }));
}
