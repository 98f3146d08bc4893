import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { commandPhase } from "../../rollout/commandPhase";
import type { PhaseContext } from "../../rollout/phase";

describe("rollout/commandPhase", () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-command-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const run = (run: string[], timeoutSeconds = 60, signal = new AbortController().signal) =>
    commandPhase({
      context: { signal },
      stage: {
        name: "prod",
        project: folder,
        definition: { gates: { command: { run, timeoutSeconds } } },
        environment: { ...process.env, OF_STAGE: "yes" },
      },
      rollout: "r1",
      folder,
    } as unknown as PhaseContext);
  const node = (program: string) => [process.execPath, "-e", program];

  it("passes with 0, in the project's folder, with the stage's variables and its names", async () => {
    const names =
      "[process.env.OF_STAGE, process.env.PEERLAB_ROLLOUT, process.env.PEERLAB_ROLLOUT_STAGE]";
    assert.deepEqual(await run(node(`console.log(...${names}, process.cwd())`)), {
      outcome: "passed",
    });
    const said = fs.readFileSync(path.join(folder, "command.log"), "utf8");
    assert.equal(said.trim(), `yes r1 prod ${fs.realpathSync(folder)}`);
  });

  it("fails with anything else, and shows nothing of what was said", async () => {
    const { outcome, findings = [] } = await run(node("console.log('hidden'); process.exit(7)"));
    assert.equal(outcome, "failed");
    assert.match(findings[0].message, /ended with 7; what it said is in .*command\.log$/);
    assert.doesNotMatch(findings[0].message, /hidden/);
  });

  it("fails where there is no such program", async () => {
    const { findings = [] } = await run(["no-such-program-here"]);
    assert.match(findings[0].message, /"no-such-program-here" cannot be started/);
  });

  it("is ended with what it has started after its time, and when the rollout is to end", async () => {
    const forever = node("setInterval(() => {}, 1000)");
    const { findings = [] } = await run(forever, 0.5);
    assert.match(findings[0].message, /did not end within 0\.5 s/);
    const asked = new AbortController();
    const ended = run(forever, 60, asked.signal);
    asked.abort();
    assert.equal((await ended).outcome, "interrupted");
  });
});
