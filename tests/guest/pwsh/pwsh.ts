import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  contractVersion,
  firewallRulePrefix,
  guestFilesHash,
  type GuestAction,
  type GuestFailure,
} from "../../../guest/contract";
import { passwordCommand } from "../../../guest/password";
import { guestFolder, readGuestText } from "../files";
import { temporaryFolder } from "../native/build";
import { damageStore, faultSettings, loseKeys } from "../native/faults";
import { removeNetwork } from "../native/reports";
import {
  labPassword,
  otherPassword,
  type Ability,
  type Answer,
  type Fault,
  type MachineEvent,
  type Subject,
  type SubjectMachine,
  type SubjectNetwork,
} from "../suite/subject";
import { findPowerShell, openPlayedMachine, type PlayedMachine, type PowerShell } from "./machine";

const powerShell = findPowerShell();

/** The whole Windows side in a real PowerShell: peerlab.ps1 as the entry, Windows' cmdlets and p2p.dll by doubles. */
export const pwsh: Subject = {
  name: "pwsh",
  mayBeMissing: true,
  ...("unavailable" in powerShell ? { unavailable: powerShell.unavailable } : {}),
  actions: new Set<GuestAction>([
    "Set-PeerMachine",
    "Test-PeerMachine",
    "Test-PeerCapability",
    "Test-PeerStack",
    "Set-PeerNetworking",
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
    "Set-PeerPresence",
    "Get-PeerPresence",
    "Start-PeerListener",
    "Stop-PeerListener",
    "Test-PeerReachability",
    "Restart-PeerMachine",
    "Confirm-PeerBoot",
    "Get-PeerReport",
    "Get-PeerDiagnostics",
  ]),
  abilities: new Set<Ability>([
    "keysLost",
    "passwordChanged",
    "keysClosed",
    "storeCorrupted",
    "network",
    "networking",
    "scheduler",
    "server",
    "identityStoreFull",
    "keyFolderRefused",
    "wrongKey",
    "noLicense",
    "clockAhead",
    "pnrpStopped",
    "pnrpStoreCorrupted",
    "pnrpNoKeyAccess",
    "ipv6Off",
    "ipv6Disabled",
    "ipv6Unbound",
    "peernetDisabled",
    "storedPasswordsForbidden",
    "cloudAlone",
    "noCloud",
    "inboundDropped",
    "reboot",
    "holderKilled",
    "batchRightLost",
    "rulesDisabled",
  ]),
  async openNetwork() {
    if ("unavailable" in powerShell) throw new Error(powerShell.unavailable);
    return openNetwork(powerShell);
  },
};

/** What is wrong with Windows itself: done to the machine's state, and undone where the fault is no longer set. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the state is the double's own, in its own words.
const conditions: Partial<Record<Fault, (state: any, isSet: boolean) => void>> = {
  ipv6Disabled(state, isSet) {
    const parameters = "system\\currentcontrolset\\services\\tcpip6\\parameters";
    setValue(state, parameters, "DisabledComponents", isSet ? 255 : undefined);
    state.ipv6AtBoot = !isSet;
  },
  ipv6Unbound(state, isSet) {
    for (const { bindings } of state.adapters) bindings.ms_tcpip6 = !isSet;
  },
  peernetDisabled(state, isSet) {
    setValue(state, "software\\policies\\microsoft\\peernet", "Disabled", isSet ? 1 : undefined);
  },
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above.
function setValue(state: any, key: string, name: string, value: number | undefined): void {
  const { values } = (state.registry[key] ??= { volatile: false, values: {} });
  if (value === undefined) delete values[name];
  else values[name] = { type: "DWord", value };
}

/** PNRPsvc's own trouble: the double tells the native one while it lasts. */
const pnrpFaults: Fault[] = ["pnrpStopped", "pnrpStoreCorrupted", "pnrpNoKeyAccess"];
const pnrpStore = "Windows/ServiceProfiles/LocalService/AppData/Roaming/PeerNetworking/idstore.sst";

function controlOf(faults: Fault[]): { session: string[]; task: string[] } {
  const lines = (played: Fault[]) =>
    played
      .filter((fault) => !pnrpFaults.includes(fault))
      .flatMap((fault) => faultSettings[fault] ?? []);
  return {
    session: lines(faults),
    task: lines(faults.filter((fault) => fault !== "keysClosed")),
  };
}

const networks = temporaryFolder("peerlab-pwsh-");

function openNetwork(available: PowerShell): SubjectNetwork {
  const folder = fs.mkdtempSync(path.join(networks, "network-"));
  const machines: PlayedMachine[] = [];
  const reports = path.join(folder, "reports");
  return {
    async machine(name, { kind = "client", faults = [] }) {
      const address = `fd00::${(machines.length + 4).toString(16)}`;
      const machine = openPlayedMachine({
        powerShell: available,
        folder: path.join(folder, name),
        ...{ name, address, reports, prepared: true, password: labPassword },
        state: { kind, faults, control: controlOf(faults) },
      });
      machines.push(machine);
      const subject = openMachine(machine, name, address);
      await subject.setFaults(faults);
      return subject;
    },
    async close() {
      for (const machine of machines) machine.endProcesses();
      removeNetwork(folder, reports);
    },
  };
}

const digest = (data: Uint8Array | string) =>
  crypto.createHash("sha256").update(data).digest("hex");

let filesHash: string | undefined;

