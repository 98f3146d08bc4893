import * as assert from "node:assert/strict";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";

/** Resources of one name under different parents, and one that a second copy of the library declares, as a program may load two. */
const program = `
import * as pulumi from "@pulumi/pulumi";
type Library = typeof import("../../../components/sharedHook");
const file = "../../../components/sharedHook";
const first: Library = require(file);
for (const loaded of Object.keys(require.cache).filter((name) => name.includes("/components/"))) {
  delete require.cache[loaded];
}
const second: Library = require(file);
if (first === second) throw new Error("one copy");

const config = new pulumi.Config("peerlab");
class Box extends pulumi.ComponentResource {
  constructor(kind: string, { beforeEach, stashType: type }: Library, name: string) {
    super("test:index:" + kind, kind);
    const parent = this;
    const say = (what: string) => () => pulumi.log.info(kind + " " + what);
    const fail = () => {
      if (kind === config.get("fails")) throw new Error(kind + " as asked for");
    };
    new pulumi.Stash(
      name,
      { input: config.require("input") },
      { parent, hooks: beforeEach({ type, name, parent }, say("first"), fail, say("then")) },
    );
    this.registerOutputs();
  }
}
for (const kind of ["Left", "Right"]) new Box(kind, first, "same");
new Box("Other", second, "other");
`;

describe("engine: one hook for all resources of a copy of the library", function () {
  this.timeout(engineTimeout);
  let project: LabProject;
  before(async () => {
    project = await openLabProject(program);
  });
  after(() => project?.close());

  const said = (output: string) =>
    [...output.matchAll(/(Left|Right|Other) (first|then)/g)].map(([words]) => words);

  it("does what was said for each resource, in order, when it is made, when it is changed, and not else", async () => {
    const all = ["Left", "Right", "Other"].flatMap((kind) => [`${kind} first`, `${kind} then`]);
    for (const [input, expected] of [
      ["one", all],
      ["two", all],
      ["two", []],
    ] as const) {
      project.configure({ input });
      const run = await project.up();
      assert.equal(run.code, 0, run.output);
      const words = said(run.output);
      assert.deepEqual([...new Set(words)].sort(), [...expected].sort());
      for (const kind of ["Left", "Right", "Other"]) {
        assert.ok(words.indexOf(`${kind} first`) <= words.indexOf(`${kind} then`));
      }
    }
  });

  it("fails the one resource for which it fails, and does not go on there", async () => {
    project.configure({ input: "three", fails: "Right" });
    const run = await project.up("--continue-on-error");
    assert.notEqual(run.code, 0);
    assert.match(run.output, /Right as asked for/);
    assert.deepEqual(
      [...new Set(said(run.output))].sort(),
      ["Left first", "Left then", "Other first", "Other then", "Right first"].sort(),
    );
  });

  it("is registered once for each copy", async () => {
    const hooks = [...(await project.exportState()).matchAll(/"([^"]+_before)"/g)];
    assert.deepEqual([...new Set(hooks.map(([, name]) => name))].sort(), [
      "pulumi:index:Stash_other_before",
      "pulumi:index:Stash_same_before",
    ]);
  });
});
