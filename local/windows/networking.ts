import {
  firewallRulePrefix,
  type NetworkingFacts,
  type NetworkingState,
} from "../../guest/contract";
import { replaceOwnRules } from "./firewall";
import { GuestError } from "./guestError";
import type { Machine } from "./machine";
import { nativeInterfacesOff, readRegistry, registryKeys, writeRegistry } from "./registry";
import { installPnrpFeature } from "./services";

/**
 * Brings IPv6, the services, our firewall rules and the seed policy to the wanted state. Returns one phrase for each change
 * and what waits for a restart; a second run changes nothing. From a session IPv6 is not bound to the adapter, which would
 * cut the session's own connection: that fails instead.
 */
export function applyNetworking(
  machine: Machine,
  state: NetworkingState,
  from: "session" | "preparation",
): { changed: string[]; pending: string[] } {
  const { record } = machine;
  const changed = [
    ...switchIPv6On(machine, from),
    ...installFeature(machine),
    ...switchPolicyOff(machine),
    ...startPeerServices(machine),
    ...replaceOwnRules(record.firewallRules, state.firewallRules),
    ...(state.seed ? applySeedPolicy(machine, state.seed) : []),
  ];
  machine.save();
  return { changed, pending: machine.rebootPending() ? ["reboot"] : [] };
}

function switchIPv6On(machine: Machine, from: "session" | "preparation"): string[] {
  const { registry, ipv6 } = machine.record;
  const changed: string[] = [];
  const name = "DisabledComponents";
  const disabled = Number(readRegistry(registry, registryKeys.ipv6Parameters, name) ?? 0);
  if ((disabled & nativeInterfacesOff) !== 0) {
    const wanted = disabled < 0xff ? disabled & ~nativeInterfacesOff : 0;
    writeRegistry(registry, registryKeys.ipv6Parameters, name, wanted);
    changed.push(`${name} is ${wanted}`);
  }
  if (!ipv6.bindingEnabled) {
    if (from === "session") {
      throw new GuestError(
        "IPv6Disabled",
        "IPv6 is not bound to the network adapter.",
        "Run the preparation of this machine again; binding IPv6 over SSH would cut its own connection.",
      );
    }
    ipv6.bindingEnabled = true;
    changed.push("IPv6 bound to the network adapter");
  }
  return changed;
}

function installFeature({ record }: Machine): string[] {
  const installed =
    record.traits.product === "server" && installPnrpFeature(record.features, record.services);
  return installed ? ["feature PNRP installed"] : [];
}

function switchPolicyOff({ record }: Machine): string[] {
  const { registry } = record;
  if (readRegistry(registry, registryKeys.peernetPolicy, "Disabled") !== 1) return [];
  writeRegistry(registry, registryKeys.peernetPolicy, "Disabled", 0);
  return ["policy Peernet Disabled is 0"];
}

/** PNRPsvc starts with the machine, the others on demand. Without IPv6 it does not start before the restart. */
function startPeerServices(machine: Machine): string[] {
  const changed: string[] = [];
  const { services } = machine.record;
  for (const name of ["p2pimsvc", "p2psvc"]) {
    const service = services[name];
    if (service?.startType !== "Disabled") continue;
    service.startType = "Manual";
    changed.push(`service ${name} manual`);
  }
  const { PNRPsvc } = services;
  if (!PNRPsvc) return changed;
  if (PNRPsvc.startType !== "Automatic") {
    PNRPsvc.startType = "Automatic";
    changed.push("service PNRPsvc automatic");
  }
  if (PNRPsvc.status !== "Running" && machine.startService("PNRPsvc")) {
    changed.push("service PNRPsvc started");
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
      .map((rule) => rule.name)
      .sort(),
    rebootPending: machine.rebootPending(),
    ...(seedServer === undefined ? {} : { seedServer: String(seedServer) }),
  };
}
