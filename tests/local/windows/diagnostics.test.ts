import * as assert from "node:assert/strict";
import { guestDirectory, type GetPeerDiagnosticsReport } from "../../../guest/contract";
import { localSystem } from "../../../local/windows/accounts";
import { writeEvent } from "../../../local/windows/events";
import type { Machine } from "../../../local/windows";
import { readGuestText } from "../../guest/files";
import * as lab from "./lab";

const bounds = { sinceHours: 24, maximumEvents: 100, maximumCharacters: 65_536 };

describe("local/windows, logs and diagnostics of a machine", () => {
  let opened: lab.Lab;
  let machine: Machine;
  beforeEach(async () => {
    opened = lab.openLab();
    machine = await lab.networkedMachine(opened, "ada-1", lab.images.windows11);
  });
  afterEach(() => opened.dispose());

  const item = async (name: string, request: object = bounds) => {
    const { exitCode, stdout, stderr } = await lab.send(machine, "Get-PeerDiagnostics", request);
    assert.equal(exitCode, 0, stderr);
    const { items } = JSON.parse(stdout) as GetPeerDiagnosticsReport;
    return items.find((one) => one.name === name) ?? assert.fail(name);
  };
  const packet = (index: number, time = machine.now()) =>
    writeEvent(machine.record, {
      ...{ log: "OpenSSH", time, id: 4, level: "Information", provider: "OpenSSH" },
      message: `number ${index}`,
      data: {},
    });

  it("a log that is switched off keeps nothing and says so, and one that is not there too", async () => {
    const told = await item("events-task-scheduler");
    assert.deepEqual([told.text, told.truncated], ["", false]);
    assert.equal(told.error, "The log is switched off; what it holds is from before.");
    machine.record.logs = { OpenSSH: "absent", TaskScheduler: null };
    assert.equal((await item("events-openssh")).error, "This Windows has no such log.");
    assert.equal((await item("events-task-scheduler")).error, undefined);
  });

  it("events come newest first, since a time, as many and as long as asked for", async () => {
    machine.record.events = [];
    packet(0, machine.now() - 3 * 3_600_000);
    for (let index = 1; index <= 40; index++) packet(index);
    const numbers = (text: string) =>
      [...text.matchAll(/number (\d+)/g)].map(([, one]) => Number(one));
    const all = await item("events-openssh");
    assert.deepEqual(
      [numbers(all.text).length, numbers(all.text)[0], all.truncated],
      [41, 40, false],
    );
    const recent = await item("events-openssh", { ...bounds, sinceHours: 2 });
    assert.equal(numbers(recent.text).at(-1), 1);
    const few = await item("events-openssh", { ...bounds, maximumEvents: 3 });
    assert.deepEqual([numbers(few.text), few.truncated], [[40, 39, 38], true]);
    const short = await item("events-openssh", { ...bounds, maximumCharacters: 1024 });
    assert.ok(short.text.length <= 1024 && short.truncated);
    assert.ok(short.text.endsWith("\n"));
  });

  it("why PNRPsvc did not start stands in System, by itself and by the service manager", async () => {
    machine.record.services.PNRPsvc!.status = "Stopped";
    opened.faults.add({ kind: "pnrpStoreCorrupted", match: "ada-1", times: 1 });
    assert.equal(machine.startService("PNRPsvc"), false);
    assert.match((await item("events-pnrp")).text, /^\S+ {2}102 {2}Error .*\n.*0x80630801\.$/m);
    assert.match((await item("events-services")).text, /^\S+ {2}7023 {2}Error /m);
  });

  it("netsh knows no context p2p where the feature is not installed", async () => {
    delete machine.record.services.PNRPsvc;
    const { text, error } = await item("netsh-clouds");
    assert.equal(text, "The following command was not found: p2p pnrp cloud show list.\n");
    assert.equal(error, "netsh ended with exit code 1.");
    assert.equal((await item("netsh-ipv6-interfaces")).error, undefined);
  });

  it("the end of a long log is read from the beginning of a line on", async () => {
    machine.record.firewallLogging = true;
    const file = "C:/Windows/System32/LogFiles/Firewall/pfirewall.log";
    assert.equal((await item("firewall-log")).error, "It is not there.");
    for (const folder of ["LogFiles", "LogFiles/Firewall"]) {
      machine.disk.makeDirectory(`C:/Windows/System32/${folder}`, localSystem);
    }
    const lines = Array.from({ length: 200 }, (_, index) => `DROP TCP line ${index}\r\n`).join("");
    machine.disk.write(file, Buffer.from(lines), localSystem);
    const told = await item("firewall-log", { ...bounds, maximumCharacters: 1024 });
    assert.match(told.text, /^DROP TCP line \d+\n/);
    assert.ok(told.text.endsWith("line 199\n") && told.truncated && told.text.length <= 1024);
  });

  it("guest files of before an action refuse its name, and do the others", async () => {
    const entry = `${guestDirectory}/peerlab.ps1`;
    const script = readGuestText("PeerLab/peerlab.ps1");
    const older = script.replace(/, 'Get-PeerDiagnostics'/, "").replace(/'EventText\.cs', /, "");
    assert.notEqual(older, script);
    machine.disk.write(entry, Buffer.from(older, "latin1"), localSystem);
    const { exitCode, stderr } = await lab.send(machine, "Get-PeerDiagnostics", bounds);
    assert.equal(exitCode, 1);
    const { code, message, hint } = JSON.parse(stderr);
    assert.deepEqual([code, message], ["InvalidRequest", "Unknown action."]);
    assert.doesNotMatch(hint, /Get-PeerDiagnostics/);
    // Its hash is that of its own list, not of what this version copies.
    machine.disk.remove(`${guestDirectory}/EventText.cs`, localSystem);
    const other = await lab.send(machine, "Get-PeerReport");
    const [, found] = /have the hash ([0-9a-f]{64})/.exec(other.stderr) ?? [];
    assert.ok(found, other.stderr);
    const known = await lab.send(machine, "Get-PeerReport", { guestFiles: found });
    assert.equal(known.exitCode, 0, known.stderr);
  });
});