/** Runs an action on a prepared machine through the entry, as a session would; the envelope is put around the request. */
export async function runAction(
  machine: PlayedMachine,
  action: GuestAction,
  request: object,
): Promise<Answer> {
  filesHash ??= guestFilesHash(
    (file) => fs.readFileSync(path.join(guestFolder, "PeerLab", file)),
    digest,
  );
  const envelope = {
    ...{ contract: contractVersion, instance: machine.instance, guestFiles: filesHash },
    ...request,
  };
  const entry = "ProgramData/PeerLab/peerlab.ps1";
  const input = toAscii(JSON.stringify(envelope));
  const { exitCode, output, errors } = await machine.run(entry, [action], input);
  return readAnswer(action, exitCode, output, errors);
}

function openMachine(machine: PlayedMachine, name: string, address: string): SubjectMachine {
  let faults: Fault[] = [];
  return {
    name,
    address,
    run: (action, request) => runAction(machine, action, request),
    async setFaults(wanted) {
      const became = (fault: Fault) => wanted.includes(fault) && !faults.includes(fault);
      if (became("storeCorrupted")) {
        damageStore(machine.userStore);
      }
      const store = path.join(machine.folder, "drive", pnrpStore);
      if (became("pnrpStoreCorrupted")) {
        fs.mkdirSync(path.dirname(store), { recursive: true });
        fs.writeFileSync(store, "damaged");
      }
      if (!wanted.includes("pnrpStoreCorrupted")) fs.rmSync(store, { force: true });
      const control = controlOf(wanted);
      const down = pnrpFaults.some((fault) => wanted.includes(fault));
      machine.changeState((state) => {
        state.faults = wanted;
        state.control = control;
        for (const [fault, set] of Object.entries(conditions) as [
          Fault,
          (state: unknown, isSet: boolean) => void,
        ][]) {
          const isSet = wanted.includes(fault);
          if (isSet !== faults.includes(fault)) set(state, isSet);
        }
        if (state.services.PNRPsvc) {
          state.services.PNRPsvc.status = down ? "Stopped" : "Running";
          state.services.PNRPsvc.exitCode = down ? 1077 : 0;
        }
      });
      for (const session of ["session", "task"] as const) {
        const lines = [...control[session], ...(down ? ["pnrp=stopped"] : [])];
        fs.writeFileSync(path.join(machine.folder, `${session}.control`), `${lines.join("\n")}\n`);
      }
      faults = wanted;
    },
    async play(event: MachineEvent) {
      if (event === "reboot") return machine.reboot();
      if (event === "holderKilled") return machine.endProcesses();
      if (event === "batchRightLost") {
        return machine.changeState((state) => {
          state.accountRights = [];
          state.lostRights = ["SeBatchLogonRight"];
        });
      }
      if (event === "rulesDisabled") return machine.changeState(disableOwnRules);
      if (event === "passwordChanged") {
        await changePassword(machine, labPassword, otherPassword);
        return changePassword(machine, otherPassword, labPassword);
      }
      if (event !== "keysLost") throw new Error(`The pwsh subject does not play ${event}.`);
      resetPassword(machine);
      loseKeys(machine.userStore);
    },
  };
}

/** What an administrator does from outside: the password is newer than what the holder was given, whatever its text. */
function resetPassword(machine: PlayedMachine): void {
  const note = path.join(machine.guestDirectory, "work", "holder-installed");
  const [before, now] = [new Date(Date.now() - 3_600_000), new Date(Date.now() - 60_000)];
  if (fs.existsSync(note)) fs.utimesSync(note, before, before);
  fs.utimesSync(path.join(machine.folder, "password"), now, now);
}

async function changePassword(
  machine: PlayedMachine,
  oldPassword: string,
  newPassword: string,
): Promise<void> {
  const encoded = passwordCommand(readGuestText).split(" ").pop() ?? "";
  const script = path.join(machine.folder, "drive", "password.ps1");
  fs.writeFileSync(script, Buffer.from(encoded, "base64").toString("utf16le"));
  const { instance } = machine;
  const request = { contract: contractVersion, instance, oldPassword, newPassword };
  const { exitCode, errors } = await machine.run("password.ps1", [], JSON.stringify(request));
  if (exitCode !== 0) throw new Error(`The password was not changed: ${errors}`);
}

function disableOwnRules({ rules }: { rules: Record<string, { Enabled: string }> }): void {
  for (const [name, rule] of Object.entries(rules)) {
    if (name.startsWith(firewallRulePrefix)) rule.Enabled = "False";
  }
}

/** JSON as the contract wants requests: everything beyond ASCII as `\u` escapes. */
function toAscii(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const machineFacts = ["contract", "computerName", "instance", "osBuild", "action"];

/** The answer out of what the entry wrote, which is exactly one line on one of the two streams. */
function readAnswer(
  action: GuestAction,
  exitCode: number | null,
  output: string,
  errors: string,
): Answer {
  const said = `${action} ended with ${exitCode}; output: ${output}; errors: ${errors}`;
  const [line, other] = exitCode === 0 ? [output, errors] : [errors, output];
  if (exitCode !== 0 && exitCode !== 1) throw new Error(said);
  if (other !== "" || !/^[\x20-\x7e]+\r?\n$/.test(line)) {
    throw new Error(`Expected one line of ASCII on one stream: ${said}`);
  }
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(line) as Record<string, unknown>;
  } catch {
    throw new Error(`Expected JSON: ${said}`);
  }
  if (exitCode === 1) return { failure: parsed as unknown as GuestFailure };
  if (parsed.action !== action || parsed.osBuild !== "10.0.26100.2894") throw new Error(said);
  const report = Object.entries(parsed).filter(([field]) => !machineFacts.includes(field));
  return { report: Object.fromEntries(report) };
}
