import { at, type Finding } from "./findings";
import { checkImage, imageOf, type ImageDefinition, type ImagePlan } from "./images";
import {
  shutdownEmail,
  shutdownNotice,
  shutdownRecipient,
  shutdownTime,
} from "./rules/autoShutdown";
import { hostKeyForm, jumpHostNamed, sshPortNumber } from "./rules/jumpHosts";
import {
  answerTimeout,
  availabilityZone,
  evictionPolicy,
  licenseType,
  machineSize,
  openSshMsi,
  osDiskSize,
  osDiskType,
  outboundByOwnAddress,
  outboundMode,
  patchMode,
  publicIpv6OfPeer,
  reachable,
  seedRole,
  seedServer,
  spotPrice,
  timeZone,
  whenOff,
  type OutboundMode,
  type patchModes,
} from "./rules/machines";
import { computerNameNotUser } from "./rules/windowsAccounts";
import { checkAdminPassword, checkAdminUsername, checkComputerName } from "./windowsNames";

export const defaultAdminUsername = "labuser";
export const defaultSize = "Standard_D2s_v5";
/** How long a machine may be silent: a Windows boot with updates takes minutes. */
export const defaultAnswerTimeoutSeconds = 600;

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
  const { jumpHost, spot, osDisk, autoShutdown, seed, adminUsername, adminPassword } = definition;
  const { computerName = name } = definition;
  const namePath = definition.computerName === undefined ? path : at(path, "computerName");
  const user = adminUsername ?? defaultAdminUsername;
  return [
    ...checkComputerName(namePath, computerName),
    ...computerNameNotUser(namePath, computerName, user),
    ...checkImage(path, definition.image, definition.imageReference),
    ...given(machineSize, at(path, "size"), definition.size),
    ...given(osDiskSize, at(at(path, "osDisk"), "sizeGb"), osDisk?.sizeGb),
    ...given(osDiskType, at(at(path, "osDisk"), "type"), osDisk?.type),
    ...given(availabilityZone, at(path, "zone"), definition.zone),
    ...given(spotPrice, at(at(path, "spot"), "maxPrice"), spot?.maxPrice),
    ...given(evictionPolicy, at(at(path, "spot"), "evictionPolicy"), spot?.evictionPolicy),
    ...given(patchMode, at(path, "patchMode"), definition.patchMode),
    ...given(licenseType, at(path, "licenseType"), definition.licenseType),
    ...given(timeZone, at(path, "timeZone"), definition.timeZone),
    ...given(checkAutoShutdown, at(path, "autoShutdown"), autoShutdown),
    ...given(checkAdminUsername, at(path, "adminUsername"), adminUsername),
    ...(adminPassword === undefined
      ? []
      : checkAdminPassword(at(path, "adminPassword"), adminPassword, user)),
    ...given(checkJumpHost, at(path, "jumpHost"), jumpHost),
    ...given(outboundMode, at(path, "outbound"), definition.outbound),
    ...given(checkSeed, at(path, "seed"), seed),
    ...checkReach(path, definition),
    ...checkStepPolicy(path, definition),
    ...given(openSshMsi, at(path, "openSshMsi"), definition.openSshMsi),
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
  return [
    ...given(whenOff, at(path, "whenOff"), policy.whenOff),
    ...given(answerTimeout, at(path, "answerTimeoutSeconds"), policy.answerTimeoutSeconds),
  ];
}

/** Somebody must be able to reach the machine, and the machine what its mode of outbound access says. */
function checkReach(path: string, definition: MachineDefinition): Finding[] {
  const { publicIpv4, publicIpv6, jumpHost, outbound } = definition;
  const hasPublicIpv4 = publicIpv4 ?? jumpHost === undefined;
  return [
    ...reachable(at(path, "publicIpv4"), publicIpv4, jumpHost !== undefined),
    ...outboundByOwnAddress(at(path, "outbound"), outbound, hasPublicIpv4),
    ...publicIpv6OfPeer(at(path, "publicIpv6"), publicIpv6),
  ];
}

function checkAutoShutdown(
  path: string,
  schedule: NonNullable<MachineDefinition["autoShutdown"]>,
): Finding[] {
  const { time, timeZone: zone, notifyEmail, notifyMinutes } = schedule;
  return [
    ...shutdownTime(at(path, "time"), time),
    ...given(shutdownNotice, at(path, "notifyMinutes"), notifyMinutes),
    ...shutdownRecipient(at(path, "notifyEmail"), notifyEmail, notifyMinutes),
    ...given(shutdownEmail, at(path, "notifyEmail"), notifyEmail),
    ...given(timeZone, at(path, "timeZone"), zone),
  ];
}

function checkJumpHost(
  path: string,
  jumpHost: NonNullable<MachineDefinition["jumpHost"]>,
): Finding[] {
  const { host, port, user, hostKey } = jumpHost;
  return [
    ...given(jumpHostNamed, at(path, "host"), host),
    ...given(jumpHostNamed, at(path, "user"), user),
    ...given(sshPortNumber, at(path, "port"), port),
    ...given(hostKeyForm, at(path, "hostKey"), hostKey),
  ];
}

function checkSeed(path: string, seed: NonNullable<MachineDefinition["seed"]>): Finding[] {
  return [
    ...given(seedRole, at(path, "role"), seed.role),
    ...given(seedServer, at(path, "server"), seed.server),
  ];
}

/** What a rule says of a value that need not be given. */
function given<Value>(
  rule: (path: string, value: Value) => Finding[],
  path: string,
  value: Value | undefined,
): Finding[] {
  return value === undefined ? [] : rule(path, value);
}
