import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { inputsOf } from "./arguments";
import { damages, type Arguments, type Damage } from "./damages";
import {
  peerLab,
  peerNetwork,
  peerPresence,
  personalPeerGroup,
  sharedPeerIdentity,
  windowsPeer,
  type Component,
  type Definition,
  type Form,
} from "./definitions/definition";
import { carryOut } from "./program";
import { quietly, run, sayRun } from "./runs";

const definitions: Readonly<Record<Component, fc.Arbitrary<Definition>>> = {
  PeerNetwork: peerNetwork,
  WindowsPeer: windowsPeer,
  SharedPeerIdentity: sharedPeerIdentity,
  PeerPresence: peerPresence,
  PersonalPeerGroup: personalPeerGroup,
  PeerLab: peerLab,
};

/** Inputs that nobody judges once they are known late, and who refuses them then. */
const notJudged: Readonly<Record<string, string>> = {
  resourceGroupName: "Azure, for the first resource in it",
  subnetId: "Azure, for the machine's interface",
  networkSecurityGroupId: "Azure, for the machine's interface",
  location: "Azure, for the first resource in it",
  jumpHost: "the connection, which is not made",
  seed: "the machine's own script",
  exportedIdentity: "the machine's own script, which imports it",
  exportPassword: "the machine's own script, which imports it",
};

const argumentOf = (path: string) => /^\w+/.exec(path)?.[0] ?? "";

/** Mistakes in what may be known late, and is judged then. */
const judged = damages.filter((damage: Damage) => {
  const args: Arguments = { people: { ada: { machines: { pc: {} } } }, machines: {} };
  damage.apply(args);
  const argument = argumentOf(damage.path(args));
  return inputsOf(damage.component).includes(argument) && !(argument in notJudged);
});

/** Nobody takes a lab's password where it has no machines. */
const isTaken = ({ people }: Arguments) =>
  people === undefined ||
  Object.values(people as Arguments).some(({ machines = {} }) => Object.keys(machines).length > 0);

describe("tests/properties/late", () => {
  let loudly: () => void;

  before(() => {
    sayRun();
    loudly = quietly();
  });
  after(() => loudly());

  it("is refused where the damage is, too, when its value is known only later", async function () {
    this.timeout("20m");
    const met = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc
          .constantFrom(...judged)
          .chain((damage) =>
            definitions[damage.component].map((definition) => ({ damage, definition })),
          ),
        fc.constantFrom<Form>("promise", "output", "secret"),
        async ({ damage, definition }, form) => {
          const args = structuredClone(definition.args) as Arguments;
          damage.apply(args);
          const path = damage.path(args);
          if (!isTaken(args)) return;
          met.add(`${damage.component}.${argumentOf(path)}`);
          const { thrown } = await carryOut({ ...definition, args, form } as Definition);
          const said = thrown instanceof Error ? thrown.message : String(thrown);
          assert.ok(said.includes(`${path}: `), `nothing is found at ${path}: ${said}`);
          if (damage.secret !== undefined) assert.ok(!said.includes(damage.secret), "it is told");
        },
      ),
      { seed: run.seed, numRuns: Math.ceil(run.definitions / 50) },
    );
    console.log(`      ${[...met].sort().join(", ")}`);
    if (run.definitions >= 5000) {
      for (const key of ["WindowsPeer.adminPassword", "PeerLab.adminPassword"]) {
        assert.ok(met.has(key), `${key} is never wrong`);
      }
    }
  });
});
