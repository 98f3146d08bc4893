import { spacesOf, subnetsOf } from "./addressSpace";
import { parseRange } from "./addresses";
import {
  checkComponentName,
  checkNameLength,
  checkSeedZone,
  machineNames,
  networkNames,
  type DerivedName,
} from "./componentNames";
import { at, type Finding } from "./findings";
import { checkIdentity, checkReconcile } from "./identity";
import {
  inheritedOf,
  machineOf,
  networkOf,
  type LabDefinition,
  type PersonDefinition,
} from "./lab";
import { checkMachine, type MachineDefinition } from "./machine";
import { checkNetwork } from "./network";
import { hasOwnKey } from "./ownKey";
import { checkSharing, sharesGroup } from "./peerGroup";
import { checkPlacement } from "./placement";
import { checkProof } from "./proof";
import { checkRings } from "./checkRings";
import { existingGroupNamed } from "./rules/existingParts";
import { personKey } from "./rules/identities";
import { jumpHostLetIn } from "./rules/jumpHosts";
import { computerNameOnce, machineKey, machineKeyOnce, peopleGiven } from "./rules/labs";
import { outboundOfAll } from "./rules/machines";
import { administratorsReach } from "./rules/securitySources";
import { subnetRoom } from "./rules/subnets";
import { privateZoneTagCount, privateZoneTagNames } from "./rules/tags";
import { checkSeeds, maybeSeeds } from "./seeds";
import { checkServices } from "./services";

/** Everything that is wrong with a lab. Its name is part of the names of all that is made; the program calls its own `lab`. */
export function checkLab(definition: LabDefinition, name = "lab"): Finding[] {
  const people = Object.entries(definition.people ?? {});
  const inherited = inheritedOf(definition);
  // What Windows calls a machine is each machine's own.
  const shared = checkMachine("", "inherited", {
    ...(definition.machineDefaults?.outbound === undefined ? machineOf(inherited, {}) : inherited),
    adminPassword: definition.adminPassword,
  }).filter(({ path }) => path !== "");
  const context: Context = {
    lab: name,
    definition: inherited,
    findings: new Set(shared.map(({ path, reason }) => path + reason)),
    seeds: definition.seeds,
    keys: new Map(),
    names: new Map(),
  };
  return [
    ...checkLabName("name", name, definition),
    ...peopleGiven("people", people.length),
    ...checkPlacement("", definition),
    ...checkZoneTags("tags", definition),
    ...checkLabNetwork(definition),
    ...shared.map((finding) => whereShared(definition, finding)),
    ...people.flatMap(([key, person]) => checkPerson(at("people", key), key, person, context)),
    ...checkRoles(definition, [...context.keys.keys()]),
  ];
}

/** What is known of a lab while its machines are judged one by one. */
interface Context {
  lab: string;
  /** What every machine takes from the lab, and what was found wrong with that. */
  definition: MachineDefinition;
  findings: Set<string>;
  /** The seeds that were named. */
  seeds: LabDefinition["seeds"];
  /** Keys and computer names, in lower case, of the machines before, with their paths. */
  keys: Map<string, string>;
  names: Map<string, string>;
}

function checkLabName(path: string, name: string, definition: LabDefinition): Finding[] {
  const group: readonly DerivedName[] = makesResourceGroup(definition)
    ? [["resourceGroup", ""]]
    : [];
  const findings = checkComponentName(path, name, [...group, ...networkNames(definition.existing)]);
  return findings.length > 0 ? findings : checkSeedZone(path, name);
}

function checkLabNetwork(definition: LabDefinition): Finding[] {
  const { adminSources = [], jumpHost, jumpHostAddress } = definition;
  const privateAddress = jumpHostAddress === undefined ? "jumpHost.privateAddress" : undefined;
  return [
    ...checkNetwork("", networkOf(definition)).map((finding) => {
      if (finding.path === "jumpHostAddress" && privateAddress !== undefined)
        return { ...finding, path: privateAddress };
      // There are too many; what is wrong with one of them is said of its service.
      return finding.path === "servicePorts" ? { ...finding, path: "people" } : finding;
    }),
    ...checkExistingGroup("existing.resourceGroupName", definition),
    ...(hasMachines(definition)
      ? administratorsReach("adminSources", adminSources, jumpHost !== undefined)
      : []),
    ...(hasMachines(definition) && jumpHost !== undefined
      ? jumpHostLetIn(
          "jumpHost.privateAddress",
          jumpHostAddress ?? jumpHost.privateAddress,
          adminSources,
        )
      : []),
  ];
}

/** What exists already is not in a resource group that the lab makes. */
function checkExistingGroup(path: string, definition: LabDefinition): Finding[] {
  const { existing = {} } = definition;
  if (existing.resourceGroupName !== undefined) return [];
  const parts = (["virtualNetworkName", "subnetName", "networkSecurityGroupName"] as const)
    .filter((key) => existing[key] !== undefined)
    .map((key) => at("existing", key));
  return existingGroupNamed(path, makesResourceGroup(definition), parts);
}

function makesResourceGroup(definition: LabDefinition): boolean {
  return definition.makesResourceGroup ?? definition.resourceGroupName === undefined;
}

/** The zone of a lab's seed gets its tags; a lab without machines has none. */
export function checkZoneTags(path: string, definition: LabDefinition): Finding[] {
  const { tags = {} } = definition;
  if (!hasMachines(definition)) return [];
  return [...privateZoneTagCount(path, tags), ...privateZoneTagNames(path, tags)];
}

