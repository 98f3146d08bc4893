import * as assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as readline from "node:readline";
import * as os from "node:os";
import * as path from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { forgetPeak, mainThreadSeconds, usageOf, watchTree } from "../../bench/processes";

describe("bench: what processes use", function () {
  before(function () {
    if (!fs.existsSync("/proc/self/stat")) this.skip();
  });

  /** A process that starts another one and says its number; both stay until they are ended. */
  const parent = `
    const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    console.log(child.pid);
    setInterval(() => {}, 1000);`;

  it("the CPU and the most memory of a process are what it says itself", () => {
    const own = process.resourceUsage();
    const usage = usageOf(process.pid)!;
    const cpuSeconds = (own.userCPUTime + own.systemCPUTime) / 1e6;
    assert.ok(Math.abs(usage.cpuSeconds - cpuSeconds) < 1, `${usage.cpuSeconds} ${cpuSeconds}`);
    assert.ok(usage.peakMegabytes > 20 && usage.peakMegabytes <= own.maxRSS / 1024 + 50);
    const ofLoop = mainThreadSeconds(process.pid)!;
    assert.ok(ofLoop > 0 && ofLoop <= usageOf(process.pid)!.cpuSeconds, String(ofLoop));
    assert.equal(usageOf(2 ** 22 + 1), undefined);
    assert.equal(mainThreadSeconds(2 ** 22 + 1), undefined);
  });

  it("the most memory begins anew where it is forgotten", async () => {
    const program = `
      let block = Buffer.alloc(200 * 2 ** 20, 1);
      block = undefined;
      globalThis.gc();
      console.log("freed");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--expose-gc", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await lineOf(child.stdout);
      assert.ok(usageOf(child.pid!)!.peakMegabytes > 200);
      forgetPeak(child.pid!);
      assert.ok(usageOf(child.pid!)!.peakMegabytes < 200);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("ends what a command has started with it, and counts it", async () => {
    const child = spawn(process.execPath, ["-e", parent], { stdio: ["ignore", "pipe", "inherit"] });
    const tree = watchTree(child.pid!);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    let grandchild: number | undefined;
    try {
      grandchild = Number(await lineOf(child.stdout));
      assert.ok(isAlive(grandchild));
      tree.kill();
      await ended;
      for (let looks = 0; isAlive(grandchild) && looks < 200; looks++) await wait(10);
      assert.ok(!isAlive(grandchild), "what the command has started still runs");
    } finally {
      tree.end();
      child.kill("SIGKILL");
      if (grandchild !== undefined && isAlive(grandchild)) process.kill(grandchild, "SIGKILL");
    }
  });

  it("the process of the Pulumi program counts itself at its end, and no other one does", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-bench-"));
    const script = path.join(folder, "node_modules/@pulumi/pulumi/cmd/run/index.js");
    fs.mkdirSync(path.dirname(script), { recursive: true });
    fs.writeFileSync(script, "process.exit(0);");
    const usage = path.join(folder, "usage.json");
    const counted = path.resolve(__dirname, "../../bench/programUsage.cjs");
    const start = (file: string) =>
      spawnSync(process.execPath, ["--require", counted, file], {
        env: { ...process.env, PEERLAB_BENCH_USAGE: usage },
      });
    try {
      const other = path.join(folder, "other.js");
      fs.writeFileSync(other, "");
      start(other);
      assert.ok(!fs.existsSync(usage), "another process than the program's has counted itself");
      start(script);
      const { cpuSeconds, peakMegabytes } = JSON.parse(fs.readFileSync(usage, "utf8"));
      assert.ok(cpuSeconds > 0 && peakMegabytes > 10);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

/** The first line that it says. */
async function lineOf(output: Readable): Promise<string> {
  for await (const line of readline.createInterface(output)) return line;
  throw new Error("the process has said nothing");
}

/** Whether it runs; one that has ended and that nobody waits for does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
