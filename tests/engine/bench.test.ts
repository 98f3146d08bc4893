import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readResults } from "../../bench/results";
import { runCommand } from "../../engine/runCommand";
import { engineTimeout } from "./labProject";

const root = path.resolve(__dirname, "../..");

describe("engine: npm run bench", function () {
  this.timeout(engineTimeout);
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-bench-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const bench = (...args: string[]) =>
    runCommand(process.execPath, ["engine/run.mjs", "bench/main.ts", ...args], { cwd: root });

  it("measures a lab's life beside as many bare resources, and draws it again from the figures", async () => {
    const run = await bench(
      ...["--sizes", "1", "--rounds", "1", "--kinds", "bare,library", "--output", folder],
      ...["--operations", "preview,up,no-op,destroy"],
    );
    assert.equal(run.code, 0, run.stderr);
    const { samples } = readResults(path.join(folder, "performance.json"));
    const of = (kind: string) => samples.filter((sample) => sample.kind === kind);
    for (const kind of ["bare", "library"]) {
      const measured = of(kind).map(({ operation }) => operation);
      assert.deepEqual(measured, ["preview", "up", "no-op", "destroy"], kind);
    }
    const [preview, up, idle, destroy] = of("library");
    assert.deepEqual(
      of("bare").map(({ resources }) => resources),
      Array.from({ length: 4 }, () => preview.resources),
    );
    assert.ok(preview.resources > 20, String(preview.resources));
    assert.ok(up.remoteCommands > 0 && up.runCommands === 1 && up.connections > 0);
    for (const { remoteCommands, runCommands, connections } of [preview, idle, destroy]) {
      assert.deepEqual([remoteCommands, runCommands, connections], [0, 0, 0]);
    }
    for (const { program, engine, standIn } of [preview, up, idle]) {
      assert.ok(program && program.cpuSeconds > 0 && program.peakMegabytes > 0);
      if (!fs.existsSync("/proc/self/stat")) continue;
      assert.ok(engine && engine.cpuSeconds > 0 && engine.peakMegabytes > 0);
      assert.ok(standIn && standIn.peakMegabytes > 0);
    }
    // No program runs for it.
    assert.equal(destroy.program, undefined);

    const written = ["performance.md", "performance.svg"].map((name) => path.join(folder, name));
    const texts = written.map((file) => fs.readFileSync(file, "utf8"));
    const figures = fs.readFileSync(path.join(folder, "performance.json"), "utf8");
    for (const text of [...texts, figures]) {
      for (const place of [root, folder]) assert.ok(!text.includes(place), place);
    }
    written.forEach((file) => fs.rmSync(file));
    const again = await bench(
      ...["--render", path.join(folder, "performance.json"), "--output", folder],
    );
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(
      written.map((file) => fs.readFileSync(file, "utf8")),
      texts,
    );
  });

  it("an operation that takes too long ends the run, and says so", async () => {
    const run = await bench(
      ...["--sizes", "1", "--rounds", "1", "--kinds", "library", "--operations", "preview"],
      ...["--limit", "1", "--output", folder],
    );
    assert.equal(run.code, 1);
    assert.match(run.stderr, /^pulumi .* took longer than 1 s:/m);
    assert.match(
      readResults(path.join(folder, "performance.json")).failure ?? "",
      /took longer than 1 s/,
    );
  });
});
