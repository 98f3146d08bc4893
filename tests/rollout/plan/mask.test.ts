import assert from "node:assert/strict";
import { maskedEvent, masking } from "../../../rollout/plan/mask";
import type { RolloutEvent } from "../../../rollout/plan/progress";
import { at } from "./events";
import { definitionOf } from "./definitions";

const definition = definitionOf({
  stages: { staging: { environment: { PULUMI_BACKEND_URL: "STAGING_BACKEND", OTHER: "SHORT" } } },
});
const pem = "-----BEGIN KEY-----\nMIIEabcdefg\n-----END KEY-----";
const mask = masking(definition, {
  STAGING_BACKEND: "postgres://me:sesame%20open@db/state?sslkey=opensesame",
  SHORT: "abc",
  ARM_CLIENT_SECRET: "hunter2+hunter2",
  PULUMI_CONFIG_PASSPHRASE: "hunter2+hunter2 and more",
  DEPLOY_KEY: pem,
  PEERLAB_JUMP_HOST: JSON.stringify({ host: "jump.example.com", password: "letmein-now" }),
  PEERLAB_PROOF_TOKEN: "20260302T120000Z-abc",
  HOME: "/home/somebody",
});

describe("values of the environment", () => {
  it("are replaced by the names of their variables, however they are written", () => {
    const cases = [
      ["no: hunter2+hunter2!", "no: [ARM_CLIENT_SECRET]!"],
      ["hunter2+hunter2 and more", "[PULUMI_CONFIG_PASSPHRASE]"],
      ["?p=hunter2%2Bhunter2", "?p=[ARM_CLIENT_SECRET]"],
      ["at postgres://me:sesame%20open@db/state?sslkey=opensesame", "at [STAGING_BACKEND]"],
      [
        "password sesame%20open, key opensesame",
        "password [STAGING_BACKEND], key [STAGING_BACKEND]",
      ],
      ["sesame open", "[STAGING_BACKEND]"],
      [`key ${pem}`, "key [DEPLOY_KEY]"],
      ["line MIIEabcdefg", "line [DEPLOY_KEY]"],
      [JSON.stringify({ pem }), '{"pem":"[DEPLOY_KEY]"}'],
      ["letmein-now to jump.example.com", "[PEERLAB_JUMP_HOST] to jump.example.com"],
    ];
    for (const [text, masked] of cases) assert.equal(mask(text), masked);
  });

  it("stay where they are no secret, or too short to be one", () => {
    for (const text of ["abc", "/home/somebody", "20260302T120000Z-abc"]) {
      assert.equal(mask(text), text);
    }
  });

  it("are in no free text of an event, and names stay names", () => {
    const secret = "hunter2+hunter2";
    const events: RolloutEvent[] = [
      { kind: "stage", stage: "staging", standing: "failed", detail: secret, at: at(0) },
      { kind: "ring", stage: "staging", ring: "a", standing: "failed", detail: secret, at: at(0) },
      {
        kind: "finding",
        stage: "staging",
        finding: { phase: "update", message: secret },
        at: at(0),
      },
      {
        kind: "drift",
        stage: "staging",
        drift: { side: "cloud", subject: "a", standing: "drifted", details: [secret] },
        at: at(0),
      },
      { kind: "status", stage: "staging", status: { stack: "a", changed: [secret] }, at: at(0) },
    ];
    for (const event of events) {
      const text = JSON.stringify(maskedEvent(event, mask));
      assert.ok(!text.includes(secret), text);
      assert.ok(text.includes("[ARM_CLIENT_SECRET]"), text);
    }
    const called = masking(definition, { SECRET_NAME: "staging" });
    const [stage] = events;
    assert.equal((maskedEvent(stage, called) as { stage: string }).stage, "staging");
  });
});
