import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { SecretScanner } from "../secretScanner";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";
import { runVerb } from "./labVerb";

const people = ["ada", "annie", "barbara", "dorothy", "frances", "grace"];
const machines = people.flatMap((person) =>
  Array.from({ length: 10 }, (_, index) => `${person}-${index + 1}`),
);

/** What only many machines show: limits of what runs at once, lines that grow, and what is said for each of them. */
describe("engine: the verbs on a lab of 60 machines", function () {
  this.timeout(180_000);
  let lab: LabProject;
  let scanner: SecretScanner;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    const own = (person: string) => machines.filter((key) => key.startsWith(`${person}-`));
    lab.configure({
      "azure-native:location": "westeurope",
      adminSources: ["10.255.0.0/24"],
      rings: [{ name: "canary", people: ["ada"] }],
      people: Object.fromEntries(
        people.map((person) => [
          person,
          { machines: Object.fromEntries(own(person).map((key) => [key, {}])) },
        ]),
      ),
    });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    const { adminPasswords } = await lab.outputs();
    scanner = new SecretScanner(
      Object.values<string>(adminPasswords).map((secret, index) => ({
        name: `password ${index}`,
        bytes: Buffer.from(secret),
      })),
    );
  });
  after(() => lab?.close());

  /** Runs a verb, which has nothing to warn of; what it says, without a secret. */
  const verb = async (...args: [string, ...string[]]): Promise<string> => {
    const run = await runVerb(lab, [...args]);
    assert.equal(run.code, 0, run.output);
    assert.doesNotMatch(run.output, /Warning/);
    assert.deepEqual(scanner.scan(Buffer.from(run.output)), []);
    return run.output;
  };

  it("shows all of them, as wanted, in lines of a terminal's width", async () => {
    assert.match(await verb("list"), / 60 /);
    const text = await verb("status");
    assert.match(text, /60 running; 60 as wanted/);
    assert.match(text, /^60 of 60 machines looked at$/m);
    const rows = text.split("\n").filter((line) => /^[a-z]+-\d+ /.test(line));
    assert.equal(rows.length, 60);
    for (const row of rows) assert.ok(row.length <= 160, row);
  });

  it("stops and starts all of them, the seed last and first", async () => {
    const stopped = await verb("stop", "--all", "--yes");
    assert.equal(stopped.match(/ is deallocated \(was running\)/g)?.length, 60);
    const { output } = await runVerb(lab, ["status", "--json"]);
    const off = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1)) as {
      machines: { power: string; drift: { state: string } }[];
    };
    assert.equal(off.machines.length, 60);
    for (const { power, drift } of off.machines) {
      assert.deepEqual([power, drift.state], ["deallocated", "off"]);
    }
    const started = await verb("start", "--all");
    assert.equal(started.match(/ runs \(was deallocated\)/g)?.length, 60);
  });

  it("says how to log on to each, what they cost, and draws them", async () => {
    const lines = await verb("connect", "--all");
    assert.equal(lines.match(/^ssh -F \S+ [a-z]+-\d+$/gm)?.length, 60);
    assert.match(await verb("cost"), /virtual machine[^\n]* 60 /);
    await verb("map", "--output", "lab.html");
    const page = fs.readFileSync(path.join(lab.directory, "lab.html"));
    for (const machine of machines) assert.ok(page.includes(machine), machine);
    assert.deepEqual(scanner.scan(page), []);
  });

  it("collects what all of them know, without a secret", async () => {
    await verb("collect", "--output", "lab.zip");
    const files = unzipSync(fs.readFileSync(path.join(lab.directory, "lab.zip")));
    const folders = new Set(Object.keys(files).map((name) => name.split("/").at(-2)));
    for (const machine of machines) assert.ok(folders.has(machine), machine);
    for (const [name, bytes] of Object.entries(files)) {
      assert.deepEqual(scanner.scan(Buffer.from(bytes)), [], `${name}: ${strFromU8(bytes)}`);
    }
  });
});
