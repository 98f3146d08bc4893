import { idKey, parentId, sameId } from "../arm/id";
import type {
  RecordSetProperties,
  VirtualMachineProperties,
  VirtualNetworkLinkProperties,
} from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { AzureResource, ResourceStore } from "../arm/store";
import { attachmentsOf } from "./machines";

const zoneType = "Microsoft.Network/privateDnsZones";

/** The addresses of a name, by the private zones that are linked to one of the networks; empty where there is none. */
export function resolveName(
  networkIds: ReadonlySet<string>,
  name: string,
  store: ResourceStore,
): string[] {
  const wanted = name.toLowerCase().replace(/\.$/, "");
  const zones = [...networkIds].flatMap((networkId) => zonesOf(networkId, store));
  // The zone with the longest fitting name answers for the name.
  const [zone] = zones
    .filter(({ zone: { name: zoneName } }) => covers(zoneName, wanted))
    .sort((one, other) => other.zone.name.length - one.zone.name.length);
  return zone ? recordsFor(zone, wanted, store) : [];
}

interface LinkedZone {
  zone: AzureResource;
  networkId: string;
  registers: boolean;
}

function zonesOf(networkId: string, store: ResourceStore): LinkedZone[] {
  return store
    .referrers(networkId)
    .filter(({ type }) => type === `${zoneType}/virtualNetworkLinks`)
    .flatMap((link) => {
      const zone = store.get(parentId(link.id));
      const { registrationEnabled } = propertiesOf<VirtualNetworkLinkProperties>(link);
      return zone ? [{ zone, networkId, registers: registrationEnabled === true }] : [];
    });
}

function covers(zoneName: string, name: string): boolean {
  const zone = zoneName.toLowerCase();
  return name === zone || name.endsWith(`.${zone}`);
}

function recordsFor(
  { zone, networkId, registers }: LinkedZone,
  name: string,
  store: ResourceStore,
) {
  const relative = name === zone.name.toLowerCase() ? "@" : name.slice(0, -(zone.name.length + 1));
  const sets = ["A", "AAAA"]
    .map((type) => store.get(`${zone.id}/${type}/${relative}`))
    .filter((set) => set !== undefined);
  const declared = sets.flatMap((set) => {
    const { aRecords, aaaaRecords } = propertiesOf<RecordSetProperties>(set);
    return [
      ...(aRecords ?? []).map(({ ipv4Address }) => ipv4Address),
      ...(aaaaRecords ?? []).map(({ ipv6Address }) => ipv6Address),
    ].filter((address) => address !== undefined);
  });
  if (declared.length > 0) return declared;
  const alias = store.get(`${zone.id}/CNAME/${relative}`);
  const target = alias && propertiesOf<RecordSetProperties>(alias).cnameRecord?.cname;
  if (target) return resolveName(new Set([networkId]), target, store);
  return registers ? registered(networkId, relative, store) : [];
}

/** Machines of a network are registered under their computer names where the link asks for it; IPv4 only, as in Azure. */
function registered(networkId: string, hostName: string, store: ResourceStore): string[] {
  return store
    .ofType("Microsoft.Compute/virtualMachines")
    .filter((machine) => {
      const { osProfile } = propertiesOf<VirtualMachineProperties>(machine);
      return (osProfile?.computerName ?? machine.name).toLowerCase() === hostName;
    })
    .flatMap((machine) => attachmentsOf(machine, store))
    .filter(
      (attachment) =>
        sameId(attachment.networkId, idKey(networkId)) &&
        attachment.configuration.privateIPAddressVersion !== "IPv6",
    )
    .map(({ address }) => address);
}
