import assert from "node:assert/strict";
import type { GivenOptions } from "../../../rollout/plan/call";
import { howToGoOn } from "../../../rollout/plan/goOn";
import { rolloutReport } from "../../../rollout/plan/jsonReport";
import { escaped, markdownReport } from "../../../rollout/plan/markdownReport";
import type { RolloutEvent } from "../../../rollout/plan/progress";
import { summaryText } from "../../../rollout/plan/summary";
import { viewOf } from "../../../rollout/plan/view";
import { at, failedRollout, foundDrift, toldStatus } from "./events";

/** What a reader of Markdown sees of a table: its rows, by cells. */
function rowsBelow(report: string, heading: string): string[][] {
  const [, section = ""] = report.split(`${heading}\n`);
  return section
    .split("\n#")[0]
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) => line.slice(2, -2).split(" | "));
}

describe("the summary of a rollout", () => {
  it("says of each stage and ring what came of it, what was wrong and how to go on", () => {
    const text = summaryText(viewOf(failedRollout));
    const rows = text
      .split("\n")
      .filter((line) => line.startsWith("│"))
      .map((line) => line.split("│").map((cell) => cell.trim()));
    assert.deepEqual(rows, [
      ["", "Stage", "Ring", "Result", "Took", "Plan", "Why", ""],
      [
        "",
        "dev",
        "",
        "succeeded",
        "1m 4s",
        "2 create, 1 update, 1 replace (ada-1), 2 guest steps, 40 same",
        "",
        "",
      ],
      ["", "prod", "", "failed (update)", "1m 4s", "", "its rings are not healthy", ""],
      ["", "", "canary", "failed", "1m", "", "its proof failed", ""],
      ["", "", "others", "skipped", "", "", "", ""],
      ["", "far", "", "skipped", "", "", "a stage before it has not passed", ""],
    ]);
    assert.match(text, /^prod: update, ring canary, grace-1: TCP 50000/m);
    assert.match(text, /^ {2}npm run rollout -- rollback prod$/m);
  });

  it("says what drifted, and how many are in place", () => {
    const text = summaryText(viewOf(foundDrift));
    assert.match(text, /│ dev +│ cloud │ lab-nsg +│ drifted +│ securityRules/);
    assert.match(text, /│ dev +│ guest │ ada-2 +│ unknown +│ off/);
    assert.match(text, /│ dev +│ +│ 2 more +│ in place +│/);
    assert.ok(!text.includes("lab-vnet"));
  });

  it("says what the records say", () => {
    const text = summaryText(viewOf(toldStatus));
    assert.match(
      text,
      /│ dev +│ dev +│ 2026-03-02T11:59:00.000Z 0123456789ab │ waiting \(soak\) 2026-03-02T11:59:30.000Z │ configuration, guest files │/,
    );
    assert.match(text, /│ prod +│ main +│ never +│ none +│ +│/);
  });
});

describe("how to go on", () => {
  const view = (command: string, exitCode: number, ...stages: Partial<RolloutEvent>[]) =>
    viewOf([
      { kind: "rollout", rollout: "", command, waves: [["dev", "prod"]], at: at(0) },
      ...stages.map((stage) => ({ kind: "stage", at: at(1), ...stage }) as RolloutEvent),
      { kind: "end", exitCode, at: at(2) },
    ]);
  const commands = (...given: Parameters<typeof view>) =>
    howToGoOn(view(...given)).flatMap((step) => step.commands);

  it("is nothing where all is done", () => {
    assert.deepEqual(commands("up", 0, { stage: "dev", standing: "succeeded" }), []);
  });

  it("names the command for whatever a stage waits for, and both ways after a failure", () => {
    const run = "npm run rollout --";
    assert.deepEqual(commands("up", 2, { stage: "prod", standing: "waiting", phase: "approval" }), [
      `${run} approve prod --by NAME`,
      `${run} up --resume`,
    ]);
    assert.deepEqual(commands("up", 2, { stage: "prod", standing: "waiting", phase: "soak" }), [
      `${run} up --resume`,
    ]);
    assert.deepEqual(commands("up", 1, { stage: "prod", standing: "failed", phase: "proof" }), [
      `${run} up`,
      `${run} up --resume`,
      `${run} rollback prod`,
    ]);
    assert.deepEqual(commands("rollback", 1, { stage: "prod", standing: "failed" }), [
      `${run} rollback prod`,
    ]);
    assert.deepEqual(commands("status", 4, { stage: "dev", standing: "unknown" }), [
      `${run} status --only dev`,
    ]);
    assert.deepEqual(
      howToGoOn(viewOf(foundDrift), { file: "other.yaml" }).flatMap((step) => step.commands),
      [
        "pulumi refresh --stack dev",
        `${run} up --only dev --file other.yaml`,
        "npm run repair -- --stack dev",
        `${run} drift --only dev --file other.yaml`,
        `${run} drift --only prod --file other.yaml`,
      ],
    );
  });
});

describe("how to go on with what was given", () => {
  const told = (standing: "failed" | "waiting", given: GivenOptions) => {
    const view = viewOf([
      { kind: "rollout", rollout: "", command: "up", waves: [["prod"]], at: at(0) },
      { kind: "stage", stage: "prod", standing, phase: "approval", at: at(1) },
      { kind: "end", exitCode: 1, at: at(2) },
    ]);
    return howToGoOn(view, given).flatMap(({ commands }) => commands);
  };
  const run = "npm run rollout --";

  it("says --only, --to and --file again where they matter", () => {
    assert.deepEqual(told("failed", { only: "prod", file: "rollout.yaml" }), [
      `${run} up --only prod`,
      `${run} up --only prod --resume`,
      `${run} rollback prod`,
    ]);
    assert.deepEqual(told("waiting", { to: "prod", file: "labs/my rollout.yaml" }), [
      `${run} approve prod --by NAME --file 'labs/my rollout.yaml'`,
      `${run} up --to prod --resume --file 'labs/my rollout.yaml'`,
    ]);
  });

  it("does so in both reports", () => {
    const given = { to: "prod", file: "other.yaml" };
    for (const text of [summaryText, markdownReport].map((of) =>
      of(viewOf(failedRollout), given),
    )) {
      assert.ok(text.includes(`${run} up --to prod --resume --file other.yaml`), text);
    }
  });
});

