import assert from "node:assert/strict";
import type { MissingVariablesError } from "../../rollout/environment";
import { stageEnvironment } from "../../rollout/environment";
import type { StageDefinition } from "../../rollout/plan/definition";

const stageOf = (name: string, environment: Record<string, string>) =>
  ({ name, environment }) as unknown as StageDefinition;

describe("rollout/environment", () => {
  const dev = stageOf("dev", { ARM_CLIENT_SECRET: "DEV_SECRET", TOKEN: "TOKEN" });
  const prod = stageOf("prod", { ARM_CLIENT_SECRET: "PROD_SECRET" });
  const stages = { dev, prod };

  it("gives a stage what its mapping names, and nothing that is another stage's", () => {
    const caller = { DEV_SECRET: "one", PROD_SECRET: "two", TOKEN: "three", HOME: "/home" };
    assert.deepEqual(stageEnvironment(dev, { stages }, caller), {
      ARM_CLIENT_SECRET: "one",
      TOKEN: "three",
      PROD_SECRET: undefined,
    });
    assert.deepEqual(stageEnvironment(prod, { stages }, caller), {
      ARM_CLIENT_SECRET: "two",
      DEV_SECRET: undefined,
      TOKEN: undefined,
    });
  });

  it("names both names of every variable that is missing, and no value", () => {
    assert.throws(
      () => stageEnvironment(dev, { stages }, { PROD_SECRET: "two" }),
      (error: MissingVariablesError) => {
        assert.deepEqual(error.findings, [
          "stages.dev.environment.ARM_CLIENT_SECRET: takes its value from DEV_SECRET, which is not set",
          "stages.dev.environment.TOKEN: takes its value from TOKEN, which is not set",
        ]);
        assert.doesNotMatch(error.message, /two/);
        return true;
      },
    );
  });
});
