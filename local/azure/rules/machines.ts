import type { PutRequest } from "../arm/azure";
import { parentId } from "../arm/id";
import type {
  NetworkInterfaceProperties,
  VirtualMachineProperties,
  PublicIPAddressProperties,
} from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import { machineChangeRules } from "./machineChanges";
import { machineDiskRules } from "./machineDisks";
import { machinePriceRules } from "./machinePrice";
import { virtualMachineName } from "./names";
import { operatingSystemRules } from "./operatingSystem";
import { others, referenceRules, refersTo } from "./references";
import { resizeRules } from "./resize";
import type { Rule } from "./rule";
import { tagRules } from "./tags";

function machineOf(put: PutRequest): VirtualMachineProperties {
  return propertiesOf<VirtualMachineProperties>(put);
}

function interfacesOf(put: PutRequest) {
  return machineOf(put).networkProfile?.networkInterfaces ?? [];
}

const networkInterfaceType = "Microsoft.Network/networkInterfaces";

export const needsInterface: Rule = {
  id: "VM-NEEDS-NIC",
  grade: "A",
  code: "InvalidParameter",
  check: (put) =>
    interfacesOf(put).length > 0
      ? []
      : [
          `Required parameter 'networkProfile.networkInterfaces' of ${put.name} is missing (null or empty).`,
        ],
};

export const primaryInterface: Rule = {
  id: "VM-ONE-PRIMARY-NIC",
  grade: "B",
  code: "NetworkInterfaceMustHavePrimaryPropertySet",
  check: (put) => {
    const interfaces = interfacesOf(put);
    const primaries = interfaces.filter(({ primary }) => primary === true).length;
    return interfaces.length > 1 && primaries !== 1
      ? [
          `Virtual machine ${put.name} has ${interfaces.length} network interfaces and ${primaries} primary ones; exactly ` +
            "one must have the primary property set.",
        ]
      : [];
  },
};

export const interfaceReferences = refersTo("REGION-VM-NIC", networkInterfaceType, (put) =>
  interfacesOf(put).map(({ id }) => id),
);

export const interfaceFree: Rule = {
  id: "NIC-ONE-VM",
  grade: "B",
  code: "NicInUse",
  check: (put, azure) =>
    interfacesOf(put).flatMap(({ id }) => {
      const nic = azure.store.get(id);
      if (!nic) return [];
      const [other] = others(azure.store.referrers(nic.id), put.id).filter(
        ({ type }) => type === "Microsoft.Compute/virtualMachines",
      );
      return other
        ? [
            `Network Interface ${nic.id} is used by existing resource ${other.id}. In order to delete the network ` +
              "interface, it must be dissociated from the resource.",
          ]
        : [];
    }),
};

export const oneNetwork: Rule = {
  id: "VM-ONE-VNET",
  grade: "A",
  code: "NetworkInterfacesNotInSameVnet",
  check: (put, azure) => {
    const networks = new Set(
      interfacesOf(put)
        .map(({ id }) => azure.store.get(id))
        .filter((nic) => nic !== undefined)
        .flatMap((nic) => propertiesOf<NetworkInterfaceProperties>(nic).ipConfigurations ?? [])
        .map(({ subnet }) => (parentId(subnet?.id ?? "") ?? "").toLowerCase()),
    );
    return networks.size > 1
      ? [`All network interfaces of virtual machine ${put.name} must be in one virtual network.`]
      : [];
  },
};

export const oneZone: Rule = {
  id: "VM-ONE-ZONE",
  grade: "C",
  code: "VMZonesMustBeSingle",
  check: (put) => {
    const count = machineOf(put).zones?.length ?? 0;
    return count > 1 ? [`Virtual machine ${put.name} names ${count} zones; one is allowed.`] : [];
  },
};

export const zoneOrSet: Rule = {
  id: "VM-ZONE-AVSET",
  grade: "C",
  code: "InvalidParameter",
  check: (put) => {
    const { zones, availabilitySet } = machineOf(put);
    return zones?.length && availabilitySet?.id
      ? [`Virtual machine ${put.name} cannot have both a zone and an availability set.`]
      : [];
  },
};

export const publicAddressZone: Rule = {
  id: "VM-PIP-ZONE",
  grade: "B",
  code: "ComputeResourceZoneConstraintDoesNotMatchPublicIPAddressZoneConstraint",
  check: (put, azure) => {
    const [zone] = machineOf(put).zones ?? [];
    if (zone === undefined) return [];
    const addresses = interfacesOf(put)
      .map(({ id }) => azure.store.get(id))
      .filter((nic) => nic !== undefined)
      .flatMap((nic) => propertiesOf<NetworkInterfaceProperties>(nic).ipConfigurations ?? [])
      .map(({ publicIPAddress }) => azure.store.get(publicIPAddress?.id))
      .filter((address): address is AzureResource => address !== undefined);
    return addresses
      .filter((address) => {
        const { zones, sku } = propertiesOf<PublicIPAddressProperties>(address);
        return zones?.length ? !zones.includes(zone) : (sku?.name ?? "Basic") === "Basic";
      })
      .map(
        (address) =>
          `Compute resource ${put.id} has a zone constraint ${zone} but the PublicIPAddress ${address.id} used by the ` +
          "compute resource via NetworkInterface has a different zone constraint.",
      );
  },
};

/**
 * Machines without an explicit way out depend on default outbound access, which Azure withdraws for new networks; here
 * it is named when it is the only way.
 */
export const outbound: Rule = {
  id: "OUTBOUND",
  grade: "A",
  warns: true,
  code: "DefaultOutboundAccess",
  check: (put, azure) => {
    const configurations = interfacesOf(put)
      .map(({ id }) => azure.store.get(id))
      .filter((nic) => nic !== undefined)
      .flatMap((nic) => propertiesOf<NetworkInterfaceProperties>(nic).ipConfigurations ?? []);
    const explicit = configurations.some(({ publicIPAddress, subnet }) => {
      const network = azure.store.get(subnet?.id);
      const gateway = network && propertiesOf<{ natGateway?: { id?: string } }>(network).natGateway;
      return publicIPAddress?.id !== undefined || gateway?.id !== undefined;
    });
    return explicit || configurations.length === 0
      ? []
      : [
          `Virtual machine ${put.name} has no explicit way to the internet: neither public address nor NAT gateway.`,
        ];
  },
};

export const virtualMachineRules: Rule[] = [
  ...machineChangeRules,
  ...resizeRules,
  virtualMachineName,
  ...tagRules,
  needsInterface,
  primaryInterface,
  interfaceReferences,
  interfaceFree,
  oneNetwork,
  oneZone,
  zoneOrSet,
  publicAddressZone,
  ...machineDiskRules,
  ...machinePriceRules,
  ...operatingSystemRules,
  outbound,
  ...referenceRules,
];
