import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isRunning, lockHolder } from "../../engine/lock";
import { runCommand } from "../../engine/runCommand";
import { partsOf } from "../../local/directory";

const root = path.resolve(__dirname, "../..");
const cli = ["-r", path.join(root, "engine/typescript.cjs"), path.join(root, "local", "cli.ts")];

describe("local/cli", function () {
  this.timeout(120_000);
  let parent: string;
  let directory: string;
  let environment: NodeJS.ProcessEnv;
  const started: ChildProcess[] = [];

  beforeEach(() => {
    parent = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-cli-"));
    directory = path.join(parent, "state");
    environment = { ...process.env, PEERLAB_LOCAL_DIRECTORY: directory };
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
    fs.rmSync(parent, { recursive: true, force: true });
  });

  const run = (...args: string[]) =>
    runCommand(process.execPath, [...cli, ...args], { cwd: root, environment });
  /** Starts a command and waits until its output holds `text`. */
  const start = async (text: string, ...args: string[]) => {
    const child = spawn(process.execPath, [...cli, ...args], { cwd: root, env: environment });
    started.push(child);
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    await new Promise<void>((resolve, reject) => {
      let output = "";
      child.stdout.on("data", (data) => {
        output += data;
        if (output.includes(text)) resolve();
      });
      child.once("exit", (code) => reject(new Error(`ended with ${code}: ${output}`)));
    });
    return { child, ended };
  };
  const script = (text: string) => ["node", "-e", text];

  it("runs a command with the stand-in's environment, its flags and -- untouched, and passes its exit code on", async () => {
    const result = await run(
      ...script(
        `console.log(JSON.stringify({
           args: process.argv.slice(1),
           providers: process.env.PULUMI_DEBUG_PROVIDERS,
           backend: process.env.PULUMI_BACKEND_URL,
           jumpHost: Object.keys(JSON.parse(process.env.PEERLAB_JUMP_HOST)),
           resourceManager: process.env.PEERLAB_RESOURCE_MANAGER,
         }));
         process.exitCode = 9`,
      ),
      "--",
      "--flag",
      "a b",
    );
    const seen = JSON.parse(result.stdout) as Record<string, string | string[]>;
    assert.deepEqual(seen.args, ["--flag", "a b"]);
    assert.match(String(seen.providers), /^azure-native:\d+/);
    assert.equal(seen.backend, `file://${partsOf(directory).backend.replaceAll("\\", "/")}`);
    assert.deepEqual(seen.jumpHost, [
      "host",
      "port",
      "user",
      "password",
      "hostKey",
      "privateAddress",
    ]);
    assert.match(String(seen.resourceManager), /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(result.code, 9);
    assert.equal(fs.existsSync(partsOf(directory).lock), false);
  });

  it("uses the stand-in that runs in another process, which a reset and a second one refuse to disturb", async () => {
    const { child, ended } = await start("Ctrl-C ends it");
    const providers = script(
      "console.log(process.env.PULUMI_DEBUG_PROVIDERS, process.env.PEERLAB_RESOURCE_MANAGER)",
    );
    const [first, second] = [await run(...providers), await run(...providers)];
    assert.match(first.stdout, /^azure-native:\d+.* http:\/\/127\.0\.0\.1:\d+\s*$/);
    assert.equal(first.stdout, second.stdout);
    for (const args of [["reset"], []]) {
      const refused = await run(...args);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, new RegExp(`already running \\(process ${child.pid}\\)`));
    }
    child.kill("SIGTERM");
    assert.equal(await ended, process.platform === "win32" ? null : 0);
    if (process.platform !== "win32") {
      assert.equal(fs.existsSync(partsOf(directory).session), false);
    }
  });

  it("ends its command too when it is asked to end, and leaves nothing running", async function () {
    // Windows has no signal that only asks.
    if (process.platform === "win32") this.skip();
    const pidFile = path.join(parent, "pid");
    const { child, ended } = await start(
      "runs",
      ...script(
        `require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
         console.log("runs");
         setInterval(() => {}, 1000)`,
      ),
    );
    child.kill("SIGTERM");
    assert.equal(await ended, 128 + os.constants.signals.SIGTERM);
    assert.equal(isRunning(Number(fs.readFileSync(pidFile, "utf8"))), false);
    assert.equal(lockHolder(partsOf(directory).lock), undefined);
  });

  it("takes over the directory of a stand-in that was killed", async () => {
    const { child, ended } = await start("Ctrl-C ends it");
    child.kill("SIGKILL");
    await ended;
    const result = await run(...script("console.log('works')"));
    assert.equal(result.stdout.trim(), "works");
  });

  it("forgets everything on reset, but nothing of a folder that is not its own", async () => {
    await run(...script(""));
    assert.ok(fs.existsSync(directory));
    assert.equal((await run("reset")).code, 0);
    assert.equal(fs.existsSync(directory), false);

    fs.mkdirSync(directory);
    fs.writeFileSync(path.join(directory, "thesis.doc"), "years of work");
    const refused = await run("reset");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /not the stand-in's \(thesis.doc\)/);
    assert.ok(fs.existsSync(path.join(directory, "thesis.doc")));
  });

  it("names what look can show, and says of a command that is not there that it is not found", async () => {
    const look = await run("look", "nothing");
    assert.equal(look.code, 1);
    assert.match(look.stderr, /resources, machines, rules, ran.*"nothing"/);
    assert.match((await run("look")).stdout, /There is nothing yet/);
    const missing = await run("no-such-command");
    assert.equal(missing.code, 127);
    assert.match(missing.stderr, /no-such-command: command not found/);
  });
});
