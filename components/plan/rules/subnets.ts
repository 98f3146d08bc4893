import { contains, overlap, parseRange } from "../addresses";
import { received } from "../findings";
import { rule } from "./rule";
import { sources } from "./sources";

/** An IPv6 subnet in Azure is exactly a /64. */
export const subnetIpv6Length = rule(
  { id: "SUBNET-IPV6-64", source: sources.ipv6 },
  (_path, text: string) => {
    const range = parseRange(text);
    return range?.family === "IPv6" && range.prefixLength !== 64
      ? [`is ${received(range.text)}; an IPv6 subnet in Azure is exactly a /64`]
      : [];
  },
);

/** How large an IPv4 subnet may be. */
export const subnetIpv4Size = rule(
  { id: "SUBNET-IPV4-SIZE", source: sources.virtualNetworks },
  (_path, text: string) => {
    const range = parseRange(text);
    return range?.family === "IPv4" && (range.prefixLength < 8 || range.prefixLength > 29)
      ? [`is ${received(range.text)}; an IPv4 subnet in Azure has a length from 8 to 29`]
      : [];
  },
);

/** A subnet lies inside one range of its network. */
export const subnetInNetwork = rule(
  { id: "SUBNET-IN-VNET", source: sources.subnets },
  (_path, text: string, spaces: readonly string[]) => {
    const subnet = parseRange(text);
    if (!subnet) return [];
    const inside = spaces.some((space) => {
      const range = parseRange(space);
      return range !== undefined && contains(range, subnet);
    });
    return inside
      ? []
      : [`is ${received(subnet.text)}, which is not inside the network's ${spaces.join(", ")}`];
  },
);

/** A subnet as a network already has it. */
export interface NeighbourSubnet {
  name: string;
  ranges: readonly string[];
}

/** A subnet overlaps none of the network's others. */
export const subnetApart = rule(
  { id: "SUBNET-OVERLAP", source: sources.subnets },
  (_path, text: string, neighbours: readonly NeighbourSubnet[]) => {
    const subnet = parseRange(text);
    return neighbours.flatMap(({ name, ranges }) =>
      ranges
        .map(parseRange)
        .filter((range) => range !== undefined && subnet !== undefined && overlap(range, subnet))
        .map(
          (range) =>
            `is ${received(text)}, which overlaps ${range?.text} of the network's subnet ${name}; name a range that is free`,
        ),
    );
  },
);

/** A machine has an address of each family, so a subnet for machines has a range of each. */
export const subnetFamilies = rule(
  { id: "NIC-SUBNET-FAMILY", source: sources.ipv6 },
  (_path, ranges: readonly string[]) => {
    const parsed = ranges.map(parseRange);
    const reasons: string[] = [];
    if (!parsed.some((range) => range?.family === "IPv4")) {
      reasons.push(`has no IPv4 range (${received(ranges)}); every Azure VM needs one`);
    }
    if (!parsed.some((range) => range?.family === "IPv6" && range.prefixLength === 64)) {
      reasons.push(`has no IPv6 /64 (${received(ranges)}); peer networking runs over IPv6`);
    }
    return reasons;
  },
);

/** Azure keeps the first four addresses and the last one of each subnet. */
export const keptAddresses = 5;

/** A subnet has an IPv4 address for each machine. */
export const subnetRoom = rule(
  { id: "SUBNET-CAPACITY", source: sources.virtualNetworks },
  (_path, ranges: readonly string[], machines: number) => {
    const room = ranges
      .map(parseRange)
      .filter((range) => range?.family === "IPv4")
      .map((range) => Math.max(0, 2 ** (32 - (range?.prefixLength ?? 32)) - keptAddresses))
      .reduce((sum, free) => sum + free, 0);
    return machines > room
      ? [
          `is ${ranges.join(", ")}, which has ${room} addresses for machines (Azure keeps ${keptAddresses}); the lab has ${machines} machines`,
        ]
      : [];
  },
);

/** The one thing that says of a subnet to be made in an existing network where it is to be. */
export const subnetRangeNamed = rule(
  {
    id: "SUBNET-RANGE-MISSING",
    source: "only the owner of an existing network knows which of its ranges are free",
  },
  (_path, text: string | undefined) =>
    text === undefined ? ["is missing; name a free range of the existing network"] : [],
);
