import { nameOf, sameId } from "../arm/id";
import type {
  IPConfiguration,
  NatGatewayProperties,
  NetworkInterfaceProperties,
  SubnetProperties,
  VirtualMachineAssigned,
  VirtualNetworkProperties,
} from "../arm/model";
import { assignedOf, propertiesOf } from "../arm/model";
import type { AzureResource, ResourceStore } from "../arm/store";
import type { Network, Packet, Verdict } from "../../interfaces";
import { remembered } from "../../remembered";
import type { AddressBook } from "./addressBook";
import type { Address } from "./addresses";
import { isPrivate, parseAddress } from "./addresses";
import { resolveName } from "./names";
import type { Attachment, MachineBook } from "./machines";
import { attachmentsOf, attachmentsOfInterface, machineOf, vmIdOf } from "./machines";
import type { LocatedPacket } from "./securityRules";
import { evaluate, isInVirtualNetwork } from "./securityRules";

interface Parts {
  store: ResourceStore;
  addresses: AddressBook;
  machines: MachineBook;
}

/** Azure's network over the declared resources; what it has answered holds until one of them changes. */
export function openNetwork(parts: Parts): Network {
  const network = networkOver(parts);
  const verdicts = remembered((packet) => network.send(JSON.parse(packet) as Packet));
  const addresses = remembered((vmId) => network.addressesOf(vmId));
  const names = remembered((question) => {
    const [vmId = "", name = ""] = JSON.parse(question) as string[];
    return network.resolveName(vmId, name);
  });
  parts.store.listen(() => {
    for (const answers of [verdicts, addresses, names]) answers.forget();
  });
  return {
    ...network,
    send: ({ from, to, protocol, port }) =>
      verdicts(JSON.stringify({ from, to, protocol, port } satisfies Packet)),
    addressesOf: addresses,
    resolveName: (vmId, name) => names(JSON.stringify([vmId, name])),
  };
}

function networkOver(parts: Parts): Network {
  const { store, machines } = parts;
  const attachments = (vmId: string) => {
    const machine = machines.byVmId(vmId);
    return machine ? attachmentsOf(machine, store) : [];
  };
  return {
    send: (packet) => send(packet, parts),
    addressesOf(vmId) {
      const all = attachments(vmId);
      const ofFamily = (family: Address["family"]) =>
        all.map(({ address }) => address).filter((text) => parseAddress(text)?.family === family);
      const publicAddresses = all
        .map(({ configuration }) => publicAddressOf(configuration, store))
        .filter((address) => address !== undefined);
      return { ipv4: ofFamily("IPv4"), ipv6: ofFamily("IPv6"), publicAddresses };
    },
    hasOutbound: (vmId) => attachments(vmId).some((attachment) => hasOutbound(attachment, store)),
    resolveName: (vmId, name) =>
      resolveName(new Set(attachments(vmId).map(({ networkId }) => networkId)), name, store),
    power(vmId) {
      const machine = machines.byVmId(vmId);
      return machine ? assignedOf<VirtualMachineAssigned>(machine).power : "gone";
    },
  };
}

function publicAddressOf(configuration: IPConfiguration, store: ResourceStore): string | undefined {
  const address = store.get(configuration.publicIPAddress?.id)?.assigned.ipAddress;
  return typeof address === "string" ? address : undefined;
}

const refused = (reason: string): Verdict => ({ allowed: false, reason });

function send(packet: Packet, parts: Parts): Verdict {
  const from = parseAddress(packet.from);
  const to = parseAddress(packet.to);
  if (!from || !to) return refused(`${from ? packet.to : packet.from} is no IP address`);
  if (from.family !== to.family) return refused(`${packet.from} and ${packet.to} differ in family`);
  const target = findTarget(packet, from, parts);
  if (typeof target === "string") return refused(target);
  const { attachment, machine, viaPublicAddress } = target;
  if (assignedOf<VirtualMachineAssigned>(machine).power !== "running") {
    return { allowed: false, reason: `${machine.name} is not running`, vmId: vmIdOf(machine) };
  }
  const verdict = judge(packet, from, attachment, viaPublicAddress, parts);
  return { ...verdict, vmId: vmIdOf(machine) };
}

interface Target {
  attachment: Attachment;
  machine: AzureResource;
  viaPublicAddress: boolean;
}

/** The machine behind the destination, or why there is none. */
function findTarget(packet: Packet, from: Address, parts: Parts): Target | string {
  const { addresses, store } = parts;
  const publicAddress = store.get(addresses.publicAddress(packet.to));
  if (publicAddress) {
    const nic = store
      .referrers(publicAddress.id)
      .find(({ type }) => type === "Microsoft.Network/networkInterfaces");
    const attachment =
      nic &&
      attachmentsOfInterface(nic).find(({ configuration }) =>
        sameId(configuration.publicIPAddress?.id, publicAddress.id),
      );
    const machine = nic && machineOf(nic, store);
    if (!attachment || !machine) return `no machine has the public address ${packet.to}`;
    return { attachment, machine, viaPublicAddress: true };
  }
  const source = sourceAttachment(packet, parts);
  for (const owner of addresses.ownersOf(packet.to)) {
    const nic = store.get(owner.networkInterface);
    const attachment =
      nic &&
      attachmentsOfInterface(nic).find(
        ({ configuration }) => configuration.name === owner.configuration,
      );
    const machine = nic && machineOf(nic, store);
    if (!attachment || !machine) continue;
    if (source && !connected(source.networkId, attachment.networkId, store)) continue;
    // An address of nobody here reaches a private one only over a connected network, which has private addresses too.
    if (!source && !isPrivate(from)) return `${packet.to} is private and ${packet.from} is not`;
    return { attachment, machine, viaPublicAddress: false };
  }
  return `no machine that ${packet.from} can reach has the address ${packet.to}`;
}

