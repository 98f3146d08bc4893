import { at, oneOf, received, type Finding } from "./findings";
import { checkImage, imageOf, type ImageDefinition, type ImagePlan } from "./images";
import { outboundModes, type OutboundMode } from "./network";
import { checkAdminPassword, checkAdminUsername, checkComputerName } from "./windowsNames";

export const defaultAdminUsername = "labuser";
export const defaultSize = "Standard_D2s_v5";
export const osDiskTypes = [
  "Standard_LRS",
  "StandardSSD_LRS",
  "StandardSSD_ZRS",
  "Premium_LRS",
  "Premium_ZRS",
] as const;
export const patchModes = ["Manual", "AutomaticByOS", "AutomaticByPlatform"] as const;
export const evictionPolicies = ["Deallocate", "Delete"] as const;
/** How long a machine may be silent: a Windows boot with updates takes minutes. */
export const defaultAnswerTimeoutSeconds = 600;
export const whenOffModes = ["fail", "start", "skip"] as const;
export const seedRoles = ["seed", "peer"] as const;

/** The arguments of a machine that can be judged before anything exists. */
export interface MachineDefinition {
  computerName?: string;
  image?: string;
  imageReference?: ImageDefinition;
  size?: string;
  osDisk?: { sizeGb?: number; type?: string };
  zone?: string;
  spot?: { maxPrice?: number; evictionPolicy?: string };
  licenseType?: string;
  trustedLaunch?: boolean;
  encryptionAtHost?: boolean;
  bootDiagnostics?: boolean;
  autoShutdown?: { time: string; timeZone?: string; notifyEmail?: string; notifyMinutes?: number };
  timeZone?: string;
  patchMode?: string;
  publicIpv4?: boolean;
  publicIpv6?: boolean;
  adminUsername?: string;
  /** Only where it is a plain value; an output is judged when it is known. */
  adminPassword?: string;
  jumpHost?: { host?: string; port?: number; user?: string; hostKey?: string };
  outbound?: string;
  openSshMsi?: string;
  seed?: { role?: string; server?: string };
  whenOff?: string;
  answerTimeoutSeconds?: number;
}

export interface MachinePlan {
  computerName: string;
  image: ImagePlan;
  size: string;
  trustedLaunch: boolean;
  licenseType?: string;
  adminUsername: string;
  publicIpv4: boolean;
  publicIpv6: boolean;
  outbound: OutboundMode;
  patchMode: (typeof patchModes)[number];
}

/** Everything that is wrong with a machine, each with its path below `path`. `name` is the computer name's default. */
export function checkMachine(path: string, name: string, definition: MachineDefinition): Finding[] {
  const { jumpHost, spot, osDisk, autoShutdown, seed, outbound, adminUsername, adminPassword } =
    definition;
  const computerName = definition.computerName ?? name;
  return [
    ...checkComputerName(
      definition.computerName === undefined ? path : at(path, "computerName"),
      computerName,
    ),
    ...checkImage(path, definition.image, definition.imageReference),
    ...(definition.size === undefined
      ? []
      : checkPattern(
          at(path, "size"),
          definition.size,
          /^[A-Za-z0-9_-]+$/,
          "an Azure VM size",
          defaultSize,
        )),
    ...(osDisk === undefined ? [] : checkOsDisk(at(path, "osDisk"), osDisk)),
    ...(definition.zone === undefined
      ? []
      : checkWord(at(path, "zone"), definition.zone, ["1", "2", "3"])),
    ...(spot === undefined ? [] : checkSpot(at(path, "spot"), spot)),
    ...(definition.patchMode === undefined
      ? []
      : checkWord(at(path, "patchMode"), definition.patchMode, patchModes)),
    ...(autoShutdown === undefined
      ? []
      : checkAutoShutdown(at(path, "autoShutdown"), autoShutdown)),
    ...(adminUsername === undefined
      ? []
      : checkAdminUsername(at(path, "adminUsername"), adminUsername)),
    ...(adminPassword === undefined
      ? []
      : checkAdminPassword(
          at(path, "adminPassword"),
          adminPassword,
          adminUsername ?? defaultAdminUsername,
        )),
    ...(jumpHost === undefined ? [] : checkJumpHost(at(path, "jumpHost"), jumpHost)),
    ...(outbound === undefined ? [] : checkWord(at(path, "outbound"), outbound, outboundModes)),
    ...(seed === undefined ? [] : checkSeed(at(path, "seed"), seed)),
    ...checkTimeZone(at(path, "timeZone"), definition.timeZone),
    ...checkTimeZone(at(at(path, "autoShutdown"), "timeZone"), autoShutdown?.timeZone),
    ...checkReach(path, definition),
    ...checkStepPolicy(path, definition),
    ...(definition.openSshMsi === undefined
      ? []
      : checkPattern(
          at(path, "openSshMsi"),
          definition.openSshMsi,
          /^https:\/\/\S+\.msi$/i,
          "an https address of an OpenSSH MSI",
          "https://example.org/OpenSSH-Win64.msi",
        )),
  ];
}

