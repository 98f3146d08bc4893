import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { guestDirectory, guestFiles, type GuestAction } from "../../../guest/contract";
import { temporaryFolder } from "../native/build";
import type { Report } from "../suite/subject";
import { findPowerShell, labUser, openPlayedMachine, type PlayedMachine } from "./machine";
import { runAction } from "./pwsh";

/** What the guest files leave with the task scheduler and the service manager, setting by setting. */

const userPassword = "Correct-Horse-7-Battery";
const presence = (port = 4001) => ({
  names: [{ service: "web", peerName: "0.web", port }],
  groups: [],
});
const nothing = { presence: { names: [], groups: [] } };
const shell = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File";

/** What every task of ours is: whatever the power supply, and started only by its triggers or on demand. */
const settings = {
  ...{ Enabled: true, AllowDemandStart: true, AllowHardTerminate: true, Hidden: false },
  ...{ DisallowStartIfOnBatteries: false, StopIfGoingOnBatteries: false, WakeToRun: false },
  ...{ RunOnlyIfIdle: false, RunOnlyIfNetworkAvailable: false, StartWhenAvailable: false },
  ...{ MultipleInstances: 2, Priority: 7, Compatibility: 2 },
  ...{ RestartInterval: null, RestartCount: 0, DeleteExpiredTaskAfter: null },
  IdleSettings: {
    ...{ StopOnIdleEnd: false, RestartOnIdle: false, IdleDuration: "PT10M", WaitTimeout: "PT1H" },
  },
};
const trigger = {
  ...{ Id: null, Enabled: true, StartBoundary: null, EndBoundary: null, ExecutionTimeLimit: null },
  ...{ Delay: null, UserId: null },
  Repetition: { Interval: null, Duration: null, StopAtDurationEnd: false },
};
const [bootTrigger, timeTrigger] = [8, 1];

