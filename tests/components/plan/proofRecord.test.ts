import * as assert from "node:assert/strict";
import { sha256 } from "../../../components/secrets";
import { nameProofs, targetsOf } from "../../../components/plan/proofPairs";
import {
  isProved,
  partsOf,
  provedParts,
  type ProofRecord,
  type ProofSubject,
} from "../../../components/plan/proofRecord";

type Subjects = Record<string, ProofSubject>;

const subject = (key: string, change: Partial<ProofSubject> = {}): ProofSubject => ({
  step: `${key}-step`,
  instance: `${key}-instance`,
  address: `fd00::${key}`,
  ports: [3587],
  names: [`0.${key}`],
  ...change,
});
const lab = (keys: string[]): Subjects =>
  Object.fromEntries(keys.map((key) => [key, subject(key)]));
const eight = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** What a machine's test depends on in a lab whose machines test two others each. */
function parts(subjects: Subjects, key: string) {
  const keys = Object.keys(subjects);
  const names = nameProofs(Object.fromEntries(keys.map((one) => [one, subjects[one].names])));
  const own = names.filter(({ resolvers }) => resolvers.includes(key));
  return partsOf(key, targetsOf(keys, 2)[key], own, subjects, sha256);
}

/** The record of a test that passed, of everything that it was asked about. */
function passed(subjects: Subjects, key: string, change: Partial<ProofRecord> = {}): ProofRecord {
  const now = parts(subjects, key);
  const all = {
    ports: Object.keys(now.targets).map((name) => ({ name })),
    names: Object.keys(now.names).map((peerName) => ({ peerName })),
  };
  return { run: "1", parts: provedParts(now, all), outcome: "passed", delaySeconds: 0, ...change };
}

/** The machines that test again when a lab becomes another. */
function again(before: Subjects, after: Subjects): string[] {
  return Object.keys(after).filter(
    (key) =>
      !isProved(
        key in before ? passed(before, key) : undefined,
        parts(after, key),
        undefined,
        false,
      ),
  );
}

describe("components/plan/proofRecord: who tests again", () => {
  const before = lab(eight);

  it("is nobody where nothing has changed, and everybody where nothing was proved", () => {
    assert.deepEqual(again(before, lab(eight)), []);
    assert.deepEqual(again({}, before), eight);
  });

  // b and c test d; they also resolve its name, and its neighbours behind it do: e and f.
  const neighbours = ["b", "c", "d", "e", "f"];
  for (const [what, change, expected] of [
    ["went through its step", { step: "another" }, neighbours],
    ["is another instance", { instance: "another" }, neighbours],
    ["has another address", { address: "fd00::1" }, neighbours],
    ["has another port", { ports: [3587, 5001] }, ["b", "c"]],
    ["registers another name", { names: ["0.other"] }, ["d", "e", "f"]],
  ] as const) {
    it(`is the neighbourhood of a machine that ${what}`, () => {
      const after = { ...before, d: subject("d", change as Partial<ProofSubject>) };
      assert.deepEqual(again(before, after), expected);
    });
  }

  it("is who has new neighbours when a machine goes or comes, and nobody else", () => {
    const without = lab(eight.filter((key) => key !== "d"));
    // b and c get other targets; c's name and b's are resolved by e and f.
    assert.deepEqual(again(before, without), ["b", "c", "e", "f"]);
    assert.deepEqual(again(without, before), ["b", "c", "d", "e", "f"]);
  });

  it("is nobody where only something less is to be proved", () => {
    const now = parts(before, "a");
    assert.ok(isProved(passed(before, "a"), { ...now, targets: {}, names: {} }, undefined, false));
  });

  it("depends on the token, which counts when it is another one and not when it is taken away", () => {
    const now = parts(before, "a");
    const ran = passed(before, "a", { token: "1" });
    assert.deepEqual(
      ["1", "2", undefined].map((token) => isProved(ran, now, token, false)),
      [true, false, true],
    );
    assert.equal(isProved(passed(before, "a"), now, "1", false), false);
  });

  it("takes a failure for proved only as long as the update warns", () => {
    const now = parts(before, "a");
    const warned = passed(before, "a", { outcome: "warned" });
    const failed = passed(before, "a", { outcome: "failed" });
    assert.deepEqual(
      [isProved(warned, now, undefined, true), isProved(warned, now, undefined, false)],
      [true, false],
    );
    assert.equal(isProved(failed, now, undefined, true), false);
  });

  it("counts for proved only what the test has answered for", () => {
    const now = parts(before, "a");
    const [first] = Object.keys(now.targets);
    const some = provedParts(now, { ports: [{ name: first }], names: [] });
    assert.deepEqual(some, [now.own, now.targets[first]]);
    assert.equal(isProved({ ...passed(before, "a"), parts: some }, now, undefined, false), false);
  });
});
