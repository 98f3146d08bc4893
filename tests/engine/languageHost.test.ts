import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { engineEnvironment, getEngine } from "../../engine";
import { isRunning } from "../../engine/lock";
import { runCommand, type CommandResult } from "../../engine/runCommand";

const compilerOptions = { module: "commonjs", moduleResolution: "node" };
const root = path.resolve(__dirname, "../..");

describe("engine/languageHost", function () {
  this.timeout(120_000);
  let directory: string;
  let environment: NodeJS.ProcessEnv;

  before(async function () {
    // Where the engine has to be built first.
    this.timeout(900_000);
    const engine = await getEngine();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-language-host-"));
    fs.mkdirSync(path.join(directory, "backend"));
    fs.symlinkSync(
      path.join(root, "node_modules"),
      path.join(directory, "node_modules"),
      "junction",
    );
    environment = {
      ...process.env,
      ...engineEnvironment(engine),
      PULUMI_BACKEND_URL: `file://${path.join(directory, "backend").replaceAll("\\", "/")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_HOME: path.join(directory, "home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    write("tsconfig.json", JSON.stringify({ compilerOptions }));
    write("package.json", JSON.stringify({ name: "tiny", version: "1.0.0" }));
    write("Pulumi.yaml", "name: tiny\nruntime: nodejs\nmain: index.ts\n");
    const created = await pulumi("stack", "init", "test");
    assert.equal(created.code, 0, created.stderr);
  });
  after(() => {
    if (directory) fs.rmSync(directory, { recursive: true, force: true });
  });

  const write = (name: string, text: string) => fs.writeFileSync(path.join(directory, name), text);
  const pulumi = (...args: string[]): Promise<CommandResult> =>
    runCommand("pulumi", [...args, "--non-interactive"], { cwd: directory, environment });
  const up = () => pulumi("up", "--yes", "--skip-preview", "--stack", "test");

  it("runs a TypeScript program with its configuration, and gives its log and its outputs", async () => {
    await pulumi("config", "set", "greeting", "good morning", "--stack", "test");
    write(
      "index.ts",
      `import * as pulumi from "@pulumi/pulumi";
       const greeting: string = new pulumi.Config().require("greeting");
       console.log("a line of the program");
       export const output = new pulumi.Stash("greeting", { input: greeting }).output;`,
    );
    const result = await up();
    assert.equal(result.code, 0, result.stdout + result.stderr);
    assert.match(result.stdout, /a line of the program/);
    const outputs = await pulumi("stack", "output", "--json", "--stack", "test");
    assert.deepEqual(JSON.parse(outputs.stdout), { output: "good morning" });
  });

  it("says that a second run changes nothing", async () => {
    const result = await up();
    assert.equal(result.code, 0, result.stdout + result.stderr);
    assert.match(result.stdout, /2 unchanged/);
    assert.doesNotMatch(result.stdout, /created|updated/);
  });

  it("fails with the program's own message when the program fails", async () => {
    write(
      "index.ts",
      `import * as pulumi from "@pulumi/pulumi";
       throw new pulumi.RunError("failed on purpose");`,
    );
    const result = await up();
    assert.notEqual(result.code, 0);
    assert.match(result.stdout, /failed on purpose/);
  });

  it("fails when the program ends itself with an exit code", async () => {
    write("index.ts", "process.exit(3);");
    const result = await up();
    assert.notEqual(result.code, 0);
    assert.match(result.stdout + result.stderr, /exited with non-zero exit code: 3/);
  });

  it("ends a program that runs for ever when the engine is interrupted", async function () {
    // Windows has no signal that only asks.
    if (process.platform === "win32") this.skip();
    const marker = path.join(directory, "running");
    write(
      "index.ts",
      `require("fs").writeFileSync(${JSON.stringify(marker)}, String(process.pid));
       setInterval(() => {}, 1000);`,
    );
    const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--stack", "test"], {
      cwd: directory,
      env: environment,
      stdio: "ignore",
    });
    let code: number | null | undefined;
    const ended = new Promise<void>((resolve) =>
      child.once("exit", (exitCode) => {
        code = exitCode;
        resolve();
      }),
    );
    const program = await until(() => {
      assert.equal(code, undefined, "the engine ended before its program ran");
      return fs.existsSync(marker) && Number(fs.readFileSync(marker, "utf8"));
    });
    child.kill("SIGINT");
    await ended;
    assert.notEqual(code, 0);
    await until(() => !isRunning(program));
  });

  it("ends where the engine is gone before it was reached", async () => {
    const listener = net.createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as net.AddressInfo;
    listener.close();
    await once(listener, "close");
    const host = path.join(root, "engine/languageHost/main.mjs");
    const child = spawn(process.execPath, [host, `127.0.0.1:${port}`], { stdio: "ignore" });
    const [code] = (await once(child, "exit")) as [number];
    assert.equal(code, 0);
  });

  it("describes the components of a package, and runs their provider for it", async () => {
    const component = path.join(directory, "component");
    fs.mkdirSync(component);
    write("component/PulumiPlugin.yaml", "runtime: nodejs\n");
    write("component/package.json", JSON.stringify({ name: "things", main: "index.ts" }));
    write("component/tsconfig.json", JSON.stringify({ compilerOptions }));
    write(
      "component/index.ts",
      `import * as pulumi from "@pulumi/pulumi";
       export interface ThingArgs { size: pulumi.Input<number>; }
       export class Thing extends pulumi.ComponentResource {
         readonly double: pulumi.Output<number>;
         constructor(name: string, args: ThingArgs, opts?: pulumi.ComponentResourceOptions) {
           super("things:index:Thing", name, args, opts);
           this.double = pulumi.output(args.size).apply((size) => size * 2);
           this.registerOutputs({ double: this.double });
         }
       }`,
    );
    const result = await pulumi("package", "get-schema", component);
    assert.equal(result.code, 0, result.stderr);
    const schema = JSON.parse(result.stdout) as { resources: Record<string, object> };
    assert.deepEqual(Object.keys(schema.resources), ["things:index:Thing"]);
  });

  it("names the provider packages that the program's node_modules are clients of", async () => {
    write("index.ts", "");
    const result = await pulumi("about", "--json");
    assert.equal(result.code, 0, result.stderr);
    const { plugins } = JSON.parse(result.stdout) as { plugins: { name: string }[] };
    assert.deepEqual(plugins.map(({ name }) => name).sort(), ["azure-native", "command", "nodejs"]);
  });
});

/** Waits for a value; what it asks of other processes has no event. The timer does not outlive a test that timed out. */
async function until<T>(ask: () => T | false | 0): Promise<T> {
  for (;;) {
    const value = ask();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50).unref());
  }
}
