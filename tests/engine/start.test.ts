import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runCommand } from "../../engine/runCommand";
import { engineTimeout } from "./labProject";

const root = path.resolve(__dirname, "../..");

describe("engine: npm start", function () {
  this.timeout(engineTimeout);
  let directory: string;

  before(() => {
    directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-start-")), "local");
  });
  after(() => fs.rmSync(path.dirname(directory), { recursive: true, force: true }));

  const start = async () => {
    const environment = { ...process.env, PEERLAB_LOCAL_DIRECTORY: directory };
    const args = [path.join(root, "engine/run.mjs"), "local/start.ts"];
    const { code, stdout, stderr } = await runCommand(process.execPath, args, {
      cwd: root,
      environment,
    });
    return { code, output: stdout + stderr };
  };

  it("brings up the lab of two people and ends with a table that says that all are ready", async () => {
    const { code, output } = await start();
    assert.equal(code, 0, output);
    for (const machine of ["ada-1", "ada-2", "ada-3", "grace-1", "grace-2"]) {
      const row = new RegExp(
        `│ ${machine} +│ 10\\.80\\.0\\.\\d+ +│ fd5a:9c2e:71b0::\\w+ +│ [0-9a-f]{12}….PeerLab │ yes`,
      );
      assert.match(output, row);
    }
    assert.match(output, /Peer name of ada: [0-9a-f]{40}\.PeerLab/);
    assert.match(output, /This was the local stand-in, not Azure/);
    assert.match(output, /pulumi up --stack dev/);
  });

  it("says that nothing changed in the second run, and leaves the checkout and the machine as they were", async () => {
    const { code, output } = await start();
    assert.equal(code, 0, output);
    assert.match(output, /Nothing changed/);
    const file = fs.readFileSync(path.join(root, "Pulumi.local.yaml"), "utf8");
    assert.doesNotMatch(file, /encryptionsalt/);
    assert.ok(!fs.existsSync(path.join(directory, "session.json")), "a session is left behind");
  });
});
