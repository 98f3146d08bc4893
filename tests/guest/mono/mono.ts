import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { GuestAction, GuestFailure } from "../../../guest/contract";
import { memoryFolder } from "../../memoryFolder";
import { temporaryFolder } from "../native/build";
import { damageStore, faultSettings, loseKeys } from "../native/faults";
import { removeNetwork } from "../native/reports";
import { machineKeys } from "./keys";
import {
  labPassword,
  type Ability,
  type Answer,
  type Fault,
  type MachineEvent,
  type MachineSetup,
  type Subject,
  type SubjectMachine,
  type SubjectNetwork,
} from "../suite/subject";
import { buildMonoDriver, missingForMono, type MonoDriver } from "./build";

/** The C# of the Windows side under mono, over the native double of p2p.dll: a process for each action, as on Windows. */
export const mono: Subject = {
  name: "mono",
  get unavailable() {
    return missingForMono();
  },
  actions: new Set<GuestAction>([
    "Set-PeerMachine",
    "Test-PeerMachine",
    "New-PeerIdentity",
    "Export-PeerIdentity",
    "Import-PeerIdentity",
    "Get-PeerIdentity",
    "Remove-PeerIdentity",
    "New-PeerGroup",
    "New-PeerGroupInvitation",
    "Join-PeerGroup",
    "Get-PeerGroup",
    "Remove-PeerGroup",
    "Test-PeerStack",
    "Test-PeerReachability",
    // Their requests are checked in C#; a case that goes further needs a scheduler or connections, which are not played here.
    "Set-PeerPresence",
    "Start-PeerListener",
    // Where nothing is installed.
    "Get-PeerPresence",
  ]),
  abilities: new Set<Ability>([
    "cut",
    "keysLost",
    "keysClosed",
    "storeCorrupted",
    "network",
    "identityStoreFull",
    "keyFolderRefused",
    "wrongKey",
    "noLicense",
    "clockAhead",
    "pnrpStopped",
    "ipv6Off",
    "noCloud",
    "cloudAlone",
    "inboundDropped",
  ]),
  async openNetwork() {
    return openMonoNetwork();
  },
};

const networks = temporaryFolder("peerlab-networks-", memoryFolder());

/** What tests of the C# alone see of a machine beside the contract. */
export interface MonoMachine extends SubjectMachine {
  /** The guest folder: ledger.json, work/. */
  directory: string;
  /** The folder of the user's identities and groups, which the double keeps (tests/guest/native/README.md). */
  user: string;
  /** Settings and rules for the double beside the faults, separated by `;`. */
  tell(settings: string): void;
}

export interface MonoNetwork extends SubjectNetwork {
  machine(name: string, setup: MachineSetup): Promise<MonoMachine>;
}

/** A network without machines, of the C# of the Windows side. */
export function openMonoNetwork(): MonoNetwork {
  return openNetwork(buildMonoDriver());
}

function openNetwork(driver: MonoDriver): MonoNetwork {
  const folder = fs.mkdtempSync(path.join(networks, "network-"));
  let machines = 0;
  const reports = path.join(folder, "reports");
  return {
    async machine(name, setup) {
      const number = ++machines;
      const machine = openMachine(driver, {
        folder: path.join(folder, name),
        name,
        address: `fd00::${number.toString(16)}`,
        reports,
        keys: machineKeys(number),
      });
      await machine.setFaults(setup.faults ?? []);
      return machine;
    },
    async save() {
      const saved = fs.mkdtempSync(path.join(networks, "saved-"));
      fs.cpSync(folder, saved, { recursive: true });
      return async () => {
        fs.rmSync(folder, { recursive: true, force: true });
        fs.cpSync(saved, folder, { recursive: true });
      };
    },
    async close() {
      removeNetwork(folder, reports);
    },
  };
}

interface MachineOptions {
  folder: string;
  name: string;
  address: string;
  /** Where each process reports what it left open. */
  reports: string;
  /** Folder of the keys that new identities get. */
  keys: string;
}

