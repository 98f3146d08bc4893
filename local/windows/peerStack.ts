import { GuestError, hintOf } from "./guestError";
import { HresultError, type HresultName } from "./hresult";
import type { Machine } from "./machine";
import { nativeInterfacesOff, readRegistry, registryKeys } from "./registry";
import { peerServices } from "./services";

/** What each part of the stack answers when it is started. */
export interface PeerStackState {
  identity: HresultName;
  grouping: HresultName;
  pnrp: HresultName;
}

export function isServer(machine: Machine): boolean {
  return machine.record.traits.product === "server";
}

/** Whether identities and groups are not for this machine. */
function isRefused(machine: Machine): boolean {
  const { record, environment } = machine;
  const isPlain = isServer(machine) && environment.serverPeerStack === "refused";
  return isPlain || environment.faults.take("noPeerStack", record.computerName) !== undefined;
}

/** Starts the parts of the stack, as the probing action does, and says what they answer. */
export function startPeerStack(machine: Machine): PeerStackState {
  const { record } = machine;
  if (!record.services.PNRPsvc || !machine.startService("p2pimsvc")) {
    const missing = "PEER_E_CANNOT_START_SERVICE";
    return { identity: missing, grouping: missing, pnrp: missing };
  }
  const pnrp: HresultName = !machine.ipv6Works()
    ? "PEER_E_IPV6_NOT_INSTALLED"
    : machine.startService("PNRPsvc")
      ? "S_OK"
      : "PEER_E_SERVICE_NOT_AVAILABLE";
  if (isRefused(machine)) {
    return { identity: "PEER_E_NOT_LICENSED", grouping: "PEER_E_NOT_LICENSED", pnrp };
  }
  return { identity: "S_OK", grouping: startGrouping(machine, pnrp), pnrp };
}

/** Grouping depends on PNRP's service. */
function startGrouping(machine: Machine, pnrp: HresultName): HresultName {
  if (pnrp === "PEER_E_SERVICE_NOT_AVAILABLE") return "ERROR_SERVICE_DEPENDENCY_FAIL";
  if (pnrp !== "S_OK") return pnrp;
  return machine.startService("p2psvc") ? "S_OK" : "PEER_E_CANNOT_START_SERVICE";
}

/** Fails where this machine cannot have identities; without PNRP and grouping it can. */
export function requireIdentities(machine: Machine): void {
  requireReadableIdentities(machine);
  machine.startService("p2pimsvc");
}

/** Fails where the user's groups cannot be opened. */
export function requireGrouping(machine: Machine): void {
  requireIdentities(machine);
  const { grouping } = startPeerStack(machine);
  if (grouping !== "S_OK") throw new HresultError(grouping, "PeerGroupStartup");
}

/**
 * Fails where identities cannot be read, by what can be seen without starting a service: that is Windows' own affair, which
 * starts p2pimsvc when it is called.
 */
export function requireReadableIdentities(machine: Machine): void {
  requireStackParts(machine);
  if (machine.record.services.p2pimsvc?.startType === "Disabled") {
    throw new HresultError("PEER_E_CANNOT_START_SERVICE", "PeerEnumIdentities");
  }
  if (isRefused(machine)) throw new HresultError("PEER_E_NOT_LICENSED", "PeerEnumIdentities");
}

/** The state of the stack, or the failure that names the first reason why this machine cannot run it. */
export function requirePeerStack(machine: Machine): PeerStackState {
  requireParts(machine);
  const state = startPeerStack(machine);
  // PNRP first: without IPv6 nothing else can work either.
  const part = (["pnrp", "grouping", "identity"] as const).find((name) => state[name] !== "S_OK");
  if (!part) return state;
  throw stackFailure(machine, part, state[part]);
}

/** Fails where the stack cannot work at all, by what can be seen from outside. */
export function requireStackParts(machine: Machine): void {
  requireParts(machine);
  if (!machine.ipv6Works()) throw ipv6Disabled(machine);
}

/** Fails where a part is missing or switched off by policy. */
function requireParts(machine: Machine): void {
  const { record } = machine;
  if (readRegistry(record.registry, registryKeys.peernetPolicy, "Disabled") === 1) {
    throw new GuestError(
      "PeerNetworkingDisabledByPolicy",
      "A policy turns Microsoft peer-to-peer networking off (Peernet\\Disabled is 1).",
      "Remove the policy value Disabled of HKLM\\SOFTWARE\\Policies\\Microsoft\\Peernet, or use another image.",
    );
  }
  if (isServer(machine) && !record.features.includes("PNRP")) {
    throw new GuestError(
      "PnrpFeatureMissing",
      "The service PNRPsvc is missing on this server edition.",
      "Run the preparation, which installs it, or use a Windows 10 or 11 client image.",
    );
  }
  const absent = peerServices.filter((service) => !record.services[service]);
  if (absent.length > 0) {
    throw new GuestError(
      "PeerServiceMissing",
      `The service ${absent.join(", ")} is missing.`,
      "Use an image that carries the peer networking stack: a Windows 10 or 11 client.",
    );
  }
}

function stackFailure(
  machine: Machine,
  part: keyof PeerStackState,
  result: HresultName,
): GuestError {
  if (result === "PEER_E_IPV6_NOT_INSTALLED") return ipv6Disabled(machine);
  return new GuestError(
    result,
    `The peer stack of this machine does not run: ${part} answered ${result}.`,
    hintOf(result),
    result,
  );
}

function ipv6Disabled({ record: { registry } }: Machine): GuestError {
  const name = "DisabledComponents";
  const disabled = Number(readRegistry(registry, registryKeys.ipv6Parameters, name) ?? 0);
  if ((disabled & nativeInterfacesOff) !== 0) {
    return new GuestError(
      "IPv6Disabled",
      "The registry switches IPv6 off (Tcpip6\\Parameters\\DisabledComponents).",
      "Run Set-PeerNetworking and restart the machine.",
    );
  }
  return new GuestError(
    "IPv6Disabled",
    "No network adapter of this machine has an IPv6 address.",
    "Restart the machine if a change of IPv6 is pending; else bind IPv6 to its network adapter.",
  );
}
