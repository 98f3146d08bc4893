import { securityRulesOf } from "../components/plan/securityRulesOf";
import type { SecurityRule, Surroundings } from "../components/plan/securityGroup";
import type { FirewallRule } from "../guest/contract";
import { nameOf } from "./engineText";
import type { SecurityGroupsInAzure } from "./securityGroupsInAzure";
import type { StateResource } from "./stack";

/** A security group, as far as the stack's state knows it. */
export interface GroupInState {
  /** ARM id. */
  id: string;
  name: string;
  rules: SecurityRule[];
  /** False where the group is somebody else's and Azure was not asked: then only the rules that this stack has put into it are known. */
  complete: boolean;
}

/** Where a machine of the stack is in its network, and what it should let in. */
export interface MachineInNetwork {
  machine: string;
  /** Private addresses, IPv4 and IPv6. */
  addresses: string[];
  /** ARM id of its subnet in lower case: machines of one subnet are peers of each other. */
  subnetId: string;
  /** The groups of its subnet and of its interface, in the order in which an arriving packet meets them. */
  groups: GroupInState[];
  /** The subnet's name where it is somebody else's, whose own group is not known here. */
  foreignSubnet?: string;
  /** What its Windows Firewall lets in: the ports that the network should let in too. */
  wanted: FirewallRule[];
  surroundings: Surroundings;
}

/** The ARM ids of the security groups that guard a stack's machines, each once. */
export function securityGroupIdsOf(resources: readonly StateResource[]): string[] {
  const ids = machinesInNetwork(resources).flatMap(({ groups }) => groups.map(({ id }) => id));
  return [...new Map(ids.map((id) => [id.toLowerCase(), id])).values()];
}

/**
 * The machines that a stack's `WindowsPeer`s made and whose addresses are known, with the groups that guard them: as Azure has
 * them `now` where that is known, else as the state does.
 */
export function machinesInNetwork(
  resources: readonly StateResource[],
  now: SecurityGroupsInAzure = new Map(),
): MachineInNetwork[] {
  const state = new Map(resources.map((one) => [one.id?.toLowerCase(), one]));
  return resources.filter(isPeer).flatMap((peer): MachineInNetwork[] => {
    const { privateIpv4, privateIpv6 } = (peer.outputs ?? {}) as Record<string, unknown>;
    const addresses = [privateIpv4, privateIpv6].filter(
      (address): address is string => typeof address === "string" && address !== "",
    );
    const nic = resources.find(({ type, parent }) => type === nicType && parent === peer.urn);
    const { ipConfigurations, networkSecurityGroup } = (nic?.inputs ?? {}) as Interface;
    const subnetId = ipConfigurations?.[0]?.subnet?.id?.toLowerCase();
    if (addresses.length === 0 || !nic || subnetId === undefined) return [];
    const subnet = state.get(subnetId)?.inputs as Subnet | undefined;
    const groups = [subnet?.networkSecurityGroup?.id, networkSecurityGroup?.id];
    const { networking } = (peer.inputs ?? {}) as { networking?: { firewallRules?: unknown } };
    return [
      {
        machine: keyOf(peer),
        addresses,
        subnetId,
        groups: groups.flatMap((id) => (id ? [groupOf(id, resources, now)] : [])),
        foreignSubnet: subnet ? undefined : lastPart(subnetId),
        wanted: (networking?.firewallRules ?? []) as FirewallRule[],
        surroundings: surroundingsOf(subnetId, resources),
      },
    ];
  });
}

const nicType = "azure-native:network:NetworkInterface";

interface Reference {
  id?: string;
}
interface Subnet {
  addressPrefixes?: string[];
  networkSecurityGroup?: Reference;
}
interface Interface {
  ipConfigurations?: { subnet?: Reference }[];
  networkSecurityGroup?: Reference;
}

function isPeer({ type }: StateResource): boolean {
  return type === "peerlab:index:WindowsPeer";
}

/** Of the machine `ada-1` of the lab `lab`, the component is called `lab-ada-1`. */
function keyOf({ urn, parent = "" }: StateResource): string {
  const [name, prefix] = [nameOf(urn), `${nameOf(parent)}-`];
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

function lastPart(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** Its own rules where it is of this stack, and with them those that stand in the state as resources of their own. */
function groupOf(
  id: string,
  resources: readonly StateResource[],
  now: SecurityGroupsInAzure,
): GroupInState {
  const key = id.toLowerCase();
  const inAzure = now.get(key);
  if (inAzure) return { id, name: lastPart(id), rules: inAzure, complete: true };
  const group = resources.find(
    (one) =>
      one.type === "azure-native:network:NetworkSecurityGroup" && one.id?.toLowerCase() === key,
  );
  const single = resources.filter(
    (one) =>
      one.type === "azure-native:network:SecurityRule" &&
      one.id?.toLowerCase().startsWith(`${key}/securityrules/`),
  );
  const rules = new Map<string, SecurityRule>();
  const all = [
    ...(group ? securityRulesOf({ ...group.inputs, ...group.outputs }) : []),
    ...single.flatMap(({ inputs }) => securityRulesOf(inputs ?? {})),
  ];
  for (const rule of all) rules.set(rule.name.toLowerCase(), rule);
  return { id, name: lastPart(id), rules: [...rules.values()], complete: group !== undefined };
}

/**
 * The network's ranges where it is one of this stack; of another's, the ranges of the subnet. With them those of the networks
 * whose machines are peers too. Nothing where none is known.
 */
function surroundingsOf(subnetId: string, resources: readonly StateResource[]): Surroundings {
  const networkId = subnetId.replace(/\/subnets\/[^/]+$/, "");
  const network = resources.find(
    ({ type, id }) =>
      type === "azure-native:network:VirtualNetwork" && id?.toLowerCase() === networkId,
  );
  const component = resources.find(
    ({ type, outputs }) =>
      type === "peerlab:index:PeerNetwork" &&
      String(outputs?.subnetId ?? "").toLowerCase() === subnetId,
  );
  const { addressSpace } = (network?.inputs ?? {}) as {
    addressSpace?: { addressPrefixes?: string[] };
  };
  const space =
    addressSpace?.addressPrefixes ?? (component?.outputs?.subnetRanges as string[] | undefined);
  const peered = (component?.inputs?.peerSources ?? []) as string[];
  return space ? { virtualNetwork: [...space, ...peered] } : {};
}
