import ipaddr from "ipaddr.js";
import type { CloudFacts } from "../../../guest/contract";
import { remembered } from "../../remembered";
import { heldGroups, heldNames, holderRunsSince } from "../holder";
import type { Environment, Machine } from "../machine";
import { pnrpRuns } from "../pnrp";
import { addressesOf, reachableAddress, spelledAddress } from "../reach";
import { readRegistry, registryKeys } from "../registry";

export const pnrpPort = 3540;
const globalCloud = "Global_";

/** Windows makes the global cloud where it has a global address, unless a policy turns it off. */
export function hasGlobalCloud(machine: Machine): boolean {
  const { registry } = machine.record;
  const isOff = readRegistry(registry, registryKeys.globalCloudPolicy, "Disabled") === 1;
  return pnrpRuns(machine) && !isOff && addressesOf(machine).length > 0;
}

/** A cloud comes to life with the first thing that is registered or resolved, and does not answer before that. */
function isInitialised(machine: Machine): boolean {
  return (
    machine.record.cloudInitialised === true ||
    registeredNames(machine).length > 0 ||
    heldGroups(machine).length > 0
  );
}

/** What is registered on the machine, by its holder or by somebody else's program. */
function registeredNames(machine: Machine): { peerName: string; port: number }[] {
  const others = pnrpRuns(machine) ? (machine.record.registrations ?? []) : [];
  return [...heldNames(machine), ...others];
}

/** Something is registered or resolved on the machine. */
export function initialiseCloud(machine: Machine): void {
  if (machine.record.cloudInitialised || !pnrpRuns(machine)) return;
  machine.record.cloudInitialised = true;
  machine.save();
}

function isNode(machine: Machine): boolean {
  return hasGlobalCloud(machine) && isInitialised(machine);
}

const isAddress = remembered((text) => ipaddr.isValid(text));

/** For so long the holder leaves a cloud alone before it looks for the seed itself, in milliseconds. */
const holderPatience = 30_000;

/**
 * The addresses by which a machine finds the cloud, by its seed policy: there is no multicast in Azure. Where PNRP makes nothing of
 * a name, the holder asks for it and has PNRP synchronise with what it finds.
 */
function seedsOf(machine: Machine): string[] {
  const { record, environment } = machine;
  const server = readRegistry(record.registry, registryKeys.globalCloudPolicy, "SeedServer");
  if (server === undefined) return [];
  const name = String(server);
  if (isAddress(name)) return [name];
  if (environment.faults.take("seedNameIgnored", record.computerName)) {
    const since = holderRunsSince(machine) ?? Infinity;
    if (environment.now() < since + holderPatience) return [];
  }
  return environment.network().resolveName(record.vmId, name);
}

/** What the clouds of all machines are at one moment. */
interface Moment {
  changes: number;
  /** In the order of the machines. */
  nodes: readonly Machine[];
  /** What is registered on each of them, looked up where it is asked for. */
  names: Map<Machine, ReturnType<typeof registeredNames>>;
  contacts: Map<Machine, Set<Machine>>;
}

const moments = new WeakMap<Environment, Moment>();

/** An action asks for many names and for the state at one moment; with many machines, the answer is dear. */
function thisMoment(environment: Environment): Moment {
  const known = moments.get(environment);
  if (known?.changes === environment.changes()) return known;
  const nodes = environment.machines().filter((machine) => isNode(machine));
  const contacts = contactsOf(nodes);
  const moment = { changes: environment.changes(), nodes, names: new Map(), contacts };
  moments.set(environment, moment);
  // Time passes, and Azure's network may change, only after what runs now.
  queueMicrotask(() => moments.delete(environment));
  return moment;
}

/** The nodes of the machine's global cloud, itself first: who contacted a node is known to it from then on. */
export function cloudNodes(machine: Machine): Machine[] {
  const { nodes, contacts } = thisMoment(machine.environment);
  if (!contacts.has(machine)) return [];
  const place = new Map(nodes.map((node, index) => [node, index]));
  const found = new Set([machine]);
  for (const node of found) {
    const known = [...(contacts.get(node) ?? [])].filter((one) => !found.has(one));
    known
      .sort((one, other) => place.get(one)! - place.get(other)!)
      .forEach((one) => found.add(one));
  }
  return [...found];
}

/** By node: those that it contacts by its seeds' addresses, or that contact it. Few nodes are seeds, so this is no table of all pairs. */
function contactsOf(nodes: readonly Machine[]): Map<Machine, Set<Machine>> {
  const holders = new Map<string, Machine[]>();
  for (const node of nodes) {
    for (const address of addressesOf(node).map(spelledAddress)) {
      holders.set(address, [...(holders.get(address) ?? []), node]);
    }
  }
  const contacts = new Map(nodes.map((node) => [node, new Set<Machine>()]));
  for (const node of nodes) {
    const seeds = seedsOf(node).flatMap((seed) => holders.get(spelledAddress(seed)) ?? []);
    for (const seed of seeds) {
      if (seed === node || reachableAddress(node, seed, "UDP", pnrpPort) === undefined) continue;
      contacts.get(node)!.add(seed);
      contacts.get(seed)!.add(node);
    }
  }
  return contacts;
}

/** Whether a name that the second machine registers is found by the first, which asks the second itself in the end. */
export function findsInCloud(machine: Machine, other: Machine): boolean {
  return answers(machine, other) && cloudNodes(machine).includes(other);
}

/** Whether the second machine's PNRP is reached by the first one's; each reaches its own. */
function answers(machine: Machine, other: Machine): boolean {
  return machine === other || reachableAddress(machine, other, "UDP", pnrpPort) !== undefined;
}

/** The clouds as PNRP lists them: the global one and the link's own, where nobody hears anybody in Azure. */
export function cloudFacts(machine: Machine): CloudFacts[] {
  if (!pnrpRuns(machine)) return [];
  const own: CloudFacts["state"] = isInitialised(machine) ? "alone" : "virtual";
  const link: CloudFacts = { name: "LinkLocal_ff00::%4/8", scope: "linkLocal", state: own };
  if (!hasGlobalCloud(machine)) return [link];
  const state = cloudNodes(machine).length > 1 ? "active" : own;
  return [{ name: globalCloud, scope: "global", state }, link];
}

/** The endpoints that a name is registered with, `[address]:port`, as this machine resolves it. */
export function resolveName(machine: Machine, peerName: string): string[] {
  initialiseCloud(machine);
  const nodes = cloudNodes(machine);
  const { names } = thisMoment(machine.environment);
  return nodes.flatMap((node) => {
    const known = names.get(node) ?? registeredNames(node);
    names.set(node, known);
    const own = known.filter((name) => name.peerName === peerName);
    if (own.length === 0 || !answers(machine, node)) return [];
    return own.flatMap(({ port }) => addressesOf(node).map((address) => `[${address}]:${port}`));
  });
}
