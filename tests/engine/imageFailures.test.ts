import * as assert from "node:assert/strict";
import * as path from "node:path";
import { readEventLog, type ResourceFailure } from "../../local/eventLog";
import {
  engineTimeout,
  openLabProject,
  ran,
  tested,
  type LabProject,
  type Run,
} from "./labProject";

const cannot = { image: "windows-server-2022" };
const grace = { machines: { "grace-1": {}, "grace-2": {} } };
const graces = [
  "grace-1: Export-PeerIdentity",
  "grace-1: Set-PeerMachine",
  "grace-2: Set-PeerMachine",
];

/**
 * The first machine of each image shows that it can run the peer stack by a step that it has anyway, before anybody else of that image
 * is reached; what the others have to do waits for a later update.
 */
describe("engine: images that cannot run the peer stack, by the real CLI against the stand-in", function () {
  this.timeout(240_000);
  let lab: LabProject;
  let updates = 0;

  before(async function () {
    this.timeout(engineTimeout);
  });
  beforeEach(async () => (lab = await openLabProject()));
  afterEach(() => lab?.close());

  const configure = (people: object, settings: object = {}) =>
    lab.configure({
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people,
      ...settings,
    });

  /** An update that fails, and what became of each resource that failed, by its name. */
  async function failing(): Promise<{ run: Run; failed: Record<string, ResourceFailure> }> {
    const eventLog = path.join(lab.directory, `${(updates += 1)}.json`);
    const args = ["up", "--yes", "--skip-preview", "--stack", "test", "--continue-on-error"];
    const run = await lab.run(
      "pulumi",
      [...args, "--non-interactive", "--event-log", eventLog],
      // Without it the CLI does not know the flag.
      { PULUMI_DEBUG_COMMANDS: "true" },
    );
    assert.notEqual(run.code, 0, run.output);
    const { failures = [] } = readEventLog(eventLog) ?? {};
    return { run, failed: Object.fromEntries(failures.map((one) => [one.name, one])) };
  }
  const isRefused = (failure: ResourceFailure) => {
    assert.equal(failure?.guest?.code, "PEER_E_NOT_LICENSED", failure?.message);
    assert.match(failure.guest.message, /^The peer stack of this machine does not run/);
    assert.notEqual(failure.guest.hint, "");
  };
  const isWaitingFor = (prover: string, failure: ResourceFailure) =>
    assert.ok(
      failure?.message.includes(
        `waits: ${prover} has to show first that their image can run the peer stack`,
      ),
      failure?.message,
    );

  it("are named by the machine that makes an identity; an update after that finds the same, and goes on where the image can", async () => {
    const machines = (definition: object) => ({ "ada-1": definition, "ada-2": definition });
    configure({ ada: { machines: machines(cannot) }, grace });
    const { run, failed } = await failing();
    isRefused(failed["lab-ada-export"]);
    assert.deepEqual(ran(run), ["ada-1: Export-PeerIdentity", ...graces]);
    assert.deepEqual(tested(run), ["grace-1", "grace-2"]);
    const again = await failing();
    isRefused(again.failed["lab-ada-export"]);
    assert.deepEqual(ran(again.run), ["ada-1: Export-PeerIdentity"]);
    configure({ ada: { machines: machines({}) }, grace });
    const whole = await lab.up();
    assert.equal(whole.code, 0, whole.output);
    assert.ok(ran(whole).includes("ada-2: Set-PeerMachine"), whole.output);
  });

  it("are named by the first member of a group", async () => {
    const machines = { "ada-1": cannot, "ada-2": cannot };
    configure({ ada: { sharing: "group", machines }, grace });
    const { run, failed } = await failing();
    isRefused(failed["lab-ada.ada-1-identity"]);
    isWaitingFor("ada-1", failed["lab-ada.ada-2-identity"]);
    assert.deepEqual(ran(run), ["ada-1: New-PeerGroup", "ada-1: New-PeerIdentity", ...graces]);
    assert.deepEqual(tested(run), ["grace-1", "grace-2"]);
  });

  it("are named by the first machine that only imports, whose identity is made on another image", async () => {
    const machines = { "ada-1": {}, "ada-2": cannot, "ada-3": cannot };
    configure({ ada: { machines }, grace });
    const { run, failed } = await failing();
    isRefused(failed["lab-ada.ada-2"]);
    isWaitingFor("ada-2", failed["lab-ada.ada-3"]);
    assert.deepEqual(ran(run), [
      "ada-1: Export-PeerIdentity",
      "ada-1: Set-PeerMachine",
      "ada-1: Set-PeerPresence",
      "ada-2: Set-PeerMachine",
      ...graces,
    ]);
    assert.deepEqual(tested(run), ["ada-1", "grace-1", "grace-2"]);
  });

  it("are named where a whole lab gets them, by the state of the one that makes the identity, which is kept", async () => {
    const people = {
      ada: { machines: { "ada-1": {}, "ada-2": {} } },
      grace: { machines: { "grace-1": {} } },
    };
    configure(people, { seeds: ["grace-1"] });
    const first = await lab.up();
    assert.equal(first.code, 0, first.output);
    configure(people, { seeds: ["grace-1"], machineDefaults: cannot });
    const { run, failed } = await failing();
    isRefused(failed["lab-ada.ada-1"]);
    isRefused(failed["lab-grace-1-seed"]);
    isWaitingFor("ada-1", failed["lab-ada.ada-2"]);
    isWaitingFor("ada-1", failed["lab-grace.grace-1"]);
    // The one that makes the cloud come to life comes before every state, and proves the image itself.
    assert.deepEqual(ran(run), ["ada-1: Set-PeerMachine", "grace-1: Set-PeerPresence"]);
    configure(people, { seeds: ["grace-1"], machineDefaults: { image: "windows-10" } });
    const back = await lab.up();
    assert.equal(back.code, 0, back.output);
    assert.deepEqual(ran(back), [
      "ada-1: Set-PeerMachine",
      "ada-2: Set-PeerMachine",
      "grace-1: Set-PeerMachine",
      "grace-1: Set-PeerPresence",
    ]);
  });

  it("are no reason to wait once they are proved: the machine that proved one fails, and nobody else does", async () => {
    const people = { ada: { machines: { "ada-1": {}, "ada-2": {} } } };
    configure(people);
    const first = await lab.up();
    assert.equal(first.code, 0, first.output);
    const fails = () =>
      lab.standIn.faults.add({
        kind: "dropConnection",
        match: "ada-1",
        moment: "before",
        times: 1,
      });
    for (const port of [4711, 4712]) {
      fails();
      configure(people, { graphPorts: [{ port }] });
      const { run, failed } = await failing();
      assert.deepEqual(Object.keys(failed), ["lab-ada.ada-1"]);
      assert.deepEqual(tested(run), ["ada-2"]);
    }
    const back = await lab.up();
    assert.equal(back.code, 0, back.output);
    assert.deepEqual(ran(back), ["ada-1: Set-PeerMachine"]);
    const again = await lab.up("--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });
});
