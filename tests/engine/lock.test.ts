import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { lockHolder, tryLock } from "../../engine/lock";

describe("engine/lock", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-lock-"));
    file = path.join(directory, "lock");
  });
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  const writeHolder = (pid: number, host = os.hostname()) =>
    fs.writeFileSync(file, JSON.stringify({ pid, host }));
  const deadProcess = () => spawnSync(process.execPath, ["--version"]).pid;

  it("is held by one at a time, and free again after its release", () => {
    const first = tryLock(file);
    assert.ok(first.acquired);
    const second = tryLock(file);
    assert.ok(!second.acquired);
    assert.equal(second.holder?.pid, process.pid);
    first.release();
    const third = tryLock(file);
    assert.ok(third.acquired);
    third.release();
  });

  it("takes over the lock of a process that has ended", () => {
    writeHolder(deadProcess());
    assert.equal(lockHolder(file), undefined);
    const lock = tryLock(file);
    assert.ok(lock.acquired);
    assert.equal(lockHolder(file)?.pid, process.pid);
    lock.release();
    assert.deepEqual(fs.readdirSync(directory), []);
  });

  it("does not take over from another computer, whose processes cannot be seen from here", () => {
    writeHolder(deadProcess(), "another-computer");
    const lock = tryLock(file);
    assert.ok(!lock.acquired);
    assert.equal(lock.holder?.host, "another-computer");
  });

  it("does not remove what another process has locked after a release", () => {
    const lock = tryLock(file);
    assert.ok(lock.acquired);
    lock.release();
    writeHolder(process.pid);
    lock.release();
    assert.ok(fs.existsSync(file));
  });
});
