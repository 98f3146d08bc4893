import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeOwnerFiles } from "../../lab/ownerFiles";

describe("lab/ownerFiles", () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  const files = () => [
    { path: at("one"), content: Buffer.from("first") },
    { path: at("two"), content: Buffer.from("second") },
  ];

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-owner-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("narrows each file before its content is there", async () => {
    const sizes: number[] = [];
    const restrict = async (file: string) => void sizes.push(fs.statSync(file).size);
    await writeOwnerFiles(files(), { restrict });
    assert.deepEqual(sizes, [0, 0]);
    assert.equal(fs.readFileSync(at("two"), "utf8"), "second");
  });

  it("leaves the owner alone any rights, whatever the process's mask", async function () {
    if (process.platform === "win32") this.skip();
    const mask = process.umask(0);
    try {
      await writeOwnerFiles(files());
      fs.chmodSync(at("one"), 0o644);
      await writeOwnerFiles(files(), { force: true });
    } finally {
      process.umask(mask);
    }
    for (const name of ["one", "two"]) assert.equal(fs.statSync(at(name)).mode & 0o777, 0o600);
  });

  it("leaves nothing behind where one of them cannot be written", async () => {
    let calls = 0;
    const restrict = async () => {
      if (++calls === 2) throw new Error("icacls ended with 5");
    };
    await assert.rejects(writeOwnerFiles(files(), { restrict }), /icacls ended with 5/);
    assert.deepEqual(fs.readdirSync(folder), []);
    fs.writeFileSync(at("one"), "mine");
    calls = 0;
    await assert.rejects(writeOwnerFiles(files(), { restrict, force: true }), /icacls/);
    assert.deepEqual(fs.readdirSync(folder), ["one"]);
    assert.equal(fs.readFileSync(at("one"), "utf8"), "mine");
  });

  it("touches no file that appears meanwhile, nor what is no ordinary file", async () => {
    const restrict = async () => {
      if (!fs.existsSync(at("two"))) fs.writeFileSync(at("two"), "another's");
    };
    await assert.rejects(writeOwnerFiles(files(), { restrict }), /two exists; nothing was written/);
    assert.deepEqual(fs.readdirSync(folder), ["two"]);
    assert.equal(fs.readFileSync(at("two"), "utf8"), "another's");
    fs.mkdirSync(at("one"));
    await assert.rejects(
      writeOwnerFiles(files(), { force: true }),
      /one exists and is no ordinary/,
    );
    assert.equal(fs.readFileSync(at("two"), "utf8"), "another's");
  });
});
