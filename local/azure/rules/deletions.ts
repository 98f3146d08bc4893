import type { Azure } from "../arm/azure";
import { AzureError } from "../arm/error";
import { idKey, sameId } from "../arm/id";
import type { NetworkInterfaceProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import type { Grade } from "./rule";

/** Something that keeps a resource from being deleted. */
export interface DeletionRule {
  id: string;
  grade: Grade;
  code: string;
  /** The HTTP status; 400 where nothing else is said. */
  status?: number;
  /** Why the resource cannot go, in Azure's style; undefined where it can. */
  check(resource: AzureResource, azure: Azure): string | undefined;
}

/** Judges a DELETE. The journal gets the refusal with the rule it comes from. */
export function judgeDeletion(
  rules: readonly DeletionRule[],
  resource: AzureResource,
  azure: Azure,
): void {
  for (const rule of rules) {
    const message = rule.check(resource, azure);
    if (message === undefined) continue;
    azure.journal.write({
      kind: "azure",
      subject: resource.id,
      what: `refusal ${rule.id}`,
      outcome: rule.code,
      detail: message,
    });
    throw new AzureError(rule.status ?? 400, rule.code, message);
  }
}

const interfaceType = "Microsoft.Network/networkInterfaces";

function usersOf(resource: AzureResource, azure: Azure, type: string): AzureResource[] {
  return azure.store.referrers(resource.id).filter((user) => user.type === type);
}

/** The first IP configuration whose `property` names the resource, as `.../networkInterfaces/N/ipConfigurations/C`. */
function configurationUsing(
  resource: AzureResource,
  property: "subnet" | "publicIPAddress",
  azure: Azure,
): string | undefined {
  for (const nic of usersOf(resource, azure, interfaceType)) {
    const { ipConfigurations } = propertiesOf<NetworkInterfaceProperties>(nic);
    const using = ipConfigurations?.find((one) => sameId(one[property]?.id, resource.id));
    if (using) return `${nic.id}/ipConfigurations/${using.name ?? ""}`;
  }
  return undefined;
}

export const subnetInUse: DeletionRule = {
  id: "SUBNET-IN-USE",
  grade: "B",
  code: "InUseSubnetCannotBeDeleted",
  check: (subnet, azure) => {
    const configuration = configurationUsing(subnet, "subnet", azure);
    return (
      configuration &&
      `Subnet ${subnet.name} is in use by ${configuration} and cannot be deleted. In order to delete the subnet, ` +
        "delete all the resources within the subnet. See aka.ms/deletesubnet."
    );
  },
};

/** A network goes with its subnets, as far as these may go. */
export const networkSubnetInUse: DeletionRule = {
  ...subnetInUse,
  check: (network, azure) => {
    for (const subnet of azure.store.children(network.id)) {
      const message = subnetInUse.check(subnet, azure);
      if (message !== undefined) return message;
    }
    return undefined;
  },
};

export const networkLinked: DeletionRule = {
  id: "VNET-LINKED",
  grade: "U",
  code: "InUseVirtualNetworkCannotBeDeleted",
  check: (network, azure) => {
    const [link] = usersOf(network, azure, "Microsoft.Network/privateDnsZones/virtualNetworkLinks");
    return (
      link &&
      `Virtual network ${network.name} is in use by ${link.id} and cannot be deleted. In order to delete it, remove ` +
        "the link first."
    );
  },
};

export const interfaceInUse: DeletionRule = {
  id: "NIC-IN-USE",
  grade: "B",
  code: "NicInUse",
  check: (nic, azure) => {
    const [machine] = usersOf(nic, azure, "Microsoft.Compute/virtualMachines");
    return (
      machine &&
      `Network Interface ${nic.id} is used by existing resource ${machine.id}. In order to delete the network ` +
        "interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic."
    );
  },
};

export const publicAddressInUse: DeletionRule = {
  id: "PIP-IN-USE",
  grade: "B",
  code: "PublicIPAddressCannotBeDeleted",
  check: (address, azure) => {
    const [gateway] = usersOf(address, azure, "Microsoft.Network/natGateways");
    const user = configurationUsing(address, "publicIPAddress", azure) ?? gateway?.id;
    return (
      user &&
      `Public IP address ${address.id} can not be deleted since it is still allocated to resource ${user}. In order ` +
        "to delete the public IP, disassociate/detach the Public IP address from the resource."
    );
  },
};

export const securityGroupInUse: DeletionRule = {
  id: "NSG-IN-USE",
  grade: "B",
  code: "InUseNetworkSecurityGroupCannotBeDeleted",
  check: (group, azure) => {
    const users = azure.store.referrers(group.id);
    return users.length === 0
      ? undefined
      : `Network security group ${group.id} cannot be deleted because it is in use by the following resources: ` +
          `${users.map(({ id }) => id).join(", ")}. In order to delete the Network security group, remove the ` +
          "association with the resource(s).";
  },
};

export const natGatewayInUse: DeletionRule = {
  id: "NAT-IN-USE",
  grade: "B",
  code: "CannotDeleteNatGatewayAssociatedToSubnet",
  check: (gateway, azure) => {
    const users = azure.store.referrers(gateway.id);
    return users.length === 0
      ? undefined
      : `NAT Gateway ${gateway.id} is still configured on ${users.length} subnets. Remove NAT Gateway from all ` +
          "referenced subnets and then delete NAT Gateway.";
  },
};

export const zoneLinked: DeletionRule = {
  id: "DNS-ZONE-LINKED",
  grade: "B",
  status: 409,
  code: "CannotDeleteResource",
  check: (zone, azure) => {
    const link = azure.store
      .children(zone.id)
      .find(({ type }) => type.endsWith("/virtualNetworkLinks"));
    return (
      link &&
      "Cannot delete resource while nested resources exist. Some existing nested resource IDs include: " +
        `'${link.id.split("/providers/").pop()}'. Please delete all nested resources before deleting this resource.`
    );
  },
};

/** A user outside the group keeps what it uses. */
export const groupBlocked: DeletionRule = {
  id: "GROUP-BLOCKED",
  grade: "B",
  status: 409,
  code: "ResourceGroupDeletionBlocked",
  check: (group, azure) => {
    const inside = (id: string) => idKey(id).startsWith(`${idKey(group.id)}/`);
    const pending = azure.store.children(group.id);
    for (let resource = pending.pop(); resource; resource = pending.pop()) {
      const user = azure.store.referrers(resource.id).find(({ id }) => !inside(id));
      if (user) {
        return (
          `Deletion of resource group '${group.name}' failed as resources with identifiers '${resource.id}' could not ` +
          `be deleted: it is used by ${user.id}.`
        );
      }
      pending.push(...azure.store.children(resource.id));
    }
    return undefined;
  },
};
