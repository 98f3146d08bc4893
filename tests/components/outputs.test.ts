import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { asPlain, asSecret, joined, outputOf, partsOf, together } from "../../components/outputs";
import { mockEngine } from "./mocks";

/** All that the SDK asks of an output. */
async function facts(output: pulumi.Output<unknown>): Promise<object> {
  const parts = partsOf(output);
  const [value, isKnown, isSecret, resources] = await Promise.all([
    parts.promise(),
    parts.isKnown,
    parts.isSecret,
    parts.allResources(),
  ]);
  return { value, isKnown, isSecret, resources: resources.size, early: parts.resources().size };
}

describe("components/outputs: the same as the SDK's, by fewer outputs", () => {
  let stash: pulumi.Stash;
  before(async () => {
    await mockEngine();
    stash = new pulumi.Stash("kept", { input: 1 });
  });

  const none = new Set<pulumi.Resource>();
  const unknown = () =>
    outputOf({
      ...{ resources: none, allResources: Promise.resolve(none), value: Promise.resolve(1) },
      ...{ isKnown: Promise.resolve(false), isSecret: Promise.resolve(false) },
    });
  const cases: Record<string, () => readonly unknown[] | Record<string, unknown>> = {
    nothing: () => [],
    "plain values": () => [1, "two", null, undefined, false],
    "plain objects and promises": () => [{ a: [1] }, Promise.resolve("later")],
    "an object with an output in it": () => [{ a: pulumi.output(1) }],
    "values by key": () => ({ one: 1, two: pulumi.output(2) }),
    "a secret": () => [pulumi.secret("hidden"), 1],
    "a resource's output": () => [stash.urn, 1],
    "an unknown value": () => [unknown(), stash.urn],
  };
  for (const [name, elements] of Object.entries(cases)) {
    it(name, async () => {
      const all = pulumi.all as (elements: unknown) => pulumi.Output<unknown>;
      assert.deepEqual(
        await facts((joined as typeof all)(elements())),
        await facts(all(elements())),
      );
      const then = (values: unknown) => JSON.stringify(values);
      assert.deepEqual(
        await facts(together(elements()).apply(then)),
        await facts(all(elements()).apply(then)),
      );
    });
  }

  it("takes up the output that is made of the values, with its secrecy and its resources", async () => {
    const then = () => pulumi.secret(stash.urn);
    assert.deepEqual(
      await facts(together([1]).apply(then)),
      await facts(pulumi.all([1]).apply(then)),
    );
  });

  it("fails where one of the values fails, or what is made of them", async () => {
    const failed = pulumi.output(Promise.reject(new Error("no")));
    await assert.rejects(facts(together([1, failed]).apply(() => 2)), /no/);
    const made = together([1]).apply(() => {
      throw new Error("not that");
    });
    await assert.rejects(facts(made), /not that/);
  });

  it("marks as a secret and as none", async () => {
    const hidden = asSecret(stash.urn);
    assert.deepEqual(await facts(hidden), await facts(pulumi.secret(stash.urn)));
    assert.deepEqual(await facts(asPlain(hidden)), await facts(pulumi.unsecret(hidden)));
  });
});
