import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { runCommand } from "../../../engine/runCommand";
import { engineTimeout, reached, tested } from "../labProject";
import { guestOf, heldIdentities, virtualMachineOf } from "../labState";
import { breakingChanges, canary, healthy, later, rings } from "./brokenCanary";
import { openStagedLab, stageOf, standings, stepsOf, type StagedLab } from "./stagedLab";

const root = path.resolve(__dirname, "../../..");
const all = [...canary, ...later];

/** Which of them are tried, each of which takes most of a minute: every other one, or all of them where asked for. */
const isChosen = (index: number) => process.env.PEERLAB_BREAKS === "all" || index % 2 === 1;

describe("engine: a change that the canary does not take well is stopped and taken back", function () {
  this.timeout(300_000);
  let staged: StagedLab;
  let names: Record<string, string[]>;

  const git = async (...args: string[]) => {
    const own = ["-c", "user.name=Test", "-c", "user.email=test@example.net"];
    const run = await runCommand("git", [...own, ...args], { cwd: staged.lab.directory });
    assert.equal(run.code, 0, run.stderr);
  };
  const commit = async () => {
    await git("add", "--all");
    await git("commit", "--quiet", "--allow-empty", "--message", "a change");
  };
  /** Without the rings, which the rollout writes. */
  const configure = (change: Record<string, unknown> = {}) =>
    staged.configure("prod", { ...healthy, rings, ...change });
  const instances = () => later.map((key) => guestOf(staged.lab, key).record.vmId);

  before(async function () {
    this.timeout(engineTimeout);
    staged = await openStagedLab(["prod"]);
    const { directory } = staged.lab;
    // A repository of its own, with a copy of the library whose files this test may change.
    for (const part of ["components", "guest", "index.ts"]) {
      fs.cpSync(path.join(root, part), path.join(directory, part), { recursive: true });
    }
    fs.copyFileSync(
      path.join(root, "package-lock.json"),
      path.join(directory, "package-lock.json"),
    );
    const ignored = ["local", "saved*", ".peerlab", "report-*.json", "Pulumi.*.yaml"];
    fs.writeFileSync(path.join(directory, ".gitignore"), `${ignored.join("\n")}\n`);
    const preview = { replacedMachines: canary.length + later.length, deletedMachines: 1 };
    staged.writeStages({ stages: { prod: { gates: { preview } } } });
    configure();
    await git("init", "--quiet");
    await commit();
    const made = await staged.rollout("up");
    assert.equal(made.code, 0, made.output);
    names = heldIdentities(staged.lab);
    for (const key of all) assert.equal(names[key].length, 1, key);
  });
  after(() => staged?.lab.close());

  for (const [index, one] of breakingChanges.entries()) {
    if (!isChosen(index)) continue;
    describe(`${one.change}: ${one.breaks}`, () => {
      let before: { configuration: string; instances: string[] };

      it("stops at the canary, names the machine and the reason, and runs nothing on later rings", async () => {
        before = { configuration: staged.configurationOf("prod"), instances: instances() };
        one.prepare?.(staged);
        configure(one.configuration);
        one.apply?.(staged);
        await commit();
        const run = await staged.rollout("up");
        assert.equal(run.code, 1, run.output);
        const prod = stageOf(run, "prod");
        assert.deepEqual([prod.standing, prod.phase], ["failed", "update"], run.output);
        const wanted = { canary: "failed", early: "skipped", wide: "skipped" };
        const known = Object.keys(standings(prod.rings));
        const expected = Object.entries(wanted).filter(([name]) => known.includes(name));
        assert.deepEqual(standings(prod.rings), Object.fromEntries(expected), run.output);
        assert.ok(
          prod.findings.some(
            ({ ring, machine, message }) =>
              ring === "canary" && machine === one.machine && one.reason.test(message),
          ),
          JSON.stringify(prod.findings, undefined, 2),
        );
        assert.ok(run.output.includes(one.machine));
        const touched = reached(run).map(({ subject }) => subject);
        assert.deepEqual([...new Set(touched.filter((key) => later.includes(key)))], []);
        assert.deepEqual(instances(), before.instances);
        for (const key of later) assert.ok(virtualMachineOf(staged.lab, key));
      });

      it("a rollback brings it back under the same peer names and proves it again", async () => {
        one.putRight?.(staged);
        const run = await staged.rollout("rollback", "prod", "--yes");
        assert.equal(run.code, 0, run.output);
        assert.equal(stageOf(run, "prod").standing, "succeeded");
        assert.equal(staged.configurationOf("prod"), before.configuration);
        assert.deepEqual(heldIdentities(staged.lab), names);
        const { machines } = (await staged.outputs("prod")) as {
          machines: Record<string, { peerName: string; ready: boolean }>;
        };
        const told = Object.entries(machines).map(([key, { peerName, ready }]) => [
          key,
          ready ? [peerName] : [],
        ]);
        assert.deepEqual(Object.fromEntries(told), names);
        assert.deepEqual([...new Set(tested(run))], all);
        assert.deepEqual(
          stepsOf(run.journal).filter((step) => later.some((key) => step.startsWith(`${key}:`))),
          [],
        );
        assert.deepEqual(instances(), before.instances);
      });
    });
  }
});
