import * as assert from "node:assert/strict";
import type { JournalEntry } from "../../../local/journal";
import { engineTimeout, reached } from "../labProject";
import { heldIdentities } from "../labState";
import { endStateOf, type EndState } from "./endState";
import { killedRollout, type KillPoint } from "./killedRollout";
import {
  actionOf,
  isLook,
  openStagedLab,
  stageOf,
  standings,
  stepsOf,
  type StagedLab,
} from "./stagedLab";

const stages = ["dev", "staging", "prod"];

/** What a change reaches one after the other: the labs of the first stages, and the rings of the last. */
const parts: Record<string, string[]> = {
  dev: ["dev-1"],
  staging: ["staging-1"],
  "prod/canary": ["ada-1"],
  "prod/early": ["grace-1"],
  "prod/wide": ["ada-2"],
};
const rings = ["canary", "early", "wide"].map((name) => ({
  name,
  machines: parts[`prod/${name}`],
}));

const people: Record<string, Record<string, unknown>> = {
  dev: { ada: { machines: { "dev-1": {} } } },
  staging: { ada: { machines: { "staging-1": {} } } },
  prod: {
    ada: { machines: { "ada-1": {}, "ada-2": {} } },
    grace: { machines: { "grace-1": {} } },
  },
};
/** A lab that opens one port to the others. */
const opening = (port: number, stage: string) => ({
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  people: people[stage],
  graphPorts: [{ port }],
  proof: { settleSeconds: 5 },
});
const [oldPort, newPort, thirdPort] = [4700, 4711, 4712];

/** Every phase that there is, in the last stage. */
const gates = {
  freshness: "1h",
  approval: { approvers: ["grace"] },
  command: { run: [process.execPath, "--eval", ""] },
  soak: 1,
};

