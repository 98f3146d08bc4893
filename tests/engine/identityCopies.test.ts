import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { engineTimeout, openLabProject, ran, type LabProject, type Run } from "./labProject";
import { runVerb } from "./labVerb";

const posix = process.platform !== "win32";

interface Settings {
  people: Record<string, { machines?: object } | undefined>;
  [key: string]: unknown;
}

const grace = { machines: { "grace-1": {} } };
const settings: Settings = {
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  // Named: with the seed gone another machine takes its part, which is no subject here.
  seeds: ["grace-1"],
  people: { ada: { machines: { "ada-1": {}, "ada-2": {} } }, grace, zoe: {} },
};

describe("engine: identities leave the stack and come back", function () {
  this.timeout(180_000);
  let lab: LabProject;
  let copies: string;
  let secrets: string[];
  let adasName: string;
  let exported: Run;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    copies = path.join(lab.directory, "copies of identities");
    fs.mkdirSync(copies);
    lab.configure(settings);
  });
  after(() => lab?.close());

  const identity = (...args: string[]) => runVerb(lab, ["identity", ...args]);
  const configuration = (stack = "test") =>
    parse(fs.readFileSync(path.join(lab.directory, `Pulumi.${stack}.yaml`), "utf8")).config;
  const outputs = async (stack: string) => {
    const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
    return JSON.parse((await lab.pulumi(...args)).output);
  };
  const upIn = (stack: string, ...args: string[]) =>
    lab.pulumi("up", "--yes", "--skip-preview", "--stack", stack, ...args);
  const showsNoSecret = ({ output }: Run) => {
    for (const secret of secrets) assert.ok(!output.includes(secret), "a secret is shown");
  };
  /** The commands that the export printed, as a person pastes them. */
  const giveBack = async (stack: string) => {
    const commands = exported.output
      .split("\n")
      .filter((line) => /^ {2}.*pulumi config set/.test(line))
      .map((line) => line.replace("--stack test", `--stack ${stack}`));
    assert.equal(commands.length, 2, exported.output);
    for (const command of commands) {
      const run = posix
        ? await lab.run("sh", ["-c", command])
        : await lab.run("powershell.exe", ["-NoProfile", "-Command", command]);
      assert.equal(run.code, 0, run.output);
    }
  };

  it("says what is missing before there is a lab, and without a selected stack", async () => {
    const early = await identity("list");
    assert.equal(early.code, 1);
    assert.match(early.output, /stack test has no lab yet; pulumi up --stack test/);
    const nameless = await identity("list", "--stack", "tset");
    assert.equal(nameless.code, 1);
    assert.match(nameless.output, /There is no stack tset\. Name one with --stack: .*test/);
    assert.equal((await lab.pulumi("stack", "unselect")).code, 0);
    const unselected = await identity("list");
    assert.equal(unselected.code, 1);
    assert.match(unselected.output, /No stack is selected\. Name one with --stack: .*test/);
    assert.equal((await lab.pulumi("stack", "select", "test")).code, 0);
  });

  it("lists people, their peer names, and that no copy was taken", async () => {
    const up = await lab.up();
    assert.equal(up.code, 0, up.output);
    const known = await lab.outputs();
    adasName = known.people.ada.peerName;
    const { ada, grace } = known.exportedIdentities;
    secrets = [ada, grace].flatMap(({ exportedIdentity, exportPassword }) => [
      exportedIdentity,
      exportPassword,
    ]);
    assert.deepEqual(known.identitiesWithoutCopy, ["ada", "grace"]);
    const run = await identity("list");
    assert.equal(run.code, 0, run.output);
    const lines = run.output.trim().split("\n");
    assert.equal(lines[0], `ada    ${adasName}  no copy taken`);
    assert.equal(lines[2], "zoe    no identity yet");
    showsNoSecret(run);
  });

  it("refuses a person that is not there and one without an identity, and writes nothing", async () => {
    for (const [person, words] of [
      ["bob", /no person "bob" in this lab; there are: ada, grace, zoe/],
      ["zoe", /zoe has no identity yet/],
    ] as const) {
      const run = await identity("export", person, "--directory", copies);
      assert.equal(run.code, 1);
      assert.match(run.output, words);
    }
    assert.deepEqual(fs.readdirSync(copies), []);
  });

  it("warns in the preview of a removal that no copy was taken; what destroy would lose stands in its details", async () => {
    lab.configure({ ...settings, people: { grace, zoe: {} } });
    const removal = await lab.preview();
    assert.equal(removal.code, 0, removal.output);
    assert.match(removal.output, /warning: ada is no longer in the lab: .*no copy of it was taken/);
    assert.doesNotMatch(removal.output, /grace is no longer|zoe is no longer/);
    const destroy = await lab.pulumi("destroy", "--preview-only", "--diff", "--stack", "test");
    assert.match(
      destroy.output,
      /- identitiesWithoutCopy: \[\s*- *\[0\]: "ada"\s*- *\[1\]: "grace"/,
    );
    for (const run of [removal, destroy]) showsNoSecret(run);
    lab.configure(settings);
    const back = await lab.preview("--expect-no-changes");
    assert.equal(back.code, 0, back.output);
    assert.doesNotMatch(back.output, /no longer in the lab/);
  });

  it("writes exactly the exported bytes and the password, for the owner alone, and shows neither", async () => {
    const before = configuration();
    exported = await identity("export", "ada", "--directory", copies);
    assert.equal(exported.code, 0, exported.output);
    showsNoSecret(exported);
    const { exportedIdentity, exportPassword } = (await lab.outputs()).exportedIdentities.ada;
    const xml = path.join(copies, "ada.peeridentity.xml");
    const password = path.join(copies, "ada.peeridentity.password");
    assert.deepEqual(
      fs.readdirSync(copies).sort(),
      [password, xml].map((file) => path.basename(file)),
    );
    assert.ok(fs.readFileSync(xml).equals(Buffer.from(exportedIdentity, "base64")));
    assert.match(fs.readFileSync(xml, "utf16le"), new RegExp(`<PEERNAME>${adasName}</PEERNAME>`));
    assert.equal(fs.readFileSync(password, "utf8"), exportPassword);
    if (posix) {
      for (const file of [xml, password]) assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    }
    const after = configuration();
    assert.deepEqual(after["peerlab:identityCopies"], { ada: adasName });
    delete after["peerlab:identityCopies"];
    assert.deepEqual(after, before);
  });

  it("overwrites no file unless it is told to, and writes none where one of them is there", async () => {
    const xml = path.join(copies, "ada.peeridentity.xml");
    const bytes = fs.readFileSync(xml);
    fs.rmSync(xml);
    const refused = await identity("export", "ada", "--directory", copies);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /ada\.peeridentity\.password exists; nothing was written/);
    assert.deepEqual(fs.readdirSync(copies), ["ada.peeridentity.password"]);
    const forced = await identity("export", "ada", "--directory", copies, "--force");
    assert.equal(forced.code, 0, forced.output);
    assert.deepEqual(fs.readdirSync(copies).length, 2);
    assert.ok(fs.readFileSync(xml).equals(bytes));
    if (posix) assert.equal(fs.statSync(xml).mode & 0o777, 0o600);
  });

  it("changes nothing in the lab by the note, and no longer counts her among those without a copy", async () => {
    const run = await lab.up("--expect-no-changes");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual((await lab.outputs()).identitiesWithoutCopy, ["grace"]);
    assert.match((await identity("list")).output, new RegExp(`ada +${adasName}  copy taken`));
  });

  it("keeps everything when the stack is renamed, gets another passphrase, or its state is taken out and in", async () => {
    const names = (await lab.outputs()).people;
    assert.equal((await lab.pulumi("stack", "rename", "renamed", "--stack", "test")).code, 0);
    const renamed = await upIn("renamed", "--expect-no-changes");
    assert.equal(renamed.code, 0, renamed.output);
    assert.deepEqual((await outputs("renamed")).people, names);
    assert.equal((await lab.pulumi("stack", "rename", "test", "--stack", "renamed")).code, 0);

    const other = { NEW_PASSPHRASE: "another passphrase" };
    const change = ["stack", "change-secrets-provider", "passphrase", "--stack", "test"];
    const changed = await lab.run(
      process.execPath,
      [
        "--eval",
        `require("node:child_process").execFileSync("pulumi", ${JSON.stringify(change)}, ` +
          `{ input: process.env.NEW_PASSPHRASE + "\\n", stdio: ["pipe", "inherit", "inherit"] })`,
      ],
      other,
    );
    assert.equal(changed.code, 0, changed.output);
    const { PULUMI_CONFIG_PASSPHRASE: old } = lab.standIn.environment;
    lab.standIn.environment.PULUMI_CONFIG_PASSPHRASE = other.NEW_PASSPHRASE;
    const after = await lab.up("--expect-no-changes");
    assert.equal(after.code, 0, after.output);
    assert.deepEqual((await lab.outputs()).people, names);
    assert.notEqual(old, other.NEW_PASSPHRASE);

    const file = path.join(lab.directory, "state.json");
    const exportOf = ["stack", "export", "--file", file, "--stack", "test"];
    assert.equal((await lab.pulumi(...exportOf)).code, 0);
    assert.equal((await lab.pulumi("stack", "import", "--file", file, "--stack", "test")).code, 0);
    const imported = await lab.up("--expect-no-changes");
    assert.equal(imported.code, 0, imported.output);
    assert.deepEqual((await lab.outputs()).people, names);
  });

  it("brings the identity back in another stack, by the commands that the export printed", async () => {
    const init = await lab.pulumi("stack", "init", "other");
    assert.equal(init.code, 0, init.output);
    const file = path.join(lab.directory, "Pulumi.other.yaml");
    const config = {
      "azure-native:location": "westeurope",
      "peerlab:adminSources": ["203.0.113.7"],
      // One jump host for both networks: their ranges must differ.
      "peerlab:ipv4Space": "10.90.0.0/16",
      "peerlab:ipv6Space": "fd5a:9c2e:71b1::/48",
      "peerlab:people": { ada: { machines: { "other-1": {} } } },
    };
    fs.writeFileSync(file, stringify({ ...parse(fs.readFileSync(file, "utf8")), config }));
    await giveBack("other");
    const run = await upIn("other");
    assert.equal(run.code, 0, run.output);
    assert.ok(!ran(run).some((line) => line.endsWith("Export-PeerIdentity")), ran(run).join("\n"));
    showsNoSecret(run);
    const { machines } = await outputs("other");
    assert.equal(machines["other-1"].peerName, adasName);
    assert.equal(machines["other-1"].ready, true);
    const destroyed = await lab.pulumi("destroy", "--yes", "--skip-preview", "--stack", "other");
    assert.equal(destroyed.code, 0, destroyed.output);
  });

  it("brings it back in the same stack after the person was removed", async () => {
    const without = { ...settings, identityCopies: { ada: adasName }, people: { grace } };
    lab.configure(without);
    const removed = await lab.up();
    assert.equal(removed.code, 0, removed.output);
    assert.match(removed.output, /ada is no longer in the lab: .*A copy of it was taken/);
    assert.doesNotMatch(removed.output, /warning: ada/);
    const again = await lab.up("--expect-no-changes");
    assert.equal(again.code, 0, again.output);
    assert.doesNotMatch(again.output, /no longer in the lab/);

    lab.configure({ ...without, people: { grace, ada: { machines: { "ada-7": {} } } } });
    assert.equal((await lab.pulumi("stack", "select", "test")).code, 0);
    await giveBack("test");
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.ok(!ran(run).some((line) => line.endsWith("Export-PeerIdentity")), ran(run).join("\n"));
    const { machines, identitiesWithoutCopy } = await lab.outputs();
    assert.equal(machines["ada-7"].peerName, adasName);
    assert.deepEqual(identitiesWithoutCopy, ["grace"]);
    const still = await lab.up("--expect-no-changes");
    assert.equal(still.code, 0, still.output);
  });
});
