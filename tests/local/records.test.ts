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

  const files = () => fs.readdirSync(directory).map((name) => path.join(directory, name));

  it("has the record on disk when it is stored, whichever of its changes that is", () => {
    const records = openRecords<{ n: number }>(directory);
    for (let n = 0; n < 100; n++) {
      records.set("one", { n });
      assert.deepEqual(openRecords<{ n: number }>(directory).get("one"), { n });
    }
    assert.equal(files().length, 1);
  });

  it("keeps no more of the past than 16 times the record", () => {
    const records = openRecords<{ text: string }>(directory);
    for (let n = 0; n < 1_000; n++) records.set("one", { text: "x".repeat(1_000) });
    const [file] = files();
    assert.ok(fs.statSync(file).size <= 16 * 1_100, `${fs.statSync(file).size} bytes`);
  });

  it("takes the record before a change whose writer was killed, and goes on from there", () => {
    const killed = openRecords<{ n: number }>(directory);
    killed.set("one", { n: 1 });
    killed.set("one", { n: 2 });
    const [file] = files();
    const whole = fs.readFileSync(file, "utf8");
    const lastChange = whole.length - whole.trimEnd().lastIndexOf("\n") - 1;
    for (let lost = 1; lost <= lastChange; lost++) {
      fs.writeFileSync(file, whole.slice(0, -lost));
      const after = openRecords<{ n: number }>(directory);
      assert.deepEqual(after.get("one"), { n: 1 }, `${lost} bytes are missing`);
      after.set("one", { n: 3 });
      assert.deepEqual(openRecords<{ n: number }>(directory).get("one"), { n: 3 });
    }
  });

  it("writes a record anew after a change that could not be written", () => {
    const records = openRecords<number | bigint>(directory);
    records.set("one", 1);
    const [file] = files();
    const line = fs.readFileSync(file, "utf8");
    fs.rmSync(file);
    fs.mkdirSync(file);
    assert.throws(() => records.set("one", 2), { code: "EISDIR" });
    fs.rmdirSync(file);
    // Half a line, as a full disk leaves it.
    fs.writeFileSync(file, `${line}{"key":"one","val`);
    records.set("one", 3);
    assert.equal(openRecords<number>(directory).get("one"), 3);
  });

  it("reads a file of an older version, which has one object and no end of a line", () => {
    const records = openRecords<number>(directory);
    records.set("one", 1);
    const [file] = files();
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").trimEnd());
    const after = openRecords<number>(directory);
    assert.equal(after.get("one"), 1);
    after.set("one", 2);
    assert.equal(openRecords<number>(directory).get("one"), 2);
  });
});
