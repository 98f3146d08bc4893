import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { engineEnvironment, getEngine } from "../../engine";
import { cacheDirectory, currentPlatform, engineDirectory } from "../../engine/platform";

describe("engine/index", () => {
  let cache: string;
  beforeEach(() => {
    cache = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-cache-"));
  });
  afterEach(() => fs.rmSync(cache, { recursive: true, force: true }));

  it("names all three ways and why each failed when there is no engine to be had", async () => {
    const report: string[] = [];
    await assert.rejects(
      getEngine({
        environment: { PATH: cache, PEERLAB_CACHE: cache },
        releaseSources: ["http://127.0.0.1:9"],
        report: (message) => report.push(message),
      }),
      (error: Error) => {
        assert.match(error.message, /an installed one: no pulumi on PATH/);
        assert.match(error.message, /the official release: http:\/\/127.0.0.1:9: /);
        assert.match(error.message, /built from its Go module: no go on PATH/);
        return true;
      },
    );
    assert.deepEqual(report, []);
    assert.deepEqual(fs.readdirSync(path.join(cache, "engine")), []);
  });

  it("uses an engine in the cache without a word, and gives a built one its language host", async () => {
    const platform = currentPlatform();
    const directory = engineDirectory(cache, platform);
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, "origin.json"), JSON.stringify({ origin: "built" }));
    const report: string[] = [];
    const engine = await getEngine({
      environment: { PATH: "", PEERLAB_CACHE: cache },
      report: (message) => report.push(message),
    });
    assert.equal(engine.origin, "built");
    assert.equal(path.dirname(engine.path), directory);
    assert.ok(fs.readdirSync(directory).some((name) => name.startsWith("pulumi-language-nodejs")));
    assert.deepEqual(report, []);

    const environment = engineEnvironment(engine, { PATH: "/usr/bin" });
    assert.equal(environment.PATH, `${directory}${path.delimiter}/usr/bin`);
    assert.ok(fs.existsSync(environment.PEERLAB_LANGUAGE_HOST));
  });

  it("does not use a folder that was left half filled", async () => {
    const directory = engineDirectory(cache, currentPlatform());
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, "pulumi"), "half");
    await assert.rejects(
      getEngine({
        environment: { PATH: cache, PEERLAB_CACHE: cache },
        ways: ["built"],
      }),
      /no go on PATH/,
    );
  });

  it("keeps the cache where the operating system keeps caches, unless PEERLAB_CACHE says otherwise", () => {
    const linux = { os: "linux", arch: "x64" } as const;
    const windows = { os: "windows", arch: "x64" } as const;
    assert.equal(
      cacheDirectory({ XDG_CACHE_HOME: "/cache" }, linux),
      path.join("/cache", "peerlab"),
    );
    assert.equal(cacheDirectory({ LOCALAPPDATA: "local" }, windows), path.join("local", "peerlab"));
    assert.equal(cacheDirectory({ PEERLAB_CACHE: cache, XDG_CACHE_HOME: "/x" }, linux), cache);
  });
});
