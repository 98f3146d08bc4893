import * as assert from "node:assert/strict";
import { isReported, judgeAzureResource } from "../../policy/azureAccepts";
import { judgeTogether } from "../../policy/azureResources/together";
import { allCases } from "../local/azure/allCases";
import type { RuleCase } from "../local/azure/ruleCase";
import { makeLab } from "../local/azure/stage";
import { openPaperStage, type PaperStage } from "./paperStage";
import { notFound, notOnPaper } from "./standInExceptions";
import { stackOf } from "./stacks";

function findings(paper: PaperStage): string[] {
  const stack = stackOf(...paper.declared());
  return [...stack.resources.flatMap(judgeAzureResource), ...judgeTogether(stack)]
    .filter(isReported)
    .map(({ rule, path, reason }) => `${rule} ${path}: ${reason}`);
}

/** What the pack says of the legal or the illegal part of a case, beyond what it says before. */
async function judged(one: RuleCase, part: "illegal" | "legal"): Promise<string[]> {
  const paper = openPaperStage();
  const lab = await makeLab(paper.stage);
  const prepared = (await one.prepare?.(paper.stage, lab)) ?? {};
  const before = findings(paper);
  const { stage } = paper;
  // A case may make something, and take it away for the next one: it is judged while it is there.
  const found = new Set<string>();
  const note = () => findings(paper).forEach((finding) => found.add(finding));
  const { remove } = stage;
  stage.remove = async (made) => {
    note();
    await remove.call(stage, made);
  };
  await one[part](stage, lab, prepared);
  note();
  return [...found].filter((finding) => !before.includes(finding));
}

/** The cases by name; of several of one rule and code the later ones have a number. */
function named(): [string, RuleCase][] {
  const counts = new Map<string, number>();
  return allCases.map((one) => {
    const name = one.code ? `${one.rule} ${one.code}` : one.rule;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return [count === 1 ? name : `${name} (${count})`, one];
  });
}

describe("policy: what the stand-in refuses", () => {
  const exceptions = new Map(
    Object.entries(notFound).flatMap(([reason, cases]) => cases.map((name) => [name, reason])),
  );

  it("is named in the table of what the pack cannot find only where there is such a case", () => {
    const refusals = named().filter(([, { code }]) => code !== undefined);
    const names = new Set(refusals.map(([name]) => name));
    assert.deepEqual(
      [...exceptions.keys(), ...notOnPaper].filter((name) => !names.has(name)),
      [],
    );
  });

  for (const [name, one] of named().filter(([known]) => !notOnPaper.includes(known))) {
    const reason = exceptions.get(name);
    const expected = one.code !== undefined && reason === undefined;
    it(`${name}: ${expected ? "found" : `not found (${reason ?? "a warning only"})`}`, async () => {
      const found = await judged(one, "illegal");
      if (expected) assert.notDeepEqual(found, []);
      else assert.deepEqual(found, []);
    });
    it(`${name}: nothing is found in what is legal`, async () => {
      assert.deepEqual(await judged(one, "legal"), []);
    });
  }
});
