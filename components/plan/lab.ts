import { at, received, type Finding } from "./findings";
import {
  checkIdentity,
  checkKey,
  checkReconcile,
  codePoints,
  type ReconcileDefinition,
} from "./identity";
import { imageOf } from "./images";
import { checkMachine, type MachineDefinition } from "./machine";
import { checkNetwork, planNetwork, type NetworkDefinition } from "./network";
import { hasOwnKey } from "./ownKey";

export interface PersonDefinition {
  displayName?: string;
  machines?: Record<string, MachineDefinition>;
  maker?: string;
  rotation?: string;
  exportedIdentity?: unknown;
  exportPassword?: unknown;
}

export interface LabDefinition extends NetworkDefinition {
  people: Record<string, PersonDefinition>;
  machineDefaults?: MachineDefinition;
  adminUsername?: string;
  adminPassword?: string;
  jumpHost?: MachineDefinition["jumpHost"] & { privateAddress?: string };
  seed?: string;
  whenOff?: string;
  answerTimeoutSeconds?: number;
  reconcile?: ReconcileDefinition;
}

export interface LabMachinePlan {
  key: string;
  person: string;
  definition: MachineDefinition;
  /** The machine of the same image that has to show first that it can run the peer stack; absent for that one itself. */
  provenBy?: string;
}

export interface LabPlan {
  people: { key: string; definition: PersonDefinition; machines: LabMachinePlan[] }[];
  machines: LabMachinePlan[];
}

export function checkLab(definition: LabDefinition): Finding[] {
  const findings: Finding[] = [];
  const people = Object.entries(definition.people ?? {});
  if (people.length === 0) {
    findings.push({
      path: "people",
      reason: "is empty; a lab has at least one person, such as ada: { machines: ... }",
    });
  }
  const network = networkOf(definition);
  findings.push(...checkNetwork("", network));
  const inherited = inheritedOf(definition);
  const shared = checkMachine("", "inherited", {
    ...inherited,
    adminPassword: definition.adminPassword,
  });
  const context = {
    definition: inherited,
    findings: new Set(shared.map(({ path, reason }) => path + reason)),
  };
  findings.push(...shared.map((finding) => whereShared(definition, finding)));
  const keys = new Map<string, string>();
  const names = new Map<string, string>();
  for (const [personKey, person] of people) {
    const here = at("people", personKey);
    findings.push(...checkKey(here, personKey));
    const machines = Object.entries(person.machines ?? {});
    findings.push(
      ...checkIdentity(here, {
        machines: machines.map(([key]) => key),
        maker: person.maker,
        rotation: person.rotation,
        hasExportedIdentity: person.exportedIdentity !== undefined,
        hasExportPassword: person.exportPassword !== undefined,
      }),
    );
    for (const [key, own] of machines) {
      const path = at(at(here, "machines"), key);
      const computerName = own.computerName ?? key;
      findings.push(...ownFindings(path, key, own, context));
      if (own.computerName !== undefined) findings.push(...checkMachineKey(path, key));
      const earlierKey = keys.get(key);
      if (earlierKey) {
        findings.push({
          path,
          reason: `has the same key as ${earlierKey}; each machine of a lab has its own`,
        });
      }
      keys.set(key, path);
      const name = computerName.toLowerCase();
      const earlierName = names.get(name);
      if (earlierName && !earlierKey) {
        findings.push({
          path: own.computerName === undefined ? path : at(path, "computerName"),
          reason: `is ${received(computerName)}, the computer name of ${earlierName} too; each name once (case does not count)`,
        });
      }
      names.set(name, path);
    }
  }
  if (definition.seed !== undefined && !keys.has(definition.seed)) {
    findings.push({
      path: "seed",
      reason: `is ${received(definition.seed)}, which is no machine; allowed are ${[...keys.keys()].sort(codePoints).join(", ")}`,
    });
  }
  if (definition.reconcile !== undefined) {
    findings.push(...checkReconcile("reconcile", definition.reconcile, [...keys.keys()]));
  }
  return findings;
}

