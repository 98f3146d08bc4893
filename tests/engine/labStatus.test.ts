import * as assert from "node:assert/strict";
import type { LabStatus } from "../../lab/machineStatus";
import type { ListedStack } from "../../lab/stackSummary";
import { SecretScanner } from "../secretScanner";
import { engineTimeout, openLabProject, reached, twoPeople, type LabProject } from "./labProject";
import { guestOf } from "./labState";
import { runVerb } from "./labVerb";

describe("engine: a lab's stacks are listed, and its machines shown as they stand", function () {
  this.timeout(180_000);
  let lab: LabProject;
  let scanner: SecretScanner;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    const rings = [
      { name: "canary", people: ["grace"] },
      { name: "rest", people: ["ada"] },
    ];
    lab.configure({ ...twoPeople, rings, tags: { expires: "2020-02-29" } });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    const { adminPasswords, exportedIdentities } = await lab.outputs();
    const secrets = [
      lab.standIn.jumpHost.password,
      ...Object.values<string>(adminPasswords),
      ...Object.values<{ exportPassword: string }>(exportedIdentities).map(
        ({ exportPassword }) => exportPassword,
      ),
    ];
    scanner = new SecretScanner(
      secrets.map((secret, index) => ({ name: `secret ${index}`, bytes: Buffer.from(secret) })),
    );
  });
  after(() => lab?.close());

  const verb = async (...args: [string, ...string[]]) => {
    const run = await runVerb(lab, args);
    assert.deepEqual(scanner.scan(Buffer.from(run.output)), [], "a secret is shown");
    return run;
  };
  const json = (output: string) => JSON.parse(output.slice(output.search(/^[[{]/m))) as unknown;

  it("lists the stacks, one without a lab too, and asks nobody", async () => {
    const made = await lab.pulumi("stack", "init", "empty");
    assert.equal(made.code, 0, made.output);
    assert.equal((await lab.pulumi("stack", "select", "test")).code, 0);
    const run = await verb("list");
    assert.equal(run.code, 0, run.output);
    assert.match(run.output, /^empty +no lab +\S+ \S+ UTC$/m);
    assert.match(
      run.output,
      /^test\* +westeurope +lab\w+ +ada, grace +5 +\S+ \S+ UTC +2020-02-29 \(expired\)$/m,
    );
    assert.deepEqual(run.journal, []);
    const stacks = json((await verb("list", "--json")).output) as ListedStack[];
    assert.deepEqual(
      stacks.map(({ stack, selected, lab: one }) => [stack, selected, one?.machines]),
      [
        ["empty", false, undefined],
        ["test", true, 5],
      ],
    );
  });

  it("has nothing to say of what a stack without a lab costs, nor of prices that cannot be read", async () => {
    const nothing = await verb("cost", "--stack", "empty");
    assert.equal(nothing.code, 0, nothing.output);
    assert.equal(nothing.output, "The stack empty has nothing that costs money.\n");
    const none = await verb("cost", "--stack", "empty", "--prices", "none.json");
    assert.equal(none.code, 1, none.output);
    assert.match(none.output, /^The prices none\.json cannot be read: ENOENT/);
  });

  it("tells machines that are off, drifted, silent and as wanted apart", async () => {
    const { standIn } = lab;
    await standIn.azure.setPower(guestOf(lab, "ada-2").record.vmId, "deallocated");
    guestOf(lab, "ada-3").record.services.PNRPsvc.status = "Stopped";
    standIn.faults.add({ kind: "dropConnection", match: "grace-2", moment: "before" });
    const run = await verb("status", "--json");
    assert.equal(run.code, 2, run.output);
    const status = json(run.output) as LabStatus;
    const standing = status.machines.map(({ machine, ring, power, drift }) => [
      ...[machine, ring, power, drift.state],
    ]);
    assert.deepEqual(standing, [
      ["ada-1", "rest", "running", "as wanted"],
      ["ada-2", "rest", "deallocated", "off"],
      ["ada-3", "rest", "running", "drifted"],
      ["grace-1", "canary", "running", "as wanted"],
      ["grace-2", "canary", "running", "unknown"],
    ]);
    assert.ok(!reached(run).some(({ subject }) => subject === "ada-2"));
    assert.deepEqual(status.rings, ["canary", "rest"]);
    assert.deepEqual(
      status.people.map(({ person, copyTaken }) => [person, copyTaken]),
      [
        ["ada", false],
        ["grace", false],
      ],
    );
    const text = await verb("status", "--ring", "canary", "--person", "ada");
    assert.equal(text.code, 2, text.output);
    assert.match(text.output, /^test: 5 machines: 4 running, 1 off; 2 as wanted, /m);
    assert.match(text.output, /^ada-3: drifted: .*PNRPsvc/m);
    assert.match(text.output, /^grace-2: unknown: does not answer/m);
  });

  it("dials nobody where it is told so, and names what is selected wrongly", async () => {
    const run = await verb("status", "ada-1", "ada-2", "--no-ask");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
    assert.match(run.output, /1 running, 1 off; 1 drift unknown\./);
    const wrong = await verb("status", "ada-9", "--ring", "canry");
    assert.equal(wrong.code, 1);
    assert.match(wrong.output, /no machine "ada-9" [^]*no ring "canry" .*did you mean "canary"/);
  });
});
