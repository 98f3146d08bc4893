import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runCommand } from "../../engine/runCommand";

const root = path.resolve(__dirname, "../..");

describe("engine/run.mjs", function () {
  this.timeout(60_000);
  let project: string;

  /** A project of its own with a package without code, so that nothing of the real one is touched. */
  beforeEach(() => {
    project = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-run-"));
    fs.mkdirSync(path.join(project, "engine"));
    for (const name of ["run.mjs", "packages.mjs"]) {
      fs.copyFileSync(path.join(root, "engine", name), path.join(project, "engine", name));
    }
    writeJson("package.json", { name: "project", dependencies: { greeter: "1.0.0" } });
    writeLock("1.0.0");
    writeInstalled("1.0.0");
    write("node_modules/greeter/hello.js", "console.log('hello', ...process.argv.slice(2));");
  });
  afterEach(() => fs.rmSync(project, { recursive: true, force: true }));

  const write = (name: string, text: string) => {
    const file = path.join(project, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  };
  const writeJson = (name: string, value: unknown) => write(name, JSON.stringify(value));
  const greeter = (version: string) => ({
    version,
    integrity: `sha512-${version}`,
    bin: { greet: "hello.js" },
  });
  const writeLock = (version: string) =>
    writeJson("package-lock.json", {
      lockfileVersion: 3,
      packages: {
        "": { dependencies: { greeter: version } },
        "node_modules/greeter": greeter(version),
        "node_modules/other-platform": { version: "1.0.0", optional: true },
      },
    });
  const writeInstalled = (version: string) =>
    writeJson("node_modules/.package-lock.json", {
      packages: { "node_modules/greeter": greeter(version) },
    });
  /** A double of npm that notes its arguments and then does what the body says. */
  const useNpm = (body: string) => {
    write(
      "npm.js",
      `require("fs").writeFileSync(${JSON.stringify(path.join(project, "npm-ran"))}, process.argv.slice(2).join(" "));
       ${body}`,
    );
  };
  const run = (...args: string[]) =>
    runCommand(process.execPath, [path.join(project, "engine", "run.mjs"), ...args], {
      environment: { ...process.env, npm_execpath: path.join(project, "npm.js") },
    });
  const npmRan = () => {
    const file = path.join(project, "npm-ran");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
  };

  it("runs a script with its arguments, flags and -- untouched, and passes its exit code on", async () => {
    write("script.js", "console.log(process.argv.slice(2).join('|')); process.exitCode = 7;");
    const result = await run("script.js", "a b", "--flag", "--", "-x");
    assert.equal(result.stdout.trim(), "a b|--flag|--|-x");
    assert.equal(result.code, 7);
  });

  it("runs a command that an installed package brings", async () => {
    const result = await run("greet", "you");
    assert.equal(result.stdout.trim(), "hello you");
    assert.equal(result.code, 0);
  });

  it("says of anything else that it does not know it", async () => {
    const result = await run("nothing");
    assert.equal(result.code, 1);
    assert.match(result.stderr, /nothing is neither a file of this project nor a command/);
  });

  it("installs nothing when the packages are those of the lock file", async () => {
    useNpm("");
    await run("greet");
    assert.equal(npmRan(), undefined);
  });

  it("installs the packages when they are missing, and shows nothing of npm but that it runs", async () => {
    fs.rmSync(path.join(project, "node_modules", ".package-lock.json"));
    useNpm("console.log('noise of npm');");
    const result = await run("greet");
    assert.match(npmRan() ?? "", /^ci /);
    assert.match(result.stderr, /Installing the npm packages.*half a minute/);
    assert.doesNotMatch(result.stdout + result.stderr, /noise of npm/);
    assert.equal(result.code, 0);
  });

  it("installs the packages when another version is installed", async () => {
    writeInstalled("0.9.0");
    useNpm("");
    await run("greet");
    assert.match(npmRan() ?? "", /^ci /);
  });

  it("shows npm's output and runs nothing when the installation fails", async () => {
    writeInstalled("0.9.0");
    useNpm("console.error('the registry is on fire'); process.exitCode = 5;");
    const result = await run("greet");
    assert.equal(result.code, 5);
    assert.match(result.stderr, /the registry is on fire/);
    assert.equal(result.stdout, "");
  });
});