describe("the report for machines", () => {
  it("has all that was told, with times, and a version", () => {
    const report = JSON.parse(JSON.stringify(rolloutReport(viewOf(failedRollout))));
    assert.equal(report.version, 1);
    assert.equal(report.command, "up");
    assert.equal(report.exitCode, 1);
    assert.deepEqual([report.begunAt, report.endedAt], [at(0), at(131)]);
    const [dev, prod, far] = report.stages;
    assert.deepEqual(dev, {
      name: "dev",
      standing: "succeeded",
      begunAt: at(1),
      since: at(65),
      seconds: 64,
      phase: "update",
      rings: [],
      findings: [],
      plan: (failedRollout[2] as { plan: object }).plan,
    });
    assert.deepEqual(
      prod.rings.map(({ name, standing, seconds }: Record<string, unknown>) => [
        name,
        standing,
        seconds,
      ]),
      [
        ["canary", "failed", 60],
        ["others", "skipped", undefined],
      ],
    );
    assert.deepEqual(prod.findings, [(failedRollout[9] as { finding: object }).finding]);
    assert.equal(far.standing, "skipped");
  });

  it("says since when a stage stands as it does, however often that is told", () => {
    const told = (standing: "running" | "failed", seconds: number, detail?: string) =>
      ({ kind: "stage", stage: "dev", standing, detail, at: at(seconds) }) as const;
    const [dev] = rolloutReport(
      viewOf([
        told("running", 1),
        told("running", 5),
        told("failed", 9),
        told("failed", 20, "why"),
      ]),
    ).stages;
    assert.deepEqual([dev.begunAt, dev.since, dev.detail], [at(1), at(9), "why"]);
  });

  it("tells drift apart by side and standing", () => {
    const [dev, prod] = rolloutReport(viewOf(foundDrift)).stages;
    assert.deepEqual(
      dev.drift?.map(({ side, subject, standing }) => `${side} ${subject} ${standing}`),
      [
        "cloud lab-nsg drifted",
        "cloud lab-vnet in place",
        "cloud lab-pip in place",
        "guest ada-1 drifted",
        "guest ada-2 unknown",
      ],
    );
    assert.equal(prod.drift, undefined);
    assert.equal(prod.standing, "unknown");
  });
});

describe("the report for a pull request", () => {
  it("has tables of stages and rings, plans and findings, and how to go on", () => {
    const report = markdownReport(viewOf(failedRollout));
    assert.match(
      report,
      /^## Rollout 20260302T120000Z-abc: up\n\nBegun at .*, ended with exit code 1 after 2m 11s\.\n/,
    );
    assert.deepEqual(rowsBelow(report, "## Rollout 20260302T120000Z-abc: up"), [
      ["dev", "", "succeeded", "1m 4s", ""],
      ["prod", "", "failed (update)", "1m 4s", "its rings are not healthy"],
      ["", "canary", "failed", "1m", "its proof failed"],
      ["", "others", "skipped", "", ""],
      ["far", "", "skipped", "", "a stage before it has not passed"],
    ]);
    assert.deepEqual(rowsBelow(report, "### Plans"), [
      ["dev", "2", "1", "1", "0", "40", "2", "replaced: ada-1"],
    ]);
    assert.match(report, /### How to go on\n\n- prod failed; .*: `npm run rollout -- up`\n/);
  });

  it("escapes what others wrote, in one cell", () => {
    const [row] = rowsBelow(markdownReport(viewOf(failedRollout)), "### Findings");
    assert.deepEqual(row, [
      "prod",
      "update",
      "canary",
      "grace-1",
      "TCP 50000 \\| &lt;b&gt;not&lt;/b&gt; reached by @<!-- -->ada, see https:<!-- -->//example.com #<!-- -->12 \\`x\\`",
    ]);
    const texts = [
      ["# heading", "\\# heading"],
      ["- item", "\\- item"],
      ["1. item", "\\1. item"],
      ["[a](b) ![c](d)", "\\[a\\](b) !\\[c\\](d)"],
      ["*a* _b_ ~c~ $d$ a\\b", "\\*a\\* \\_b\\_ \\~c\\~ \\$d\\$ a\\\\b"],
      ["&lt; www.example.com", "&amp;lt; www<!-- -->.example.com"],
      ["a\n\nb", "a b"],
    ];
    for (const [text, expected] of texts) assert.equal(escaped(text), expected);
  });

  it("stays below what a comment may hold, and says how many are left out", () => {
    const finding = (number: number): RolloutEvent => ({
      kind: "finding",
      stage: "dev",
      finding: { phase: "proof", machine: `m-${number}`, message: "x".repeat(2000) },
      at: at(1),
    });
    const report = markdownReport(
      viewOf([failedRollout[0], ...Array.from({ length: 500 }, (_, number) => finding(number))]),
    );
    assert.ok(report.length < 65_536, String(report.length));
    assert.match(report, /\| 450 more: the JSON report has all \|/);
  });
});
