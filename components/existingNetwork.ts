import type * as pulumi from "@pulumi/pulumi";
import * as network from "@pulumi/azure-native/network";
import { refuseLate } from "./inputErrors";
import { together } from "./outputs";
import type { PeerNetwork, PeerNetworkArgs } from "./peerNetwork";
import { checkExistingSubnet, checkSubnetInExisting } from "./plan/existingNetwork";
import { locationOfNetwork } from "./plan/rules/locations";
import { subnetRoom } from "./plan/rules/subnets";

type Parent = { parent: pulumi.Resource };

/** An existing subnet, once it is known to be one for peers. */
export function existingSubnet(
  name: string,
  args: PeerNetworkArgs,
  parent: Parent,
): {
  ranges: pulumi.Output<string[]>;
  subnetId: pulumi.Output<string>;
  virtualNetworkId: pulumi.Output<string>;
} {
  const resourceGroupName = args.existing?.resourceGroupName ?? args.resourceGroupName;
  const virtualNetworkName = args.existing?.virtualNetworkName ?? "";
  const subnetName = args.existing?.subnetName ?? "";
  const found = network.getSubnetOutput(
    { resourceGroupName, virtualNetworkName, subnetName },
    parent,
  );
  const ranges = found.apply((subnet) => {
    const all = rangesOf(subnet);
    refuseLate(
      `PeerNetwork ${name}`,
      checkExistingSubnet("existing.subnetName", all, args.peerSources),
    );
    return all;
  });
  const subnetId = found.apply(({ id }) => id ?? "");
  const virtualNetworkId = subnetId.apply((id) => id.replace(/\/subnets\/[^/]+$/i, ""));
  return { ranges, subnetId, virtualNetworkId };
}

/** The id of an existing subnet, once it is known to have an address for each machine of a lab. */
export function existingSubnetWithRoom(
  what: string,
  { subnetId, subnetRanges }: Pick<PeerNetwork, "subnetId" | "subnetRanges">,
  machines: number,
): pulumi.Output<string> {
  return together([subnetId, subnetRanges]).apply(([id, ranges]) => {
    refuseLate(what, subnetRoom("existing.subnetName", ranges, machines));
    return id;
  });
}

/** An existing network's id, and the ranges of the subnet that is to be made in it, once they are known to fit. */
export function existingNetwork(
  name: string,
  args: PeerNetworkArgs,
  virtualNetworkName: string,
  subnet: string[],
  parent: Parent,
): { virtualNetworkId: pulumi.Output<string>; ranges: pulumi.Output<string[]> } {
  const resourceGroupName = args.existing?.resourceGroupName ?? args.resourceGroupName;
  const found = network.getVirtualNetworkOutput({ resourceGroupName, virtualNetworkName }, parent);
  const ranges = found.apply(({ addressSpace, subnets }) => {
    const known = {
      spaces: addressSpace?.addressPrefixes,
      subnets: (subnets ?? []).map((other) => ({
        name: other.name ?? "",
        ranges: rangesOf(other),
      })),
    };
    refuseLate(`PeerNetwork ${name}`, checkSubnetInExisting(subnet, known, `${name}-subnet`));
    return subnet;
  });
  const allowed = inRegion(name, args, found, `the network ${virtualNetworkName}`, ranges);
  const virtualNetworkId = together([found, allowed]).apply(([{ id }]) => id ?? "");
  return { virtualNetworkId, ranges: allowed };
}

/**
 * `value`, once the region that is wanted is known to be that of an existing part: a value of its own, so that what is wrong with
 * it is known as early as it can be, while a region may come from a resource group that is still to be made.
 */
export function inRegion<T>(
  name: string,
  { location }: PeerNetworkArgs,
  found: pulumi.Output<{ location?: string }>,
  what: string,
  value: pulumi.Output<T>,
): pulumi.Output<T> {
  const known = together([found, location]).apply(([part, wanted]) => {
    if (wanted === undefined || part.location === undefined) return;
    refuseLate(`PeerNetwork ${name}`, locationOfNetwork("location", wanted, part.location, what));
  });
  return together([value, known]).apply(([one]) => one as T) as pulumi.Output<T>;
}

function rangesOf(subnet: { addressPrefix?: string; addressPrefixes?: string[] }): string[] {
  const { addressPrefix, addressPrefixes } = subnet;
  return addressPrefixes ?? (addressPrefix === undefined ? [] : [addressPrefix]);
}
