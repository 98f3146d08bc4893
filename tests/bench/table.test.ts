import * as assert from "node:assert/strict";
import { markdownOf, spread } from "../../bench/table";
import { resultsOf, sampleOf } from "./results";

const linesOf = (...args: Parameters<typeof resultsOf>) =>
  markdownOf(resultsOf(...args)).split("\n");

const usage = (cpuSeconds: number, peakMegabytes: number) => ({ cpuSeconds, peakMegabytes });

describe("bench: the table", () => {
  it("figures are medians with the least and the most, and missing ones are said to be", () => {
    const lines = linesOf([
      ...[3, 1, 2].map((seconds, round) =>
        sampleOf("library", 10, "up", round, seconds, {
          program: usage(seconds / 10, 100 * seconds),
          standIn: usage(2.5, 50),
          standInLoopSeconds: 0.5,
          resources: 190,
          remoteCommands: 31,
          runCommands: 10,
          connections: 42,
        }),
      ),
      sampleOf("empty", 10, "up", 1, 0.5, { resources: 0 }),
    ]);
    const heading = lines.indexOf("## First `up`");
    assert.deepEqual(lines.slice(heading + 4, heading + 6), [
      "| 10 | (a′) | 0 | 0.5 | – | – | – | – | – | – | – | 0 | 0 | 0 | 0 |",
      "| 10 | (d) | 190 | 2.0 (1.0–3.0) | 0.2 (0.1–0.3) | – | 2.5 | 0.25 (0.17–0.50) | 200 (100–300) | – | 50 | 31 | 10 | 42 | 0 |",
    ]);
    assert.ok(!lines.includes("## `destroy`"));
  });

  it("the brackets stand only where rounds differ in what is shown", () => {
    assert.equal(spread({ median: 1.04, min: 1.01, max: 1.04 }, 1), "1.0");
    assert.equal(spread({ median: 1.04, min: 1.01, max: 1.06 }, 1), "1.0 (1.0–1.1)");
  });

  it("each target says what was measured and whether it is met", () => {
    const lines = linesOf([
      sampleOf("library", 200, "preview", 1, 30, { program: usage(10, 1) }),
      sampleOf("hand-written-default", 200, "preview", 1, 100, { program: usage(50, 1) }),
      sampleOf("hand-written", 200, "preview", 1, 60),
    ]);
    const row = (what: string) =>
      lines.find((line) => line.startsWith(`| preview of 200 machines: ${what}`));
    assert.equal(
      row("(d) ÷ (c)"),
      "| preview of 200 machines: (d) ÷ (c) | 0.25 | 0.30 | **no** | 0.20 |",
    );
    assert.equal(row("(d) ÷ (f)"), "| preview of 200 machines: (d) ÷ (f) | 0.5 | 0.50 | yes |  |");
    assert.equal(
      row("(d) ÷ (b)"),
      "| preview of 200 machines: (d) ÷ (b) | 1.6 | not measured |  |  |",
    );
  });

  it("says which programs were measured, and how the state was written", () => {
    const samples = [sampleOf("bare", 1, "preview", 1, 1)];
    assert.ok(
      linesOf(samples).includes("- (b) as many bare resources as (d) declares, as ours is run"),
    );
    assert.ok(!linesOf(samples).some((line) => line.startsWith("- (c)")));
    assert.match(
      markdownOf(resultsOf(samples)),
      /wrote its state after each step, as it does by default/,
    );
    const skipping = markdownOf(resultsOf(samples, { skipsCheckpoints: true }));
    assert.match(skipping, /PULUMI_SKIP_CHECKPOINTS/);
  });

  it("a run that ended early says so", () => {
    assert.match(
      markdownOf(resultsOf([], { failure: "it | broke\non two lines" })),
      /\*\*This run ended early\*\*: it \\\| broke on two lines/,
    );
    assert.doesNotMatch(markdownOf(resultsOf([])), /ended early/);
  });

  it("chains of steps are shown with their length, the smallest lab first", () => {
    const chains = [
      { kind: "library" as const, machines: 50, steps: ["one", "two"] },
      { kind: "library" as const, machines: 1, steps: ["one"] },
    ];
    const lines = linesOf([], { chains });
    const first = lines.indexOf("| (d) | 1 | 1 | one |");
    assert.ok(first > 0);
    assert.equal(lines[first + 1], "| (d) | 50 | 2 | one → two |");
  });
});
