import type { Finding } from "./findings";
import type { NetworkDefinition } from "./network";
import {
  componentNameCharacters,
  componentNameLength,
  nameForms,
  privateZoneName,
  type NamedKind,
} from "./rules/resourceNames";

/** What is put after a component's name to name a resource in Azure, and of what kind that is. */
export type DerivedName = readonly [kind: NamedKind, suffix: string];

/** azure-native puts as many random characters after the name of a resource; the library does so for a VM. */
const randomCharacters = 8;

/** What a network is made of, as far as it does not exist already. */
export function networkNames(existing: NetworkDefinition["existing"] = {}): DerivedName[] {
  const names: [unknown, ...DerivedName][] = [
    [existing.virtualNetworkName, "virtualNetwork", "-network"],
    [existing.subnetName, "subnet", "-subnet"],
    [existing.networkSecurityGroupName, "networkSecurityGroup", "-security"],
    [existing.subnetName, "natGateway", "-outbound"],
  ];
  return names.flatMap(([exists, ...name]) => (exists === undefined ? [name] : []));
}

/** What a machine is made of. */
export const machineNames: readonly DerivedName[] = [
  ["virtualMachine", "-vm"],
  ["networkInterface", "-nic"],
  ["publicAddress", "-ipv4"],
  ["runCommand", "-preparation"],
];

/** Everything that is wrong with the name of a component that names resources so. */
export function checkComponentName(
  path: string,
  name: string,
  derived: readonly DerivedName[],
): Finding[] {
  return [...componentNameCharacters(path, name), ...checkNameLength(path, name, derived)];
}

/** Whether the names of what is made fit, where the component's name itself has been judged. */
export function checkNameLength(
  path: string,
  name: string,
  derived: readonly DerivedName[],
): Finding[] {
  const [tightest] = derived
    .map(([kind, suffix]) => ({
      kind,
      suffix,
      longest: nameForms[kind].longest - suffix.length - randomCharacters,
    }))
    .sort((one, other) => one.longest - other.longest);
  if (tightest === undefined) return [];
  const { what, longest } = nameForms[tightest.kind];
  const reason = `${what} is called by it, ${JSON.stringify(tightest.suffix)} and ${randomCharacters} characters more, and its name has ${longest} at most`;
  return componentNameLength(path, name, tightest.longest, reason);
}

/** The part of a lab's private DNS zone that comes from its name. */
export function checkSeedZone(path: string, lab: string): Finding[] {
  return privateZoneName(path, seedZone(lab, "x".repeat(randomCharacters)));
}

/** The private DNS zone of a lab; `suffix` is its own for each lab. */
export function seedZone(lab: string, suffix: string): string {
  return `${lab.toLowerCase()}-${suffix}.peerlab.internal`;
}
