import assert from "node:assert/strict";
import type { ApprovalGate, PreviewGate } from "../../../rollout/plan/definition";
import {
  approvalFor,
  approvalMissing,
  freshnessFindings,
  inputsDigest,
  isFresh,
  mayApprove,
  soakLeft,
  withinLimits,
} from "../../../rollout/plan/gates";
import type { StagePlan } from "../../../rollout/plan/progress";
import type { Approval, Inputs, StageRecord } from "../../../rollout/plan/record";
import { stageOf } from "./definitions";

const now = new Date("2026-03-02T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();

describe("a preview's limits", () => {
  const plan = (replacedMachines: string[], deletedMachines: string[] = []): StagePlan => ({
    create: 0,
    update: 0,
    replace: replacedMachines.length,
    delete: deletedMachines.length,
    same: 0,
    replacedMachines,
    deletedMachines,
    createdMachines: [],
    steps: [],
  });
  const gate = (limits: Partial<PreviewGate> = {}): PreviewGate => ({
    replacedMachines: 0,
    deletedMachines: 0,
    allowedMachines: [],
    ...limits,
  });

  it("name every machine beyond them, and count none that is allowed", () => {
    const cases: [StagePlan, PreviewGate, string[]][] = [
      [plan([]), gate(), []],
      [plan(["a"]), gate(), ["a replaced"]],
      [plan(["a", "b"]), gate({ replacedMachines: 2 }), []],
      [
        plan(["a", "b", "c"]),
        gate({ replacedMachines: 2 }),
        ["a replaced", "b replaced", "c replaced"],
      ],
      [plan(["a", "b"]), gate({ replacedMachines: 1, allowedMachines: ["b"] }), []],
      [plan([], ["a"]), gate({ replacedMachines: 1 }), ["a deleted"]],
      [plan(["a"], ["b"]), gate(), ["a replaced", "b deleted"]],
      [plan(["a"], ["b"]), gate({ allowedMachines: ["a", "b"] }), []],
    ];
    for (const [planned, limits, expected] of cases) {
      const found = withinLimits(planned, limits);
      assert.deepEqual(
        found.map(({ machine, message }) => `${machine} ${/would be (\w+)/.exec(message)?.[1]}`),
        expected,
      );
      for (const { phase, message } of found) {
        assert.equal(phase, "preview");
        assert.match(message, /gates\.preview\.(replaced|deleted)Machines is \d/);
      }
    }
  });
});

describe("freshness", () => {
  it("is a success within the window; without a window any success, without a success none", () => {
    const cases: [string | undefined, number | undefined, boolean][] = [
      [ago(60), 60, true],
      [ago(61), 60, false],
      [ago(1_000_000), undefined, true],
      [undefined, undefined, false],
      [undefined, 60, false],
      ["no time", 60, false],
      ["no time", undefined, false],
    ];
    for (const [at, seconds, expected] of cases) {
      assert.equal(isFresh(at, seconds, now), expected, `${at} within ${seconds}`);
    }
  });

  it("finds each stage of the wave before that has not succeeded within it", () => {
    const before = [
      { stage: "fresh", succeededAt: ago(10) },
      { stage: "stale", succeededAt: ago(7200) },
      { stage: "never" },
    ];
    assert.deepEqual(freshnessFindings(before, undefined, now), []);
    assert.deepEqual(
      freshnessFindings(before, 3600, now).map(({ phase, message }) => [phase, message]),
      [
        [
          "freshness",
          `stage stale has to have succeeded within 1h, and it did at ${ago(7200)}; roll it out again first`,
        ],
        [
          "freshness",
          "stage never has to have succeeded within 1h, and it never has; roll it out again first",
        ],
      ],
    );
  });
});

describe("approvals", () => {
  const gate = (approvers: string[] = []): ApprovalGate => ({ approvers, validSeconds: 3600 });
  const approval = (part: Partial<Approval> = {}): Approval => ({
    by: "ada",
    inputsDigest: "these",
    at: ago(60),
    ...part,
  });
  const record = (...approvals: Approval[]): StageRecord => ({ version: 1, approvals });

  it("are of exactly these inputs, by one of the approvers, and not too old", () => {
    const cases: [Approval[], ApprovalGate, boolean, string][] = [
      [[], gate(), false, "waits for an approval by somebody"],
      [[approval()], gate(), true, ""],
      [[approval()], gate(["ada"]), true, ""],
      [
        [approval()],
        gate(["grace", "edsger"]),
        false,
        'waits for an approval by "grace" or "edsger"; the last one, by "ada", is not by one of them',
      ],
      [
        [approval({ inputsDigest: "others" })],
        gate(),
        false,
        `waits for an approval by somebody; the last one, by "ada" at ${ago(60)}, was for other inputs`,
      ],
      [
        [approval({ at: ago(3601) })],
        gate(),
        false,
        `waits for an approval by somebody; the last one, by "ada" at ${ago(3601)}, held for 1h`,
      ],
      [[approval(), approval({ inputsDigest: "others", at: ago(1) })], gate(), true, ""],
    ];
    for (const [approvals, wanted, holds, missing] of cases) {
      const found = approvalFor(record(...approvals), "these", wanted, now);
      assert.equal(found !== undefined, holds);
      if (!holds)
        assert.equal(approvalMissing(record(...approvals), "these", wanted, now), missing);
    }
    assert.equal(approvalFor(undefined, "these", gate(), now), undefined);
  });

  it("hold by the latest of several", () => {
    const [old, young] = [
      approval({ by: "old", at: ago(100) }),
      approval({ by: "young", at: ago(9) }),
    ];
    assert.equal(approvalFor(record(young, old), "these", gate(), now)?.by, "young");
  });

  it("may be given by those who are named, or by anybody with a name", () => {
    assert.equal(mayApprove("ada", gate()), true);
    assert.equal(mayApprove(" ", gate()), false);
    assert.equal(mayApprove("ada", gate(["grace"])), false);
    assert.equal(mayApprove("grace", gate(["grace"])), true);
  });
});

describe("the digest of inputs", () => {
  const inputs: Inputs = {
    configuration: "config:\n  lab:people: {}\n",
    commit: "c0ffee",
    libraryVersion: "0.1.0",
    guestFilesHash: "abc",
  };

  it("is another one for whatever decides what an update does", () => {
    const others: Inputs[] = [
      { ...inputs, configuration: "config: {}\n" },
      { ...inputs, commit: "c0ffef" },
      { ...inputs, commit: undefined },
      { ...inputs, uncommitted: true },
      { ...inputs, libraryVersion: "0.1.1" },
      { ...inputs, guestFilesHash: "abd" },
    ];
    const digests = [inputs, ...others].map(inputsDigest);
    assert.equal(new Set(digests).size, digests.length);
    for (const digest of digests) assert.match(digest, /^[0-9a-f]{64}$/);
  });

  it("is the same whatever the order, and whether false is said", () => {
    const reversed = Object.fromEntries(Object.entries(inputs).reverse()) as unknown as Inputs;
    assert.equal(inputsDigest(reversed), inputsDigest(inputs));
    assert.equal(inputsDigest({ ...inputs, uncommitted: false }), inputsDigest(inputs));
  });

  it("knows nothing of what else a record holds", () => {
    const good = { ...inputs, rollout: "one", at: ago(1) };
    assert.equal(inputsDigest(good), inputsDigest(inputs));
  });
});

describe("soaking", () => {
  it("counts from when it began", () => {
    const stage = stageOf({ soak: "10m" });
    assert.equal(soakLeft(ago(60), stage, now), 540);
    assert.equal(soakLeft(ago(6000), stage, now), 0);
  });
});
