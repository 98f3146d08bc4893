import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as rules from "../../../rollout/plan/rolloutRules";
import { describePlaced, readRollout } from "../../../rollout/plan/readRollout";
import { definitionOf } from "./definitions";
import { mistakesOfContent } from "./mistakesOfContent";
import { mistakesOfForm } from "./mistakesOfForm";

const mistakes = [...mistakesOfForm, ...mistakesOfContent];

const root = path.resolve(__dirname, "../../..");
const read = (text: string) => readRollout(text, { projectName: "lab" });
const described = (text: string) => {
  const { findings } = read(text);
  return findings.length === 0 ? [] : describePlaced("rollout.yaml", findings).split("\n");
};

describe("rollout.yaml", () => {
  it("of this repository has its stages, each with a configuration of its own", () => {
    const { definition, findings } = read(fs.readFileSync(path.join(root, "rollout.yaml"), "utf8"));
    assert.deepEqual(findings, []);
    assert.deepEqual(definition?.waves, [["dev"], ["staging"], ["prod"]]);
    for (const { project, stack } of Object.values(definition!.stages)) {
      assert.ok(fs.existsSync(path.join(root, project, `Pulumi.${stack}.yaml`)), stack);
    }
  });

  it("has a default for everything but the names of its stages", () => {
    const gates = {
      preview: { replacedMachines: 0, deletedMachines: 0, allowedMachines: [] },
      policyPacks: [],
      proof: true,
      soakSeconds: 0,
    };
    const stage = {
      project: ".",
      environment: {},
      gates,
      whenLocked: "stop",
      lockTimeoutSeconds: 3600,
    };
    assert.deepEqual(read("stages:\n  dev: {}\n  prod: {}\n").definition, {
      name: "lab",
      stages: {
        dev: { ...stage, name: "dev", stack: "dev" },
        prod: { ...stage, name: "prod", stack: "prod" },
      },
      waves: [["dev"], ["prod"]],
    });
  });

  it("gives all that it says, durations in seconds", () => {
    const rings = [
      { name: "canary", people: ["ada"] },
      { name: "wide", machines: ["grace-1"] },
    ];
    const definition = definitionOf({
      name: "the lab",
      waves: [["one", "two"]],
      stages: {
        one: {
          stack: "acme/lab/first",
          project: "labs/one",
          rings,
          environment: { ARM_CLIENT_ID: "ONE_CLIENT_ID" },
          whenLocked: "wait",
          lockTimeout: "2h",
          gates: {
            preview: { replacedMachines: 1, deletedMachines: 2, allowedMachines: ["ada-1"] },
            policyPacks: ["policy"],
            approval: { approvers: ["ada"], valid: 600 },
            proof: false,
            command: { run: ["npm", "test"], timeout: "1m" },
            soak: "30m",
          },
        },
        two: { gates: { approval: {}, command: { run: ["true"] } } },
      },
    });
    assert.equal(definition.name, "the lab");
    assert.deepEqual(definition.waves, [["one", "two"]]);
    assert.deepEqual(definition.stages.one, {
      name: "one",
      stack: "acme/lab/first",
      project: "labs/one",
      rings,
      environment: { ARM_CLIENT_ID: "ONE_CLIENT_ID" },
      whenLocked: "wait",
      lockTimeoutSeconds: 7200,
      gates: {
        preview: { replacedMachines: 1, deletedMachines: 2, allowedMachines: ["ada-1"] },
        policyPacks: ["policy"],
        approval: { approvers: ["ada"], validSeconds: 600 },
        proof: false,
        command: { run: ["npm", "test"], timeoutSeconds: 60 },
        soakSeconds: 1800,
      },
    });
    const { gates } = definition.stages.two;
    assert.deepEqual(gates.approval, { approvers: [], validSeconds: 86_400 });
    assert.deepEqual(gates.command, { run: ["true"], timeoutSeconds: 600 });
  });

  it("joins what all stages have with a stage's own, key by key, and lists not", () => {
    const { stages } = definitionOf({
      defaults: {
        environment: { A: "X", B: "X" },
        whenLocked: "wait",
        gates: {
          soak: "1m",
          policyPacks: ["one", "two"],
          preview: { replacedMachines: 3, allowedMachines: ["a"] },
        },
      },
      stages: {
        dev: {},
        prod: {
          environment: { B: "Y" },
          whenLocked: "stop",
          gates: { policyPacks: ["three"], preview: { replacedMachines: 0 }, soak: 0 },
        },
      },
    });
    const { dev, prod } = stages;
    assert.deepEqual(dev.environment, { A: "X", B: "X" });
    assert.deepEqual(prod.environment, { A: "X", B: "Y" });
    assert.deepEqual([dev.whenLocked, prod.whenLocked], ["wait", "stop"]);
    assert.deepEqual(dev.gates.policyPacks, ["one", "two"]);
    assert.deepEqual(prod.gates.policyPacks, ["three"]);
    assert.deepEqual(prod.gates.preview, {
      replacedMachines: 0,
      deletedMachines: 0,
      allowedMachines: ["a"],
    });
    assert.deepEqual([dev.gates.soakSeconds, prod.gates.soakSeconds], [60, 0]);
  });

  describe("says where it is wrong, and how", () => {
    for (const { name, text, findings } of mistakes) {
      it(name, () => {
        assert.deepEqual(described(text), findings);
        const { definition } = read(text);
        const isWarned = findings.every((line) => / warning: /.test(line));
        assert.equal(
          definition !== undefined,
          isWarned,
          "only what is warned of alone is rolled out",
        );
      });
    }

    it("by every rule that there is", () => {
      const tried = new Set(
        mistakes.flatMap(({ findings }) =>
          findings.map((line) => /\[([A-Z-]+)\]$/.exec(line)?.[1]),
        ),
      );
      for (const { id } of rules.rolloutRules) assert.ok(tried.has(id), id);
      for (const id of ["CONFIGURATION-KEY", "CONFIGURATION-TYPE"]) assert.ok(tried.has(id), id);
    });

    it("and never shows what may be a secret", () => {
      const secret = "hunter2-hunter2";
      for (const written of [
        `stages: {dev: {environment: {ARM_CLIENT_SECRET: ${secret}}}}`,
        `stages: {dev: {environment: ${secret}}}`,
        `stages: {dev: {environment: {TOKEN: [${secret}]}}}`,
        `stages: {dev: {gates: ${secret}}}`,
        `stages: {dev: ${secret}}`,
      ]) {
        const text = described(written).join("\n");
        assert.notEqual(text, "");
        assert.ok(!text.includes(secret), text);
      }
    });
  });

  it("has rules with an id each", () => {
    const all = Object.values(rules).filter(
      (value): value is (typeof rules.rolloutRules)[number] => typeof value === "function",
    );
    assert.deepEqual(new Set(all), new Set(rules.rolloutRules));
    const ids = rules.rolloutRules.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});
