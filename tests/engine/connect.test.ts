import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { generateSshKey } from "../../local/sshKey";
import { engineTimeout, openLabProject, reached, type LabProject, type Run } from "./labProject";
import { guestOf } from "./labState";

const root = path.resolve(__dirname, "../..");
const compiler = path.join(root, "engine/typescript.cjs");

describe("engine: a real OpenSSH client logs on with what the lab's connect writes", function () {
  this.timeout(240_000);
  let lab: LabProject;
  let secrets: Record<string, string>;

  before(async function () {
    const { error } = spawnSync("ssh", ["-V"]);
    if (error) {
      if (process.env.CI) throw new Error("There is no OpenSSH client.");
      console.log("      There is no OpenSSH client here: not tried.");
      return this.skip();
    }
    this.timeout(engineTimeout);
    lab = await openLabProject();
    lab.configure({
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: {
        ada: { machines: { "ada-1": {}, "ada-2": {} } },
        grace: { machines: { "grace-1": {} } },
      },
    });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    const { adminPasswords } = await lab.outputs();
    secrets = { JUMP: lab.standIn.jumpHost.password };
    for (const key of Object.keys(adminPasswords)) secrets[key] = adminPasswords[key];
    // What OpenSSH calls for a password: it tells by the question whose is wanted.
    fs.writeFileSync(
      path.join(lab.directory, "askpass"),
      '#!/bin/sh\ncase "$1" in jump@*) echo "$JUMP_PASSWORD" ;; *) echo "$LAB_PASSWORD" ;; esac\n',
      { mode: 0o700 },
    );
  });
  after(() => lab?.close());

  const askpass = (key: string) => ({
    SSH_ASKPASS: path.join(lab.directory, "askpass"),
    SSH_ASKPASS_REQUIRE: "force",
    DISPLAY: ":0",
    JUMP_PASSWORD: secrets.JUMP,
    LAB_PASSWORD: secrets[key],
  });
  const client = (key: string, command: string, ...words: string[]): Promise<Run> =>
    lab.run(command, ["-F", ".peerlab/ssh/test/config", ...words], askpass(key));
  /** Runs the verb; it shows no secret, and its files hold none. */
  const connect = async (words: string[], environment: NodeJS.ProcessEnv = {}): Promise<Run> => {
    const main = path.join(root, "lab/main.ts");
    const args = ["--require", compiler, main, "connect", "--stack", "test", ...words];
    const run = await lab.run(process.execPath, args, environment);
    for (const secret of Object.values(secrets))
      assert.ok(!run.output.includes(secret), "a secret");
    return run;
  };
  const folder = () => path.join(lab.directory, ".peerlab", "ssh", "test");
  const config = () => path.join(folder(), "config");
  const logons = (run: Run) => reached(run).filter(({ kind }) => kind === "ssh");

  it("shows the line, and writes files for the owner alone that hold no secret", async () => {
    const run = await connect(["ada-1", "--rdp"]);
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /^ssh -F \.peerlab\/ssh\/test\/config ada-1$/m);
    assert.match(run.output, /^ssh -F \S+ -N -L 127\.0\.0\.1:2\d{4}:127\.0\.0\.1:3389 ada-1$/m);
    assert.match(run.output, /^\.peerlab\/ssh\/test\/ada-1\.rdp$/m);
    assert.match(run.output, /pulumi stack output adminPasswords --show-secrets --stack \S*test/);
    assert.match(run.output, /^Before that it asks for the jump host's: .*PEERLAB_JUMP_HOST/m);
    assert.deepEqual(reached(run), []);
    assert.equal(fs.statSync(folder()).mode & 0o777, 0o700);
    for (const name of ["config", "known_hosts", "ada-1.rdp"]) {
      const file = path.join(folder(), name);
      assert.equal(fs.statSync(file).mode & 0o777, 0o600, name);
      const text = fs.readFileSync(file, "latin1");
      for (const secret of Object.values(secrets)) assert.ok(!text.includes(secret), name);
    }
    assert.deepEqual(fs.readdirSync(folder()).sort(), [
      ".gitignore",
      "ada-1.rdp",
      "config",
      "known_hosts",
    ]);
  });

  it("runs a command there through the jump host, and passes its exit code on", async () => {
    const run = await connect(["ada-1", "--", "hostname"], askpass("ada-1"));
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /^ada-1\r?$/m);
    assert.deepEqual(
      logons(run).map(({ subject, outcome }) => [subject, outcome]),
      [["ada-1", "ok"]],
    );
    assert.equal((await connect(["ada-1", "--", "exit", "3"], askpass("ada-1"))).code, 3);
  });

  it("works from a folder with blanks in its name, and for scp and sftp", async () => {
    const words = ["--directory", "my lab", "--no-power", "grace-1", "--", "whoami"];
    const run = await connect(words, askpass("grace-1"));
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /^grace-1\\labuser\r?$/m);
    fs.writeFileSync(path.join(lab.directory, "sent.txt"), "sent");
    const sent = await client("ada-1", "scp", "sent.txt", "ada-1:/C:/Users/labuser/sent.txt");
    assert.equal(sent.code, 0, sent.output);
    const got = await client("ada-1", "sftp", "ada-1:/C:/Users/labuser/sent.txt", "got.txt");
    assert.equal(got.code, 0, got.output);
    assert.equal(fs.readFileSync(path.join(lab.directory, "got.txt"), "utf8"), "sent");
  });

  it("refuses a machine, and a jump host, that shows another key than the pinned one", async () => {
    for (const name of ["ada-1", "jump-host"]) {
      const file = path.join(folder(), "known_hosts");
      const before = fs.readFileSync(file, "utf8");
      const other = before.replace(
        new RegExp(`^(${name},\\S+) .*$`, "m"),
        `$1 ${generateSshKey().publicKey}`,
      );
      assert.notEqual(other, before);
      fs.writeFileSync(file, other);
      const run = await client("ada-1", "ssh", "ada-1", "hostname");
      assert.equal(run.code, 255, run.output);
      assert.match(run.output, /REMOTE HOST IDENTIFICATION HAS CHANGED/);
      assert.match(run.output, new RegExp(`Host key for ${name} has changed`));
      assert.deepEqual(logons(run), []);
      fs.writeFileSync(file, before);
    }
  });

  it("says that a machine is off, and dials it not", async () => {
    await lab.standIn.azure.setPower(guestOf(lab, "ada-2").record.vmId, "deallocated");
    const shown = await connect(["--all"]);
    assert.equal(shown.code, 0, shown.output);
    assert.match(shown.output, /^ada-2 is off \(deallocated\)\. \S.* start ada-2 --stack test /m);
    assert.equal(shown.output.match(/^ssh -F /gm)?.length, 3);
    const refused = await connect(["ada-2", "--", "hostname"], askpass("ada-2"));
    assert.equal(refused.code, 1, refused.output);
    assert.deepEqual(reached(refused), []);
  });

  it("says what is wrong with its words before it asks anybody", async () => {
    for (const [words, message] of [
      [[], /Name the machines, or give --all/],
      [["ada-1", "ada-2", "--run"], /for exactly one machine/],
      [["ada-1", "--force"], /--force is for --run/],
    ] as const) {
      const run = await connect([...words]);
      assert.equal(run.code, 64, run.output);
      assert.match(run.output, message);
    }
    const unknown = await connect(["ada-7"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.output, /There is no machine "ada-7".*ada-1, ada-2, grace-1/);
    assert.ok(fs.existsSync(config()));
  });
});
