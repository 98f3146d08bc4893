import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as fc from "fast-check";
import { misplaced, odd } from "./definitions/odd";
import { carryOut } from "./program";
import { quietly, run, sayRun } from "./runs";

/** Arguments that hold secrets, wherever they stand. */
const secretKeys = /^(adminPassword|exportPassword|exportedIdentity|password|privateKey)$/;

function secretsIn(value: unknown, key = ""): string[] {
  // Shorter ones stand in many a word.
  if (typeof value === "string") return secretKeys.test(key) && value.length >= 8 ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => secretsIn(entry, name));
}

describe("tests/properties/odd", () => {
  let loudly: () => void;

  before(() => {
    sayRun();
    loudly = quietly();
  });
  after(() => loudly());

  it("ends in findings, or in nothing, whatever stands where, and shows no secret", async function () {
    this.timeout("20m");
    let accepted = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(odd, async ({ definition }) => {
        const secrets = [misplaced, ...secretsIn(definition.args)];
        const { thrown } = await carryOut(definition);
        if (thrown === undefined) {
          accepted++;
          return;
        }
        refused++;
        const message = thrown instanceof Error ? thrown.message : String(thrown);
        assert.ok(
          pulumi.InputPropertiesError.isInstance(thrown) || isLateFinding(thrown),
          `ends with ${message}`,
        );
        for (const secret of secrets) assert.ok(!message.includes(secret), `told: ${message}`);
      }),
      { seed: run.seed, numRuns: Math.ceil(run.definitions / 10) },
    );
    console.log(`      ${accepted} accepted, ${refused} refused`);
    if (run.definitions >= 1000) assert.ok(accepted > 0 && refused > 0, "both occur");
  });
});

/** What was found only when a value was known: it is said with its path, too. */
function isLateFinding(thrown: unknown): boolean {
  return (
    pulumi.RunError.isInstance(thrown) && /has (one mistake|\d+ mistakes):\n/.test(thrown.message)
  );
}
