import assert from "node:assert/strict";
import { showProgress, type Progress } from "../../rollout/progress";

/** A screen of so many lines that understands what is written to it: text, line ends, cursor up, clear below. */
function terminal() {
  const lines = [""];
  let row = 0;
  let all = "";
  return {
    isTTY: true,
    columns: 60,
    rows: 10,
    write(text: string) {
      all += text;
      for (const [part, up] of text.matchAll(
        /\u001b\[(\d+)A|\u001b\[0J|\u001b\[\d*m|\n|[^\u001b\n]+/g,
      )) {
        if (up !== undefined) row -= Number(up);
        else if (part === "\u001b[0J") lines.splice(row, Infinity, "");
        else if (part === "\n") lines[(row += 1)] ??= "";
        else if (!part.startsWith("\u001b")) lines[row] += part;
      }
    },
    lines: () => lines.filter((line) => line !== ""),
    written: () => all,
  };
}

describe("progress that is shown", () => {
  let shown: Progress | undefined;
  afterEach(() => shown?.end());

  let time = Date.UTC(2026, 2, 2, 12);
  const now = () => new Date(time);
  const at = () => now().toISOString();
  const tell = (progress: Progress) => {
    progress.tell({ kind: "rollout", rollout: "one", command: "up", waves: [["dev"]], at: at() });
    progress.tell({ kind: "stage", stage: "dev", standing: "running", phase: "update", at: at() });
  };

  it("is a table in a terminal, drawn once however often it is redrawn, below what is said", () => {
    const screen = terminal();
    shown = showProgress({ screen, environment: {}, now });
    tell(shown);
    shown.say("one word");
    shown.say("another");
    time += 5000;
    shown.tick();
    assert.deepEqual(screen.lines(), [
      "12:00:00  up: dev (rollout one)",
      "one word",
      "another",
      "> dev  running    update       5s",
    ]);
    assert.ok(screen.written().includes("\u001b[36m"), "in colours");
  });

  it("is whole in a terminal that does not know its size", () => {
    const screen = { ...terminal(), columns: 0, rows: 0 };
    shown = showProgress({ screen, environment: {}, now });
    tell(shown);
    assert.deepEqual(screen.lines().slice(1), ["> dev  running    update       0s"]);
  });

  it("has no colours where NO_COLOR says so", () => {
    const screen = terminal();
    shown = showProgress({ screen, environment: { NO_COLOR: "1" }, now });
    tell(shown);
    assert.ok(!/\u001b\[\d*m/.test(screen.written()));
  });

  it("is lines in CI, without a terminal and in a dumb one, with one more each minute of silence", () => {
    const cases = [
      [true, { CI: "true" }],
      [false, {}],
      [true, { TERM: "dumb" }],
    ] as const;
    for (const [isTTY, environment] of cases) {
      time = Date.UTC(2026, 2, 2, 12);
      const screen = { ...terminal(), isTTY };
      shown = showProgress({ screen, environment, now });
      tell(shown);
      for (let second = 0; second < 150; second++) {
        time += 1000;
        shown.tick();
      }
      assert.deepEqual(screen.lines(), [
        "12:00:00  up: dev (rollout one)",
        "12:00:00  dev  update",
        "12:01:00  dev  still update, for 1m",
        "12:02:00  dev  still update, for 2m",
      ]);
      assert.ok(!screen.written().includes("\u001b"), "and no more than text");
      shown.end();
    }
  });
});
