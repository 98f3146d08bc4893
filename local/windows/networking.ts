import {
  firewallRulePrefix,
  type NetworkingFacts,
  type NetworkingState,
} from "../../guest/contract";
import { hasGlobalCloud } from "./cloud/cloud";
import type { Difference } from "./difference";
import { ruleChanged } from "./events";
import { ownRuleDifferences } from "./firewall";
import { GuestError } from "./guestError";
import type { Machine } from "./machine";
import {
  nativeInterfacesOff,
  readRegistry,
  registryKeys,
  writeRegistry,
  type Registry,
  type RegistryKey,
} from "./registry";
import { installPnrpFeature } from "./services";

/** Every machine has one, of this name. */
const adapter = "Ethernet";

/**
 * Brings IPv6, the services, our firewall rules and the seed policy to the wanted state. Returns one phrase for each change
 * and what waits for a restart; a second run changes nothing. From a session IPv6 is not bound to the adapter, which would
 * cut the session's own connection: that fails instead. What keeps PNRPsvc from starting is repaired under `reconcile` alone.
 */
export function applyNetworking(
  machine: Machine,
  state: NetworkingState,
  from: "session" | "preparation",
  reconcile = false,
): { changed: string[]; pending: string[] } {
  const changed: string[] = [];
  const repair = (differences: Iterable<Difference>) => {
    for (const difference of differences) {
      const besides = difference.repair() ?? [];
      changed.push(difference.changed, ...besides);
    }
  };
  repair(ofFoundation(machine, from));
  changed.push(...startPnrp(machine, reconcile));
  repair(ofReach(machine, state, from));
  machine.save();
  if (from === "session") requirePnrp(machine);
  return { changed, pending: pendingChanges(machine) };
}

/** What {@link applyNetworking} would change from a session; changes nothing. */
export function networkingDrift(machine: Machine, state: NetworkingState): string[] {
  const { pnrpFailure, services } = machine.record;
  const drift = [...ofFoundation(machine, "session")].map((difference) => difference.drift);
  const isDown = services.PNRPsvc && services.PNRPsvc.status !== "Running";
  if (isDown && !machine.rebootPending()) {
    drift.push(
      pnrpFailure
        ? `service PNRPsvc does not start: ${pnrpFailure}`
        : "service PNRPsvc is not running",
    );
  }
  return [
    ...drift,
    ...[...ofReach(machine, state, "session")].map((difference) => difference.drift),
  ];
}

/**
 * Starts PNRPsvc where it does not run, and repairs before what is known to keep it from that, where it is asked to. Without
 * IPv6 it would end at once: it waits for the restart for which IPv6 waits.
 */
function startPnrp(machine: Machine, reconcile: boolean): string[] {
  const { record } = machine;
  const service = record.services.PNRPsvc;
  if (!service || service.status === "Running" || machine.rebootPending()) return [];
  if (machine.startService("PNRPsvc")) return ["service PNRPsvc started"];
  const failure = record.pnrpFailure;
  if (!failure || !reconcile) return [];
  delete record.pnrpFailure;
  const repaired =
    failure === "PEER_E_CERT_STORE_CORRUPTED"
      ? `store of PNRPsvc deleted (${failure})`
      : `machine keys opened to PNRPsvc (${failure})`;
  return machine.startService("PNRPsvc") ? [repaired, "service PNRPsvc started"] : [repaired];
}

/** Everything else in the stack waits for PNRPsvc. */
function requirePnrp({ record: { pnrpFailure } }: Machine): void {
  if (!pnrpFailure) return;
  throw new GuestError(
    pnrpFailure,
    `The service PNRPsvc does not start: ${pnrpFailure}.`,
    "Repair the machine (reconcile): it gives PNRPsvc a new store, or rights on the machine's keys.",
  );
}

export function pendingChanges(machine: Machine): string[] {
  return machine.rebootPending() ? ["reboot"] : [];
}

/**
 * What PNRPsvc needs before it can start. One after the other, since what is put right decides over what comes next.
 */
function* ofFoundation(machine: Machine, from: "session" | "preparation"): Generator<Difference> {
  yield* ofIPv6(machine, from);
  yield* ofFeature(machine);
  yield* ofPolicy(machine);
  yield* ofPeerServices(machine);
}

/** Who reaches the machine, and how it finds the cloud. */
function* ofReach(
  machine: Machine,
  state: NetworkingState,
  from: "session" | "preparation",
): Generator<Difference> {
  const { record } = machine;
  yield* ownRuleDifferences(record.firewallRules, state.firewallRules, (name, change) =>
    ruleChanged(record, name, change, machine.now()),
  );
  if (state.seed) yield* ofSeedPolicy(machine, state.seed, from);
}

