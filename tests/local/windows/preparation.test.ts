import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  preparationMarker,
  type GuestFailure,
  type PreparationReport,
} from "../../../guest/contract";
import { preparationScript } from "../../../guest/preparation";
import type { ImageReference, RunCommandRequest } from "../../../local/interfaces";
import { firewallAllows } from "../../../local/windows";
import {
  createMachine,
  images,
  labUser,
  networking,
  openLab,
  preparation,
  settings,
  type Lab,
} from "./lab";

describe("local/windows/preparation", () => {
  let lab: Lab;
  beforeEach(() => (lab = openLab()));
  afterEach(() => lab.dispose());

  const prepare = async (
    image: ImageReference = images.windows11,
    request: RunCommandRequest = preparation(),
  ) => {
    const machine = await createMachine(lab, "machine", image);
    const result = await lab.windows.runCommand(machine.record.vmId, request);
    const failure = result.error ? (JSON.parse(result.error) as GuestFailure) : undefined;
    const report = result.output ? (JSON.parse(result.output) as PreparationReport) : undefined;
    return { machine, result, failure, report };
  };

  it("prepares a client once, with the project's own script, and changes nothing again", async () => {
    const guest = path.join(__dirname, "..", "..", "..", "guest");
    const script = preparationScript((name) => fs.readFileSync(path.join(guest, name), "utf8"));
    const request = { ...preparation(), script };
    const { machine, report } = await prepare(images.windows11, request);
    assert(report);
    assert.equal(report.openSsh, "capability");
    assert.match(report.hostKey, /^ssh-ed25519 AAAA\S+$/);
    assert.equal(report.instance, machine.record.vmId);
    assert.equal(machine.record.services.sshd?.startType, "Automatic");
    assert.equal(machine.record.services.PNRPsvc?.status, "Running");
    assert.deepEqual(machine.disk.find("C:/ProgramData/PeerLab")?.access, {
      SYSTEM: "full",
      Administrators: "full",
      [labUser]: "readExecute",
    });
    const again = await lab.windows.runCommand(machine.record.vmId, request);
    const second = JSON.parse(again.output) as PreparationReport;
    assert.deepEqual(second.changed, []);
    assert.equal(second.hostKey, report.hostKey);
    assert.equal(second.openSsh, "present");
  });

  const origins: [keyof typeof images, PreparationReport["openSsh"]][] = [
    ["server2025", "present"],
    ["server2022", "capability"],
  ];
  for (const [image, origin] of origins) {
    it(`takes the SSH server of ${image} as ${origin} and installs its PNRP feature`, async () => {
      const { machine, report } = await prepare(images[image]);
      assert.equal(report?.openSsh, origin);
      assert(machine.record.services.PNRPsvc);
      assert(report.changed.includes("feature PNRP installed"));
    });
  }

  it("needs an installer on Server 2016, which has no capability", async () => {
    const { failure } = await prepare(images.server2016);
    assert.equal(failure?.code, "OpenSshUnavailable");
    const openSshMsi = "https://files.example.org/openssh.msi";
    const { report } = await prepare(images.server2016, preparation(settings({ openSshMsi })));
    assert.equal(report?.openSsh, "msi");
  });

  it("fails by name without a way out, and does without where nothing is to be downloaded", async () => {
    lab.network.outbound = false;
    const { failure, result } = await prepare();
    assert.equal(failure?.code, "OutboundBlocked");
    assert.equal(result.executionState, "Failed");
    assert.equal(result.exitCode, 1);
    const closed = preparation(settings({ outboundTest: [] }));
    assert.equal((await prepare(images.windows11, closed)).failure?.code, "OpenSshUnavailable");
    assert.equal((await prepare(images.server2025, closed)).report?.openSsh, "present");
  });

  it("refuses a guest folder that somebody else made", async () => {
    const machine = await createMachine(lab, "machine");
    machine.disk.makeDirectory("C:/ProgramData/PeerLab", {
      userName: labUser,
      kind: "password",
      administrator: true,
      masterKeys: [],
    });
    const { error } = await lab.windows.runCommand(machine.record.vmId, preparation());
    assert.equal((JSON.parse(error) as GuestFailure).code, "GuestFolderNotOurs");
  });

  it("switches a hardened image on, which waits for a restart", async () => {
    const hardened = { ...images.windows11, publisher: "center-for-internet-security-inc" };
    const { machine, report } = await prepare(hardened);
    assert.equal(report?.rebootPending, true);
    assert.equal(machine.record.services.PNRPsvc?.status, "Stopped");
    await lab.windows.setPower(machine.record.vmId, "deallocated");
    await lab.windows.setPower(machine.record.vmId, "running");
    assert.equal(machine.rebootPending(), false);
    assert.equal(machine.record.services.PNRPsvc?.status, "Running");
  });

  it("lets SSH in by our own rule only: the shipped one is not for the public profile", async () => {
    const { machine } = await prepare(images.server2025);
    const packet = { to: "10.0.0.9", protocol: "TCP", port: 22 } as const;
    const rules = machine.record.firewallRules;
    assert.equal(firewallAllows(rules, { ...packet, from: "10.255.0.4" }), true);
    assert.equal(firewallAllows(rules, { ...packet, from: "192.0.2.1" }), false);
    const shipped = rules.filter((rule) => rule.name === "OpenSSH-Server-In-TCP");
    assert.equal(shipped.length, 1);
    assert.equal(firewallAllows(shipped, { ...packet, from: "10.255.0.4" }), false);
  });

  it("replaces rules of ours and leaves Windows' own alone", async () => {
    const { machine } = await prepare();
    const fewer = preparation(
      settings({ networking: { firewallRules: networking.firewallRules.slice(0, 1) } }),
    );
    const result = await lab.windows.runCommand(machine.record.vmId, fewer);
    const { changed } = JSON.parse(result.output) as PreparationReport;
    assert.deepEqual(changed, ["firewall rule PeerLab-grouping-ipv6 removed"]);
    assert(machine.record.firewallRules.some((rule) => rule.name.startsWith("RemoteDesktop")));
  });

  it("refuses settings by the name of the field and parameters the script does not declare", async () => {
    const wrong = preparation(settings({ labUser: "nobody" }));
    assert.match((await prepare(images.windows11, wrong)).failure!.message, /labUser/);
    const surplus = preparation();
    surplus.parameters.push({ name: "Surplus", value: "1" });
    assert.match((await prepare(images.windows11, surplus)).failure!.message, /Surplus/);
    const late = preparation();
    late.script = `${preparationMarker}\nfunction F { }\nparam([string]$Settings)\n`;
    assert.match((await prepare(images.windows11, late)).failure!.message, /Settings/);
  });

  it("runs plain scripts and fails on any other instead of accepting it", async () => {
    const machine = await createMachine(lab, "plain");
    const run = (script: string) =>
      lab.windows.runCommand(machine.record.vmId, { ...preparation(), script, parameters: [] });
    assert.equal((await run('Write-Output "hello"\nhostname')).output, "hello\r\nplain\r\n");
    assert.equal((await run("exit 3")).exitCode, 3);
    const unknown = await run("Restart-Computer");
    assert.equal(unknown.executionState, "Failed");
    assert.match(unknown.error, /cannot run the script; it does not know line 1/);
  });

  it("runs as another user only while the Secondary Logon service runs", async () => {
    const machine = await createMachine(lab, "other");
    const request = {
      ...preparation(),
      script: "hostname",
      parameters: [],
      runAsUser: labUser,
      runAsPassword: "wrong",
    };
    const stopped = await lab.windows.runCommand(machine.record.vmId, request);
    assert.match(stopped.executionMessage, /Secondary Logon/);
    machine.startService("seclogon");
    const refused = await lab.windows.runCommand(machine.record.vmId, request);
    assert.match(refused.executionMessage, /password is incorrect/);
  });

  it("says that a script took too long, and that a machine that is off has no agent", async () => {
    const machine = await createMachine(lab, "slow");
    lab.faults.add({ kind: "delay", match: "slow", milliseconds: 3_600_000, times: 1 });
    const { vmId } = machine.record;
    assert.equal((await lab.windows.runCommand(vmId, preparation())).executionState, "TimedOut");
    await lab.windows.setPower(vmId, "deallocated");
    assert.equal((await lab.windows.runCommand(vmId, preparation())).executionState, "Failed");
  });
});
