import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openRecords } from "../../local/records";

describe("local/records", () => {
  let directory: string;
  beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-records-"))));
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  it("gives back what an earlier process stored, and not what it deleted", () => {
    const before = openRecords<{ n: number }>(directory);
    before.set("/a/B", { n: 1 });
    before.set("/a/b", { n: 2 });
    before.delete("/a/b");
    const after = openRecords<{ n: number }>(directory);
    assert.deepEqual(after.get("/a/B"), { n: 1 });
    assert.deepEqual(after.values(), [{ n: 1 }]);
  });

  it("ignores a file whose writer was killed before the rename", () => {
    openRecords<number>(directory).set("kept", 1);
    fs.writeFileSync(path.join(directory, "00.json.unfinished"), '{"key":"ki');
    assert.deepEqual(openRecords<number>(directory).values(), [1]);
  });
});
