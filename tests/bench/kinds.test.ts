import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import {
  entryOf,
  kindNames,
  kindOf,
  kinds,
  makesLab,
  projectFileOf,
  variablesOf,
} from "../../bench/kinds";
import { configurationOf } from "../../bench/labs";

const root = path.resolve(__dirname, "../..");

describe("bench: the programs and their labs", () => {
  it("each name has one kind, with a letter of its own and a program that is there", () => {
    assert.deepEqual(
      kinds.map(({ name }) => name),
      [...kindNames],
    );
    assert.equal(new Set(kinds.map(({ letter }) => letter)).size, kinds.length);
    for (const { name, program } of kinds) {
      if (program !== undefined)
        assert.doesNotThrow(() => require.resolve(path.join(root, program)), name);
    }
  });

  it("programs as Pulumi runs them by default are type-checked and keep their stack traces", () => {
    for (const kind of kinds) {
      const isOurs = kind.mode === "ours";
      const entry = entryOf(kind, "../../..");
      assert.equal(/^Error\.stackTraceLimit = 0;/.test(entry), isOurs, kind.name);
      // A program that is reached by require() is not type-checked with the one that reaches it.
      if (kind.program !== undefined) assert.equal(/require\(/.test(entry), isOurs, kind.name);
      const { runtime } = parse(projectFileOf(kind)) as {
        runtime: { options: { tsconfig?: string } };
      };
      assert.equal(runtime.options.tsconfig, isOurs ? "tsconfig.program.json" : undefined);
      assert.equal("PULUMI_NODEJS_TRANSPILE_ONLY" in variablesOf(kind), !isOurs, kind.name);
    }
  });

  it("(c) and (f) are one program, and so are both empty ones", () => {
    assert.equal(kindOf("hand-written-default").program, kindOf("hand-written").program);
    assert.equal(kindOf("empty-default").program, kindOf("empty").program);
    assert.deepEqual(
      kinds.filter(makesLab).map(({ letter }) => letter),
      ["c", "d", "e", "f"],
    );
  });

  const machinesOf = (machines: number) =>
    Object.values(
      configurationOf(machines)["peerlab:people"] as Record<string, { machines: object }>,
    ).map((person) => Object.keys(person.machines));

  it("a lab has as many machines as it is to have, five for each person", () => {
    for (const machines of [1, 2, 10, 50, 200, 500]) {
      const people = machinesOf(machines);
      assert.equal(people.flat().length, machines);
      assert.equal(people.length, Math.ceil(machines / 5));
      assert.ok(people.every((own) => own.length <= 5));
      assert.deepEqual(people.flat(), people.flat().toSorted(), "keys are in code-point order");
    }
  });

  it("the lab of five machines is that of npm start", () => {
    const file = fs.readFileSync(path.join(root, "Pulumi.local.yaml"), "utf8");
    assert.deepEqual(configurationOf(5), (parse(file) as { config: object }).config);
    assert.equal(machinesOf(5).flat().length, 5);
  });
});
