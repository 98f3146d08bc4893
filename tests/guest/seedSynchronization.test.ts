import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { skipWithout } from "./missing";
import { findMonoDriver } from "./mono/build";
import { temporaryFolder } from "./native/build";

const built = findMonoDriver();

/** A machine with a seed policy and a netsh that only notes how it was called; what its holder does, in the order given. */
function holderOf(seedServer: string | undefined, lines: readonly string[], exitCode = 0) {
  if ("unavailable" in built) throw new Error(built.unavailable);
  const folder = temporaryFolder("peerlab-seeds-");
  const calls = path.join(folder, "calls");
  // Where mono keeps what is HKEY_LOCAL_MACHINE on Windows.
  const key = path.join(
    ...[folder, "registry", "LocalMachine", "software", "policies", "microsoft"],
    ...["peernet", "pnrp", "ipv6-global"],
  );
  fs.mkdirSync(key, { recursive: true });
  if (seedServer !== undefined) {
    const value = `<values>\n<value name="SeedServer" type="string">${seedServer}</value>\n</values>\n`;
    fs.writeFileSync(path.join(key, "values.xml"), value);
  }
  const netsh = path.join(folder, "netsh.exe");
  fs.writeFileSync(netsh, `#!/bin/sh\necho "$@" >> ${calls}\nexit ${exitCode}\n`, { mode: 0o755 });
  const log = path.join(folder, "holder.log");
  const { status, stdout, stderr } = spawnSync("mono", [built.program, "seeds", log], {
    cwd: folder,
    env: {
      ...process.env,
      ...built.native.environment,
      PATH: `${folder}:${process.env.PATH}`,
      MONO_REGISTRY_PATH: path.join(folder, "registry"),
    },
    input: lines.map((line) => `${line}\n`).join(""),
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, lines.map((line) => `done ${line}\n`).join(""));
  const linesOf = (file: string) =>
    fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split(/\r?\n/) : [];
  return {
    calls: linesOf(calls),
    log: linesOf(log).map((line) => line.replace(/^\S+ /, "")),
  };
}

const seed = "2001:db8::53";
const call = `p2p pnrp cloud synchronize host ${seed} Global_`;

describe("guest/PeerLab, a cloud that does not find its seed by itself", () => {
  before(function () {
    if ("unavailable" in built) skipWithout(this, built.unavailable);
  });

  it("is left alone for half a minute, then synchronised, and again later and later", () => {
    const { calls } = holderOf(seed, ["0 alone", "29 alone"]);
    assert.deepEqual(calls, []);
    const times = [0, 29, 30, 89, 90, 209, 210].map((second) => `${second} alone`);
    assert.deepEqual(holderOf(seed, times).calls, [call, call, call]);
  });

  it("is told from one that has others, synchronises or is not initialised", () => {
    const times = ["active", "synchronizing", "virtual", "noNet", "unknown"].flatMap((state) =>
      [0, 100, 1000].map((second) => `${second} ${state}`),
    );
    assert.deepEqual(holderOf(seed, times), { calls: [], log: [] });
  });

  it("has its half minute again where it was not alone in between", () => {
    const states = ["0 alone", "30 alone", "45 active", "60 alone", "89 alone", "90 alone"];
    const { calls, log } = holderOf(seed, states);
    assert.deepEqual(calls, [call, call]);
    assert.deepEqual(log, [
      `cloud Global_ is alone: netsh ${call}: exit code 0`,
      "cloud is alone no longer",
      `cloud Global_ is alone: netsh ${call}: exit code 0`,
    ]);
  });

  it("says once what netsh answers, whatever it is, and goes on", () => {
    const { calls, log } = holderOf(seed, ["0 alone", "30 alone", "90 alone"], 1);
    assert.equal(calls.length, 2);
    assert.deepEqual(log, [`cloud Global_ is alone: netsh ${call}: exit code 1`]);
  });

  it("is left as it is on a machine without the policy, and on the seed itself", () => {
    const times = ["0 alone", "30 alone", "1000 alone"];
    assert.deepEqual(holderOf(undefined, times), { calls: [], log: [] });
    const own = Object.values(os.networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family }) => family === "IPv6")?.address;
    assert.deepEqual(holderOf(own ?? "::1", times), { calls: [], log: [] });
  });

  it("says which name it does not find, and looks again", () => {
    const { calls, log } = holderOf("seed.invalid", ["0 alone", "30 alone", "90 alone"]);
    assert.deepEqual(calls, []);
    assert.equal(log.length, 1);
    assert.match(log[0]!, /^cloud is alone: the seed seed\.invalid is not resolved: \w+$/);
  });
});
