import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findInstalled } from "../../engine/installed";
import { currentPlatform } from "../../engine/platform";

describe("engine/installed", function () {
  // The doubles are shell scripts.
  if (process.platform === "win32") return;
  const platform = currentPlatform();
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-installed-"));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  const script = (name: string, body: string, folder = directory) => {
    fs.mkdirSync(folder, { recursive: true });
    const file = path.join(folder, name);
    fs.writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    return file;
  };

  it("accepts the first pulumi on PATH that is new enough and has its Node language host beside it", async () => {
    const file = script("pulumi", "echo v3.240.1");
    script("pulumi-language-nodejs", "exit 0");
    const result = await findInstalled({ PATH: `/nowhere:${directory}` }, platform);
    assert.deepEqual(result, { engine: { path: file, version: "3.240.1" } });
  });

  it("accepts a language host elsewhere on PATH", async () => {
    script("pulumi", "echo v3.240.1");
    const other = path.join(directory, "other");
    script("pulumi-language-nodejs", "exit 0", other);
    assert.ok("engine" in (await findInstalled({ PATH: `${directory}:${other}` }, platform)));
  });

  it("prefers the command that PEERLAB_PULUMI names", async () => {
    script("pulumi", "echo v3.240.1");
    script("pulumi-language-nodejs", "exit 0");
    const named = script("my-pulumi", "echo v3.250.0");
    const result = await findInstalled({ PATH: directory, PEERLAB_PULUMI: named }, platform);
    assert.deepEqual(result, { engine: { path: named, version: "3.250.0" } });
  });

  it("says that a version is too old, and which one is needed", async () => {
    script("pulumi", "echo v3.100.0");
    script("pulumi-language-nodejs", "exit 0");
    const result = await findInstalled({ PATH: directory }, platform);
    assert.match("reason" in result ? result.reason : "", /"v3.100.0", needed is 3.230.0/);
  });

  it("says that the language host is missing", async () => {
    script("pulumi", "echo v3.240.1");
    const result = await findInstalled({ PATH: directory }, platform);
    assert.match("reason" in result ? result.reason : "", /no pulumi-language-nodejs/);
  });

  it("says that there is none, and that PEERLAB_PULUMI leads nowhere", async () => {
    const none = await findInstalled({ PATH: directory }, platform);
    assert.match("reason" in none ? none.reason : "", /no pulumi on PATH/);
    const wrong = await findInstalled(
      { PATH: directory, PEERLAB_PULUMI: path.join(directory, "gone") },
      platform,
    );
    assert.match("reason" in wrong ? wrong.reason : "", /PEERLAB_PULUMI.*not an executable file/);
  });
});
