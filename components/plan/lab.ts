import { codePoints, makerOf, type ReconcileDefinition } from "./identity";
import { imageKeyOf, imageProversOf, type ImageProver } from "./imageProvers";
import type { MachineDefinition } from "./machine";
import { checkNetwork, planNetwork, type NetworkDefinition } from "./network";
import type { GroupDefinition } from "./peerGroup";
import type { PlacementDefinition } from "./placement";
import type { ServicesDefinition } from "./presence";
import type { ProofDefinition } from "./proof";
import { ringsOf, type RingDefinition, type RingPlan } from "./rings";
import { servicePortsOf } from "./services";

export interface PersonDefinition {
  displayName?: string;
  machines?: Record<string, MachineDefinition>;
  maker?: string;
  rotation?: string;
  exportedIdentity?: unknown;
  exportPassword?: unknown;
  sharing?: string;
  group?: GroupDefinition;
  services?: ServicesDefinition;
}

export interface LabDefinition extends NetworkDefinition, PlacementDefinition {
  people: Record<string, PersonDefinition>;
  /** Whether the lab makes its resource group; said where the name of another one is known only later. */
  makesResourceGroup?: boolean;
  machineDefaults?: MachineDefinition;
  adminUsername?: string;
  adminPassword?: string;
  jumpHost?: MachineDefinition["jumpHost"] & { privateAddress?: string };
  seeds?: string[];
  externalSeeds?: string[];
  whenOff?: string;
  answerTimeoutSeconds?: number;
  reconcile?: ReconcileDefinition;
  proof?: ProofDefinition;
  rings?: RingDefinition[];
}

export interface LabMachinePlan {
  key: string;
  person: string;
  definition: MachineDefinition;
  /** The place of its ring in the lab's; 0 in a lab without rings. */
  ring: number;
  /** The machine of the same image that has to show first that it can run the peer stack; absent for that one itself. */
  provenBy?: string;
}

export interface LabPersonPlan {
  key: string;
  definition: PersonDefinition;
  machines: LabMachinePlan[];
  /** Who makes her identity: the machine that was named; where there are rings, else one of hers of the earliest; else undefined. */
  maker?: string;
}

export interface LabPlan {
  people: LabPersonPlan[];
  /** In code-point order of their keys. */
  machines: LabMachinePlan[];
  /** Who proves each image, and by which step. */
  provers: ImageProver[];
  /** In the order in which a change reaches them. One of all machines where there are none; none where there is no machine. */
  rings: RingPlan[];
}

/** Decides machines, their roles and their order. Nothing depends on the order in which people and machines are given. */
export function planLab(definition: LabDefinition): LabPlan {
  const inherited = inheritedOf(definition);
  const rings = ringsOf(definition.rings, personsOf(definition));
  const machines: LabMachinePlan[] = [];
  for (const [person, { machines: own }] of sortedEntries(definition.people)) {
    for (const [key, machine] of sortedEntries(own ?? {})) {
      const ring = rings.findIndex((one) => one.machines.includes(key));
      machines.push({ key, person, ring, definition: machineOf(inherited, machine) });
    }
  }
  machines.sort((one, other) => codePoints(one.key, other.key));
  const people = sortedEntries(definition.people).map(([key, person]): LabPersonPlan => {
    const own = machines.filter((machine) => machine.person === key);
    const [first] = earliest(own);
    const ofFirst = own.filter(({ ring }) => ring === first?.ring).map((machine) => machine.key);
    const maker = hasRings(definition)
      ? makerOf({ maker: person.maker, machines: ofFirst })
      : person.maker;
    return { key, definition: person, machines: own, maker };
  });
  const provers = imageProversOf(machines, people);
  for (const machine of machines) {
    const prover = provers.find(({ image }) => image === imageKeyOf(machine))?.machine;
    if (prover !== machine.key) machine.provenBy = prover;
  }
  return { people, machines, provers, rings };
}

/** Whether changes reach the lab's machines ring by ring. */
export function hasRings({ rings = [] }: Pick<LabDefinition, "rings">): boolean {
  return rings.length > 0;
}

/** The person of each machine, by the machine's key. */
export function personsOf({ people }: Pick<LabDefinition, "people">): Record<string, string> {
  return Object.fromEntries(
    Object.entries(people ?? {}).flatMap(([person, { machines }]) =>
      Object.keys(machines ?? {}).map((key) => [key, person]),
    ),
  );
}

/** Those of earlier rings first, and in one ring as they come. */
function earliest(machines: readonly LabMachinePlan[]): LabMachinePlan[] {
  return [...machines].sort((one, other) => one.ring - other.ring);
}

/**
 * The network's part of a lab: the jump host's own address belongs to those who administer, and behind a jump host machines have no
 * address of their own to reach the internet by.
 */
export function networkOf(definition: LabDefinition): NetworkDefinition {
  const { jumpHost, existing } = definition;
  const byDefault =
    jumpHost === undefined
      ? undefined
      : existing?.subnetName === undefined
        ? "natGateway"
        : "existing";
  const people = Object.values(definition.people ?? {});
  return {
    ...definition,
    servicePorts: [...servicePortsOf(people.map(({ services }) => services))],
    jumpHostAddress: definition.jumpHostAddress ?? jumpHost?.privateAddress,
    outbound: definition.outbound ?? byDefault,
  };
}

/** What every machine takes from the lab, worked out once. */
export function inheritedOf(definition: LabDefinition): MachineDefinition {
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
export function machineOf(inherited: MachineDefinition, own: MachineDefinition): MachineDefinition {
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

function sortedEntries<T>(map: Record<string, T>): [string, T][] {
  return Object.entries(map).sort(([one], [other]) => codePoints(one, other));
}
