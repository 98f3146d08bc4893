import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import type { JournalEntry } from "../../../local/journal";
import { openJournal } from "../../../rollout/journal";
import { readRecord } from "../../../rollout/record";
import { openStage } from "../../../rollout/stage";
import { engineTimeout, ran, tested } from "../labProject";
import { openRolloutProject, type RolloutProject } from "./rolloutProject";

const root = path.resolve(__dirname, "../../..");

describe("engine: a rollout that was killed goes on where it stood", function () {
  this.timeout(300_000);
  let project: RolloutProject;

  before(async function () {
    this.timeout(engineTimeout);
    project = await openRolloutProject(["dev"]);
    fs.writeFileSync(path.join(project.lab.directory, "rollout.yaml"), "stages:\n  dev: {}\n");
    project.configure("dev", {
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: { ada: { machines: { "ada-1": {}, "ada-2": {} } } },
    });
  });
  after(() => project?.close());

  /** `npm run rollout`, killed with all that belongs to it where an entry of the stand-in's journal matches. */
  const rollout = async (
    args: string[],
    matches: (entry: JournalEntry) => boolean = () => false,
  ) => {
    const { directory, standIn } = project.lab;
    const compiler = path.join(root, "engine/typescript.cjs");
    const main = path.join(root, "rollout/main.ts");
    const child = spawn(process.execPath, ["--require", compiler, main, ...args], {
      cwd: directory,
      env: { ...process.env, ...standIn.environment },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    let met = false;
    const forget = standIn.journal.listen((entry) => {
      if (met || !matches(entry)) return;
      met = true;
      process.kill(-child.pid!, "SIGKILL");
    });
    const [code] = (await once(child, "close")) as [number | null];
    forget();
    return { code, output, met };
  };

  it("an update in which the second machine was being made is healed and finished, under the same name", async () => {
    let machines = 0;
    const killed = await rollout(["up"], ({ kind, subject, what }) => {
      const isMachine = /virtualMachines\/[^/]+$/.test(subject);
      if (kind === "azure" && isMachine && what === "create") machines += 1;
      return machines === 1;
    });
    assert.ok(killed.met, killed.output);
    const entry = openJournal(project.lab.directory).read("dev");
    assert.deepEqual([entry?.phase, entry?.outcome], ["update", "running"]);

    const resumed = await rollout(["up", "--resume"]);
    assert.equal(resumed.code, 0, resumed.output);
    const { attempt, lastGood } = await readRecord(await openStage(project.context(), "dev"));
    assert.equal(attempt?.outcome, "succeeded");
    assert.equal(lastGood?.rollout, entry?.rollout);
    const up = ["up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev"];
    const again = await project.lab.pulumi(...up);
    assert.equal(again.code, 0, again.output);
    assert.deepEqual([...ran(again), ...tested(again)], []);
  });
});