function openMachine(driver: MonoDriver, options: MachineOptions): MonoMachine {
  const { folder, name, address, reports, keys } = options;
  const directory = path.join(folder, "PeerLab");
  const applicationData = path.join(folder, "AppData");
  // As Windows has it: %APPDATA%\PeerNetworking\idstore.sst.
  const user = path.join(applicationData, "PeerNetworking");
  for (const made of [path.join(directory, "work"), user]) fs.mkdirSync(made, { recursive: true });
  let faults: Fault[] = [];
  let settled = "";

  /** Null where the process was ended in the middle. */
  const start = async (
    action: GuestAction,
    request: object,
    openedIn: "session" | "task",
    rule = "",
  ): Promise<Answer | null> => {
    const played = faults.filter((fault) => openedIn === "session" || fault !== "keysClosed");
    const told = [
      // No holder runs on these machines, so nobody stays connected: waiting for others is in vain.
      "connect-patience=200",
      rule,
      settled,
      ...played.map((fault) => faultSettings[fault] ?? ""),
    ].filter(Boolean);
    const { exitCode, output, errors } = await runProcess(driver, {
      input: { action, request, directory, applicationData, openedIn },
      environment: {
        PEER_DOUBLE_USER: user,
        PEER_DOUBLE_NETWORK: path.join(path.dirname(folder), "network"),
        PEER_DOUBLE_MACHINE: name,
        PEER_DOUBLE_ADDRESSES: address,
        PEER_DOUBLE_SETTINGS: told.join(";"),
        PEER_DOUBLE_KEYS: keys,
        PEER_DOUBLE_REPORT: reports,
      },
    });
    if (exitCode === 137) return null;
    if (exitCode !== 0) throw new Error(`The driver ended with ${exitCode}: ${errors}${output}`);
    return JSON.parse(output) as Answer;
  };

  return {
    name,
    address,
    directory,
    user,
    tell: (text) => (settled = text),
    async run(action, request) {
      const answer = (await start(action, request, "session"))!;
      // What Invoke-WithUserKey does: the same action in a task under the user's password.
      const mayHelp = "failure" in answer && opensNoKeys(answer.failure);
      const hasPassword = (request as { userPassword?: string }).userPassword === labPassword;
      return mayHelp && hasPassword ? (await start(action, request, "task"))! : answer;
    },
    async cutPoints(action, request) {
      await start(action, request, "session");
      return pointsOf(fs.readFileSync(reports, "utf8").trim().split("\n").at(-1)!);
    },
    async runCut(action, request, point) {
      return (await start(action, request, "session", point)) === null;
    },
    async setFaults(wanted) {
      if (wanted.includes("storeCorrupted") && !faults.includes("storeCorrupted")) {
        damageStore(user);
      }
      faults = wanted;
    },
    async play(event: MachineEvent) {
      if (event !== "keysLost") throw new Error(`The mono subject does not play ${event}.`);
      loseKeys(user);
    },
  };
}

/**
 * The rules by which the double ends a process that made these calls: before and after each call that changes something on
 * the disk, and at each listing, which is between what the C# itself writes. Between two of these points nothing lasting
 * happens, so that no other point leaves another state.
 */
function pointsOf(report: string): string[] {
  const { calls } = JSON.parse(report) as { calls: Record<string, number> };
  const changing =
    /^(PeerIdentity(Create|Import|Delete|SetFriendlyName)|PeerGroup(Create|Join|Delete|Connect|IssueCredentials)|CryptAcquireContext)$/;
  return Object.entries(calls).flatMap(([call, count]) => {
    const actions = changing.test(call) ? ["kill", "kill-after"] : [];
    if (/^PeerEnum(Identities|Groups)$/.test(call)) actions.push("kill");
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    return numbers.flatMap((number) => actions.map((action) => `${call}@${number}=${action}`));
  });
}

/** Codes that may mean that the logon, not the identity, is at fault: PeerCodes.MeansNoKeyAccess. */
function opensNoKeys({ code }: GuestFailure): boolean {
  return /^(PEER_E_NO_KEY_ACCESS|NTE_PERM|NTE_BAD_KEYSET|NTE_BAD_KEY_STATE|NTE_FAIL)$/.test(code);
}

interface ProcessOptions {
  input: object;
  environment: Record<string, string>;
}

/** A call that hangs is ended: no wait of a test is without a limit. */
const processLimit = 120_000;

function runProcess(
  { program, native }: MonoDriver,
  { input, environment }: ProcessOptions,
): Promise<{ exitCode: number | null; output: string; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("mono", [program], {
      env: { ...process.env, ...native.environment, ...environment },
      timeout: processLimit,
    });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    // The process may be ended before it has read its input.
    child.stdin.on("error", () => {});
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output, errors }));
    child.stdin.end(JSON.stringify(input));
  });
}
