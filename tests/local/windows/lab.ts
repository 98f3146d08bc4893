import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  contractVersion,
  guestDirectory,
  guestFiles,
  guestFilesHash,
  preparationMarker,
  type GuestAction,
  guestCommand,
  type NetworkingState,
  type PreparationSettings,
} from "../../../guest/contract";
import { passwordCommand } from "../../../guest/password";
import { createFaults } from "../../../local/faults";
import type {
  Faults,
  ImageReference,
  Network,
  Packet,
  RunCommandRequest,
  Verdict,
} from "../../../local/interfaces";
import { openJournal, type Journal } from "../../../local/journal";
import {
  execute,
  openWindows,
  passwordLogon,
  type Machine,
  type Windows,
} from "../../../local/windows";
import type { ProcessResult } from "../../../local/windows/commandLine";
import { memoryFolder } from "../../memoryFolder";
import { readGuestText } from "../../guest/files";

export const labUser = "peerlab";
export const labPassword = "Correct-Horse-7-Battery";

/** One machine's place in the fake network: 10.0.0.0 plus n and fd00::<n>. A whole run has more machines than one byte counts. */
export interface FakeNetwork extends Network {
  place(vmId: string, host: number): void;
  outbound: boolean;
  /** Refuses every packet to these addresses, as a security group would. */
  blocked: Set<string>;
  /** Refuses single packets. */
  refuses: (packet: Packet) => boolean;
  /** The addresses of names in private DNS zones. */
  names: Map<string, string[]>;
}

export function fakeNetwork(): FakeNetwork {
  const hosts = new Map<string, number>();
  const network: FakeNetwork = {
    outbound: true,
    blocked: new Set(),
    refuses: () => false,
    names: new Map(),
    place: (vmId, host) => hosts.set(vmId, host),
    send(packet): Verdict {
      const vmId = [...hosts.keys()].find((id) => {
        const { ipv4, ipv6, publicAddresses } = network.addressesOf(id);
        return [...ipv4, ...ipv6, ...publicAddresses].includes(packet.to);
      });
      const allowed =
        vmId !== undefined && !network.blocked.has(packet.to) && !network.refuses(packet);
      return { allowed, reason: allowed ? "test" : "blocked", ...(vmId ? { vmId } : {}) };
    },
    addressesOf(vmId) {
      const host = hosts.get(vmId);
      if (host === undefined) return { ipv4: [], ipv6: [], publicAddresses: [] };
      return {
        ipv4: [`10.0.${host >> 8}.${host & 255}`],
        ipv6: [`fd00::${host.toString(16)}`],
        publicAddresses: [`198.51.100.${host}`],
      };
    },
    hasOutbound: () => network.outbound,
    resolveName: (_, name) => network.names.get(name) ?? [],
    power: () => "running",
  };
  return network;
}

export interface Lab {
  directory: string;
  journal: Journal;
  faults: Faults;
  network: FakeNetwork;
  windows: Windows;
  clock: { now: number };
  /** Opens the same state again, as a restarted stand-in would. */
  restart(): Windows;
  dispose(): void;
}

