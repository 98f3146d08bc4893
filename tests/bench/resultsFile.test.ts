import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { readResults } from "../../bench/results";
import { memoryFolder } from "../memoryFolder";

describe("bench/results, the file", () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(memoryFolder(), "peerlab-results-"))));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const read = (text: string) => {
    const file = path.join(folder, "performance.json");
    fs.writeFileSync(file, text);
    return readResults(file);
  };

  it("reads what is kept in docs", () => {
    const kept = path.resolve(__dirname, "../../docs/performance.json");
    assert.ok(readResults(kept).samples.length > 0);
  });

  it("names the file and all that is wrong in it", () => {
    assert.throws(() => read("{"), /performance\.json cannot be read as JSON/);
    assert.throws(
      () => read("[]"),
      /performance\.json does not hold[^]*the file: is array, not an object/,
    );
    assert.throws(
      () => read('{"version": 1}'),
      /facts: is missing, not object\n {2}rounds: is missing[^]*samples: is missing, not array/,
    );
    const whole = { facts: {}, rounds: 1, skipsCheckpoints: false, chains: [] };
    assert.throws(
      () => read(JSON.stringify({ ...whole, version: 2, samples: [{ kind: "library" }, null] })),
      /version: is 2; this reads 1\n {2}facts\.date: is missing/,
    );
    const facts = JSON.parse(
      fs.readFileSync(path.resolve(__dirname, "../../docs/performance.json"), "utf8"),
    ).facts as object;
    assert.throws(
      () => read(JSON.stringify({ ...whole, facts, version: 1, samples: [{ kind: 3 }, null] })),
      /samples\[0\]\.kind: is number, not string[^]*samples\[0\]\.seconds: is missing[^]*/,
    );
  });
});