/** Decides machines, their roles and their order. Nothing depends on the order in which people and machines are given. */
export function planLab(definition: LabDefinition): LabPlan {
  const inherited = inheritedOf(definition);
  const machines: LabMachinePlan[] = [];
  for (const [person, { machines: own }] of sortedEntries(definition.people)) {
    for (const [key, machine] of sortedEntries(own ?? {})) {
      machines.push({ key, person, definition: machineOf(inherited, machine) });
    }
  }
  machines.sort((one, other) => codePoints(one.key, other.key));
  const provers = new Map<string, string>();
  for (const machine of machines) {
    const image = imageOf(machine.definition.image, machine.definition.imageReference).key;
    machine.provenBy = provers.get(image);
    if (machine.provenBy === undefined) provers.set(image, machine.key);
  }
  return {
    people: sortedEntries(definition.people).map(([key, person]) => ({
      key,
      definition: person,
      machines: machines.filter((machine) => machine.person === key),
    })),
    machines,
  };
}

/** The network's part of a lab: the jump host's own address belongs to those who administer. */
export function networkOf(definition: LabDefinition): NetworkDefinition {
  const { jumpHost } = definition;
  return { ...definition, jumpHostAddress: definition.jumpHostAddress ?? jumpHost?.privateAddress };
}

/** What every machine takes from the lab, worked out once. */
function inheritedOf(definition: LabDefinition): MachineDefinition {
  const {
    machineDefaults = {},
    adminUsername,
    jumpHost,
    whenOff,
    answerTimeoutSeconds,
  } = definition;
  const network = networkOf(definition);
  const outbound =
    checkNetwork("", network).length > 0 ? "existing" : planNetwork(network).outbound;
  return { adminUsername, jumpHost, outbound, whenOff, answerTimeoutSeconds, ...machineDefaults };
}

/** A machine's definition: what it inherits, then what it says itself. */
function machineOf(inherited: MachineDefinition, own: MachineDefinition): MachineDefinition {
  const merged: MachineDefinition = { ...inherited, ...own };
  // An image of its own replaces the inherited one in whichever form that was given.
  if (own.image !== undefined && own.imageReference === undefined) delete merged.imageReference;
  if (own.imageReference !== undefined && own.image === undefined) delete merged.image;
  const publicIpv4 = merged.publicIpv4 ?? merged.jumpHost === undefined;
  // A machine without an address of its own uses what the subnet offers.
  if (own.outbound === undefined && merged.outbound === "instance" && !publicIpv4)
    merged.outbound = "existing";
  return merged;
}

/** What a machine inherits is reported once, where it was written, and not for each machine. */
function ownFindings(
  path: string,
  key: string,
  own: MachineDefinition,
  inherited: Inherited,
): Finding[] {
  return checkMachine("", key, machineOf(inherited.definition, own))
    .filter(
      ({ path: where, reason }) => !inherited.findings.has(where + reason) || touches(own, where),
    )
    .map(({ path: where, reason }) => ({ path: where === "" ? path : `${path}.${where}`, reason }));
}

interface Inherited {
  definition: MachineDefinition;
  findings: Set<string>;
}

function touches(own: MachineDefinition, where: string): boolean {
  return hasOwnKey(own, where.split(/[.[]/)[0]);
}

/** A key that is no computer name still ends up in the names of resources. */
function checkMachineKey(path: string, key: string): Finding[] {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/.test(key)) return [];
  const reason = `has the key ${received(key)}; a key is up to 40 letters, digits and hyphens, beginning with a letter or digit`;
  return [{ path, reason }];
}

/** A shared value stands in `machineDefaults` or at the lab itself. */
function whereShared({ machineDefaults = {} }: LabDefinition, { path, reason }: Finding): Finding {
  const stands = hasOwnKey(machineDefaults, path.split(/[.[]/)[0]);
  return { path: stands ? `machineDefaults.${path}` : path, reason };
}

function sortedEntries<T>(map: Record<string, T>): [string, T][] {
  return Object.entries(map).sort(([one], [other]) => codePoints(one, other));
}