/** The definition must be without findings. */
export function planMachine(name: string, definition: MachineDefinition): MachinePlan {
  const image = imageOf(definition.image, definition.imageReference);
  const publicIpv4 = definition.publicIpv4 ?? definition.jumpHost === undefined;
  const outbound = definition.outbound as OutboundMode | undefined;
  return {
    computerName: definition.computerName ?? name,
    image,
    size: definition.size ?? defaultSize,
    trustedLaunch: definition.trustedLaunch ?? image.trustedLaunch,
    licenseType: definition.licenseType ?? image.licenseType,
    adminUsername: definition.adminUsername ?? defaultAdminUsername,
    publicIpv4,
    publicIpv6: definition.publicIpv6 ?? false,
    outbound: outbound ?? (publicIpv4 ? "instance" : "existing"),
    patchMode: (definition.patchMode as MachinePlan["patchMode"] | undefined) ?? "Manual",
  };
}

/** What the steps on a machine do about one that is off or silent. */
export function checkStepPolicy(
  path: string,
  policy: { whenOff?: string; answerTimeoutSeconds?: number },
): Finding[] {
  const { whenOff, answerTimeoutSeconds: seconds } = policy;
  const findings: Finding[] = [];
  if (whenOff !== undefined)
    findings.push(...checkWord(at(path, "whenOff"), whenOff, whenOffModes));
  if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 1 && seconds <= 7200)) {
    findings.push({
      path: at(path, "answerTimeoutSeconds"),
      reason: `is ${received(seconds)}; it is a whole number of seconds from 1 to 7200`,
    });
  }
  return findings;
}

/** Somebody must be able to reach the machine, and the machine what its mode of outbound access says. */
function checkReach(path: string, definition: MachineDefinition): Finding[] {
  const findings: Finding[] = [];
  if (definition.publicIpv4 === false && definition.jumpHost === undefined) {
    findings.push({
      path: at(path, "publicIpv4"),
      reason:
        "is false, and there is no jumpHost: nothing could reach the machine over SSH; give one of the two",
    });
  }
  const publicIpv4 = definition.publicIpv4 ?? definition.jumpHost === undefined;
  if (definition.outbound === "instance" && !publicIpv4) {
    findings.push({
      path: at(path, "outbound"),
      reason:
        'is "instance", but the machine has no public IPv4 address; use "natGateway" or "existing"',
    });
  }
  return findings;
}

function checkOsDisk(path: string, disk: NonNullable<MachineDefinition["osDisk"]>): Finding[] {
  const findings: Finding[] = [];
  const { sizeGb, type } = disk;
  if (sizeGb !== undefined && (!Number.isInteger(sizeGb) || sizeGb < 127 || sizeGb > 4095)) {
    findings.push({
      path: at(path, "sizeGb"),
      reason: `is ${received(sizeGb)}; a Windows image needs 127, and 4095 GiB is Azure's limit for an OS disk`,
    });
  }
  if (type !== undefined) findings.push(...checkWord(at(path, "type"), type, osDiskTypes));
  return findings;
}

