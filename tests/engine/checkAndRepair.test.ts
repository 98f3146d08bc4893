import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import {
  engineTimeout,
  openLabProject,
  ran,
  reached,
  type LabProject,
  type Run,
} from "./labProject";
import { runVerb } from "./labVerb";
import { SecretScanner } from "../secretScanner";
import { guestOf, heldIdentities, virtualMachineOf } from "./labState";

const machines = ["ada-1", "ada-2", "grace-1"];

describe("engine: machines that were changed by hand are shown, and put right on demand", function () {
  this.timeout(240_000);
  let lab: LabProject;
  let definition: Record<string, unknown>;
  let names: Record<string, string>;
  const secrets = new Set<string>();

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    definition = {
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: {
        ada: { machines: { "ada-1": {}, "ada-2": {} } },
        grace: { machines: { "grace-1": {} } },
      },
    };
    secrets.add(lab.standIn.jumpHost.password);
    lab.configure(definition);
  });
  after(() => lab?.close());

  /** Runs a verb of the lab; it shows no secret. */
  const verb = async (name: string, args: string[], environment?: NodeJS.ProcessEnv) => {
    const run = await runVerb(lab, [name, ...args], environment);
    const scanner = new SecretScanner(
      [...secrets].map((secret, index) => ({
        name: `secret ${index}`,
        bytes: Buffer.from(secret),
        piece: secret.length > 200 ? 32 : undefined,
      })),
    );
    assert.deepEqual(scanner.scan(Buffer.from(run.output)), [], "a secret is shown");
    return run;
  };
  /** What is on the machines, without Windows' own logs, in which each logon stands. */
  const records = () =>
    structuredClone(
      lab.standIn.windows.machines().map(({ record }) => ({ ...record, events: undefined })),
    );
  /** A check, which changes nothing: no machine's record, no file on it, not the stack's state or configuration. */
  const check = async (args: string[] = [], environment?: NodeJS.ProcessEnv): Promise<Run> => {
    const before = { records: records(), state: await state(), settings: settings() };
    // Whether machines reach each other is asked in peerProof.test.ts.
    const run = await verb("check", ["--no-proof", ...args], environment);
    assert.deepEqual({ records: records(), state: await state(), settings: settings() }, before);
    for (const step of ran(run)) assert.match(step, /: Test-PeerMachine$/);
    assert.deepEqual(
      reached(run).filter(({ kind }) => kind === "copy" || kind === "runCommand"),
      [],
    );
    return run;
  };
  const repair = (...args: string[]) => verb("repair", args);
  const settings = () => fs.readFileSync(path.join(lab.directory, "Pulumi.test.yaml"), "utf8");
  const state = async () => JSON.stringify(await lab.resources());
  const asked = (...keys: string[]) => keys.map((key) => `${key}: Test-PeerMachine`);
  const allAsWanted = machines.map((key) => `${key.padEnd(7)}  as wanted`).join("\n");
  const network = [
    "TCP 3587 IPv4 peer to peer: allowed by Allow-Grouping-TCP-3587-IPv4 (priority 100)",
    "TCP 3587 IPv6 peer to peer: allowed by Allow-Grouping-TCP-3587-IPv6 (priority 101)",
    "UDP 3540 IPv4 peer to peer: allowed by Allow-PNRP-UDP-3540-IPv4 (priority 102)",
    "UDP 3540 IPv6 peer to peer: allowed by Allow-PNRP-UDP-3540-IPv6 (priority 103)",
    "TCP 22 IPv4 from adminSources: allowed by Allow-SSH-TCP-22-IPv4 (priority 104)",
  ].map((line) => `network: ${line}`);
  /** Brings the lab to the definition. */
  const up = async () => {
    lab.configure(definition);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    await knowSecrets();
  };
  const knowSecrets = async () => {
    const { adminPasswords, exportedIdentities } = await lab.outputs();
    for (const password of Object.values<string>(adminPasswords)) secrets.add(password);
    for (const person of Object.keys(exportedIdentities)) {
      secrets.add(exportedIdentities[person].exportedIdentity);
      secrets.add(exportedIdentities[person].exportPassword);
    }
  };
  const peerNames = async (): Promise<Record<string, string>> => {
    const { machines: known } = await lab.outputs();
    return Object.fromEntries(machines.map((key) => [key, known[key].peerName]));
  };
  /** What a repair has left in the configuration stays in the definition. */
  const noteReconcile = (...keys: string[]): { token: string } => {
    const reconcile = parse(settings()).config["peerlab:reconcile"];
    assert.deepEqual(reconcile?.machines, keys);
    definition.reconcile = reconcile;
    return reconcile;
  };
  const disturb = (key: string) => {
    const { record } = guestOf(lab, key);
    record.firewallRules.find(({ name }) => name.startsWith("PeerLab-"))!.enabled = false;
    record.services.PNRPsvc.status = "Stopped";
  };

  it("says that there is nothing to check before there is a lab, and which machine is not there", async () => {
    const early = await verb("check", []);
    assert.equal(early.code, 1);
    assert.match(early.output, /stack test has no machines; pulumi up --stack test makes/);
    await up();
    names = await peerNames();
    for (const file of ["check", "repair"]) {
      const run = await verb(file, ["ada-1", "bob-1"]);
      assert.equal(run.code, 1);
      assert.match(run.output, /no machine "bob-1" .*there are: ada-1, ada-2, grace-1/);
      assert.deepEqual(reached(run), []);
    }
  });

  it("finds all as wanted, and repairs nothing then", async () => {
    const run = await check();
    assert.equal(run.code, 0, run.output);
    assert.equal(run.output.trim(), [allAsWanted, ...network].join("\n"));
    assert.deepEqual(ran(run), asked(...machines));
    const before = settings();
    const nothing = await repair("--yes");
    assert.equal(nothing.code, 0, nothing.output);
    assert.match(nothing.output, /No machine is drifted/);
    assert.deepEqual(ran(nothing), asked(...machines));
    assert.equal(settings(), before);
  });

  it("names a machine with another rule and service, in its own words, and leaves it as it is", async () => {
    disturb("ada-2");
    const run = await check();
    assert.equal(run.code, 2, run.output);
    const [first, second, third] = run.output.trim().split("\n");
    assert.equal(first, "ada-1    as wanted");
    assert.match(
      second,
      /^ada-2 {4}drifted: service PNRPsvc is not running; firewall rule PeerLab-.* is disabled$/,
    );
    assert.equal(third, "grace-1  as wanted");
    const json = await check(["ada-2", "--json", "--stack", "test"]);
    assert.equal(json.code, 2);
    assert.deepEqual(ran(json), asked("ada-2"));
    const { stack, machines: found, network: ports } = JSON.parse(json.output);
    assert.equal(stack, "test");
    assert.equal(ports.length, network.length);
    for (const { verdict, example } of ports) {
      assert.deepEqual([verdict, example.machine], ["allowed", "ada-2"]);
    }
    assert.deepEqual(Object.keys(found), ["ada-2"]);
    assert.equal(found["ada-2"].state, "drifted");
    assert.equal(second, `ada-2    drifted: ${found["ada-2"].drift.join("; ")}`);
  });

  it("puts exactly that machine right, and finds all as wanted then", async () => {
    const run = await repair("--yes", "--", "--skip-preview");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(ran(run), ["ada-2: Set-PeerMachine", ...asked(...machines)].sort());
    const { token } = noteReconcile("ada-2");
    assert.match(token, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.match(run.output, new RegExp(`with the token ${token}, for ada-2`));
    const after = await check();
    assert.equal(after.code, 0, after.output);
    const still = await lab.up("--expect-no-changes", "--diff");
    assert.equal(still.code, 0, still.output);
  });

  it("finds an identity that was removed by hand, and brings the same one back", async () => {
    guestOf(lab, "ada-1").record.identities.labuser = [];
    const run = await check();
    assert.equal(run.code, 2, run.output);
    assert.match(run.output, new RegExp(`ada-1 +drifted: .*${names["ada-1"]}`));
    // Named, and not asked first.
    const repaired = await repair("ada-1", "--yes");
    assert.equal(repaired.code, 0, repaired.output);
    assert.deepEqual(ran(repaired), ["ada-1: Set-PeerMachine"]);
    noteReconcile("ada-1");
    assert.equal((await check()).code, 0);
    assert.deepEqual(await peerNames(), names);
    assert.deepEqual(heldIdentities(lab)["ada-1"], [names["ada-1"]]);
  });

  it("names a machine that is off, without dialling it or calling it drifted", async () => {
    disturb("grace-1");
    await lab.standIn.azure.setPower(guestOf(lab, "grace-1").record.vmId, "deallocated");
    const run = await check();
    assert.equal(run.code, 1, run.output);
    assert.match(run.output, /^grace-1 {2}off \(deallocated\), not asked$/m);
    assert.deepEqual(ran(run), asked("ada-1", "ada-2"));
    assert.ok(!reached(run).some(({ subject }) => subject === "grace-1"));
    const nothing = await repair("--yes");
    assert.equal(nothing.code, 1, nothing.output);
    assert.match(nothing.output, /No machine is drifted/);
  });

  it("dials it where Azure cannot be asked, and calls it silent", async () => {
    const run = await check(["grace-1", "ada-1"], { PULUMI_DEBUG_PROVIDERS: "" });
    assert.equal(run.code, 1, run.output);
    assert.match(run.output, /Azure cannot be asked which machines are off.*azure-native/);
    assert.match(run.output, /^grace-1 {2}does not answer \(.*\): off, or not reachable$/m);
    assert.match(run.output, /^ada-1 {4}as wanted$/m);
    await lab.standIn.azure.setPower(guestOf(lab, "grace-1").record.vmId, "running");
    const on = await check();
    assert.equal(on.code, 2, on.output);
    assert.match(on.output, /^grace-1 {2}drifted: /m);
    const repaired = await repair("--yes");
    assert.equal(repaired.code, 0, repaired.output);
    noteReconcile("grace-1");
    assert.equal((await check()).code, 0);
  });

  it("reaches machines by the jump host and password of now, not those of their last step", async () => {
    const before = settings();
    const { host, port, user, password, hostKey, privateAddress } = lab.standIn.jumpHost;
    assert.equal(host, "127.0.0.1");
    const jumpHost = { host: "localhost", port, user, hostKey, privateAddress };
    lab.configure({ ...definition, jumpHost });
    const set = ["config", "set", "--secret", "--path", "jumpHost.password", password];
    assert.equal((await lab.pulumi(...set, "--stack", "test")).code, 0);
    // Nothing listens there.
    const elsewhere = JSON.stringify({ ...lab.standIn.jumpHost, port: 9 });
    const configured = await check([], { PEERLAB_JUMP_HOST: elsewhere });
    assert.equal(configured.code, 0, configured.output);
    fs.writeFileSync(path.join(lab.directory, "Pulumi.test.yaml"), before);
    const nowhere = await check([], { PEERLAB_JUMP_HOST: elsewhere });
    assert.equal(nowhere.code, 1, nowhere.output);
    assert.equal(nowhere.output.match(/does not answer/g)?.length, machines.length);

    const adminPassword = "Another-password-4711";
    secrets.add(adminPassword);
    definition.adminPassword = adminPassword;
    await up();
    assert.equal((await check()).code, 0);
    // Wanted, but not applied.
    lab.configure({ ...definition, adminPassword: "Never-applied-4712" });
    secrets.add("Never-applied-4712");
    const wanted = await check();
    assert.equal(wanted.code, 0, wanted.output);
    lab.configure(definition);
  });

  it("tries a password once that a machine no longer has", async () => {
    const { record } = guestOf(lab, "ada-2");
    const outside = "Set-from-outside-4713";
    secrets.add(outside);
    await lab.standIn.windows.resetPassword(record.vmId, "labuser", outside);
    const run = await verb("check", ["--no-proof", "ada-2"]);
    assert.equal(run.code, 1, run.output);
    assert.match(run.output, /^ada-2 {2}failed: LogonRefused: the logon of labuser was refused/);
    const logons = reached(run).filter(
      ({ kind, subject }) => kind === "ssh" && subject === "ada-2",
    );
    assert.deepEqual(
      logons.map(({ outcome }) => outcome),
      ["wrongPassword"],
    );
    definition.adminPassword = outside;
    await up();
    assert.equal((await check()).code, 0);
  });

  it("calls a machine unfinished whose step failed, and does not compare it with what was wanted before", async () => {
    const reconcile = { token: "another", machines: ["ada-2"] };
    Object.assign(definition, { reconcile });
    lab.configure(definition);
    lab.standIn.faults.add({ kind: "dropConnection", match: "ada-2", moment: "before", times: 1 });
    assert.notEqual((await lab.up()).code, 0);
    const run = await check();
    assert.equal(run.code, 1, run.output);
    assert.match(run.output, /^ada-2 {4}its last update did not come to its end, not asked/m);
    assert.deepEqual(ran(run), asked("ada-1", "grace-1"));
    await up();
    assert.equal((await check()).code, 0);
  });

  it("says of a machine that was deleted in Azure that it is gone", async () => {
    await lab.standIn.azure.deleteResource(virtualMachineOf(lab, "ada-2"));
    const run = await check(["ada-2"]);
    assert.equal(run.code, 1, run.output);
    assert.match(run.output, /^ada-2 {2}failed: WrongMachine: Azure no longer has it\. pulumi up/);
    assert.deepEqual(reached(run), []);
    await up();
    const after = await check();
    assert.equal(after.code, 0, after.output);
    assert.deepEqual(await peerNames(), names);
  });
});
