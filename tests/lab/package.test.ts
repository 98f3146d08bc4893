import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { engineEnvironment, getEngine } from "../../engine";
import { runCommand } from "../../engine/runCommand";
import type { ListedStack } from "../../lab/stackSummary";

const root = path.resolve(__dirname, "../..");

interface Manifest {
  bin: Record<string, string>;
  dependencies: Record<string, string>;
}

describe("the package: the command peerlab where it is installed", function () {
  this.timeout(120_000);
  let project: string;
  let installed: string;
  let environment: NodeJS.ProcessEnv;

  before(async function () {
    this.timeout(900_000);
    project = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-package-"));
    installed = path.join(project, "node_modules", "peerlab");
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    // A copy is packed: what is compiled for it is in nobody's way then, nor is anybody else's.
    const sources = path.join(project, "sources");
    const left = new Set(["node_modules", ".git", ".peerlab", "dist", "docs"]);
    fs.cpSync(root, sources, {
      recursive: true,
      filter: (from) => !left.has(path.relative(root, from)),
    });
    fs.symlinkSync(
      fs.realpathSync(path.join(root, "node_modules")),
      path.join(sources, "node_modules"),
      "junction",
    );
    const packed = await runCommand(npm, ["pack", "--pack-destination", project], { cwd: sources });
    assert.equal(packed.code, 0, packed.stderr);
    const archive = fs.readdirSync(project).find((name) => name.endsWith(".tgz"))!;
    const extracted = await runCommand("tar", ["-xzf", archive], { cwd: project });
    assert.equal(extracted.code, 0, extracted.stderr);
    fs.mkdirSync(path.dirname(installed), { recursive: true });
    fs.renameSync(path.join(project, "package"), installed);
    // What npm would install: the dependencies, without those of development.
    for (const name of Object.keys(manifest().dependencies)) {
      const link = path.join(installed, "node_modules", name);
      fs.mkdirSync(path.dirname(link), { recursive: true });
      fs.symlinkSync(
        path.join(fs.realpathSync(path.join(root, "node_modules")), name),
        link,
        "junction",
      );
    }
    const runtime = "name: other\nruntime: nodejs\n";
    fs.writeFileSync(path.join(project, "Pulumi.yaml"), runtime);
    const state = path.join(project, "state");
    fs.mkdirSync(state);
    const engine = await getEngine();
    environment = {
      ...process.env,
      ...engineEnvironment(engine),
      // The launcher that all checkouts share is left as it is.
      PEERLAB_PULUMI: engine.path,
      PULUMI_BACKEND_URL: `file://${state.replaceAll("\\", "/")}`,
    };
    const passphrase = { ...environment, PULUMI_CONFIG_PASSPHRASE: "a passphrase" };
    const args = ["stack", "init", "dev", "--non-interactive"];
    const made = await runCommand("pulumi", args, { cwd: project, environment: passphrase });
    assert.equal(made.code, 0, made.stderr);
    delete environment.PULUMI_CONFIG_PASSPHRASE;
    delete environment.PULUMI_CONFIG_PASSPHRASE_FILE;
  });
  after(() => fs.rmSync(project, { recursive: true, force: true }));

  const manifest = () =>
    JSON.parse(fs.readFileSync(path.join(installed, "package.json"), "utf8")) as Manifest;
  const peerlab = (...args: string[]) =>
    runCommand(process.execPath, [path.join(installed, manifest().bin.peerlab), ...args], {
      cwd: project,
      environment,
    });

  it("shows its help under its own name, without a compiler", async () => {
    const run = await peerlab("--help");
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /^Usage: peerlab VERB/);
    assert.match(run.stdout, /\n {2}list /);
    // npx makes a command of the file.
    const file = fs.readFileSync(path.join(installed, manifest().bin.peerlab), "utf8");
    assert.match(file, /^#!\/usr\/bin\/env node\n/);
  });

  it("lists the stacks of another project, whose passphrase nobody gives", async () => {
    const run = await peerlab("list", "--json");
    assert.equal(run.code, 0, run.stderr);
    const stacks = JSON.parse(run.stdout) as ListedStack[];
    assert.deepEqual(
      stacks.map((stack) => ({ ...stack, lastUpdate: "" })),
      [{ stack: "dev", selected: true, lastUpdate: "", lab: null, unreadable: null }],
    );
    assert.match((await peerlab("list")).stdout, /^dev\* +no lab +\S+ \S+ UTC$/m);
  });

  it("brings every file that its parts load or read beside themselves", () => {
    const there = (name: string) => fs.existsSync(path.join(installed, "dist", name));
    const wanted = [
      "engine/go.mod",
      "engine/languageHost/main.mjs",
      "guest/PeerLab/PeerLab.psm1",
      "lab/map/pageStyle.css",
      "lab/map/pageScript.js",
    ];
    assert.deepEqual(
      [...wanted, "lab/probeStack.js"].filter((name) => !there(name)),
      [],
    );
  });

  it("loads the work of every verb", async () => {
    const verbs = path.join(installed, "dist", "lab", "verbs");
    const texts = fs
      .readdirSync(verbs)
      .map((name) => fs.readFileSync(path.join(verbs, name), "utf8"));
    const works = new Set(
      texts.flatMap((text) => [...text.matchAll(/"(\.\.\/\w+)"/g)].map(([, one]) => one)),
    );
    assert.ok(works.size > 10, [...works].join());
    const loads = [...works].map((name) => `require(${JSON.stringify(path.join(verbs, name))});`);
    const run = await runCommand(process.execPath, ["--eval", loads.join("\n")], { environment });
    assert.equal(run.code, 0, run.stderr);
  });
});
