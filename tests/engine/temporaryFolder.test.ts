import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { withTemporaryFolder } from "../../engine/temporaryFolder";

const root = path.join(__dirname, "../..");

describe("engine/temporaryFolder", () => {
  it("is the user's alone, and gone when its use has ended or failed", async () => {
    const [used, given] = await withTemporaryFolder("peerlab-test-", async (folder) => {
      fs.writeFileSync(path.join(folder, "a"), "a");
      assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
      return [folder, "answer"];
    });
    assert.equal(given, "answer");
    assert.ok(!fs.existsSync(used));

    let failed = "";
    const use = async (folder: string) => {
      failed = folder;
      throw new Error("no");
    };
    await assert.rejects(withTemporaryFolder("peerlab-test-", use), /^Error: no$/);
    assert.ok(failed !== "" && !fs.existsSync(failed));
  });

  it("is gone, too, where the process ends itself meanwhile", () => {
    const program = `
      require("./engine/typescript.cjs");
      const { withTemporaryFolder } = require("./engine/temporaryFolder.ts");
      void withTemporaryFolder("peerlab-test-", async (folder) => {
        require("node:fs").writeFileSync(folder + "/a", "a");
        console.log(folder);
        process.exit(130);
      });`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", program], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(status, 130, stderr);
    assert.match(stdout, /peerlab-test-/);
    assert.ok(!fs.existsSync(stdout.trim()));
  });
});
