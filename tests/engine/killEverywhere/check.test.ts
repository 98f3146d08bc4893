import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { partsOf } from "../../../local/directory";
import { engineTimeout, openLabProject, type LabProject } from "../labProject";
import { whatIsWrong } from "./check";
import { knownIdentities, type KnownIdentities } from "./identities";
import { configurationOf, type People } from "./transitions";

const people: People = {
  ada: { machines: { "ada-1": {} } },
  grace: { machines: { "grace-1": {} } },
};

describe("engine: what the check of an interrupted lab sees", function () {
  this.timeout(engineTimeout);
  let lab: LabProject;
  let known: KnownIdentities;
  let file: string;
  let untouched: string;

  before(async () => {
    lab = await openLabProject(undefined, { commandProvider: "standIn" });
    lab.configure(configurationOf(people));
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    known = await knownIdentities(lab);
    const { backend } = partsOf(path.join(lab.directory, "local"));
    file = path.join(backend, ".pulumi/stacks/peerlab/test.json");
    untouched = fs.readFileSync(file, "utf8");
  });
  afterEach(() => fs.writeFileSync(file, untouched));
  after(() => lab?.close());

  const wrong = (wanted: People | "nothing" = people) =>
    whatIsWrong(lab, wanted === "nothing" ? undefined : wanted, known);
  /** Changes the state as it lies on the disk. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the engine's own format.
  const tamper = (change: (latest: any) => void) => {
    const state = JSON.parse(untouched) as { checkpoint: { latest: object } };
    change(state.checkpoint.latest);
    fs.writeFileSync(file, JSON.stringify(state));
  };
  const isInterface = ({ type }: { type: string }) => type.endsWith(":NetworkInterface");

  it("finds nothing wrong with a lab that is whole, and knows whose identities there are", () => {
    assert.deepEqual(wrong(), []);
    assert.deepEqual(Object.keys(known.kept).sort(), ["ada", "grace"]);
    assert.match(known.kept.ada!.friendlyName, /\/ada#1$/);
    assert.equal(known.held.length, 2);
  });

  it("sees what Azure has and the state does not, and the other way round", () => {
    tamper((latest) => {
      const lost = latest.resources.find(isInterface);
      latest.resources = latest.resources.filter((resource: object) => resource !== lost);
    });
    assert.match(wrong().join("\n"), /^orphan in Azure: .*networkinterfaces/);
    tamper((latest) => (latest.resources.find(isInterface).id += "-gone"));
    assert.match(wrong().join("\n"), /not in Azure: .*-gone/);
  });

  it("sees pending operations, what is in the state twice, and what a replacement has left", () => {
    tamper((latest) => {
      const resource = latest.resources.find(isInterface);
      latest.pending_operations = [{ type: "creating", resource }];
      latest.resources.push({ ...resource, delete: true });
    });
    for (const words of [/^pending: creating/m, /^twice in the state/m, /^left over/m]) {
      assert.match(wrong().join("\n"), words);
    }
  });

  it("sees a second identity, one of somebody else, and one that is not the one decided before", () => {
    const [machine] = lab.standIn.windows
      .machines()
      .filter(({ record }) => record.computerName === "ada-1");
    const own = machine!.record.identities.labuser!;
    own.push({ ...own[0]!, peerName: "second.PeerLab" });
    assert.match(wrong().join("\n"), /ada-1 holds .*second\.PeerLab instead of/);
    own.pop();
    const other = structuredClone(known);
    other.kept.ada!.peerName = "decided.PeerLab";
    assert.match(
      whatIsWrong(lab, people, other).join("\n"),
      /ada-1 says .* instead of decided\.PeerLab/,
    );
  });

  it("sees a machine that is missing, and everything that is left where nothing should be", () => {
    const more = { ...people, ada: { machines: { "ada-1": {}, "ada-2": {} } } };
    assert.match(wrong(more).join("\n"), /machines are .* instead of ada-1,ada-2,grace-1/);
    const left = wrong("nothing").join("\n");
    assert.match(left, /^still in the state: /m);
    assert.match(left, /machines are ada-1,grace-1 instead of /);
  });
});