function checkSpot(path: string, spot: NonNullable<MachineDefinition["spot"]>): Finding[] {
  const findings: Finding[] = [];
  const { maxPrice, evictionPolicy } = spot;
  if (maxPrice !== undefined && !(maxPrice === -1 || (Number.isFinite(maxPrice) && maxPrice > 0))) {
    findings.push({
      path: at(path, "maxPrice"),
      reason: `is ${received(maxPrice)}; it is a price in US dollars an hour, or -1 for the price on demand`,
    });
  }
  if (evictionPolicy !== undefined) {
    findings.push(...checkWord(at(path, "evictionPolicy"), evictionPolicy, evictionPolicies));
  }
  return findings;
}

function checkAutoShutdown(
  path: string,
  schedule: NonNullable<MachineDefinition["autoShutdown"]>,
): Finding[] {
  const findings: Finding[] = [];
  const { time, notifyEmail, notifyMinutes } = schedule;
  if (typeof time !== "string" || !/^([01][0-9]|2[0-3])[0-5][0-9]$/.test(time)) {
    const shown = time === undefined ? "is missing" : `is ${received(time)}`;
    findings.push({ path: at(path, "time"), reason: `${shown}; write "1900" for 19:00` });
  }
  if (notifyMinutes !== undefined && !(notifyMinutes >= 15 && notifyMinutes <= 120)) {
    findings.push({
      path: at(path, "notifyMinutes"),
      reason: `is ${received(notifyMinutes)}; allowed are 15 to 120`,
    });
  }
  if (notifyMinutes !== undefined && notifyEmail === undefined) {
    findings.push({
      path: at(path, "notifyEmail"),
      reason: "is missing; notifyMinutes says when to write, this says to whom",
    });
  }
  return findings;
}

/** Azure wants Windows' names, and says so only when the machine is being made. */
function checkTimeZone(path: string, timeZone: string | undefined): Finding[] {
  if (timeZone === undefined || /^[A-Za-z][A-Za-z .()+0-9-]*$/.test(timeZone)) return [];
  const reason = `is ${received(timeZone)}; it is a Windows time zone such as W. Europe Standard Time, not Europe/Berlin`;
  return [{ path, reason }];
}

function checkJumpHost(
  path: string,
  jumpHost: NonNullable<MachineDefinition["jumpHost"]>,
): Finding[] {
  const findings: Finding[] = [];
  for (const key of ["host", "user"] as const) {
    if (jumpHost[key] === "") findings.push({ path: at(path, key), reason: "is empty" });
  }
  const { port } = jumpHost;
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65535)) {
    findings.push({
      path: at(path, "port"),
      reason: `is ${received(port)}; a port is a whole number from 1 to 65535`,
    });
  }
  return findings;
}

function checkSeed(path: string, seed: NonNullable<MachineDefinition["seed"]>): Finding[] {
  const findings = checkWord(at(path, "role"), seed.role ?? "", seedRoles);
  if (seed.server !== undefined && !/^[A-Za-z0-9.:-]+$/.test(seed.server)) {
    findings.push({
      path: at(path, "server"),
      reason: `is ${received(seed.server)}; it is one DNS name or one IPv6 address`,
    });
  }
  return findings;
}

function checkWord(path: string, value: string, allowed: readonly string[]): Finding[] {
  if (allowed.includes(value)) return [];
  return [{ path, reason: `is ${received(value)}; allowed are ${oneOf(allowed)}` }];
}

function checkPattern(
  path: string,
  value: string,
  pattern: RegExp,
  what: string,
  example: string,
): Finding[] {
  if (pattern.test(value)) return [];
  return [{ path, reason: `is ${received(value)}; it must be ${what} such as ${example}` }];
}
