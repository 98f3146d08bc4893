import { parseRange } from "./addresses";
import { at, type Finding } from "./findings";
import { peersApart } from "./rules/securitySources";
import {
  subnetApart,
  subnetFamilies,
  subnetInNetwork,
  type NeighbourSubnet,
} from "./rules/subnets";

/** An existing virtual network as Azure has it. */
export interface FoundNetwork {
  /** Absent where Azure does not say. */
  spaces?: readonly string[];
  subnets: readonly NeighbourSubnet[];
}

/**
 * What a new subnet in an existing network has to be like. The network has it too as soon as it is made: it is the one whose name
 * holds `ownName`, with the very same ranges.
 */
export function checkSubnetInExisting(
  [ipv4, ipv6]: readonly string[],
  found: FoundNetwork,
  ownName: string,
): Finding[] {
  const { spaces, subnets } = found;
  const own = normal([ipv4, ipv6]);
  const neighbours = subnets.filter(
    ({ name, ranges }) => !(name.includes(ownName) && normal(ranges) === own),
  );
  const check = (key: string, range: string) => [
    ...(spaces === undefined ? [] : subnetInNetwork(key, range, spaces)),
    ...subnetApart(key, range, neighbours),
  ];
  return [...check("ipv4Subnet", ipv4), ...check("ipv6Subnet", ipv6)];
}

/** What an existing subnet has to be like; its ranges are known only when it was looked up. */
export function checkExistingSubnet(
  path: string,
  ranges: readonly string[],
  peerSources: readonly string[] = [],
): Finding[] {
  return [
    ...subnetFamilies(path, ranges),
    ...peerSources.flatMap((source, index) => peersApart(at("peerSources", index), source, ranges)),
  ];
}

function normal(ranges: readonly string[]): string {
  return ranges
    .map((range) => parseRange(range)?.text ?? range)
    .sort()
    .join(" ");
}
