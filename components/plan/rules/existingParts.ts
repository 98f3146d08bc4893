import { oneOf, received } from "../findings";
import { rule } from "./rule";
import { sources } from "./sources";

/** An existing subnet is found by two names. */
export const existingNetworkNamed = rule(
  { id: "EXISTING-NETWORK-MISSING", source: "ARM: a subnet belongs to a virtual network" },
  (_path, subnetName: string | undefined, virtualNetworkName: string | undefined) =>
    subnetName !== undefined && virtualNetworkName === undefined
      ? ["is missing; an existing subnet is found by its virtual network's name and its own"]
      : [],
);

/** What exists already is in a group that exists already: a lab that makes its own finds nothing there. */
export const existingGroupNamed = rule(
  {
    id: "EXISTING-RESOURCE-GROUP",
    source: "ARM: what exists already is in no resource group that is still to be made",
  },
  (_path, isGroupMade: boolean, parts: readonly string[]) =>
    isGroupMade && parts.length > 0
      ? [
          `is missing; ${oneOf(parts)} cannot be in the resource group that the lab makes for itself: name the one it is in, here or as the lab's resourceGroupName`,
        ]
      : [],
);

/** The priorities of a lab's rules fit below 4096. */
export const firstPriority = rule(
  { id: "NSG-PRIORITY-RANGE", source: sources.securityGroups },
  (_path, priority: number) =>
    Number.isInteger(priority) && priority >= 100 && priority <= 3000
      ? []
      : [
          `is ${received(priority)}; it is a whole number from 100 to 3000, since up to 1,000 priorities follow it`,
        ],
);

/** An existing network keeps its ranges. */
export const networkKeepsRanges = rule(
  { id: "EXISTING-NETWORK-RANGES", source: "what exists already is used as it is" },
  (_path, text: string | undefined) =>
    text === undefined
      ? []
      : [
          `is ${received(text)}, but existing.virtualNetworkName is given: an existing network keeps its ranges`,
        ],
);

/** An existing subnet keeps its ranges. */
export const subnetKeepsRanges = rule(
  { id: "EXISTING-SUBNET-RANGES", source: "what exists already is used as it is" },
  (_path, text: string | undefined) =>
    text === undefined
      ? []
      : [
          `is ${received(text)}, but existing.subnetName is given: an existing subnet keeps its ranges`,
        ],
);

/** A new subnet has no way out of its own. */
export const newSubnetHasNoWayOut = rule(
  {
    id: "OUTBOUND-NEW-SUBNET",
    source: "azure-docs, virtual-network/ip-services/default-outbound-access.md",
  },
  (_path, outbound: string | undefined, existing: boolean) =>
    !existing && outbound === "existing"
      ? [
          'is "existing", but the subnet is a new one and has no way out; use "natGateway" or "instance", or name existing.subnetName',
        ]
      : [],
);

/** A gateway is a property of the subnet. */
export const existingSubnetHasItsWayOut = rule(
  { id: "OUTBOUND-EXISTING-SUBNET", source: "what exists already is used as it is" },
  (_path, outbound: string | undefined, existing: boolean) =>
    existing && outbound === "natGateway"
      ? [
          'is "natGateway", but existing.subnetName is given: a gateway is attached where the subnet is made; use "existing"',
        ]
      : [],
);

/** An existing security group has room for the lab's rules. */
export const roomForRules = rule(
  { id: "NSG-1000-EXISTING", source: sources.networkLimits },
  (_path, own: readonly string[], existing: readonly string[]) => {
    const all = new Set([...own, ...existing].map((name) => name.toLowerCase()));
    return all.size > 1000
      ? [
          `would have ${all.size} rules with the ${own.length} of the lab; Azure takes 1000 in a security group`,
        ]
      : [];
  },
);
