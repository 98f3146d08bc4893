import * as assert from "node:assert/strict";
import type { Sample } from "../../bench/results";
import { formatTargets } from "../../bench/formatTargets";
import { targetsOf, type Target } from "../../bench/targets";
import { resultsOf, sampleOf } from "./results";

const of = (samples: Sample[], what: string): Target => {
  const found = targetsOf(resultsOf(samples)).filter((target) => target.what.startsWith(what));
  assert.equal(found.length, 1, `${found.length} targets begin with ${JSON.stringify(what)}`);
  return found[0];
};

describe("bench: what the figures have to be", () => {
  it("nothing is met that was not measured", () => {
    const targets = targetsOf(resultsOf([]));
    assert.ok(targets.length > 10);
    for (const { what, measured, isMet } of targets) {
      assert.deepEqual({ measured, isMet }, { measured: undefined, isMet: undefined }, what);
    }
  });

  const previews = (library: number[], other: number[]) => [
    ...library.map((seconds, index) => sampleOf("library", 200, "preview", index, seconds)),
    ...other.map((seconds, index) =>
      sampleOf("hand-written-default", 200, "preview", index, seconds),
    ),
  ];

  it("a ratio of previews is met up to its limit and not beyond", () => {
    const ratio = "preview of 200 machines: (d) ÷ (c)";
    assert.equal(of(previews([25, 1, 99], [100, 1000, 100]), ratio).isMet, true);
    assert.equal(of(previews([25.1], [100]), ratio).isMet, false);
    assert.deepEqual(of(previews([10, 30, 20], [100, 100, 100]), ratio).measured, {
      median: 0.2,
      min: 0.1,
      max: 0.3,
    });
  });

  it("other sizes and operations count for nothing in it", () => {
    const others = [
      sampleOf("library", 50, "preview", 1, 1000),
      sampleOf("library", 200, "up", 1, 1000),
    ];
    const ratio = "preview of 200 machines: (d) ÷ (c)";
    assert.equal(of([...previews([10], [100]), ...others], ratio).measured?.max, 0.1);
  });

  it("memory is the program's own", () => {
    const usage = (peakMegabytes: number) => ({ program: { cpuSeconds: 1, peakMegabytes } });
    const samples = [
      sampleOf("library", 200, "preview", 1, 100, usage(300)),
      sampleOf("hand-written-default", 200, "preview", 1, 100, usage(1000)),
    ];
    assert.equal(of(samples, "memory of the program").measured?.median, 0.3);
    assert.equal(of(samples, "memory of the program").isMet, false);
  });

  it("what a machine costs is what the lab takes beyond the empty program", () => {
    const samples = [
      sampleOf("empty", 50, "preview", 1, 10),
      sampleOf("library", 50, "preview", 1, 60),
      sampleOf("empty", 200, "preview", 1, 10),
      sampleOf("library", 200, "preview", 1, 250),
    ];
    // One second a machine, and one and a fifth.
    assert.equal(of(samples, "preview, (d) − (a′) per machine").measured?.median, 1.2);
    assert.equal(of(samples, "preview, (d) − (a′) per machine").isMet, true);
  });

  it("one command, in whichever round and program of ours, is too many where there is nothing to do", () => {
    const idle = (kind: "library" | "library-default" | "hand-written", commands: number) =>
      sampleOf(kind, 10, "no-op", 1, 1, { remoteCommands: commands });
    const what = "no-op, (d) and (e): commands";
    assert.equal(of([idle("library", 0), idle("library-default", 0)], what).isMet, true);
    assert.equal(of([idle("library", 0), idle("library-default", 1)], what).isMet, false);
    assert.equal(
      of([idle("library", 0), idle("library", 0), idle("library", 1)], what).isMet,
      false,
    );
    assert.equal(of([idle("library", 0), idle("hand-written", 9)], what).isMet, true);
  });

  it("connections of a first up: three for each machine and one for each person's maker", () => {
    const up = (machines: number, connections: number) => [
      sampleOf("library", machines, "up", 1, 1, { connections }),
    ];
    // Ten machines are of two people, and so are the five of the lab of npm start.
    assert.equal(of(up(10, 32), "first up of 10 machines").isMet, true);
    assert.equal(of(up(10, 33), "first up of 10 machines").isMet, false);
    assert.equal(of(up(5, 17), "first up of 5 machines").isMet, true);
    assert.equal(of(up(5, 18), "first up of 5 machines").isMet, false);
  });

  it("a terminal is told each one in a line", () => {
    const lines = formatTargets(resultsOf(previews([10], [100]))).split("\n");
    assert.equal(lines[0], "preview of 200 machines: (d) ÷ (c): 0.10, at most 0.25: met");
    assert.equal(lines[1], "preview of 200 machines: (d) ÷ (b): at most 1.6: not measured");
  });
});
