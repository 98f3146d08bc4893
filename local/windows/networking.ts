import {
  firewallRulePrefix,
  type NetworkingFacts,
  type NetworkingState,
} from "../../guest/contract";
import { replaceOwnRules } from "./firewall";
import type { Machine } from "./machine";
import { readRegistry, registryKeys, writeRegistry } from "./registry";
import { peerServices } from "./services";

/**
 * Brings IPv6, the services, our firewall rules and the seed policy to the wanted state. Returns one phrase for each change
 * and what waits for a restart; a second run changes nothing.
 */
export function applyNetworking(
  machine: Machine,
  state: NetworkingState,
): { changed: string[]; pending: string[] } {
  const { record } = machine;
  const changed: string[] = [];
  if (writeRegistry(record.registry, registryKeys.ipv6Parameters, "DisabledComponents", 0)) {
    // An absent value counts as 0 and is no change for Windows.
    if (machine.rebootPending()) changed.push("IPv6 switched on (DisabledComponents)");
  }
  if (!record.ipv6.bindingEnabled) {
    record.ipv6.bindingEnabled = true;
    changed.push("IPv6 bound to the network adapter");
  }
  changed.push(...startPeerServices(machine));
  changed.push(...replaceOwnRules(record.firewallRules, state.firewallRules));
  if (state.seed) changed.push(...applySeedPolicy(machine, state.seed));
  machine.save();
  return { changed, pending: machine.rebootPending() ? ["reboot"] : [] };
}

/** The services without which nothing of the stack answers; PNRPAutoReg publishes the machine's name and stays as it is. */
function startPeerServices(machine: Machine): string[] {
  const changed: string[] = [];
  for (const name of peerServices) {
    const service = machine.record.services[name];
    if (!service || name === "PNRPAutoReg") continue;
    if (service.startType !== "Automatic") {
      service.startType = "Automatic";
      changed.push(`service ${name} set to Automatic`);
    }
    if (service.status !== "Running" && machine.startService(name)) {
      changed.push(`service ${name} started`);
    }
  }
  return changed;
}

function applySeedPolicy(machine: Machine, seed: NonNullable<NetworkingState["seed"]>): string[] {
  const values: [name: string, value: string | number | undefined][] = [
    ["SeedServer", seed.server],
    ["DontIncludeMicrosoftSeedServer", 1],
    ["DisableMulticastBootstrap", seed.role === "peer" ? 1 : undefined],
  ];
  return values
    .filter(([name, value]) =>
      writeRegistry(machine.record.registry, registryKeys.globalCloudPolicy, name, value),
    )
    .map(([name]) => `PNRP policy ${name} ${name === "SeedServer" ? `is ${seed.server}` : "set"}`);
}

export function networkingFacts(machine: Machine): NetworkingFacts {
  const { record, environment } = machine;
  const seedServer = readRegistry(record.registry, registryKeys.globalCloudPolicy, "SeedServer");
  return {
    ipv6Addresses: machine.ipv6Works() ? environment.network().addressesOf(record.vmId).ipv6 : [],
    firewallRules: record.firewallRules
      .filter((rule) => rule.enabled && rule.name.startsWith(firewallRulePrefix))
      .map((rule) => rule.name),
    rebootPending: machine.rebootPending(),
    ...(seedServer === undefined ? {} : { seedServer: String(seedServer) }),
  };
}
