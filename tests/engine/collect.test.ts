import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { unzipSync } from "fflate";
import { guestDirectory } from "../../guest/contract";
import { runCommandLine } from "../../lab/commandLine";
import { verbs } from "../../lab/verbs";
import { localSystem, type Logon } from "../../local/windows/accounts";
import { sshLogon } from "../../local/windows";
import { SecretScanner } from "../secretScanner";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";
import { secretsOfIdentity } from "./labSecrets";
import { guestOf } from "./labState";

/** The guest's folder for its own files is the lab user's. */
const labUser: Logon = {
  userName: "labuser",
  kind: "password",
  administrator: true,
  masterKeys: [],
};
const off = "grace-1";
const [planted, other] = ["ada-1", "ada-2"];

describe("engine: collect, by the real CLI against the stand-in", function () {
  this.timeout(240_000);
  let lab: LabProject;

  before(async function () {
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
  });
  after(() => lab?.close());

  const collect = async (...args: string[]) => {
    let [output, remarks] = ["", ""];
    const code = await runCommandLine(["collect", ...args], verbs, "lab", {
      folder: lab.directory,
      environment: { ...process.env, ...lab.standIn.environment },
      output: (text) => (output += text),
      report: (line) => (remarks += `${line}\n`),
      screen: { write: (text) => (remarks += text) },
      signal: new AbortController().signal,
    });
    return { code, output, remarks };
  };

  it("writes one archive of every machine, without the secrets that somebody put into its logs, and says who did not answer", async () => {
    const outputs = await lab.outputs();
    const { exportedIdentity, exportPassword } = outputs.exportedIdentities.ada;
    const passwords = outputs.adminPasswords as Record<string, string>;
    const held = guestOf(lab, planted);
    const plant = [
      `a password ${passwords[planted]} and ${JSON.stringify(exportPassword)}`,
      `of another machine ${Buffer.from(passwords[off]!).toString("base64")}`,
      `of the jump host ${Buffer.from(lab.standIn.jumpHost.password, "utf16le").toString("base64")}`,
      `an export ${exportedIdentity}`,
      `a piece of it ${exportedIdentity.slice(900, 1200)}`,
      "nothing of the kind",
      "",
    ];
    const work = `${guestDirectory}/work`;
    if (!held.disk.find(work)) held.disk.makeDirectory(work, labUser);
    held.disk.write(`${work}/holder.log`, Buffer.from(plant.join("\r\n")), labUser);
    const user = `x ${exportPassword}`;
    sshLogon(held.record, { user, method: "password", accepted: false }, held.now());
    guestOf(lab, other).disk.remove(`${guestDirectory}/EventText.cs`, localSystem);
    await lab.standIn.azure.setPower(guestOf(lab, off).record.vmId, "deallocated");
    const before = lab.standIn.journal.read().length;

    const file = path.join(lab.directory, "collected.zip");
    const { code, output, remarks } = await collect("--output", "collected.zip", "--stack", "test");
    assert.equal(code, 1, output + remarks);
    assert.ok(output.startsWith(`${file} (`), output);
    assert.match(output, /^grace-1: off \(deallocated\), not asked$/m);
    assert.match(output, /^ada-2: its report is missing: failed: GuestFilesMismatch/m);
    assert.doesNotMatch(output, /^ada-1:/m);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);

    const dialled = lab.standIn.journal.read().slice(before);
    assert.deepEqual(
      dialled.filter(({ kind, subject }) => kind === "ssh" && subject === off),
      [],
    );

    const content = fs.readFileSync(file);
    const files = unzipSync(content);
    const text = (name: string) => Buffer.from(files[name] ?? assert.fail(name)).toString("utf8");
    const names = Object.keys(files);
    assert.deepEqual(names, [...names].sort());
    assert.deepEqual(
      names.filter((name) => !name.startsWith(`${planted}/`)),
      ["README.txt", "lab.json", "proof.json", "security-groups.json"].sort(),
    );
    for (const name of ["report.json", "holder.log", "firewall.log", "events-openssh.txt"]) {
      assert.ok(files[`${planted}/${name}`], name);
    }
    assert.match(text(`${planted}/netsh-clouds.txt`), /^ +1 .* Active +Global_$/m);
    assert.match(
      text(`${planted}/events-services.txt`),
      /7036 .*\n.*Peer Name Resolution Protocol/,
    );
    assert.match(text(`${planted}/events-openssh.txt`), /Failed password for x \[secret\]/);
    assert.match(text(`${planted}/firewall-rules.txt`), /^PeerLab-SSH/m);
    assert.match(text(`${planted}/holder.log`), /^a password \[secret\] and "\[secret\]"$/m);
    assert.match(text(`${planted}/holder.log`), /^of another machine \[secret\]$/m);
    assert.match(text(`${planted}/holder.log`), /^nothing of the kind$/m);
    assert.match(text("README.txt"), /^ {2}grace-1: off/m);
    assert.equal(JSON.parse(text("lab.json")).machines.length, 3);
    // What is no secret stays: peer names and friendly names, which stand in an export too.
    for (const name of [
      "lab.json",
      "proof.json",
      "security-groups.json",
      `${planted}/report.json`,
    ]) {
      assert.doesNotMatch(text(name), /\[secret\]/, name);
    }
    assert.ok(JSON.parse(text("security-groups.json")).length > 0);

    const secrets = [
      { name: "jump host", bytes: Buffer.from(lab.standIn.jumpHost.password) },
      ...Object.entries(passwords).map(([key, one]) => ({ name: key, bytes: Buffer.from(one) })),
      ...(["ada", "grace"] as const).flatMap((person) => {
        const told = outputs.exportedIdentities[person];
        return secretsOfIdentity(person, told.exportedIdentity, told.exportPassword);
      }),
    ];
    const scanner = new SecretScanner(secrets);
    for (const [name, bytes] of Object.entries(files)) {
      assert.deepEqual(scanner.scan(Buffer.from(bytes)), [], name);
    }
    assert.deepEqual(scanner.scan(Buffer.from(output + remarks)), []);
  });

  it("refuses a file that exists, and replaces it where that is asked for", async () => {
    const file = path.join(lab.directory, "collected.zip");
    const before = fs.readFileSync(file);
    const args = [off, "--output", "collected.zip", "--stack", "test"];
    const refused = await collect(...args);
    assert.equal(refused.code, 1);
    assert.match(refused.remarks, /collected\.zip exists; nothing was written/);
    assert.deepEqual(fs.readFileSync(file), before);
    const forced = await collect(...args, "--force", "--since", "2");
    assert.equal(forced.code, 1, forced.remarks);
    assert.deepEqual(Object.keys(unzipSync(fs.readFileSync(file))), [
      "README.txt",
      "lab.json",
      "proof.json",
      "security-groups.json",
    ]);
    assert.deepEqual(
      fs.readdirSync(lab.directory).filter((name) => name.endsWith(".unfinished")),
      [],
    );
    assert.equal((await collect("--since", "721")).code, 64);
  });
});