describe("guest scripts in PowerShell, what they leave with the scheduler", function () {
  this.timeout(240_000);
  const powerShell = findPowerShell();
  if ("unavailable" in powerShell) {
    it.skip(`tasks and services (not run: ${powerShell.unavailable})`);
    return;
  }
  const folder = temporaryFolder("peerlab-tasks-");
  const machines: PlayedMachine[] = [];
  let machine: PlayedMachine;

  const open = (faults: string[] = []) => {
    const name = `ada-${machines.length + 1}`;
    machine = openPlayedMachine({
      ...{ powerShell, name, folder: path.join(folder, name), prepared: true },
      ...{ address: "fd00::4", password: userPassword, reports: path.join(folder, "reports") },
      state: { kind: "client", faults, control: { session: [], task: [] } },
    });
    for (const session of ["session", "task"]) {
      fs.writeFileSync(path.join(machine.folder, `${session}.control`), "\n");
    }
    machines.push(machine);
  };
  const computerName = () => path.basename(machine.folder).toUpperCase();
  after(() => machines.forEach((one) => one.endProcesses()));

  const report = async (action: GuestAction, request: object = {}): Promise<Report> => {
    const answer = await runAction(machine, action, request);
    assert.ok("report" in answer, JSON.stringify(answer));
    return answer.report;
  };
  const install = () => report("Set-PeerPresence", { presence: presence(), userPassword });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the state is the double's own.
  const state = () => machine.readState() as any;
  const read = (file: string) => {
    const place = path.join(machine.folder, file);
    return fs.existsSync(place) ? fs.readFileSync(place, "utf8") : "";
  };
  const calls = () => read("journal.jsonl").trim().split("\n").length;
  const commandsSince = (count: number): string[] =>
    read("journal.jsonl")
      .trim()
      .split("\n")
      .slice(count)
      .map((line) => (JSON.parse(line) as { command: string }).command);

  /** Only the guest files are left, with their empty folder for work. */
  const assertNoTrace = () => {
    const present = fs.readdirSync(machine.guestDirectory).sort();
    assert.deepEqual(present, [...guestFiles, "work"].sort());
    assert.deepEqual(fs.readdirSync(path.join(machine.guestDirectory, "work")), []);
    assert.deepEqual(state().tasks, {});
  };

  it("the holder's task has every setting that keeps it alive, and is touched by nothing but a change", async () => {
    open();
    const { changed } = await install();
    assert.deepEqual(changed, [
      "presence name web added",
      "presence holder installed (task)",
      `password of ${labUser} set not to expire`,
      "presence holder started",
    ]);
    const { definition, enabled, processId } = state().tasks["PeerLab-Holder"];
    assert.equal(enabled, true);
    assert.deepEqual(definition.Principal, {
      ...{ UserId: `${computerName()}\\${labUser}`, LogonType: 1, RunLevel: 1 },
      ...{ GroupId: null, Id: "Author", DisplayName: null },
    });
    assert.deepEqual(definition.Settings, {
      ...settings,
      ...{ ExecutionTimeLimit: "PT0S", StartWhenAvailable: true },
      ...{ RestartInterval: "PT1M", RestartCount: 3 },
    });
    assert.deepEqual(definition.Triggers, [
      { ...trigger, Type: bootTrigger },
      {
        ...trigger,
        ...{ Type: timeTrigger, StartBoundary: "time:2020-01-01T00:00:00Z" },
        Repetition: { ...trigger.Repetition, Interval: "PT15M" },
      },
    ]);
    assert.equal(definition.Actions.length, 1);
    const [{ Type, Path, Arguments }] = definition.Actions;
    assert.deepEqual([Type, Arguments], [0, `${shell} "${guestDirectory}/PeerHolder.ps1"`]);
    assert.match(Path, /powershell\.exe$|pwsh/);

    let count = calls();
    assert.deepEqual((await report("Set-PeerPresence", { presence: presence() })).changed, []);
    assert.deepEqual(commandsSince(count), [], "an unchanged second run changes nothing");
    const other = await report("Set-PeerPresence", { presence: presence(4002) });
    assert.deepEqual(other.changed, ["presence name web changed"]);
    assert.deepEqual(commandsSince(count), [], "a change of a name is the running holder's affair");
    assert.equal(state().tasks["PeerLab-Holder"].processId, processId);
    assert.equal(other.presence.names[0].port, 4002);

    count = calls();
    const removed = await report("Set-PeerPresence", nothing);
    assert.deepEqual(removed.changed, ["presence name web removed", "presence holder removed"]);
    assertNoTrace();
    await until(() => !fs.existsSync(`/proc/${processId}`));
    assert.deepEqual(commandsSince(count), ["DeleteTask"]);
  });

  it("a holder's task that somebody changed is named setting by setting, and corrected under the password", async () => {
    open();
    await install();
    machine.changeState(({ tasks }) => {
      const { definition } = tasks["PeerLab-Holder"];
      definition.Settings.ExecutionTimeLimit = "PT72H";
      definition.Settings.IdleSettings.StopOnIdleEnd = true;
      definition.Settings.MultipleInstances = 3;
      definition.Principal.UserId = "ADA-1\\somebody";
      definition.Triggers = [{ ...definition.Triggers[1], Repetition: trigger.Repetition }];
      definition.Actions[0].Arguments += " -Verbose";
      tasks["PeerLab-Holder"].enabled = false;
    });
    const { drift } = await report("Test-PeerMachine", { presence: presence() });
    assert.deepEqual(
      drift,
      [
        ...["Settings.ExecutionTimeLimit", "Settings.IdleSettings.StopOnIdleEnd"],
        ...["Settings.MultipleInstances", "Triggers", "Actions", "Principal.UserId", "Enabled"],
      ].map((setting) => `presence holder differs: ${setting}`),
    );
    const { changed } = await install();
    assert.deepEqual(changed, ["presence holder corrected", "presence holder restarted"]);
    assert.deepEqual((await report("Test-PeerMachine", { presence: presence() })).drift, []);
  });

  it("a holder whose task was deleted is ended, so that the new task's own takes its place", async () => {
    open();
    await install();
    const { processId } = state().tasks["PeerLab-Holder"] as { processId: number };
    machine.changeState(({ tasks }) => delete tasks["PeerLab-Holder"]);
    const { drift } = await report("Test-PeerMachine", { presence: presence() });
    assert.deepEqual(drift, ["presence holder is not installed"]);
    assert.doesNotThrow(() => process.kill(processId, 0), "its process runs on");
    const { changed } = await install();
    assert.deepEqual(changed, ["presence holder installed (task)", "presence holder started"]);
    assert.notEqual(state().tasks["PeerLab-Holder"].processId, processId);
    assert.deepEqual((await report("Test-PeerMachine", { presence: presence() })).drift, []);
  });

  it("a holder whose stored password is stale is silent: that is said with the scheduler's number, and healed by the password", async () => {
    open();
    await install();
    // Changed without a trace: Windows tells no newer time of it.
    const file = path.join(machine.folder, "password");
    const { mtime } = fs.statSync(file);
    const now = "Third-Horse-9-Battery";
    fs.writeFileSync(file, now);
    fs.utimesSync(file, mtime, mtime);
    await machine.reboot();
    const silent = await runAction(machine, "Set-PeerPresence", { presence: presence() });
    assert.ok("failure" in silent, JSON.stringify(silent));
    const { code, hresult, message } = silent.failure;
    assert.deepEqual([code, hresult], ["HolderNotInstalled", "0x8007052E"]);
    assert.match(message, /did not begin its work within 60 seconds/);
    const { changed } = await report("Set-PeerPresence", {
      ...{ presence: presence(), userPassword: now },
    });
    assert.deepEqual(changed, [
      ...["presence holder started", "presence holder corrected", "presence holder started"],
    ]);
  });

  it("the holder's service starts with Windows and again after its end, and goes with its program", async () => {
    open(["storedPasswordsForbidden"]);
    assert.equal((await install()).presence.runsAs, "service");
    const { account, startType, pathName } = state().services.PeerLabHolder;
    assert.deepEqual([account, startType], [`${computerName()}\\${labUser}`, "Automatic"]);
    assert.equal(pathName, `"${guestDirectory.replaceAll("/", "\\")}\\PeerService.exe"`);
    assert.match(read("journal.jsonl"), /"LsaAddAccountRights".*SeServiceLogonRight/);
    const programs = read("programs.log").trim().split("\n");
    assert.equal(programs.length, 2, programs.join("; "));
    assert.match(programs[0]!, /^csc\.exe \/nologo \/target:exe .*PeerService\.cs$/);
    assert.equal(
      programs[1],
      "sc.exe failure PeerLabHolder reset= 86400 actions= restart/5000/restart/30000/restart/60000",
    );
    await report("Set-PeerPresence", nothing);
    assertNoTrace();
    assert.match(read("programs.log"), /^sc\.exe delete PeerLabHolder$/m);
  });

  it("no file of a machine holds the user's password, nor does a command line", async () => {
    open();
    await install();
    await report("Test-PeerMachine", { presence: presence(), userPassword });
    for (const entry of fs.readdirSync(machine.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name === "password") continue;
      const text = fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1");
      assert.ok(!text.includes(userPassword), path.join(entry.parentPath, entry.name));
    }
  });

  it("the task of a restart closes the rule for TCP 22 as LocalSystem, opens it after the boot, and goes", async () => {
    open(["ipv6Off"]);
    const rule = {
      ...{ name: "PeerLab-SSH", displayName: "PeerLab SSH", protocol: "TCP", port: 22 },
      ...{ family: "IPv4", remoteAddresses: ["10.0.0.0/16"], edgeTraversal: "Block" },
    };
    const other = { ...rule, name: "PeerLab-Other", port: 4001 };
    const { pending } = await report("Set-PeerNetworking", {
      networking: { firewallRules: [rule, other] },
    });
    assert.deepEqual(pending, ["reboot"]);
    assert.equal((await report("Restart-PeerMachine")).restarting, true);
    assert.equal(read("programs.log"), "shutdown.exe /r /t 5 /d p:2:4\n");
    const { definition } = state().tasks["PeerLab-Boot"];
    assert.deepEqual(definition.Settings, { ...settings, ExecutionTimeLimit: "PT15M" });
    assert.deepEqual(definition.Triggers, [{ ...trigger, Type: bootTrigger }]);
    const { UserId, LogonType, RunLevel } = definition.Principal;
    assert.deepEqual([UserId, LogonType, RunLevel], ["S-1-5-18", 5, 1]);
    const [{ Arguments }] = definition.Actions;
    assert.equal(Arguments, `${shell} "${guestDirectory}/PeerBoot.ps1" -Rules "PeerLab-SSH"`);
    await until(() => state().rules["PeerLab-SSH"].Enabled === "False");
    assert.equal(state().rules["PeerLab-Other"].Enabled, "True");
    await machine.reboot();
    await until(() => state().tasks["PeerLab-Boot"] === undefined);
    assert.equal(state().rules["PeerLab-SSH"].Enabled, "True");
    assert.equal((await report("Confirm-PeerBoot")).restarted, true);
    assertNoTrace();
  });

  it("listeners run in a task of LocalSystem that expires, and end without a trace", async () => {
    open();
    await report("Start-PeerListener", { ports: [47311], seconds: 600 });
    const { definition } = state().tasks["PeerLab-Listener"];
    assert.deepEqual(definition.Settings, {
      ...settings,
      ...{ ExecutionTimeLimit: "PT660S", DeleteExpiredTaskAfter: "PT0S" },
    });
    const [{ Type, StartBoundary, EndBoundary }] = definition.Triggers;
    assert.deepEqual([Type, StartBoundary], [timeTrigger, "time:2020-01-01T00:00:00Z"]);
    assert.ok(Date.parse(EndBoundary.replace("time:", "")) > Date.now() + 600_000);
    assert.equal(definition.Principal.UserId, "S-1-5-18");
    const { ports } = await report("Test-PeerReachability", {
      ...{ names: [], settleSeconds: 0 },
      targets: [{ name: "self", address: "::1", ports: [47311, 47312] }],
    });
    const verdicts = ports.map(({ port, verdict }: Report) => [port, verdict]);
    assert.deepEqual(verdicts, [
      [47311, "reachable"],
      [47312, "refused"],
    ]);
    assert.equal((await report("Stop-PeerListener")).stopped, true);
    assertNoTrace();
  });

  it("opening the machine's keys to PNRPsvc grants LOCAL SERVICE the folder of keys, by its number", async () => {
    open(["pnrpNoKeyAccess"]);
    machine.changeState(({ services }) =>
      Object.assign(services.PNRPsvc, { status: "Stopped", exitCode: 1077 }),
    );
    const { changed } = await report("Set-PeerMachine", {
      ...{ networking: { firewallRules: [] }, reconcile: true },
    });
    assert.deepEqual(changed, [
      "machine keys opened to PNRPsvc (PEER_E_NO_KEY_ACCESS)",
      "service PNRPsvc started",
    ]);
    assert.match(
      read("programs.log"),
      /^icacls\.exe .*Microsoft.Crypto.RSA.MachineKeys \/grant \*S-1-5-19:\(OI\)\(CI\)F \/c \/q$/m,
    );
  });
});

/** Waits, within bounds, until a process of the machine has brought something about. */
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!holds()) {
    assert.ok(Date.now() < end, "it did not come about within a minute");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