function hasMachines({ people }: LabDefinition): boolean {
  return Object.values(people ?? {}).some(({ machines }) => Object.keys(machines ?? {}).length > 0);
}

function checkPerson(
  path: string,
  key: string,
  person: PersonDefinition,
  context: Context,
): Finding[] {
  const machines = Object.entries(person.machines ?? {});
  const keys = machines.map(([machine]) => machine);
  // Of a person with a group nothing is made for all, and nothing brought.
  const ofIdentity: PersonDefinition = sharesGroup(person) ? {} : person;
  const { maker, exportedIdentity, exportPassword } = ofIdentity;
  return [
    ...personKey(path, key),
    ...checkSharing(path, person, keys),
    ...checkIdentity(path, {
      machines: keys,
      maker,
      rotation: person.rotation,
      hasExportedIdentity: exportedIdentity !== undefined,
      hasExportPassword: exportPassword !== undefined,
      exportedIdentity: typeof exportedIdentity === "string" ? exportedIdentity : undefined,
    }),
    ...checkServices(
      at(path, "services"),
      person.services,
      maybeSeeds(
        context.seeds,
        machines.map(([machine]) => machine),
      ).length > 0,
    ),
    ...machines.flatMap(([machine, own]) =>
      checkLabMachine(at(at(path, "machines"), machine), machine, own, context),
    ),
  ];
}

function checkLabMachine(
  path: string,
  key: string,
  own: MachineDefinition,
  context: Context,
): Finding[] {
  const { keys, names, lab } = context;
  const { computerName = key } = machineOf(context.definition, own);
  const earlierKey = keys.get(key);
  const earlierName = earlierKey === undefined ? names.get(computerName.toLowerCase()) : undefined;
  keys.set(key, path);
  names.set(computerName.toLowerCase(), path);
  const isOwnName = own.computerName !== undefined;
  const namePath = isOwnName
    ? at(path, "computerName")
    : context.definition.computerName === undefined
      ? path
      : "machineDefaults.computerName";
  return [
    ...ownFindings(path, key, own, context),
    ...(computerName === key ? [] : machineKey(path, key)),
    ...checkNameLength(path, `${lab}-${key}`, machineNames),
    ...machineKeyOnce(path, earlierKey),
    ...computerNameOnce(namePath, computerName, earlierName),
  ];
}

/** What is said of machines from outside, and how many of them there is room for. */
function checkRoles(definition: LabDefinition, machines: string[]): Finding[] {
  const { reconcile, proof, existing } = definition;
  // An existing subnet may have a way out of its own.
  const outbound = existing?.subnetName === undefined ? definition.outbound : undefined;
  return [
    ...outboundOfAll("outbound", outbound, withoutPublicIpv4(definition)),
    ...checkSeeds(definition, machines),
    ...(reconcile === undefined ? [] : checkReconcile("reconcile", reconcile, machines)),
    ...(proof === undefined ? [] : checkProof("proof", proof)),
    ...checkRings(definition),
    ...checkRoom(definition, machines.length),
  ];
}

/** Keys of the machines that leave it to the lab how they reach the internet, and have no address of their own. */
function withoutPublicIpv4(definition: LabDefinition): string[] {
  const inherited = inheritedOf(definition);
  return Object.values(definition.people ?? {})
    .flatMap(({ machines }) => Object.entries(machines ?? {}))
    .filter(([, { outbound }]) => (outbound ?? definition.machineDefaults?.outbound) === undefined)
    .filter(([, own]) => {
      const { publicIpv4, jumpHost } = machineOf(inherited, own);
      return !(publicIpv4 ?? jumpHost === undefined);
    })
    .map(([key]) => key);
}

/** Of an existing subnet, it is known only when it was looked up. */
function checkRoom(definition: LabDefinition, machines: number): Finding[] {
  if (definition.existing?.subnetName !== undefined) return [];
  const [subnet] = subnetsOf(definition);
  const isWholeSpace =
    definition.ipv4Subnet === undefined &&
    parseRange(subnet)?.text === parseRange(spacesOf(definition)[0])?.text;
  return parseRange(subnet) === undefined
    ? []
    : subnetRoom(isWholeSpace ? "ipv4Space" : "ipv4Subnet", [subnet], machines);
}

/** What a machine inherits is reported once, where it was written, and not for each machine. */
function ownFindings(
  path: string,
  key: string,
  own: MachineDefinition,
  inherited: Context,
): Finding[] {
  return checkMachine("", key, machineOf(inherited.definition, own))
    .filter(
      ({ path: where, reason }) => !inherited.findings.has(where + reason) || touches(own, where),
    )
    .map((finding) => ({
      ...finding,
      path: finding.path === "" ? path : `${path}.${finding.path}`,
    }));
}

function touches(own: MachineDefinition, where: string): boolean {
  return hasOwnKey(own, where.split(/[.[]/)[0]);
}

/** A shared value stands in `machineDefaults` or at the lab itself. */
function whereShared({ machineDefaults = {} }: LabDefinition, finding: Finding): Finding {
  const stands = hasOwnKey(machineDefaults, finding.path.split(/[.[]/)[0]);
  return stands ? { ...finding, path: `machineDefaults.${finding.path}` } : finding;
}
