import assert from "node:assert/strict";
import { reasonOf } from "../../lab/engineText";
import { notWritten } from "../../rollout/record";
import { stage } from "../rollout/exampleRollout";

/** As the Automation API says it: all of the output, by part. */
const failed = (stdout: string[], stderr: string[]) =>
  new Error(`code: 255\n stdout: ${stdout.join("\n")}\n stderr: ${stderr.join("\n")}\n err?: \n`);
const output = Array.from({ length: 100 }, (_, index) => `    + resource ${index} created`);

describe("the reason in what the engine says", () => {
  it("is what it calls an error, also where that is the first thing in its part", () => {
    assert.equal(
      reasonOf(failed(output, ["error: no permission to write", "  more of it"])),
      "error: no permission to write",
    );
  });

  it("is no more than two lines, each once, and not that it failed", () => {
    const errors = [
      "error: update failed",
      "error: one",
      "error: one",
      "error: two",
      "error: three",
    ];
    assert.equal(reasonOf(failed([...output, ...errors], [])), "error: one error: two");
    assert.equal(reasonOf(failed([...output, "error: update failed"], [])), "error: update failed");
  });

  it("is the first line where nothing is called an error", () => {
    assert.equal(reasonOf(new Error("spawn pulumi ENOENT\n    at x")), "spawn pulumi ENOENT");
    assert.equal(reasonOf(failed([], ["cannot lock", "the file"])), "cannot lock");
    assert.equal(reasonOf(new Error("")), "");
  });

  it("is all that is said of a record that cannot be written", () => {
    assert.equal(
      notWritten(
        { name: "prod", definition: stage("prod", { stack: "main" }) },
        failed(output, ["error: disk full"]),
      ).message,
      "stages.prod: its record, the stack main-rollout, cannot be written: error: disk full",
    );
  });
});
