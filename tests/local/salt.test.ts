import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { keepSaltOut } from "../../local/salt";

describe("local/salt", () => {
  let project: string;
  beforeEach(() => {
    project = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-salt-"));
  });
  afterEach(() => fs.rmSync(project, { recursive: true, force: true }));

  const ours = { PULUMI_CONFIG_PASSPHRASE: "ours" };
  const salt = "encryptionsalt: v1:abc=\n";
  const write = (name: string, text: string) => fs.writeFileSync(path.join(project, name), text);
  const read = (name: string) => fs.readFileSync(path.join(project, name), "utf8");

  it("gives a file back as it was, comments and all, when only a salt was added", () => {
    const text = "# why\nconfig:\n  lab:size: small # note\n";
    write("Pulumi.local.yaml", text);
    const cleanUp = keepSaltOut(project, ours);
    write("Pulumi.local.yaml", `${salt}config:\n  lab:size: small\n`);
    cleanUp();
    assert.equal(read("Pulumi.local.yaml"), text);
  });

  it("keeps a setting that the command made, and only takes the salt away", () => {
    write("Pulumi.local.yaml", "config:\n  lab:size: small\n");
    const cleanUp = keepSaltOut(project, ours);
    write("Pulumi.local.yaml", `${salt}config:\n  lab:size: big\n`);
    cleanUp();
    assert.equal(read("Pulumi.local.yaml"), "config:\n  lab:size: big\n");
  });

  it("takes away a salt of another passphrase that an earlier run left for the stack local", () => {
    write("Pulumi.local.yaml", `${salt}config: {}\n`);
    keepSaltOut(project, ours);
    assert.equal(read("Pulumi.local.yaml"), "config: {}\n");
  });

  it("leaves the salt where secrets need it, in stacks that had it before, and of the caller's own passphrase", () => {
    const secret = `${salt}config:\n  lab:key:\n    secure: v1:xyz\n`;
    write("Pulumi.local.yaml", secret);
    write("Pulumi.dev.yaml", salt);
    keepSaltOut(project, ours)();
    assert.equal(read("Pulumi.local.yaml"), secret);
    assert.equal(read("Pulumi.dev.yaml"), salt);

    write("Pulumi.local.yaml", salt);
    keepSaltOut(project, {})();
    assert.equal(read("Pulumi.local.yaml"), salt);
  });

  it("leaves no file behind that only held the salt of a new stack", () => {
    const cleanUp = keepSaltOut(project, ours);
    write("Pulumi.other.yaml", salt);
    cleanUp();
    assert.deepEqual(fs.readdirSync(project), []);
  });
});
