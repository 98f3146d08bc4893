import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Shape } from "../../../components/plan/shape";
import { durationPattern, secondsOf } from "../../../rollout/plan/duration";
import { fileKeys, stageKeys } from "../../../rollout/plan/rolloutKeys";
import { rolloutRules } from "../../../rollout/plan/rolloutRules";
import { rolloutShape } from "../../../rollout/plan/rolloutShape";
import { exitCodes } from "../../../rollout/context";
import { stagePhases } from "../../../rollout/plan/record";
import { optionsOf, verbs } from "../../../rollout/arguments";
import { schemaFile, schemaText } from "../../../rollout/schema.generate";

/** Paths of all keys of a shape, with `[]` for an entry of a list and `*` for any name. */
function pathsOf(shape: Shape, path = ""): string[] {
  const below = (key: string) => (path === "" ? key : `${path}.${key}`);
  switch (shape.kind) {
    case "fields":
      return Object.entries(shape.fields).flatMap(([key, of]) => [
        below(key),
        ...pathsOf(of, below(key)),
      ]);
    case "map":
      return pathsOf(shape.of, below("*"));
    case "list":
      return pathsOf(shape.of, `${path}[]`);
    default:
      return [];
  }
}

const all = pathsOf(rolloutShape);
const described = [
  ...fileKeys.map(({ key }) => key),
  ...stageKeys.map(({ key }) => `stages.*.${key}`),
];

describe("what is said of each key of rollout.yaml", () => {
  it("is said of every key, and of no other", () => {
    // What all stages have is what a stage has.
    const own = all.filter((key) => !key.startsWith("defaults."));
    assert.deepEqual(described.toSorted(), own.toSorted());
    const shared = all.filter((key) => key.startsWith("defaults."));
    assert.notEqual(shared.length, 0);
    for (const key of shared) {
      assert.ok(described.includes(key.replace("defaults.", "stages.*.")), key);
    }
  });

  it("names what all stages may have", () => {
    const { text } = fileKeys.find(({ key }) => key === "defaults")!;
    const keys = all.filter((key) => /^defaults\.\w+$/.test(key)).map((key) => key.slice(9));
    assert.deepEqual(/: ([\w, ]+)\./.exec(text)?.[1].split(", ").toSorted(), keys.toSorted());
  });
});

describe("rollout/rollout.schema.json", () => {
  it("is what is generated (npm run schema:rollout)", () => {
    assert.equal(fs.readFileSync(schemaFile, "utf8"), schemaText());
  });

  it("describes every key, refuses others, and takes durations as the reader does", () => {
    type Schema = { properties?: Record<string, Schema>; [key: string]: unknown };
    const schema = JSON.parse(schemaText()) as Schema;
    const visit = (path: string, { properties, additionalProperties, items }: Schema): void => {
      if (properties) assert.equal(additionalProperties, false, path);
      for (const [key, own] of Object.entries(properties ?? {})) {
        const here = path === "" ? key : `${path}.${key}`;
        assert.ok(all.includes(here), here);
        assert.equal(typeof own.description, "string", here);
        visit(here, own);
      }
      if (typeof additionalProperties === "object")
        visit(`${path}.*`, additionalProperties as Schema);
      if (items) visit(`${path}[]`, items as Schema);
    };
    visit("", schema);
    for (const text of ["30m", "1d", "0s", "1h30m", "m", "1w", " 1m", ""]) {
      assert.equal(new RegExp(durationPattern).test(text), secondsOf(text) !== undefined, text);
    }
  });
});

describe("docs/rollout.md", () => {
  const guide = fs.readFileSync(path.resolve(__dirname, "../../../docs/rollout.md"), "utf8");
  /** First cells of the table below a heading, each with the whole row. */
  const rowsBelow = (heading: string) => {
    const start = guide.indexOf(`\n### ${heading}\n`);
    assert.notEqual(start, -1, heading);
    const end = guide.indexOf("\n#", start + 5);
    const rows = guide.slice(start, end === -1 ? undefined : end).split("\n");
    const found = new Map(
      rows
        .filter((line) => /^\| `?\w[\w.[\]-]*`? +\|/.test(line))
        .map((line) =>
          line
            .slice(2, -2)
            .split(" | ")
            .map((cell) => cell.trim()),
        )
        .map((cells) => [cells[0].replaceAll("`", ""), cells] as const),
    );
    for (const head of ["Key", "Rule", "Phase", "Code"]) found.delete(head);
    return found;
  };

  it("lists exactly the keys, with what is said of them and their defaults", () => {
    for (const [heading, keys] of [
      ["Keys of the file", fileKeys],
      ["Keys of a stage", stageKeys],
    ] as const) {
      const rows = rowsBelow(heading);
      assert.deepEqual(
        [...rows.keys()],
        keys.map(({ key }) => key),
        heading,
      );
      for (const { key, defaultValue = "", text } of keys) {
        assert.deepEqual(rows.get(key)?.slice(1), [defaultValue, text], key);
      }
    }
  });

  it("lists exactly the rules, the phases and the exit codes", () => {
    const rules = rowsBelow("Rules of the file");
    for (const { id, source } of rolloutRules) assert.ok(rules.get(id)?.includes(source), id);
    assert.equal(rules.size, rolloutRules.length);
    const phases = rowsBelow("Phases");
    assert.deepEqual([...phases.keys()], [...stagePhases]);
    const codes = rowsBelow("Exit codes");
    assert.deepEqual([...codes.keys()].map(Number), Object.values(exitCodes));
  });

  it("names every verb and every option", () => {
    for (const verb of verbs) {
      assert.ok(guide.includes(`npm run rollout -- ${verb}`), verb);
      for (const option of optionsOf[verb]) assert.ok(guide.includes(`--${option}`), option);
    }
  });
});
