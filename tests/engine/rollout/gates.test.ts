import * as assert from "node:assert/strict";
import * as os from "node:os";
import * as path from "node:path";
import type { ObservedRequest } from "../../../local/provider";
import type { WrittenRollout } from "../../../rollout/plan/rolloutShape";
import { engineTimeout, reached } from "../labProject";
import { openStagedLab, stageOf, type StagedLab } from "./stagedLab";

const stages = ["dev", "prod"];

/** A lab of one machine; another mark is a change that no machine has anything to do for. */
const lab = (stage: string, mark: string) => ({
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  people: { ada: { machines: { [`${stage}-1`]: {} } } },
  tags: { mark },
});

describe("engine: what a rollout waits for, and what it does not know", function () {
  this.timeout(240_000);
  let staged: StagedLab;
  let backend: string;
  /** Holds the update of a machine up until it is let go. */
  let held: { begun: () => void; release: Promise<void> } | undefined;

  const observe = async ({ operation, token, moment }: ObservedRequest) => {
    if (!held || operation !== "update" || moment !== "before") return;
    if (!token.endsWith(":VirtualMachine")) return;
    held.begun();
    await held.release;
  };
  /** Starts what will update a machine and resolves when it is about to; it goes on when it is let go. */
  const holdUp = async <T>(begin: () => T): Promise<{ running: T; letGo: () => void }> => {
    let letGo = () => {};
    const release = new Promise<void>((resolve) => (letGo = resolve));
    const begun = new Promise<void>((resolve) => (held = { begun: resolve, release }));
    const running = begin();
    await begun;
    held = undefined;
    return { running, letGo };
  };
  const write = (prod: NonNullable<WrittenRollout["stages"]>[string] = {}) =>
    staged.writeStages({
      stages: { dev: { environment: { PULUMI_BACKEND_URL: "DEV_BACKEND" } }, prod },
    });
  const rollout = (args: string[], environment: NodeJS.ProcessEnv = {}) =>
    staged.start(args, { DEV_BACKEND: backend, ...environment });
  const upProd = (...args: string[]) => rollout(["up", "--only", "prod", ...args]);

  before(async function () {
    this.timeout(engineTimeout);
    staged = await openStagedLab(stages, { observe });
    backend = staged.lab.standIn.environment.PULUMI_BACKEND_URL;
    write();
    for (const stage of stages) staged.configure(stage, lab(stage, "base"));
    const made = await rollout(["up"]).ended;
    assert.equal(made.code, 0, made.output);
  });
  after(() => staged?.lab.close());

  it("an approval is missing, is given by name, and holds for exactly the inputs that were approved", async () => {
    write({ gates: { approval: { approvers: ["grace"] } } });
    staged.configure("prod", lab("prod", "approved"));
    const missing = await upProd().ended;
    assert.equal(missing.code, 2, missing.output);
    assert.equal(stageOf(missing, "prod").standing, "waiting");
    const approved = await rollout(["approve", "prod", "--by", "grace"]).ended;
    assert.equal(approved.code, 0, approved.output);

    staged.configure("prod", lab("prod", "other"));
    const other = await upProd("--resume").ended;
    assert.equal(other.code, 2, other.output);
    assert.deepEqual(reached(other), []);

    staged.configure("prod", lab("prod", "approved"));
    const same = await upProd().ended;
    assert.equal(same.code, 0, same.output);
  });

  it("of two on one stack the second stops and names the owner", async () => {
    write();
    staged.configure("prod", lab("prod", "first"));
    const { running, letGo } = await holdUp(() => staged.lab.pulumi(...plainUp));
    const second = await upProd().ended;
    letGo();
    const first = await running;
    assert.equal(first.code, 0, first.output);
    assert.equal(second.code, 1, second.output);
    assert.match(stageOf(second, "prod").detail ?? second.output, owner);
    assert.deepEqual(reached(second), []);
  });

  it("or waits, says for whom, and goes on", async () => {
    write({ whenLocked: "wait", lockTimeout: "5m" });
    staged.configure("prod", lab("prod", "second"));
    const { running, letGo } = await holdUp(() => staged.lab.pulumi(...plainUp));
    const second = upProd();
    await second.said(/waits for its stack/);
    letGo();
    const [first, { code, output }] = [await running, await second.ended];
    assert.equal(first.code, 0, first.output);
    assert.equal(code, 0, output);
    assert.match(output, owner);
  });

  it("of two rollouts in one folder the second stops and names the process", async () => {
    write();
    staged.configure("prod", lab("prod", "third"));
    const { running, letGo } = await holdUp(() => upProd());
    const second = await upProd().ended;
    letGo();
    const first = await running.ended;
    assert.equal(first.code, 0, first.output);
    assert.equal(second.code, 1, second.output);
    assert.match(second.output, new RegExp(`process ${running.child.pid}\\b`));
  });

  it("a stage whose backend does not answer, or is not mounted, is unknown: in the status, and to the freshness of the next one", async () => {
    write({ gates: { freshness: "1h" } });
    const missing = { DEV_BACKEND: `file://${path.join(os.tmpdir(), "peerlab-no-such-backend")}` };
    const silent = { DEV_BACKEND: "http://127.0.0.1:9", PULUMI_ACCESS_TOKEN: "none" };
    for (const environment of [missing, silent]) {
      const status = await rollout(["status"], environment).ended;
      assert.equal(stageOf(status, "dev").standing, "unknown", status.output);
      assert.equal(stageOf(status, "prod").standing, "succeeded", status.output);
      assert.equal(status.code, 4, status.output);
    }
    const up = await rollout(["up", "--only", "prod"], missing).ended;
    assert.equal(stageOf(up, "prod").standing, "unknown", up.output);
    assert.equal(up.code, 4, up.output);
    assert.deepEqual(reached(up), []);
  });
});

const plainUp = ["up", "--yes", "--skip-preview", "--stack", "prod"];

/** Whom the engine's lock names. */
const owner = new RegExp(
  `in use by ${os.userInfo().username}@${os.hostname()} \\(p(rocess|id) \\d+\\)`,
);