describe("engine: one change through three stages, the last with three rings", function () {
  this.timeout(400_000);
  let staged: StagedLab;
  let undisturbed: EndState & { steps: string[] };

  let kept = 0;
  /** What happened since everything was kept. */
  const since = () => staged.lab.standIn.journal.read().slice(kept);
  const configure = (port: number) => {
    for (const stage of stages) staged.configure(stage, opening(port, stage));
  };
  const writeStages = (prod: object) =>
    staged.writeStages({
      stages: { dev: {}, staging: { gates: { freshness: "1h" } }, prod: { rings, gates: prod } },
    });

  before(async function () {
    this.timeout(engineTimeout);
    staged = await openStagedLab(stages);
    writeStages({});
    configure(oldPort);
  });
  after(() => staged?.lab.close());

  it("makes the labs, one stage after the other, each ring after the one before", async () => {
    const run = await staged.rollout("up");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(standings(run.report?.stages), {
      dev: "succeeded",
      staging: "succeeded",
      prod: "succeeded",
    });
    assert.deepEqual(standings(stageOf(run, "prod").rings), {
      canary: "succeeded",
      early: "succeeded",
      wide: "succeeded",
    });
    inOrder(run.journal, Object.keys(parts));
    staged.save();
    kept = staged.lab.standIn.journal.read().length;
  });

  it("waits before the stage that somebody has to approve, with nothing run there", async () => {
    writeStages(gates);
    configure(newPort);
    const run = await staged.rollout("up");
    assert.equal(run.code, 2, run.output);
    const prod = stageOf(run, "prod");
    assert.deepEqual([prod.standing, prod.phase], ["waiting", "approval"]);
    assert.match(prod.detail ?? "", /approve prod --by NAME/);
    inOrder(run.journal, ["dev", "staging"]);
    assert.deepEqual(reachedOf(run.journal, parts["prod/canary"]), []);
    const refused = await staged.rollout("approve", "prod", "--by", "mallory");
    assert.notEqual(refused.code, 0, refused.output);
    assert.match(refused.output, /mallory/);
    const still = await staged.rollout("up", "--resume");
    assert.equal(still.code, 2, still.output);
    assert.deepEqual(reached(still), []);
  });

  it("goes on through the rings once it is approved, and does nothing twice", async () => {
    const approved = await staged.rollout("approve", "prod", "--by", "grace");
    assert.equal(approved.code, 0, approved.output);
    const run = await staged.rollout("up", "--resume");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(standings(run.report?.stages), {
      dev: "skipped",
      staging: "skipped",
      prod: "succeeded",
    });
    inOrder(run.journal, ["prod/canary", "prod/early", "prod/wide"]);
    for (const part of ["dev", "staging"])
      assert.deepEqual(reachedOf(run.journal, parts[part]), []);
    undisturbed = { ...(await endStateOf(staged, stages)), steps: stepsOf(since()) };
  });

  it("killed at each boundary and resumed, it ends as if nobody had disturbed it", async function () {
    this.timeout(900_000);
    await staged.restore();
    configure(newPort);
    const command = (machine: string, action?: string) => (entry: JournalEntry) =>
      entry.kind === "command" &&
      entry.subject === machine &&
      (action === undefined || entry.what.endsWith(action));
    const every: KillPoint[] = [
      { stage: "dev", phase: "preview" },
      { stage: "dev", phase: "update" },
      { stage: "dev", phase: "proof" },
      { stage: "dev", phase: "record" },
      { stage: "staging", phase: "freshness" },
      { stage: "prod", phase: "freshness" },
      { stage: "prod", phase: "preview" },
      { stage: "prod", phase: "approval" },
      { stage: "prod", phase: "update" },
      {
        what: "the second ring begins",
        matches: command("grace-1", "Set-PeerMachine"),
        withEngine: false,
      },
      {
        what: "the third ring begins",
        matches: command("ada-2", "Set-PeerMachine"),
        withEngine: true,
      },
      { stage: "prod", phase: "proof" },
      { stage: "prod", phase: "command" },
      { stage: "prod", phase: "soak" },
      { stage: "prod", phase: "record" },
    ];
    // All of them take five minutes: by default those at which something is half done, or has just been written down.
    const few = ["update", "record"];
    const points = every.filter(
      (point) =>
        process.env.PEERLAB_KILLS === "all" || !("phase" in point) || few.includes(point.phase),
    );
    let first = true;
    for (const point of points) {
      const isApproved = "phase" in point && point.stage === "prod" && point.phase === "update";
      if (isApproved) {
        const approved = await staged.rollout("approve", "prod", "--by", "grace");
        assert.equal(approved.code, 0, approved.output);
      }
      await killedRollout(staged, first ? ["up"] : ["up", "--resume"], point);
      first = false;
    }
    const run = await staged.rollout("up", "--resume");
    assert.equal(run.code, 0, run.output);
    const { steps, ...end } = undisturbed;
    assert.deepEqual(await endStateOf(staged, stages), end);
    // What was under way when the engine was killed, or interrupted by the next run, may have to be done once more; all else is done once.
    const again = stepsOf(since());
    const twice = again.filter((step, place) => again.indexOf(step) !== place);
    const underWay = ["ada-2: Set-PeerMachine", "grace-1: Set-PeerMachine"];
    assert.deepEqual(
      twice.filter((step, place) => !underWay.includes(step) || twice.indexOf(step) !== place),
      [],
    );
    assert.deepEqual([...new Set(again)], [...new Set(steps)]);
  });

  it("stops at a stage whose machine fails though its step had its effect: later stages run nothing, and a rollback brings it back", async () => {
    const names = heldIdentities(staged.lab);
    const before = staged.configurationOf("staging");
    configure(thirdPort);
    const { faults } = staged.lab.standIn;
    faults.add({ kind: "dropConnection", match: "staging-1", moment: "after", times: 1 });
    const run = await staged.rollout("up");
    assert.equal(run.code, 1, run.output);
    const staging = stageOf(run, "staging");
    assert.deepEqual(standings(run.report?.stages), {
      dev: "succeeded",
      staging: "failed",
      prod: "skipped",
    });
    assert.ok(
      staging.findings.some(({ machine }) => machine === "staging-1"),
      run.output,
    );
    assert.deepEqual(reachedOf(run.journal, Object.values(people.prod).flatMap(machinesOf)), []);
    const back = await staged.rollout("rollback", "staging", "--yes");
    assert.equal(back.code, 0, back.output);
    assert.equal(staged.configurationOf("staging"), before);
    assert.deepEqual(heldIdentities(staged.lab), names);
    assert.ok(testsOf(back.journal, ["staging-1"]).length > 0);
    assert.ok(stepsOf(back.journal).includes("staging-1: Set-PeerMachine"));
  });
});

function machinesOf(person: unknown): string[] {
  return Object.keys((person as { machines: object }).machines);
}

function reachedOf(journal: JournalEntry[], machines: readonly string[]): JournalEntry[] {
  return reached({ code: 0, output: "", journal }).filter(({ subject }) =>
    machines.includes(subject),
  );
}

function testsOf(journal: readonly JournalEntry[], machines: readonly string[]): number[] {
  return journal.flatMap((entry, place) =>
    entry.kind === "command" &&
    machines.includes(entry.subject) &&
    actionOf(entry) === "Test-PeerReachability"
      ? [place]
      : [],
  );
}

/** The first thing that is run on machines of a part comes after all steps and tests of the part before. */
function inOrder(journal: readonly JournalEntry[], names: readonly string[]): void {
  const places = (machines: readonly string[]) =>
    journal.flatMap((entry, place) =>
      ["command", "runCommand", "copy"].includes(entry.kind) &&
      machines.includes(entry.subject) &&
      !isLook(entry)
        ? [place]
        : [],
    );
  for (const [index, name] of names.slice(1).entries()) {
    const last = names[index];
    const [first] = places(parts[name]);
    assert.ok(first !== undefined, `nothing is run in ${name}`);
    assert.ok(places(parts[last]).at(-1)! < first, `${name} begins before ${last} is done`);
    for (const machine of parts[last]) {
      const tests = testsOf(journal, [machine]).filter((place) => place < first);
      assert.ok(tests.length > 0, `${name} begins before ${machine} of ${last} is proved`);
    }
  }
}
