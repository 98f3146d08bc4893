import { spawn, spawnSync } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { guestFolder } from "../files";
import { buildNativeDouble, run, temporaryFolder, type NativeDouble } from "../native/build";

/** A PowerShell of this computer, ready to play a Windows machine. */
export interface PowerShell {
  /** Its full path: PowerShell puts its own folder before all others on PATH. */
  program: string;
  version: string;
  native: NativeDouble;
}

export interface Unavailable {
  /** What is missing on this computer, one line. */
  unavailable: string;
}

let found: PowerShell | Unavailable | undefined;

/** The version of the `pwsh` on PATH; undefined where there is none that starts. */
export function pwshVersion(): string | undefined {
  const args = ["-NoProfile", "-NonInteractive", "-Command", "[string]$PSVersionTable.PSVersion"];
  const { status, stdout } = spawnSync("pwsh", args, { encoding: "utf8", timeout: 60_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** The PowerShell on PATH with the native double of p2p.dll; looked for once per process. */
export function findPowerShell(): PowerShell | Unavailable {
  found ??= find();
  return found;
}

function find(): PowerShell | Unavailable {
  if (process.platform !== "linux") {
    return { unavailable: "the double of Windows' cmdlets runs on Linux alone" };
  }
  const version = pwshVersion();
  if (version === undefined) return { unavailable: "no pwsh (PowerShell 7) on PATH" };
  if (Number(version.split(".")[0]) < 7) return { unavailable: `pwsh is ${version}, 7 is needed` };
  const native = buildNativeDouble();
  return "unavailable" in native ? native : { program: programOnPath("pwsh"), version, native };
}

function programOnPath(name: string): string {
  const places = (process.env.PATH ?? "").split(path.delimiter).map((one) => path.join(one, name));
  return places.find((one) => fs.existsSync(one)) ?? name;
}

/** What is played of a machine beside the faults of the native double; the fields are those of state.json. */
export interface MachineState {
  kind: "client" | "server";
  faults: string[];
  /** Lines of the native double's control file, for the session and for tasks under the user's password. */
  control: { session: string[]; task: string[] };
}

export interface PlayedMachineOptions {
  powerShell: PowerShell;
  folder: string;
  name: string;
  address: string;
  password: string;
  /** Where every process reports what it left open in the native double. */
  reports: string;
  state: MachineState;
  /** Prepared: guest files copied, services on. Otherwise as the image is. */
  prepared: boolean;
}

export interface Ended {
  exitCode: number | null;
  output: string;
  errors: string;
}

/** The lab user of every machine played. */
export const labUser = "ada";

/** A machine in a folder; README.md says what lies where. */
export interface PlayedMachine {
  folder: string;
  instance: string;
  /** The folder that the machine knows as `C:/ProgramData/PeerLab`. */
  guestDirectory: string;
  /** The store of the user's identities: `%APPDATA%/PeerNetworking`. */
  userStore: string;
  readState(): Record<string, unknown>;
  /** Changes the state between two processes; `change` gets the state as it is in state.json. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the state is the double's own, in its own words.
  changeState(change: (state: any) => void): void;
  /** Runs a script of drive C, or a command of the double's module. */
  run(script: string, args: string[], input?: string): Promise<Ended>;
  /** Boots: ends all processes, forgets what is volatile, starts what starts with Windows. */
  reboot(): Promise<void>;
  /** Ends the processes that the machine's scheduler started. */
  endProcesses(): void;
}

const stub = (body: string) => `#!/bin/sh\n${body}\n`;
const note = 'echo "$(basename "$0") $*" >> programs.log';

/** Programs of Windows that the scripts run, by their place on drive C. They run in the machine's folder. */
const programs: Record<string, string> = {
  "Windows/System32/icacls.exe": stub(note),
  "Windows/System32/shutdown.exe": stub(note),
  "Windows/System32/sc.exe": stub(
    `${note}\nif [ "$1" = delete ]; then : > "deleted-services/$2"; fi`,
  ),
  "Windows/System32/OpenSSH/sshd.exe": stub(
    `${note}\necho "passwordauthentication yes"\necho "subsystem sftp sftp-server.exe"`,
  ),
  "Windows/Microsoft.NET/Framework64/v4.0.30319/csc.exe": stub(
    `${note}\nfor one in "$@"; do case "$one" in /out:*) : > "\${one#/out:}";; esac; done`,
  ),
};

/** The folder with the double of netapi32, for all machines of this test run. */
let netapi: string | undefined;

function buildNetapi(): string {
  const folder = temporaryFolder("peerlab-netapi-");
  const source = path.join(__dirname, "netapi32.c");
  const library = path.join(folder, "libnetapi32.so");
  run("gcc", ["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", source, "-o", library]);
  return folder;
}

/** A process that hangs is ended: no wait of a test is without a limit. */
const processLimit = 240_000;

/** Where the C# of the guest files lies compiled, for all machines of this test run. */
let compiled: string | undefined;

export function openPlayedMachine(options: PlayedMachineOptions): PlayedMachine {
  const { folder, name, address, powerShell } = options;
  const drive = path.join(folder, "drive");
  const guestDirectory = path.join(drive, "ProgramData", "PeerLab");
  const userStore = path.join(drive, "Users", labUser, "AppData/Roaming/PeerNetworking");
  const instance = crypto.randomUUID();
  fs.mkdirSync(userStore, { recursive: true });
  fs.mkdirSync(path.join(drive, "ProgramData"), { recursive: true });
  fs.mkdirSync(path.join(folder, "deleted-services"));
  // Its time is when the password was set.
  const passwordFile = path.join(folder, "password");
  fs.writeFileSync(passwordFile, options.password);
  const yesterday = new Date(Date.now() - 86_400_000);
  fs.utimesSync(passwordFile, yesterday, yesterday);
  // .NET sees `C:/...` as a path below the current directory, which is the machine's folder.
  fs.symlinkSync("drive", path.join(folder, "C:"));
  for (const [place, text] of Object.entries(programs)) {
    fs.mkdirSync(path.dirname(path.join(drive, place)), { recursive: true });
    fs.writeFileSync(path.join(drive, place), text, { mode: 0o755 });
  }
  fs.writeFileSync(path.join(drive, "Windows/System32/p2p.dll"), "");
  if (options.prepared) {
    fs.cpSync(path.join(guestFolder, "PeerLab"), guestDirectory, { recursive: true });
    fs.mkdirSync(path.join(guestDirectory, "work"));
  }
  const stateFile = path.join(folder, "state.json");
  const readState = () => JSON.parse(fs.readFileSync(stateFile, "utf8")) as Record<string, unknown>;
  const writeState = (state: object) => {
    fs.writeFileSync(`${stateFile}.new`, JSON.stringify(state, undefined, 2));
    fs.renameSync(`${stateFile}.new`, stateFile);
  };
  writeState(initialState(options, instance));

  const environment = {
    ...process.env,
    ...powerShell.native.environment,
    LD_LIBRARY_PATH: `${(netapi ??= buildNetapi())}:${powerShell.native.environment.LD_LIBRARY_PATH}`,
    PEER_WINDOWS_MACHINE: folder,
    PEER_WINDOWS_DOUBLE: __dirname,
    PEER_WINDOWS_PWSH: powerShell.program,
    PEER_WINDOWS_COMPILED: (compiled ??= temporaryFolder("peerlab-compiled-")),
    PEER_DOUBLE_USER: userStore,
    PEER_DOUBLE_NETWORK: path.join(path.dirname(folder), "network"),
    PEER_DOUBLE_MACHINE: name,
    PEER_DOUBLE_ADDRESSES: address,
    PEER_DOUBLE_CONTROL: path.join(folder, "session.control"),
    PEER_DOUBLE_REPORT: options.reports,
    COMPUTERNAME: name.toUpperCase(),
    USERNAME: labUser,
    windir: "C:/Windows",
    SystemRoot: "C:/Windows",
    ProgramData: "C:/ProgramData",
    APPDATA: `C:/Users/${labUser}/AppData/Roaming`,
    POWERSHELL_TELEMETRY_OPTOUT: "1",
    POWERSHELL_UPDATECHECK: "Off",
    // Errors of PowerShell itself go into messages of tests.
    NO_COLOR: "1",
  };

  const start = (args: string[], more: Record<string, string>, input: string) =>
    new Promise<Ended>((resolve, reject) => {
      const child = spawn(powerShell.program, ["-NoProfile", "-NonInteractive", ...args], {
        cwd: folder,
        env: { ...environment, ...more },
        timeout: processLimit,
      });
      let output = "";
      let errors = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
      child.stdin.on("error", () => {});
      child.on("error", reject);
      child.on("close", (exitCode) => resolve({ exitCode, output, errors }));
      child.stdin.end(input);
    });

  const machine: PlayedMachine = {
    folder,
    instance,
    guestDirectory,
    userStore,
    readState,
    changeState(change) {
      const state = readState();
      change(state);
      writeState(state);
    },
    run(script, args, input = "") {
      const launch = path.join(__dirname, "Launch.ps1");
      return start(
        ["-File", launch, "-Script", script],
        { PEER_WINDOWS_ARGUMENTS: JSON.stringify(args) },
        input,
      );
    },
    async reboot() {
      machine.endProcesses();
      machine.changeState((state) => {
        for (const [key, entry] of Object.entries<{ volatile: boolean }>(state.registry)) {
          if (entry.volatile) delete state.registry[key];
        }
        state.bootTime = new Date(Date.parse(state.bootTime) + 600_000).toISOString();
        const tcpip = state.registry["system\\currentcontrolset\\services\\tcpip6\\parameters"];
        const disabled = tcpip?.values.DisabledComponents?.value ?? 0;
        state.ipv6AtBoot = (disabled & 0x10) === 0;
      });
      const module = path.join(__dirname, "WindowsDouble.psm1");
      const command = `Import-Module -Name '${module}' -DisableNameChecking; Write-DoubleControl; Start-DoubleBoot`;
      const { exitCode, errors } = await start(["-Command", command], {}, "");
      if (exitCode !== 0) throw new Error(`The machine does not boot: ${errors}`);
    },
    endProcesses() {
      const list = path.join(folder, "processes");
      if (!fs.existsSync(list)) return;
      for (const id of fs.readFileSync(list, "utf8").trim().split("\n")) {
        try {
          // Each was started as the leader of a session of its own.
          process.kill(-Number(id), "SIGKILL");
        } catch {
          // It has ended by itself.
        }
      }
      fs.rmSync(list);
    },
  };
  return machine;
}

function service(startType: string, status: string, more: object = {}) {
  return {
    ...{ displayName: "", status, startType, pathName: "svchost.exe", account: "LocalService" },
    ...{ exitCode: 0, serviceSpecificExitCode: 0, ...more },
  };
}

/** Two of the rules that every image brings (domain facts 4): one that is on, one that is off. */
const inBoxRules = [
  { Name: "CoreNet-DHCPV6-In", Enabled: "True", LocalPort: "546", Service: "dhcp" },
  { Name: "Collab-PNRP-In-UDP", Enabled: "False", LocalPort: "3540", Service: "PNRPSvc" },
].map((rule) => ({
  ...rule,
  ...{ DisplayName: rule.Name, Description: "", Direction: "Inbound", Action: "Allow" },
  ...{ Profile: "Any", Protocol: "UDP", RemoteAddress: ["Any"], EdgeTraversalPolicy: "Block" },
  Program: "%SystemRoot%\\System32\\svchost.exe",
}));

/** A prepared machine, or one as its image is: IPv6 bound, peer services on demand, no SSH server. */
function initialState(options: PlayedMachineOptions, instance: string): object {
  const { state, prepared, address } = options;
  const peerServices = {
    PNRPsvc: prepared ? service("Automatic", "Running") : service("Manual", "Stopped"),
    p2pimsvc: service("Manual", "Running"),
    p2psvc: service("Manual", "Running"),
    PNRPAutoReg: service("Manual", "Stopped"),
  };
  const sshd = {
    sshd: service("Automatic", "Running", { pathName: "C:/Windows/System32/OpenSSH/sshd.exe" }),
  };
  const later = state.kind === "server" && !prepared;
  const values = (entries: Record<string, [string, string | number]>) => ({
    volatile: false,
    values: Object.fromEntries(
      Object.entries(entries).map(([key, [type, value]]) => [key, { type, value }]),
    ),
  });
  return {
    ...state,
    instance,
    caption: state.kind === "server" ? "Windows Server 2022" : "Windows 11",
    bootTime: new Date(Date.now() - 86_400_000).toISOString(),
    user: labUser,
    userSid: "S-1-5-21-1-2-3-500",
    passwordNeverExpires: false,
    ipv6AtBoot: !state.faults.includes("ipv6Off"),
    registry: {
      "software\\microsoft\\windows nt\\currentversion": values({
        CurrentMajorVersionNumber: ["DWord", 10],
        CurrentMinorVersionNumber: ["DWord", 0],
        CurrentBuildNumber: ["String", "26100"],
        UBR: ["DWord", 2894],
      }),
      "system\\currentcontrolset\\services\\tcpip6\\parameters": values(
        state.faults.includes("ipv6Off") ? { DisabledComponents: ["DWord", 255] } : {},
      ),
    },
    services: { ...(later ? {} : peerServices), ...(prepared ? sshd : {}) },
    laterServices: later ? peerServices : {},
    features: state.kind === "server" ? { PNRP: !later } : {},
    capabilityAvailable: true,
    packageSignature: "Valid",
    rules: Object.fromEntries(inBoxRules.map((rule) => [rule.Name, rule])),
    adapters: [
      {
        name: "Ethernet",
        index: 5,
        bindings: { ms_tcpip: true, ms_tcpip6: true },
        addresses: ["10.0.0.4", address, "fe80::1%5"],
      },
    ],
    tasks: {},
    acls: {},
    // What the user was given itself, and what somebody took from it and from its groups.
    accountRights: [],
    lostRights: [],
    owners: {},
  };
}
