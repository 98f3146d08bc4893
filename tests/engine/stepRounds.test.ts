import * as assert from "node:assert/strict";
import * as path from "node:path";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";
import { longestChain, openStepRounds } from "./stepRounds";

/** Steps that may wait for each other: preparation, copy, export, waking of the seed, state of the machine, test. */
const mostSteps = 7;

describe("engine: remote steps that wait for each other, counted from the engine's event log", function () {
  this.timeout(engineTimeout);
  let lab: LabProject | undefined;
  afterEach(async () => {
    await lab?.close();
    lab = undefined;
  });

  /** Half of the people share an identity, the other half have a group; two machines each, and one more. */
  function people(machines: number): Record<string, object> {
    const result: Record<string, { machines: Record<string, object> } & Record<string, unknown>> =
      {};
    for (let index = 0; index < machines; index++) {
      const number = Math.floor(index / 2);
      const person = `person-${String(number).padStart(2, "0")}`;
      const sharing = number % 2 === 0 ? "group" : "identity";
      result[person] ??= {
        sharing,
        machines: {},
        services: { chat: { port: 5001 }, files: { port: 5002 } },
      };
      result[person].machines[`pc-${String(index).padStart(2, "0")}`] = {};
    }
    return result;
  }

  async function chainOf(machines: number): Promise<string[]> {
    const rounds = openStepRounds();
    lab = await openLabProject(undefined, { observe: rounds.observe });
    lab.configure({
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: people(machines),
    });
    const eventLog = path.join(lab.directory, "events.json");
    rounds.follow(eventLog);
    const up = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test"];
    const run = await lab.run("pulumi", [...up, "--parallel", "10000", "--event-log", eventLog], {
      // Without it the CLI does not know the flag.
      PULUMI_DEBUG_COMMANDS: "true",
      // The engine would write the whole state after each of 1,500 steps.
      PULUMI_EXPERIMENTAL: "true",
      PULUMI_SKIP_CHECKPOINTS: "true",
    });
    rounds.end();
    assert.equal(run.code, 0, run.output);
    const chain = longestChain(eventLog);
    await lab.close();
    lab = undefined;
    return chain;
  }

  it(`are at most ${mostSteps} in a lab of 3 machines, and as many in a lab of 60`, async () => {
    const few = await chainOf(3);
    assert.ok(few.length <= mostSteps, few.join(" -> "));
    const many = await chainOf(60);
    assert.equal(many.length, few.length, `${few.join(" -> ")}\n${many.join(" -> ")}`);
  });
});
