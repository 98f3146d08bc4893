import ipaddr from "ipaddr.js";
import type { CloudFacts } from "../../../guest/contract";
import { heldGroups, heldNames } from "../holder";
import type { Machine } from "../machine";
import { pnrpRuns } from "../pnrp";
import { addressesOf, reachableAddress, sameAddress } from "../reach";
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

/** The addresses by which a machine finds the cloud, by its seed policy: there is no multicast in Azure. */
function seedsOf({ record, environment }: Machine): string[] {
  const server = readRegistry(record.registry, registryKeys.globalCloudPolicy, "SeedServer");
  if (server === undefined) return [];
  const name = String(server);
  return ipaddr.isValid(name) ? [name] : environment.network().resolveName(record.vmId, name);
}

/** The nodes of the machine's global cloud, itself first: who contacted a node is known to it from then on. */
export function cloudNodes(machine: Machine): Machine[] {
  if (!isNode(machine)) return [];
  const nodes = machine.environment.machines().filter((other) => isNode(other));
  const seeds = new Map(nodes.map((node) => [node, seedsOf(node)]));
  const bootstraps = (node: Machine, other: Machine) =>
    addressesOf(other).some((address) =>
      seeds.get(node)?.some((seed) => sameAddress(seed, address)),
    ) && reachableAddress(node, other, "UDP", pnrpPort) !== undefined;
  const rest = new Set(nodes);
  rest.delete(machine);
  const found = [machine];
  for (const node of found) {
    for (const other of rest) {
      if (!bootstraps(node, other) && !bootstraps(other, node)) continue;
      rest.delete(other);
      found.push(other);
    }
  }
  return found;
}

/** Whether a name that the second machine registers is found by the first, which asks the second itself in the end. */
export function findsInCloud(machine: Machine, other: Machine): boolean {
  return (
    cloudNodes(machine).includes(other) &&
    reachableAddress(machine, other, "UDP", pnrpPort) !== undefined
  );
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
  return cloudNodes(machine)
    .filter((node) => node === machine || findsInCloud(machine, node))
    .flatMap((node) =>
      registeredNames(node)
        .filter((name) => name.peerName === peerName)
        .flatMap(({ port }) => addressesOf(node).map((address) => `[${address}]:${port}`)),
    );
}
