/** Where the machines of a stack stand: read from the resources of its last update alone. */
import type { StateResource } from "../stack";

/** A subnet in which machines of the lab are. */
export interface MapNetwork {
  /** ARM id of the subnet, in lower case: Azure takes both. */
  id: string;
  subnet: string;
  virtualNetwork: string;
  /** Ranges of both; empty where the stack does not have the network's own resource, such as for an existing one. */
  subnetRanges: string[];
  virtualNetworkRanges: string[];
}

/** The subnets of the stack's machines, and in which of them each virtual machine is, by its ARM id. */
export interface MachineNetworks {
  networks: MapNetwork[];
  subnetOf: ReadonlyMap<string, string>;
}

/** Reads the subnets from the network interface that stands beside each virtual machine. */
export function networksOf(resources: readonly StateResource[]): MachineNetworks {
  const subnetOf = new Map<string, string>();
  const networks = new Map<string, MapNetwork>();
  for (const virtualMachine of resources) {
    if (virtualMachine.type !== "azure-native:compute:VirtualMachine") continue;
    const networkInterface = resources.find(
      ({ type, parent }) =>
        type === "azure-native:network:NetworkInterface" && parent === virtualMachine.parent,
    );
    const subnetId = subnetIdOf(networkInterface);
    if (subnetId === undefined || !virtualMachine.id) continue;
    const id = subnetId.toLowerCase();
    subnetOf.set(virtualMachine.id, id);
    if (!networks.has(id)) networks.set(id, networkOf(subnetId, resources));
  }
  return { networks: [...networks.values()], subnetOf };
}

function subnetIdOf(networkInterface: StateResource | undefined): string | undefined {
  const told = { ...networkInterface?.inputs, ...networkInterface?.outputs } as {
    ipConfigurations?: { subnet?: { id?: unknown } }[];
  };
  const id = told.ipConfigurations?.[0]?.subnet?.id;
  return typeof id === "string" && id !== "" ? id : undefined;
}

function networkOf(subnetId: string, resources: readonly StateResource[]): MapNetwork {
  const virtualNetworkId = subnetId.replace(/\/subnets\/[^/]*$/i, "");
  const outputs = (wanted: string) =>
    resources.find(({ id }) => id?.toLowerCase() === wanted.toLowerCase())?.outputs as
      | {
          addressPrefix?: string;
          addressPrefixes?: string[];
          addressSpace?: { addressPrefixes?: string[] };
        }
      | undefined;
  const subnet = outputs(subnetId);
  // The component knows the ranges of an existing subnet, too.
  const component = resources.find(
    ({ type, outputs: told }) =>
      type === "peerlab:index:PeerNetwork" &&
      String(told?.subnetId).toLowerCase() === subnetId.toLowerCase(),
  )?.outputs as { subnetRanges?: string[] } | undefined;
  return {
    id: subnetId.toLowerCase(),
    subnet: lastPart(subnetId),
    virtualNetwork: lastPart(virtualNetworkId),
    subnetRanges:
      component?.subnetRanges ??
      subnet?.addressPrefixes ??
      (subnet?.addressPrefix ? [subnet.addressPrefix] : []),
    virtualNetworkRanges: outputs(virtualNetworkId)?.addressSpace?.addressPrefixes ?? [],
  };
}

function lastPart(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
