import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { findingsOf, objectionsOf } from "./acceptance";
import { everythingThatCanBeSaid, occurrences } from "./arguments";
import { definition, type Component } from "./definitions/definition";
import { carryOut } from "./program";
import { run, sayRun, quietly } from "./runs";

const components: readonly Component[] = [
  "PeerNetwork",
  "WindowsPeer",
  "SharedPeerIdentity",
  "PeerLab",
];

/** How many of the definitions that are valid by construction the library has to accept. */
const toAccept = 0.95;

describe("tests/properties/valid", () => {
  const numRuns = Math.ceil(run.definitions / 2);
  const occurred = new Map<string, number>();
  const refused = new Map<string, number>();
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

  it("says every argument of every component, each value of those that have few", function () {
    // In a shorter run what is seldom may not come up.
    if (numRuns < 2500) this.skip();
    const often = Math.floor(numRuns / 2500);
    const seldom = components
      .flatMap((component) => everythingThatCanBeSaid(component))
      .filter((path) => (occurred.get(path) ?? 0) < often)
      .map((path) => `${path}: ${occurred.get(path) ?? 0} times`);
    assert.deepEqual(seldom, [], `each at least ${often} times in ${numRuns} definitions`);
  });
});

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
