import * as assert from "node:assert";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";

/** Each run counts its predecessors in a component that reads what it gave last, and may fail before it gives anything new. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { lastOutputs } from "../../../components/lastOutputs";

class Counter extends pulumi.ComponentResource {
  public readonly count: pulumi.Output<number>;
  constructor(name: string, fails: boolean) {
    super("test:index:Counter", name, {});
    const last = lastOutputs<{ count: number }>(this);
    const stash = new pulumi.Stash(
      name,
      { input: last.apply((known) => known?.count ?? 0) },
      {
        parent: this,
        hooks: {
          beforeUpdate: [() => { if (fails) throw new Error("as asked for"); }],
        },
      },
    );
    this.count = pulumi.all([last, stash.id]).apply(([known]) => (known?.count ?? 0) + 1);
    this.registerOutputs({ count: this.count });
  }
}
export const count = new Counter("counter", new pulumi.Config("peerlab").getBoolean("fails") ?? false).count;
`;

describe("what a component gave last", function () {
  this.timeout(engineTimeout);
  let project: LabProject;
  before(async () => {
    project = await openLabProject(program);
  });
  after(() => project?.close());

  it("is there for the next run, and stays as it was where a run fails or is a preview", async () => {
    const counted = async () => (await project.outputs()).count;
    for (const expected of [1, 2]) {
      const run = await project.up();
      assert.strictEqual(run.code, 0, run.output);
      assert.strictEqual(await counted(), expected);
    }
    assert.strictEqual((await project.preview()).code, 0);
    project.configure({ fails: true });
    const failed = await project.up();
    assert.notStrictEqual(failed.code, 0, failed.output);
    assert.match(failed.output, /as asked for/);
    project.configure({ fails: false });
    const run = await project.up();
    assert.strictEqual(run.code, 0, run.output);
    assert.strictEqual(await counted(), 3);
  });
});