export function openLab(serverPeerStack: "refused" | "works" = "refused"): Lab {
  const directory = fs.mkdtempSync(path.join(memoryFolder(), "peerlab-windows-"));
  const journal = openJournal(directory);
  const faults = createFaults();
  const network = fakeNetwork();
  const clock = { now: Date.now() };
  const open = () =>
    openWindows({
      directory,
      journal,
      faults,
      network: () => network,
      now: () => clock.now,
      serverPeerStack,
    });
  const lab: Lab = {
    directory,
    journal,
    faults,
    network,
    clock,
    windows: open(),
    restart() {
      lab.windows.close();
      return (lab.windows = open());
    },
    dispose() {
      lab.windows.close();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
  return lab;
}

export const images = {
  windows11: {
    publisher: "MicrosoftWindowsDesktop",
    offer: "windows-11",
    sku: "win11-24h2-pro",
    version: "latest",
  },
  server2016: {
    publisher: "MicrosoftWindowsServer",
    offer: "WindowsServer",
    sku: "2016-datacenter-gensecond",
  },
  server2022: {
    publisher: "MicrosoftWindowsServer",
    offer: "WindowsServer",
    sku: "2022-datacenter-g2",
  },
  server2025: {
    publisher: "MicrosoftWindowsServer",
    offer: "WindowsServer",
    sku: "2025-datacenter-g2",
  },
} satisfies Record<string, ImageReference>;

let nextHost = 10;

export async function createMachine(
  lab: Lab,
  computerName: string,
  imageReference: ImageReference = images.windows11,
): Promise<Machine> {
  const vmId = crypto.randomUUID();
  lab.network.place(vmId, nextHost++);
  await lab.windows.create({
    vmId,
    resourceId: `/subscriptions/0/resourceGroups/lab/providers/Microsoft.Compute/virtualMachines/${computerName}`,
    computerName,
    adminUsername: labUser,
    adminPassword: labPassword,
    imageReference,
    size: "Standard_D2s_v5",
  });
  return lab.windows.find(vmId)!;
}

export const networking: NetworkingState = {
  firewallRules: [
    {
      name: "PeerLab-ssh-ipv4",
      displayName: "PeerLab SSH (IPv4)",
      protocol: "TCP",
      port: 22,
      family: "IPv4",
      remoteAddresses: ["10.255.0.4/32", "203.0.113.0/24"],
      edgeTraversal: "Block",
    },
    {
      name: "PeerLab-grouping-ipv6",
      displayName: "PeerLab Grouping (IPv6)",
      protocol: "TCP",
      port: 3587,
      family: "IPv6",
      remoteAddresses: ["fd00::/64"],
      edgeTraversal: "Block",
    },
  ],
  seed: { role: "peer", server: "seed.lab.internal" },
};

export function settings(changes: Partial<PreparationSettings> = {}): PreparationSettings {
  return {
    contract: contractVersion,
    labUser,
    networking,
    outboundTest: ["https://download.windowsupdate.com/"],
    ...changes,
  };
}

export function preparation(given: PreparationSettings = settings()): RunCommandRequest {
  const value = Buffer.from(JSON.stringify(given), "utf8").toString("base64");
  return {
    name: "prepare",
    script: `${preparationMarker}\nparam([string]$Settings)\n# the body is played\n`,
    parameters: [{ name: "Settings", value }],
    protectedParameters: [],
    timeoutInSeconds: 1800,
  };
}

const guestContent = (name: string) => Buffer.from(`# ${name}\r\n`);

export const copiedGuestFiles = guestFilesHash(guestContent, (data) =>
  crypto.createHash("sha256").update(data).digest("hex"),
);

/** Puts stand-ins of the guest files on the machine, as a copy does. */
export async function copyGuestFiles(machine: Machine): Promise<void> {
  const logon = await passwordLogon(machine, labUser, labPassword);
  if (typeof logon === "string") throw new Error(logon);
  for (const name of guestFiles) {
    machine.disk.write(`${guestDirectory}/${name}`, guestContent(name), logon);
  }
}

/** Everything of a lab's own network may pass, and the first machine is the seed. */
export const openNetworking: NetworkingState = {
  firewallRules: [
    ...networking.firewallRules,
    {
      name: "PeerLab-pnrp-ipv6",
      displayName: "PeerLab PNRP (IPv6)",
      protocol: "UDP",
      port: 3540,
      family: "IPv6",
      remoteAddresses: ["fd00::/64"],
      edgeTraversal: "Block",
    },
  ],
  seed: { role: "peer", server: "seed.lab.internal" },
};

/** A prepared machine of a lab whose seed is the first that is made so. */
export async function networkedMachine(
  lab: Lab,
  computerName: string,
  imageReference?: ImageReference,
): Promise<Machine> {
  const machine = await readyMachine(lab, computerName, openNetworking, imageReference);
  const seed = "seed.lab.internal";
  if (!lab.network.names.has(seed)) {
    lab.network.names.set(seed, lab.network.addressesOf(machine.record.vmId).ipv6);
  }
  return machine;
}

/** A machine that is prepared and holds the guest files. */
export async function readyMachine(
  lab: Lab,
  computerName: string,
  state: NetworkingState = networking,
  imageReference?: ImageReference,
): Promise<Machine> {
  const machine = await createMachine(lab, computerName, imageReference);
  const given = preparation(settings({ networking: state }));
  const result = await lab.windows.runCommand(machine.record.vmId, given);
  if (result.executionState !== "Succeeded") throw new Error(result.error);
  await copyGuestFiles(machine);
  return machine;
}

/** Sends an action to the machine over a session of the lab user. */
export async function send(
  machine: Machine,
  action: GuestAction,
  request: object = {},
  session: AbortSignal = new AbortController().signal,
): Promise<ProcessResult> {
  const logon = await passwordLogon(machine, labUser, labPassword);
  if (typeof logon === "string") throw new Error(logon);
  const complete = {
    contract: contractVersion,
    instance: machine.record.vmId,
    guestFiles: copiedGuestFiles,
    ...request,
  };
  return execute({
    machine,
    logon,
    commandLine: guestCommand(action),
    readStandardInput: async () => Buffer.from(JSON.stringify(complete)),
    session,
  });
}

/** Changes the lab user's password as the user does, by password.ps1 in a session of its own. */
export async function changePassword(
  machine: Machine,
  oldPassword: string,
  newPassword: string,
): Promise<void> {
  const logon = await passwordLogon(machine, labUser, oldPassword);
  if (typeof logon === "string") throw new Error(logon);
  const instance = machine.record.vmId;
  const request = { contract: contractVersion, instance, oldPassword, newPassword };
  const { exitCode, stderr } = await execute({
    machine,
    logon,
    commandLine: passwordCommand(readGuestText),
    readStandardInput: async () => Buffer.from(JSON.stringify(request)),
    session: new AbortController().signal,
  });
  if (exitCode !== 0) throw new Error(stderr);
}

/** The report of an action that has to succeed. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each action answers in a form of its own.
export async function report<T = any>(
  machine: Machine,
  action: GuestAction,
  request: object = {},
): Promise<T> {
  const { exitCode, stdout, stderr } = await send(machine, action, request);
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

/** The failure of an action that must not succeed. */
export async function failure(machine: Machine, action: GuestAction, request: object = {}) {
  const { exitCode, stdout, stderr } = await send(machine, action, request);
  if (exitCode !== 1 || stdout !== "") throw new Error(`exit code ${exitCode}: ${stdout}`);
  return JSON.parse(stderr) as { code: string; hresult?: string; message: string; hint: string };
}