function sameAddress(one: string, other: string): boolean {
  const first = parseAddress(one);
  const second = parseAddress(other);
  return first?.family === second?.family && first?.value === second?.value;
}

/** Where the sender is attached, when it is a machine here. */
function sourceAttachment(packet: Packet, { addresses, store }: Parts): Attachment | undefined {
  for (const owner of addresses.ownersOf(packet.from)) {
    const nic = store.get(owner.networkInterface);
    if (!nic || !machineOf(nic, store)) continue;
    const attachment = attachmentsOfInterface(nic).find(({ address }) =>
      sameAddress(address, packet.from),
    );
    if (attachment) return attachment;
  }
  return undefined;
}

/** One network, or two that are peered in both directions. */
function connected(one: string, other: string, store: ResourceStore): boolean {
  const peersOf = (networkId: string) => {
    const network = store.get(networkId);
    const peerings = network
      ? propertiesOf<VirtualNetworkProperties>(network).virtualNetworkPeerings
      : undefined;
    return (peerings ?? []).map(({ remoteVirtualNetwork }) => remoteVirtualNetwork?.id);
  };
  if (one === other) return true;
  return (
    peersOf(one).some((id) => sameId(id, other)) && peersOf(other).some((id) => sameId(id, one))
  );
}

/** The security groups on the way: out at the sender's NIC and subnet, in at the receiver's subnet and NIC. */
function judge(
  packet: Packet,
  from: Address,
  target: Attachment,
  viaPublicAddress: boolean,
  parts: Parts,
): Verdict {
  const { store } = parts;
  const source = sourceAttachment(packet, parts);
  const reasons: string[] = [];
  if (source && viaPublicAddress && !hasOutbound(source, store)) {
    return refused(`${nameOf(source.nic.id)} has no way to the internet`);
  }
  if (source) {
    const leaving = locate(packet, source, store);
    for (const group of groupsOf(source, store).reverse()) {
      const verdict = evaluate(group, "Outbound", leaving, store);
      if (!verdict.allowed) return verdict;
      reasons.push(verdict.reason);
    }
  }
  const arriving = arrivingPacket(packet, from, source, target, viaPublicAddress, store);
  const groups = groupsOf(target, store);
  if (groups.length === 0 && viaPublicAddress) {
    return refused(
      `a Standard public address is closed without a network security group on ${nameOf(target.nic.id)} or its subnet`,
    );
  }
  for (const group of groups) {
    const verdict = evaluate(group, "Inbound", arriving, store);
    if (!verdict.allowed) return verdict;
    reasons.push(verdict.reason);
  }
  return { allowed: true, reason: reasons.pop() ?? "no network security group on the way" };
}

/** The groups of subnet and NIC, in the order in which an arriving packet meets them. */
function groupsOf({ nic, subnetId }: Attachment, store: ResourceStore): string[] {
  const subnet = store.get(subnetId);
  const ids = [
    subnet && propertiesOf<SubnetProperties>(subnet).networkSecurityGroup?.id,
    propertiesOf<NetworkInterfaceProperties>(nic).networkSecurityGroup?.id,
  ];
  return ids.filter((id) => id !== undefined);
}

/**
 * The packet as the receiver's groups see it: Azure has put the private address in the place of the public one, and a
 * sender inside Azure that goes over the internet appears with its own public address.
 */
function arrivingPacket(
  packet: Packet,
  from: Address,
  source: Attachment | undefined,
  target: Attachment,
  viaPublicAddress: boolean,
  store: ResourceStore,
): LocatedPacket {
  if (!viaPublicAddress) return locate(packet, target, store);
  const appearing = source && publicAddressOf(source.configuration, store);
  const translated = locate({ ...packet, to: target.address }, target, store);
  return {
    ...translated,
    source: { address: parseAddress(appearing ?? "") ?? from, inVirtualNetwork: false },
  };
}

function locate(packet: Packet, { networkId }: Attachment, store: ResourceStore): LocatedPacket {
  const network = store.get(networkId);
  const space = network
    ? (propertiesOf<VirtualNetworkProperties>(network).addressSpace?.addressPrefixes ?? [])
    : [];
  const place = (text: string) => {
    const address = parseAddress(text) as Address;
    return { address, inVirtualNetwork: isInVirtualNetwork(address, space) };
  };
  return { packet, source: place(packet.from), destination: place(packet.to) };
}

/** A public address, a NAT gateway, or the default access that a subnet has unless it says otherwise. */
function hasOutbound({ configuration, subnetId }: Attachment, store: ResourceStore): boolean {
  if (configuration.privateIPAddressVersion === "IPv6") {
    return configuration.publicIPAddress?.id !== undefined;
  }
  if (configuration.publicIPAddress?.id !== undefined) return true;
  const subnet = store.get(subnetId);
  if (!subnet) return false;
  const { natGateway, defaultOutboundAccess } = propertiesOf<SubnetProperties>(subnet);
  const gateway = store.get(natGateway?.id);
  if (gateway) {
    return (propertiesOf<NatGatewayProperties>(gateway).publicIpAddresses ?? []).length > 0;
  }
  return defaultOutboundAccess ?? true;
}
