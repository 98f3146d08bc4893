import * as pulumi from "@pulumi/pulumi";
import * as network from "@pulumi/azure-native/network";
import { refuseLate } from "./inputErrors";
import type { PeerNetworkArgs } from "./peerNetwork";
import { checkExistingSubnet, checkSubnetInExisting } from "./plan/existingNetwork";
import { locationOfNetwork } from "./plan/rules/locations";

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
  refuseOtherRegion(name, args, found, `the network ${virtualNetworkName}`);
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
  return { virtualNetworkId: found.apply(({ id }) => id ?? ""), ranges };
}

/** What is used together is in one region; where either is known only later, so is the answer. */
export function refuseOtherRegion(
  name: string,
  { location }: PeerNetworkArgs,
  found: pulumi.Output<{ location?: string }>,
  what: string,
): void {
  pulumi.all([location, found]).apply(([wanted, part]) => {
    if (wanted === undefined || part.location === undefined) return;
    refuseLate(`PeerNetwork ${name}`, locationOfNetwork("location", wanted, part.location, what));
  });
}

function rangesOf(subnet: { addressPrefix?: string; addressPrefixes?: string[] }): string[] {
  const { addressPrefix, addressPrefixes } = subnet;
  return addressPrefixes ?? (addressPrefix === undefined ? [] : [addressPrefix]);
}
