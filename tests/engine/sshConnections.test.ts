import * as assert from "node:assert/strict";
import {
  engineTimeout,
  openLabProject,
  provingActions,
  type LabProject,
  type Run,
} from "./labProject";
import { logons, sshConnections } from "./sshConnections";

/** What a machine of a first update is reached for, whatever it is: one connection each. */
const each = ["copy", "Set-PeerMachine", "Test-PeerReachability"];

/**
 * What each machine of a first update is reached for, in any order. At most three for each machine (the copy, its state, the
 * proof), and one more for who makes an identity, invites into a group or joins one.
 */
const firstUp: Record<string, string[]> = {
  // Makes the identity.
  "ada-1": [...each, "Export-PeerIdentity"],
  "ada-2": each,
  // Makes the identity of his one machine.
  "alan-1": [...each, "Export-PeerIdentity"],
  // Makes an identity of its own and with it the group, being its first member, and invites into it.
  "grace-1": [...each, "New-PeerIdentity", "New-PeerGroup", "New-PeerGroupInvitation"],
  // Joins it, with an identity of its own.
  "grace-2": [...each, "New-PeerIdentity"],
};

/** Beyond the limits: what wakes the lab's seed, on that machine alone. */
const seed = "Set-PeerPresence";

const machines = Object.keys(firstUp);
const definition = {
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  people: {
    ada: { machines: { "ada-1": {}, "ada-2": {} } },
    alan: { machines: { "alan-1": {} }, services: { chat: { port: 5001 } } },
    grace: { sharing: "group", machines: { "grace-1": {}, "grace-2": {} } },
  },
};
const withPort = {
  ...definition,
  people: {
    ...definition.people,
    alan: { machines: { "alan-1": {} }, services: { chat: { port: 5002 } } },
  },
};

describe("engine: SSH connections, counted by the machines' servers", function () {
  this.timeout(240_000);
  let lab: LabProject;
  let first: Run;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    lab.configure(definition);
    first = await lab.up();
    assert.equal(first.code, 0, first.output);
  });
  after(() => lab?.close());

  it("of a first update are one for each step, and none besides", () => {
    const steps = Object.fromEntries(machines.map((key) => [key, stepsOn(first, key)]));
    assert.deepEqual(
      logons(first),
      Object.fromEntries(machines.map((key) => [key, steps[key].length])),
    );
    const limited = machines.map((key) => [key, steps[key].filter((step) => step !== seed)]);
    assert.deepEqual(Object.fromEntries(limited), sorted(firstUp));
    assert.ok(Object.values(sshConnections(first)).every(({ refused }) => refused === 0));
  });

  it("are one on a machine with one changed setting, the proof apart, and none where there is nothing to do", async () => {
    lab.configure(withPort);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    for (const key of machines) {
      const steps = stepsOn(run, key);
      assert.equal(logons(run)[key] ?? 0, steps.length, key);
      assert.deepEqual(
        steps.filter((step) => !provingActions.includes(step)),
        key === "alan-1" ? ["Set-PeerMachine"] : [],
        key,
      );
      // Nobody even knocks at a machine that has nothing to do.
      if (steps.length === 0) assert.equal(sshConnections(run)[key], undefined, key);
    }
  });

  it("are none in a preview, in an update without a change, and when everything is destroyed", async () => {
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"], ["destroy", "--yes"]]) {
      const run = await lab.pulumi(...command, "--stack", "test");
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(sshConnections(run), {}, command[0]);
    }
  });
});

const sorted = (steps: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(steps).map(([key, names]) => [key, [...names].sort()]));

/** What ran on a machine over SSH, sorted; the many files of a copy are one step. */
function stepsOn(run: Run, machine: string): string[] {
  const own = run.journal.filter(({ subject }) => subject === machine);
  const commands = own.filter(({ kind }) => kind === "command");
  const copies = own.some(({ kind }) => kind === "copy") ? ["copy"] : [];
  return [...copies, ...commands.map(({ what }) => what.split(" ").pop() ?? "")].sort();
}
