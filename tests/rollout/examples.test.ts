import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { readConfiguration } from "../../components/plan/configuration";
import { readRollout } from "../../rollout/plan/readRollout";

const folder = path.resolve(__dirname, "../../examples/staged-rollout");
const read = (name: string) => fs.readFileSync(path.join(folder, name), "utf8");

describe("examples/staged-rollout", () => {
  const { definition, findings } = readRollout(read("rollout.yaml"), {
    projectName: "staged-rollout",
  });

  it("has a rollout.yaml without a mistake, which README.md shows", () => {
    assert.deepEqual(findings, []);
    const shown = read("rollout.yaml").replace(/^#.*\n/, "");
    const readme = fs.readFileSync(path.join(folder, "../../README.md"), "utf8");
    assert.ok(readme.includes(`\`\`\`yaml\n${shown}\`\`\``));
  });

  it("has for each stage a stack's configuration without a mistake", () => {
    for (const { stack } of Object.values(definition!.stages)) {
      const { config } = parse(read(`Pulumi.${stack}.yaml`)) as { config: object };
      const texts = Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]);
      const { findings: mistakes, definition: lab } = readConfiguration(
        "staged-rollout",
        Object.fromEntries(texts) as Record<string, string>,
      );
      assert.deepEqual(mistakes, [], stack);
      assert.notEqual(Object.keys(lab.people).length, 0);
    }
  });
});
