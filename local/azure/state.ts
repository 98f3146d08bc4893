import { idKey, groupOf, nameOf, parentId } from "./arm/id";
import type { VirtualMachineAssigned, VirtualMachineProperties } from "./arm/model";
import { assignedOf, propertiesOf } from "./arm/model";
import type { ResourceStore } from "./arm/store";
import { attachmentsOf } from "./network/machines";
import { rulesOf } from "./network/securityRules";

export interface ResourceSummary {
  id: string;
  type: string;
  name: string;
  resourceGroup: string;
  location: string;
  provisioningState: string;
}

export interface RuleSummary {
  group: string;
  name: string;
  direction: string;
  priority: number;
  access: string;
  protocol: string;
  /** Prefixes and ports, separated by commas. */
  source: string;
  destination: string;
  ports: string;
}

export interface MachineSummary {
  name: string;
  resourceGroup: string;
  computerName: string;
  vmId: string;
  size: string;
  power: string;
  privateAddresses: string[];
  publicAddresses: string[];
}

/** What there is in the stand-in's Azure, for people to look at. Holds no secret. */
export interface AzureState {
  resources: ResourceSummary[];
  securityRules: RuleSummary[];
  machines: MachineSummary[];
}

export function describeState(store: ResourceStore): AzureState {
  const byId = (one: { id: string }, other: { id: string }) =>
    idKey(one.id) < idKey(other.id) ? -1 : 1;
  return {
    resources: store
      .all()
      .sort(byId)
      .map(({ id, type, name, properties, provisioningState }) => ({
        id,
        type,
        name,
        resourceGroup: groupOf(id),
        location: String(properties.location ?? store.get(parentId(id))?.properties.location ?? ""),
        provisioningState,
      })),
    securityRules: store
      .ofType("Microsoft.Network/networkSecurityGroups")
      .sort(byId)
      .flatMap((group) => securityRules(group.id, store)),
    machines: store
      .ofType("Microsoft.Compute/virtualMachines")
      .sort(byId)
      .map((machine) => {
        const { hardwareProfile, osProfile } = propertiesOf<VirtualMachineProperties>(machine);
        const { vmId, power } = assignedOf<VirtualMachineAssigned>(machine);
        const attachments = attachmentsOf(machine, store);
        return {
          name: machine.name,
          resourceGroup: groupOf(machine.id),
          computerName: osProfile?.computerName ?? machine.name,
          vmId,
          size: hardwareProfile?.vmSize ?? "",
          power,
          privateAddresses: attachments.map(({ address }) => address),
          publicAddresses: attachments
            .map(({ configuration }) => store.get(configuration.publicIPAddress?.id)?.assigned)
            .map((assigned) => assigned?.ipAddress)
            .filter((address) => typeof address === "string"),
        };
      }),
  };
}

function securityRules(groupId: string, store: ResourceStore): RuleSummary[] {
  const list = (single: string | undefined, plural: string[] | undefined) =>
    [...(single ? [single] : []), ...(plural ?? [])].join(", ");
  return rulesOf(groupId, store).map((rule) => ({
    group: nameOf(groupId),
    name: rule.name,
    direction: rule.direction,
    priority: rule.priority,
    access: rule.access,
    protocol: rule.protocol,
    source: list(rule.sourceAddressPrefix, rule.sourceAddressPrefixes),
    destination: list(rule.destinationAddressPrefix, rule.destinationAddressPrefixes),
    ports: list(rule.destinationPortRange, rule.destinationPortRanges),
  }));
}
