import ipaddr from "ipaddr.js";
import {
  guestDirectory,
  type PreparationReport,
  type PreparationSettings,
} from "../../guest/contract";
import { list, object, oneOf, optional, text } from "./actions/shape";
import { networkingState } from "./actions/networkingShape";
import { localSystem } from "./accounts";
import { GuestError, invalidRequest } from "./guestError";
import { findAccount } from "./logon";
import type { Machine } from "./machine";
import { applyNetworking } from "./networking";
import { installSshServer } from "./sshServer";

const httpsAddress = text({ pattern: /^https:\/\/[^\s/]+/, allowed: "an https address" });

const settingsShape = object({
  contract: oneOf(1),
  labUser: text(),
  networking: networkingState,
  outboundTest: list(httpsAddress),
  openSshMsi: optional(httpsAddress),
});

/** Reads the preparation's one parameter: base64 of UTF-8 JSON. */
export function readSettings(value: string): PreparationSettings {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(value, "base64").toString("utf8"));
  } catch {
    throw invalidRequest("Settings", value, "base64 of a JSON object");
  }
  return settingsShape(parsed, "");
}

/**
 * What `prepare.ps1` does, as LocalSystem: outbound test, guest folder, IPv6, feature and services, firewall, seed policy,
 * SSH server; everything again and again with the same end. Throws {@link GuestError}.
 */
export function prepare(machine: Machine, settings: PreparationSettings): PreparationReport {
  const { record } = machine;
  const account = findAccount(machine, settings.labUser);
  if (!account) {
    throw invalidRequest("labUser", settings.labUser, "a user of this machine");
  }
  for (const address of settings.outboundTest) {
    if (!canDownload(machine, address)) throw outboundBlocked(address);
  }
  const changed = prepareGuestFolder(machine, account.name);
  const networking = applyNetworking(machine, settings.networking, "preparation");
  changed.push(...networking.changed);
  const openSsh = prepareSshServer(machine, settings, changed);
  machine.save();
  return {
    ...machine.facts,
    hostKey: record.hostKey!.publicKey,
    openSsh,
    changed,
    rebootPending: machine.rebootPending(),
  };
}

/** An address inside the network needs no way to the internet. */
function canDownload(machine: Machine, address: string): boolean {
  const network = machine.environment.network();
  const { vmId } = machine.record;
  const host = new URL(address).hostname.replace(/^\[|\]$/g, "");
  const isPrivate = ipaddr.isValid(host)
    ? ["private", "uniqueLocal"].includes(ipaddr.parse(host).range())
    : network.resolveName(vmId, host).length > 0;
  return isPrivate || network.hasOutbound(vmId);
}

function outboundBlocked(address: string): GuestError {
  return new GuestError(
    "OutboundBlocked",
    `${address} does not answer: Timeout.`,
    "Give the machine a way out (a public address, a NAT gateway), or an image that brings an SSH server and an empty outboundTest.",
  );
}

function prepareGuestFolder(machine: Machine, labUser: string): string[] {
  const { disk } = machine;
  const present = disk.find(guestDirectory);
  const ourOwners = ["SYSTEM", "Administrators"];
  if (present && (present.kind !== "directory" || !ourOwners.includes(present.owner))) {
    throw new GuestError(
      "GuestFolderNotOurs",
      `${guestDirectory} is not a plain folder of the system or the administrators (owner ${present.owner}).`,
      "Find out who made it; rename or remove it, then prepare the machine again.",
    );
  }
  const work = `${guestDirectory}/work`;
  const missing = [guestDirectory, work].filter((folder) => !disk.find(folder));
  for (const folder of missing) disk.makeDirectory(folder, localSystem);
  disk.secure(guestDirectory, {
    owner: "Administrators",
    access: { SYSTEM: "full", Administrators: "full", [labUser]: "readExecute" },
    inherits: false,
  });
  disk.secure(work, { owner: "Administrators", access: { [labUser]: "full" }, inherits: false });
  return missing.map((folder) => `folder ${folder} made`);
}

function prepareSshServer(
  machine: Machine,
  settings: PreparationSettings,
  changed: string[],
): PreparationReport["openSsh"] {
  const origin = machine.record.services.sshd ? "present" : installFrom(machine, settings);
  if (origin !== "present") {
    installSshServer(machine);
    changed.push(`SSH server installed (${origin})`);
  }
  const sshd = machine.record.services.sshd!;
  if (sshd.startType !== "Automatic") {
    sshd.startType = "Automatic";
    changed.push("service sshd automatic");
  }
  if (sshd.status !== "Running" && machine.startService("sshd")) {
    changed.push("service sshd started");
  }
  return origin;
}

function installFrom(machine: Machine, settings: PreparationSettings): "capability" | "msi" {
  const { vmId, traits } = machine.record;
  const hasCapability = traits.openSsh === "capability";
  if (hasCapability && machine.environment.network().hasOutbound(vmId)) return "capability";
  if (settings.openSshMsi) {
    if (canDownload(machine, settings.openSshMsi)) return "msi";
    throw new GuestError(
      "OpenSshUnavailable",
      "The package of the SSH server cannot be fetched: Timeout",
      "Check the address in openSshMsi and the outbound connections of the machine.",
    );
  }
  const problem = hasCapability
    ? "Add-WindowsCapability failed. Error code = 0x8024402c"
    : "Add-WindowsCapability failed. Error code = 0x800f080c";
  throw new GuestError(
    "OpenSshUnavailable",
    `Windows cannot add its SSH server: ${problem}.`,
    "Give the machine a way out to Windows Update, an image with an SSH server, or a package in openSshMsi.",
  );
}
