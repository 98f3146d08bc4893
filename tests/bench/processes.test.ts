import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as readline from "node:readline";
import type { Readable } from "node:stream";
import { isRunning } from "../../engine/lock";
import { forgetPeak, usageOf, watchTree } from "../../bench/processes";

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
    assert.equal(usageOf(2 ** 22 + 1), undefined);
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
    try {
      const grandchild = Number(await lineOf(child.stdout));
      assert.ok(isRunning(grandchild));
      tree.kill();
      await ended;
      while (isAlive(grandchild)) await new Promise((resolve) => setImmediate(resolve));
    } finally {
      tree.end();
      child.kill("SIGKILL");
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
