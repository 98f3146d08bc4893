import { at, type Finding } from "../../components/plan/findings";
import { location } from "../../components/plan/rules/locations";
import { resourceName, type NamedKind } from "../../components/plan/rules/resourceNames";
import {
  privateZoneTagCount,
  tagCount,
  tagNames,
  tagNamesReserved,
  tagValues,
} from "../../components/plan/rules/tags";
import { isObject, textAt, valueAt, type Plain } from "../properties";
import { azureType, type Resource } from "../resource";
import { ofText } from "./known";

/** The property that holds a resource's own name, by type. */
const ownNames: Readonly<Record<string, { key: string; kind: NamedKind }>> = {
  "compute:VirtualMachine": { key: "vmName", kind: "virtualMachine" },
  "compute:VirtualMachineRunCommandByVirtualMachine": { key: "runCommandName", kind: "runCommand" },
  "network:NatGateway": { key: "natGatewayName", kind: "natGateway" },
  "network:NetworkInterface": { key: "networkInterfaceName", kind: "networkInterface" },
  "network:NetworkSecurityGroup": { key: "networkSecurityGroupName", kind: "networkSecurityGroup" },
  "network:PublicIPAddress": { key: "publicIpAddressName", kind: "publicAddress" },
  "network:Subnet": { key: "subnetName", kind: "subnet" },
  "network:VirtualNetwork": { key: "virtualNetworkName", kind: "virtualNetwork" },
  "resources:ResourceGroup": { key: "resourceGroupName", kind: "resourceGroup" },
};

/** What every Azure resource has: a name, a region, tags. */
export function judgeCommonParts({ type, properties }: Resource): Finding[] {
  const own = ownNames[azureType(type) ?? ""];
  return [
    ...(own ? judgeName("", properties, own.key, own.kind) : []),
    ...ofText(properties, "", ["location"], location),
    ...judgeTags(valueAt(properties, "tags"), privateZoneTypes.has(azureType(type) ?? "")),
  ];
}

export function judgeName(path: string, value: Plain, key: string, kind: NamedKind): Finding[] {
  return ofText(value, path, [key], (here, name) => resourceName(here, name, kind));
}

/** Types of resources that take fewer tags than others. */
const privateZoneTypes = new Set([
  "privatedns:PrivateZone",
  "privatedns:VirtualNetworkLink",
  "network:PrivateZone",
  "network:VirtualNetworkLink",
]);

function judgeTags(tags: Plain | undefined, ofPrivateZone: boolean): Finding[] {
  if (!isObject(tags)) return [];
  const path = at("", "tags");
  const all = Object.fromEntries(Object.keys(tags).map((name) => [name, textAt(tags, name)]));
  // The portal's own tags, `hidden-link:/subscriptions/...`, hold what no other tag may.
  const visible = Object.fromEntries(
    Object.entries(all).filter(([name]) => !/^hidden-/i.test(name)),
  );
  return [
    ...tagCount(path, all),
    ...(ofPrivateZone ? privateZoneTagCount(path, all) : []),
    // One by one: that Azure refuses names that differ in case only is not known of resources.
    ...Object.entries(visible).flatMap(([name, value]) => tagNames(path, { [name]: value })),
    ...tagNamesReserved(path, visible),
    ...tagValues(path, all),
  ];
}
