import assert from "node:assert/strict";
import { tableLines } from "../../../rollout/plan/progressTable";
import { viewOf } from "../../../rollout/plan/view";
import { at, failedRollout } from "./events";

const now = new Date(at(200));
const wide = { width: 80, height: 24, color: false };

describe("progress as a table", () => {
  it("has a line for each stage and ring: how it stands, at what, how long and why", () => {
    assert.deepEqual(tableLines(viewOf(failedRollout), now, wide), [
      "+ dev       succeeded            1m 4s",
      "x prod      failed     update    1m 4s  its rings are not healthy",
      "x   canary  failed                  1m  its proof failed",
      "-   others  skipped",
      "- far       skipped                     a stage before it has not passed",
    ]);
  });

  it("counts on for what is at work", () => {
    const [, prod, canary] = tableLines(viewOf(failedRollout.slice(0, 7)), now, wide);
    assert.equal(prod, "> prod      running    update   2m 14s");
    assert.equal(canary, ">   canary  running             2m 13s");
  });

  it("has no line as long as the terminal is wide, and no more lines than there is room for", () => {
    for (let width = 1; width < 90; width++) {
      for (const line of tableLines(viewOf(failedRollout), now, { ...wide, width })) {
        assert.ok(line.length < width || line.length === 0, `${line.length} of ${width}`);
      }
    }
    const few = tableLines(viewOf(failedRollout), now, { ...wide, height: 2 });
    assert.deepEqual(
      few.map((line) => line.split(/ +/)[1]),
      ["prod", "canary"],
      "what went wrong is shown rather than what is over",
    );
  });

  it("has colours only where they are wanted", () => {
    const view = viewOf(failedRollout);
    const [plain, colored] = [false, true].map((color) =>
      tableLines(view, now, { ...wide, color }),
    );
    assert.ok(plain.every((line) => !line.includes("\u001b")));
    assert.deepEqual(
      colored.map((line) => line.replace(/\u001b\[\d+m/g, "")),
      plain,
    );
    assert.ok(colored[1].startsWith("\u001b[31m"));
  });
});
