import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { passwordLogon } from "../../../local/windows";
import { DiskError, type DiskErrorCode } from "../../../local/windows/diskError";
import { normalizePath } from "../../../local/windows/diskPath";
import { createMachine, labPassword, labUser, openLab, readyMachine, type Lab } from "./lab";

describe("local/windows", () => {
  let lab: Lab;
  beforeEach(() => (lab = openLab()));
  afterEach(() => lab.dispose());

  const stored = () => ({
    machines: fs.readdirSync(path.join(lab.directory, "machines")).length,
    files: fs.readdirSync(path.join(lab.directory, "files")).length,
  });

  it("keeps equal files of many machines once, and removes them with the last machine", async () => {
    const first = await readyMachine(lab, "first");
    const { files } = stored();
    const second = await readyMachine(lab, "second");
    assert.deepEqual(stored(), { machines: 2, files });
    await lab.windows.delete(first.record.vmId);
    assert.deepEqual(stored(), { machines: 1, files });
    await lab.windows.delete(second.record.vmId);
    assert.deepEqual(stored(), { machines: 0, files: 0 });
  });

  it("does not bring a deleted machine back when something still writes to it", async () => {
    const machine = await createMachine(lab, "gone");
    await lab.windows.delete(machine.record.vmId);
    machine.save();
    assert.equal(lab.restart().find(machine.record.vmId), undefined);
  });

  it("keeps users, services, rules and files over a restart of the stand-in", async () => {
    const { record } = await readyMachine(lab, "kept");
    const again = lab.restart().find(record.vmId)!;
    assert.deepEqual(again.record, record);
    assert.notEqual(await passwordLogon(again, labUser, labPassword), "wrongPassword");
    assert.equal(await passwordLogon(again, labUser, "wrong"), "wrongPassword");
  });

  it("starts what is automatic at a boot and notes its time", async () => {
    const { record } = await readyMachine(lab, "boots");
    const { vmId, bootedAt } = record;
    lab.clock.now += 5000;
    await lab.windows.setPower(vmId, "deallocated");
    assert.equal(lab.windows.find(vmId)!.isUp(), false);
    await lab.windows.setPower(vmId, "running");
    assert.equal(record.bootedAt, bootedAt + 5000);
    const running = Object.entries(record.services).filter(
      ([, { status }]) => status === "Running",
    );
    assert.deepEqual(running.map(([name]) => name).sort(), ["PNRPsvc", "sshd"]);
  });

  it("brings every way to write a path to one form", () => {
    const home = "C:/Users/peerlab";
    const forms: [string, string][] = [
      ["C:", "C:/"],
      ["/c:/ProgramData", "C:/ProgramData"],
      ["C:\\ProgramData\\PeerLab\\", "C:/ProgramData/PeerLab"],
      ["C:/a/./b/../c", "C:/a/c"],
      ["notes.txt", "C:/Users/peerlab/notes.txt"],
      ["C:/name. .", "C:/name"],
    ];
    for (const [given, expected] of forms) assert.equal(normalizePath(given, home), expected);
    for (const bad of ["C:/a:b", "C:/a*", "C:/a\u0001"]) {
      assert.throws(() => normalizePath(bad, home), DiskError);
    }
  });

  it("enforces access lists: the guest folder is only read by somebody who is no administrator", async () => {
    const { disk } = await readyMachine(lab, "rights");
    const plain = {
      userName: labUser,
      kind: "password",
      administrator: false,
      masterKeys: [],
    } as const;
    const logon = { ...plain, masterKeys: [] };
    assert(disk.read("C:/ProgramData/PeerLab/peerlab.ps1", logon).length > 0);
    const refusals: [DiskErrorCode, () => void][] = [
      ["AccessDenied", () => disk.write("C:/ProgramData/PeerLab/x", Buffer.alloc(1), logon)],
      ["AccessDenied", () => disk.remove("C:/ProgramData/PeerLab/peerlab.ps1", logon)],
      ["AccessDenied", () => disk.makeDirectory("C:/Windows/x", logon)],
      ["AlreadyExists", () => disk.makeDirectory("c:/programdata/peerlab", logon)],
      ["NotADirectory", () => disk.list("C:/ProgramData/PeerLab/peerlab.ps1", logon)],
      ["NotFound", () => disk.stat("C:/ProgramData/none", logon)],
    ];
    for (const [code, work] of refusals) {
      assert.throws(work, (error) => error instanceof DiskError && error.code === code);
    }
    disk.makeDirectory("C:/ProgramData/own", logon);
    disk.write("C:/ProgramData/own/x", Buffer.alloc(1), logon);
    assert.equal(disk.find("C:/ProgramData/own")?.owner, labUser);
  });
});