function* ofIPv6(machine: Machine, from: "session" | "preparation"): Generator<Difference> {
  const { registry, ipv6 } = machine.record;
  const name = "DisabledComponents";
  const disabled = Number(readRegistry(registry, registryKeys.ipv6Parameters, name) ?? 0);
  if ((disabled & nativeInterfacesOff) !== 0) {
    const wanted = disabled < 0xff ? disabled & ~nativeInterfacesOff : 0;
    const value = ofValue(registry, registryKeys.ipv6Parameters, name, wanted);
    yield {
      ...value,
      repair() {
        value.repair();
        machine.record.awaitsReboot = true;
      },
    };
  }
  if (!ipv6.bindingEnabled) {
    yield {
      drift: `IPv6 is not bound to ${adapter}`,
      changed: `IPv6 bound to ${adapter}`,
      repair() {
        if (from === "session") {
          throw new GuestError(
            "IPv6Disabled",
            `IPv6 is not bound to ${adapter}.`,
            "Run the preparation of this machine again; binding IPv6 over SSH would cut its own connection.",
          );
        }
        ipv6.bindingEnabled = true;
      },
    };
  }
}

function* ofFeature({ record }: Machine): Generator<Difference> {
  const { traits, features, services } = record;
  if (traits.product !== "server" || features.includes("PNRP")) return;
  yield {
    drift: "feature PNRP is missing",
    changed: "feature PNRP installed",
    repair() {
      installPnrpFeature(features, services);
    },
  };
}

function* ofPolicy({ record: { registry } }: Machine): Generator<Difference> {
  if (readRegistry(registry, registryKeys.peernetPolicy, "Disabled") !== 1) return;
  yield ofValue(registry, registryKeys.peernetPolicy, "Disabled", 0);
}

/** PNRPsvc starts with the machine, the others on demand. Without IPv6 it does not start before the restart. */
function* ofPeerServices(machine: Machine): Generator<Difference> {
  const { services } = machine.record;
  for (const name of ["p2pimsvc", "p2psvc"]) {
    const service = services[name];
    if (service?.startType !== "Disabled") continue;
    yield {
      drift: `service ${name} is disabled, wanted is manual`,
      changed: `service ${name} manual`,
      repair() {
        service.startType = "Manual";
      },
    };
  }
  const { PNRPsvc } = services;
  if (!PNRPsvc) return;
  if (PNRPsvc.startType !== "Automatic") {
    yield {
      drift: `service PNRPsvc is ${PNRPsvc.startType.toLowerCase()}, wanted is automatic`,
      changed: "service PNRPsvc automatic",
      repair() {
        PNRPsvc.startType = "Automatic";
      },
    };
  }
}

function* ofSeedPolicy(
  machine: Machine,
  seed: NonNullable<NetworkingState["seed"]>,
  from: "session" | "preparation",
): Generator<Difference> {
  const { registry, services } = machine.record;
  const key = registryKeys.globalCloudPolicy;
  const values: [name: string, value: string | number][] = [
    ["SeedServer", seed.server],
    ["DontIncludeMicrosoftSeedServer", 1],
    ["DisableMulticastBootstrap", seed.role === "peer" ? 1 : 0],
  ];
  const wrong = values.filter(([name, value]) => readRegistry(registry, key, name) !== value);
  for (const [name, value] of wrong) {
    const { drift, changed, repair } = ofValue(registry, key, name, value);
    // Where an image defines the policy under other names the machine takes those; this one has no definition.
    const source = "(names built in)";
    yield {
      drift: `${drift} ${source}`,
      changed: `${changed} ${source}`,
      repair() {
        repair();
        // The service reads its policy when it starts.
        const isLast = name === wrong.at(-1)?.[0];
        if (!isLast || services.PNRPsvc?.status !== "Running") return [];
        const phrases = machine.restartService("PNRPsvc") ? ["service PNRPsvc restarted"] : [];
        // The preparation has nothing to look at the clouds with.
        if (from === "preparation" || hasGlobalCloud(machine)) return phrases;
        return [...phrases, "cloud Global_ is missing after the restart of PNRPsvc"];
      },
    };
  }
}

/** A registry value that is another one, in the words in which the guest files speak of it. */
function ofValue(
  registry: Registry,
  key: RegistryKey,
  name: string,
  wanted: string | number,
): Difference {
  const path = `${key.replace(/^HKLM\//, "").replaceAll("/", "\\")}\\${name}`;
  const current = readRegistry(registry, key, name) ?? "not set";
  return {
    drift: `${path} is ${current}, wanted is ${wanted}`,
    changed: `${path} = ${wanted}`,
    repair() {
      writeRegistry(registry, key, name, wanted);
    },
  };
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
    ...(record.pnrpFailure ? { pnrpFailure: record.pnrpFailure } : {}),
  };
}
