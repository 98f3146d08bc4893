import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import type { Switched } from "../../lab/switchMachines";
import {
  engineTimeout,
  openLabProject,
  ran,
  reached,
  tested,
  twoPeople,
  type LabProject,
  type Run,
} from "./labProject";
import { guestOf, virtualMachineOf } from "./labState";

const compiler = path.resolve(__dirname, "../../engine/typescript.cjs");
const main = path.resolve(__dirname, "../../lab/main.ts");
const definition = { ...twoPeople, rings: [{ name: "canary", people: ["grace"] }] };
const changed = { ...definition, graphPorts: [{ port: 4711 }] };
const all = ["ada-1", "ada-2", "ada-3", "grace-1", "grace-2"];

describe("engine: a lab that is stopped in the evening and started in the morning, by the real CLI against the stand-in", function () {
  this.timeout(240_000);
  let lab: LabProject;
  let seed: string;
  let others: string[];

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    lab.configure(definition);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    const peers = (await lab.resources()).filter(
      ({ type }) => type === "peerlab:index:WindowsPeer",
    );
    const seeds = peers.filter(({ inputs }) => (inputs.seed as { role: string }).role === "seed");
    assert.equal(seeds.length, 1);
    seed = all.find((key) => seeds[0].urn.endsWith(`-${key}`)) ?? assert.fail(seeds[0].urn);
    others = all.filter((key) => key !== seed);
  });
  after(() => lab?.close());
  afterEach(() => lab.standIn.faults.clear());

  const verb = (...args: string[]) =>
    lab.run(process.execPath, ["--require", compiler, main, ...args, "--stack", "test"]);
  const powers = () => all.map((key) => guestOf(lab, key).record.power);
  const every = (power: string) => all.map(() => power);
  /** Where in the journal machines were switched, in its order: `ada-1: start`, `ada-1: power running`. */
  const switches = (run: Run) =>
    run.journal.flatMap(({ kind, subject, what }) => {
      const key = /virtualMachines\/lab-([a-z]+-\d)-vm/.exec(subject)?.[1];
      const isSwitch = kind === "azure" ? /^(start|deallocate)$/.test(what) : /^power /.test(what);
      return key !== undefined && isSwitch ? [`${key}: ${what}`] : [];
    });
  const rows = (run: Run) => {
    const table = run.output.split("\n").filter((line) => /^[a-z]+-\d {2}/.test(line));
    return Object.fromEntries(table.map((line) => line.split(/ {2,}/) as [string, string]));
  };

  it("asks before it stops anything: without a terminal it wants to be told", async () => {
    const run = await verb("stop", "--all");
    assert.equal(run.code, 64, run.output);
    assert.match(run.output, /no terminal to ask in: say --yes/);
    const nothing = await verb("start");
    assert.equal(nothing.code, 64, nothing.output);
    assert.match(nothing.output, /name machines, --person <PERSON>, --ring <RING>, or --all/);
    assert.deepEqual(nothing.journal, []);
  });

  it("is stopped with the seed as the last, and nobody is dialled", async () => {
    const run = await verb("stop", "--all", "--yes");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
    const order = switches(run);
    const begun = order.indexOf(`${seed}: deallocate`);
    for (const key of others) {
      const done = order.indexOf(`${key}: power deallocated`);
      assert.ok(done >= 0 && done < begun, `${key} is off before the seed is stopped: ${order}`);
    }
    assert.deepEqual(powers(), every("deallocated"));
    for (const key of all) assert.equal(rows(run)[key], "is deallocated (was running)", key);
    assert.match(run.output, /whenOff decides/);
  });

  it("is left alone by an update the next morning that has nothing to do, which names what is off", async () => {
    const run = await lab.up("--expect-no-changes");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
    for (const key of all) assert.match(run.output, new RegExp(`${key} is off \\(deallocated\\)`));
  });

  it("fails an update that has something to do, by the machine's name", async () => {
    lab.configure(changed);
    const run = await lab.up();
    assert.notEqual(run.code, 0);
    assert.match(run.output, /is off \(deallocated\), and there is something to do on it/);
    assert.deepEqual(reached(run), []);
  });

  it("begins nothing more once it is interrupted, and says that Azure goes on", async () => {
    lab.standIn.faults.add({
      kind: "delay",
      operation: "start",
      milliseconds: 3_600_000,
      times: 1,
    });
    const child = spawn(
      process.execPath,
      ["--require", compiler, main, "start", "--all", "--stack", "test"],
      { cwd: lab.directory, env: { ...process.env, ...lab.standIn.environment } },
    );
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    const before = lab.standIn.journal.read().length;
    const forget = lab.standIn.journal.listen(({ what, outcome }) => {
      if (what === "start" && outcome === "accepted") child.kill("SIGINT");
    });
    const [code] = (await once(child, "close")) as [number];
    forget();
    const journal = lab.standIn.journal.read().slice(before);
    assert.equal(code, 130, output);
    assert.deepEqual(switches({ code, output, journal }), [
      `${seed}: start`,
      `${seed}: power starting`,
    ]);
    assert.ok(output.includes(`Azure goes on by itself with what is under way: ${seed}.`), output);
    assert.ok(output.includes(`Not begun: ${others.join(", ")}.`), output);
  });

  it("is started by the same command again: the seed, which greets, and then the others; who is refused is named", async () => {
    // What Azure does meanwhile.
    await lab.standIn.azure.setPower(guestOf(lab, seed).record.vmId, "running");
    const refused = others[0];
    lab.standIn.faults.add({
      kind: "failRequest",
      operation: "start",
      match: virtualMachineOf(lab, refused),
    });
    const run = await verb("start", "--all");
    assert.equal(run.code, 1, run.output);
    assert.match(rows(run)[refused], /^was not started: AllocationFailed: Allocation failed\./);
    assert.equal(rows(run)[seed], "ran already");
    assert.deepEqual(
      switches(run).filter((line) => line.endsWith(": power running")).length,
      others.length - 1,
    );
    assert.equal(guestOf(lab, refused).record.power, "deallocated");
    // A greeting is no logon.
    assert.deepEqual(ran(run), []);
    assert.deepEqual(
      [...new Set(reached(run).map(({ subject }) => subject))].filter((one) => one !== seed),
      [],
    );
    lab.standIn.faults.clear();
    const again = await verb("start", refused, "--json");
    assert.equal(again.code, 0, again.output);
    const [one] = JSON.parse(
      again.output.slice(0, again.output.lastIndexOf("]") + 1),
    ) as Switched[];
    assert.deepEqual(one, {
      machine: refused,
      outcome: "done",
      before: "deallocated",
      power: "running",
    });
    assert.deepEqual(powers(), every("running"));
  });

  it("then takes the change that was left, and everybody proves everybody", async () => {
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    // The first ring's machines are tested by the second's, too.
    assert.deepEqual([...new Set(tested(run))], all);
  });

  it("stops a ring, and says whom the seed is missing where others stay up", async () => {
    const run = await verb("stop", "--ring", "canary", "--yes");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(Object.keys(rows(run)), ["grace-1", "grace-2"]);
    const isSeedOff = seed.startsWith("grace");
    assert.equal(/will be off while ada-1, ada-2, ada-3 stay up/.test(run.output), isSeedOff);
    assert.deepEqual(powers(), [...every("running").slice(0, 3), "deallocated", "deallocated"]);
  });
});
