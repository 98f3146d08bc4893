import * as assert from "node:assert/strict";
import { allRules } from "../../components/plan/rules";
import { resourceTypes } from "../../local/azure/types";
import { notByDefinition, ruleCases } from "../components/plan/ruleCases";
import { allCases } from "../local/azure/allCases";
import { azureRulesTable } from "./azureRulesTable";
import { knownRules } from "./knownRules";

/** The stand-in's rules by id: with which codes it refuses, and how well each is founded. */
function standInRules(): Map<string, { grades: Set<string>; codes: Set<string> }> {
  const found = new Map<string, { grades: Set<string>; codes: Set<string> }>();
  const note = (id: string, grade: string, code: string | undefined) => {
    const entry = found.get(id) ?? { grades: new Set(), codes: new Set() };
    found.set(id, entry);
    entry.grades.add(grade);
    if (code !== undefined) entry.codes.add(code);
  };
  for (const { rules, deletionRules = [] } of resourceTypes.values()) {
    for (const { id, grade, code, warns } of rules) {
      note(id, grade, warns || grade === "U" ? undefined : code);
    }
    for (const { id, grade, code } of deletionRules) note(id, grade, code);
  }
  return found;
}

describe("docs/azure-rules.md", () => {
  const { azure, library, documents } = azureRulesTable();
  const standIn = standInRules();
  const served = azure.filter(
    ({ refuses, otherwise }) => refuses.length > 0 || otherwise === "warns",
  );

  it("has each rule once", () => {
    const ids = azure.map(({ id }) => id);
    assert.deepEqual([...ids].sort(), [...new Set(ids)].sort());
    assert.deepEqual([...library].sort(), [...new Set(library)].sort());
  });

  it("has every rule that is known of Azure", () => {
    const ids = new Set(azure.map(({ id }) => id));
    assert.deepEqual(
      knownRules.filter((id) => !ids.has(id)),
      [],
    );
  });

  it("says of every rule of the stand-in what it does and how well it is founded, and names no other", () => {
    assert.deepEqual(served.map(({ id }) => id).sort(), [...standIn.keys()].sort());
    for (const { id, grade, refuses } of served) {
      const rule = standIn.get(id);
      assert.deepEqual([...refuses].sort(), [...(rule?.codes ?? [])].sort(), id);
      assert.deepEqual([grade], [...(rule?.grades ?? [])], id);
    }
  });

  it("gives a source for every rule that is better founded than by hearsay", () => {
    const without = azure.filter(({ grade, source }) => grade !== "U" && source === "");
    assert.deepEqual(
      without.map(({ id }) => id),
      [],
    );
  });

  it("names sources by keys that are explained, and explains no other, or as issues or documents", () => {
    const sources = new Set(
      azure.flatMap(({ source }) => (source === "" ? [] : source.split(", "))),
    );
    const keys = [...sources].filter((source) => /^[A-Z]\d*$/.test(source));
    assert.deepEqual(
      keys.filter((key) => !documents.includes(key)),
      [],
    );
    assert.deepEqual([...new Set(documents)], documents);
    const form =
      /^([\w.-]+(\/[\w.-]+)?#\d+|[\w-]+\.(md|yml)|replacement\.go and properties\.go|.+ \(.+\))$/;
    const others = ["pulumi-azure-native", ...keys];
    assert.deepEqual(
      [...sources].filter((source) => !form.test(source) && !others.includes(source)),
      [],
    );
  });

  it("names for each refusal and warning of the stand-in one that a test tries", () => {
    const tried = new Set(allCases.map(({ rule, code }) => `${rule} ${code ?? "warns"}`));
    const named = served.flatMap(({ id, refuses }) =>
      (refuses.length > 0 ? refuses : ["warns"]).map((what) => `${id} ${what}`),
    );
    assert.deepEqual([...tried].sort(), named.sort());
  });

  it("leaves what is not known before to Azure only where the stand-in cannot know it either", () => {
    for (const { id, otherwise, refuses, withoutRule } of azure) {
      if (!withoutRule?.startsWith("not known")) continue;
      // Who else uses what a lab made is known to neither.
      const excused = otherwise?.startsWith("not served") || id === "GROUP-BLOCKED";
      assert.ok(excused, `${id}: the stand-in ${otherwise ?? `refuses ${refuses.join(", ")}`}`);
    }
  });

  it("names rules of the library that exist, and every one of them", () => {
    const existing = new Set(allRules.map(({ id }) => id));
    const named = new Set([...library, ...azure.flatMap(({ rules }) => rules)]);
    assert.deepEqual([...named].sort(), [...existing].sort());
  });

  it("names for a rule of Azure rules by which a definition is refused, or an existing part that leads to it", () => {
    const refused = new Set(ruleCases.map(({ rule }) => rule));
    for (const { id, rules } of azure) {
      for (const rule of rules) {
        const otherwise = notByDefinition[rule] ?? "";
        const found = /existing|state|^never/.test(otherwise);
        assert.ok(refused.has(rule) || found, `${id}: ${rule} ${otherwise}`);
      }
    }
  });

  it("counts as the library's own what no rule of Azure leads to", () => {
    const ofAzure = new Set(azure.flatMap(({ rules }) => rules));
    assert.deepEqual(
      library.filter((id) => ofAzure.has(id)),
      [],
    );
  });
});
