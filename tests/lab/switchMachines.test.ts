import * as assert from "node:assert/strict";
import { planPower, type PoweredMachine } from "../../lab/powerPlan";
import { AzureRefusal, type MachineInAzure, type PowerGoal } from "../../lab/resourceManager";
import { switchMachines, type SwitchOptions } from "../../lab/switchMachines";
import { exitCodeOf, hintsOf, linesOf, notHere, notThere } from "../../lab/switchedMachines";

/** Azure as these machines have it: what was asked of it is in `asked`. */
function azureOf(powers: Record<string, string>) {
  const asked: string[] = [];
  /** What comes of the next operations on a machine; done where nothing is said. */
  const comes: Record<string, (() => Promise<void>)[]> = {};
  const azure: SwitchOptions["azure"] = {
    async machine(id): Promise<MachineInAzure> {
      return { instance: id, power: powers[id], isSpot: id === "spot" };
    },
    async begin(id, goal) {
      asked.push(`${goal} ${id}`);
      const next = comes[id]?.shift();
      return {
        async done(signal) {
          await next?.();
          signal.throwIfAborted();
          powers[id] = goal;
        },
      };
    },
  };
  return { azure, asked, comes, powers };
}

const machinesOf = (powers: Record<string, string>): PoweredMachine[] =>
  Object.entries(powers).map(([key, power]) => ({
    machine: key,
    isSeed: key === "seed",
    isSelected: true,
    virtualMachineId: key,
    now: { instance: key, power, isSpot: key === "spot" },
  }));

describe("machines being switched", () => {
  const run = async (
    goal: PowerGoal,
    { azure, powers }: ReturnType<typeof azureOf>,
    more: Partial<SwitchOptions> = {},
  ) => {
    const plan = planPower(goal, machinesOf({ ...powers }));
    const signal = new AbortController().signal;
    return switchMachines(plan, { goal, azure, signal, pauseMilliseconds: 0, ...more });
  };
  const outcomes = (switched: Awaited<ReturnType<typeof run>>) =>
    Object.fromEntries(switched.map(({ machine, outcome }) => [machine, outcome]));

  it("starts the seed, waits for its greeting, and only then starts the others", async () => {
    const stage = azureOf({ "a-1": "deallocated", seed: "deallocated", "b-1": "running" });
    const switched = await run("running", stage, {
      greeted: async ({ machine }) => void stage.asked.push(`${machine} greets`),
    });
    assert.deepEqual(stage.asked, ["running seed", "seed greets", "running a-1"]);
    assert.deepEqual(outcomes(switched), { seed: "done", "a-1": "done", "b-1": "already" });
  });

  it("waits for no greeting where nobody is started after the seed, nor where machines are stopped", async () => {
    const greeted = async () => assert.fail("asked for a greeting");
    await run("running", azureOf({ seed: "deallocated", "a-1": "running" }), { greeted });
    const stage = azureOf({ seed: "running", "a-1": "running" });
    await run("deallocated", stage, { greeted });
    assert.deepEqual(stage.asked, ["deallocated a-1", "deallocated seed"]);
  });

  it("waits for what is under way, and begins after the opposite has come to its end", async () => {
    const stage = azureOf({ "a-1": "starting", "a-2": "deallocating" });
    const looks: Record<string, string[]> = {
      "a-1": ["starting", "running"],
      "a-2": ["deallocating", "deallocated", "running"],
    };
    const azure = {
      ...stage.azure,
      machine: async (id: string) => ({ instance: id, power: looks[id].shift()!, isSpot: false }),
    };
    const switched = await run("running", { ...stage, azure });
    assert.deepEqual(stage.asked, ["running a-2"]);
    assert.deepEqual(outcomes(switched), { "a-1": "done", "a-2": "done" });
  });

  it("names what failed with Azure's code, and switches the others all the same", async () => {
    const stage = azureOf({ seed: "deallocated", "a-1": "deallocated", spot: "deallocated" });
    const full = async () => {
      throw new AzureRefusal("AllocationFailed", "There is no room.");
    };
    Object.assign(stage.comes, { seed: [full], spot: [full] });
    const switched = await run("running", stage, { greeted: async () => assert.fail("it is off") });
    assert.deepEqual(outcomes(switched), { seed: "failed", "a-1": "done", spot: "failed" });
    assert.equal(switched[0].code, "AllocationFailed");
    assert.equal(switched[0].message, "AllocationFailed: There is no room.");
    assert.match(String(switched[2].message), /There is no room\. It is a Spot machine/);
    assert.equal(exitCodeOf(switched, false), 1);
    assert.match(linesOf(switched, "running"), /^seed +was not started: AllocationFailed/);
  });

  it("looks again where somebody else switches the machine, and gives up where it never ends", async () => {
    const preempted = async () => {
      throw new AzureRefusal("OperationPreempted", "By somebody else.");
    };
    const stage = azureOf({ "a-1": "deallocated", "a-2": "deallocated", "a-3": "deallocated" });
    Object.assign(stage.comes, {
      "a-1": [preempted],
      "a-2": [
        async () => {
          stage.powers["a-2"] = "running";
          await preempted();
        },
      ],
      "a-3": [preempted, preempted, preempted],
    });
    const switched = await run("running", stage);
    assert.deepEqual(outcomes(switched), { "a-1": "done", "a-2": "done", "a-3": "failed" });
    assert.equal(stage.asked.filter((one) => one.endsWith("a-2")).length, 1);
    assert.equal(stage.asked.filter((one) => one.endsWith("a-3")).length, 3);
  });

  it("does not take Azure's word for it: a machine that is off again has failed", async () => {
    const stage = azureOf({ "a-1": "deallocated" });
    const azure = {
      ...stage.azure,
      machine: async () => ({ instance: "a-1", power: "deallocated", isSpot: false }),
    };
    const [one] = await run("running", { ...stage, azure });
    assert.equal(one.outcome, "failed");
    assert.match(String(one.message), /the machine is deallocated/);
  });

  it("begins nothing after it was asked to end, and says what Azure goes on with", async () => {
    const stage = azureOf({ seed: "deallocated", "a-1": "deallocated", "a-2": "running" });
    const asked = new AbortController();
    stage.comes.seed = [async () => asked.abort()];
    const switched = await run("running", stage, { signal: asked.signal });
    assert.deepEqual(stage.asked, ["running seed"]);
    assert.deepEqual(outcomes(switched), {
      seed: "under way",
      "a-1": "not begun",
      "a-2": "already",
    });
    assert.equal(exitCodeOf(switched, true), 130);
    assert.deepEqual(hintsOf(switched, "running", "peerlab"), [
      "Azure goes on by itself with what is under way: seed.",
      "Not begun: a-1.",
      "The same command does the rest.",
    ]);
  });

  it("fails for a machine that is gone where it is to run, and for one of one's own where it is named", () => {
    const [one] = machinesOf({ "a-1": "" });
    assert.equal(notThere(one, "running").outcome, "failed");
    assert.equal(notThere(one, "deallocated").outcome, "gone");
    assert.equal(notHere(one, ["a-1"]).outcome, "failed");
    assert.equal(notHere(one, []).outcome, "elsewhere");
  });
});
