import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import type { PeerLabArgs } from "../../components";
import { findingsOf, objectionsOf } from "./acceptance";
import { everythingThatCanBeSaid, occurrences } from "./arguments";
import { definition, type Component } from "./definitions/definition";
import { carryOut } from "./program";
import { run, sayRun, quietly } from "./runs";

const components: readonly Component[] = [
  "PeerNetwork",
  "WindowsPeer",
  "SharedPeerIdentity",
  "PeerPresence",
  "PersonalPeerGroup",
  "PeerLab",
];

/** How many of the definitions that are valid by construction the library has to accept. */
const toAccept = 0.95;

/** Whole labs among them, and how many of those have machines. */
const labs = 0.24;
const labsWithMachines = 0.18;

describe("tests/properties/valid", () => {
  const numRuns = Math.ceil(run.definitions / 2);
  const occurred = new Map<string, number>();
  const refused = new Map<string, number>();
  const machines = new Map<string, number>();
  let declared = 0;
  let notAccepted = 0;
  let loudly: () => void;

  before(() => {
    sayRun();
    loudly = quietly();
  });
  after(() => loudly());

  it("gives nothing to Azure that Azure refuses or warns of", async function () {
    this.timeout("20m");
    await fc.assert(
      fc.asyncProperty(definition, async (known) => {
        for (const path of occurrences(known.component, known.args)) count(occurred, path);
        if (known.component === "PeerLab") count(machines, String(machinesOf(known.args)));
        const outcome = await carryOut(known);
        declared++;
        const findings = findingsOf(outcome);
        // What the library refuses reaches no Azure: the next test counts it.
        if (findings.length > 0) {
          notAccepted++;
          for (const { path, reason } of findings) count(refused, `${path}: ${reason}`);
          return;
        }
        assert.deepEqual(objectionsOf(known, outcome), []);
      }),
      { seed: run.seed, numRuns },
    );
  });

  it("accepts what is valid", () => {
    const lines = [...refused].map(([finding, times]) => `      ${times} x ${finding}`);
    const accepted = 1 - notAccepted / declared;
    if (lines.length > 0) console.log(`      refused of ${declared}:\n${lines.join("\n")}`);
    assert.ok(
      declared > 0 && accepted >= toAccept,
      `${(100 * accepted).toFixed(1)} % of ${declared} valid definitions are accepted`,
    );
  });

  it("declares whole labs, of one to six machines", function () {
    const all = [...machines.values()].reduce((sum, times) => sum + times, 0);
    const sizes = [...machines].sort().map(([size, times]) => `${times} of ${size} machines`);
    console.log(`      ${all} labs: ${sizes.join(", ")}`);
    // In a shorter run chance has too large a part in it.
    if (numRuns < 2500) this.skip();
    assert.ok(all >= labs * numRuns, `${all} of ${numRuns} definitions are labs`);
    const without = machines.get("0") ?? 0;
    assert.ok(all - without >= labsWithMachines * numRuns, `${without} labs are without machines`);
    assert.deepEqual([...machines.keys()].sort(), ["0", "1", "2", "3", "4", "5", "6"]);
  });

  it("says every argument of every component, each value of those that have few", function () {
    // In a shorter run what is seldom may not come up.
    if (numRuns < 2500) this.skip();
    const often = Math.floor(numRuns / 2500);
    const seldom = components
      .flatMap((component) => everythingThatCanBeSaid(component))
      // What another network gave as an output: tests/properties/additiveRules.test.ts draws it.
      .filter((path) => !path.startsWith("PeerNetwork.rulesBefore"))
      .filter((path) => (occurred.get(path) ?? 0) < often)
      .map((path) => `${path}: ${occurred.get(path) ?? 0} times`);
    assert.deepEqual(seldom, [], `each at least ${often} times in ${numRuns} definitions`);
  });
});

function machinesOf({ people }: PeerLabArgs): number {
  return Object.values(people)
    .map(({ machines = {} }) => Object.keys(machines).length)
    .reduce((sum, own) => sum + own, 0);
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
