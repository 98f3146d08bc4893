import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { entryOf, kindOf } from "../../bench/kinds";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";

/** Three machines of two people, of whom one has two. */
const configuration = {
  "azure-native:location": "westeurope",
  "peerlab:adminSources": ["10.255.0.0/24"],
  "peerlab:people": {
    ada: { machines: { "ada-1": {}, "ada-2": {} } },
    grace: { machines: { "grace-1": {} } },
  },
};

describe("engine: the hand-written program that the library is measured against", function () {
  this.timeout(engineTimeout);
  let handWritten: LabProject;
  let library: LabProject;
  before(async () => {
    handWritten = await openLabProject(entryOf(kindOf("hand-written"), "../../.."));
    library = await openLabProject();
    for (const lab of [handWritten, library]) lab.configure(configuration);
  });
  after(async () => {
    await handWritten?.close();
    await library?.close();
  });

  /** Resources that a preview of the first `up` makes, by type: no components, since they cost nothing on Azure, and no stack. */
  async function declaredBy(lab: LabProject): Promise<Record<string, number>> {
    const eventLog = path.join(lab.directory, "preview.json");
    const run = await lab.run(
      "pulumi",
      ["preview", "--non-interactive", "--stack", "test", "--event-log", eventLog],
      { PULUMI_DEBUG_COMMANDS: "true" },
    );
    assert.equal(run.code, 0, run.output);
    const types: Record<string, number> = {};
    for (const line of fs.readFileSync(eventLog, "utf8").trimEnd().split("\n")) {
      const { resourcePreEvent } = JSON.parse(line) as {
        resourcePreEvent?: { metadata: { type: string } };
      };
      const type = resourcePreEvent?.metadata.type;
      if (type === undefined || /^(pulumi:(pulumi|providers)|peerlab:index):/.test(type)) continue;
      types[type] = (types[type] ?? 0) + 1;
    }
    return types;
  }

  it("declares as many resources of each type as the library", async () => {
    const expected = await declaredBy(library);
    assert.equal(expected["azure-native:compute:VirtualMachine"], 3);
    assert.deepEqual(await declaredBy(handWritten), expected);
  });

  it("brings machines up that reach each other, and has nothing to do after that", async () => {
    const up = await handWritten.up();
    assert.equal(up.code, 0, up.output);
    const { reports } = await handWritten.outputs();
    const verdicts = (reports as { name: string; verdict: string }[][]).map((ports) =>
      ports.map(({ name, verdict }) => `${name} ${verdict}`),
    );
    assert.deepEqual(verdicts, [
      ["ada-2 reachable", "grace-1 reachable"],
      ["grace-1 reachable", "ada-1 reachable"],
      ["ada-1 reachable", "ada-2 reachable"],
    ]);
    const second = await handWritten.up("--expect-no-changes");
    assert.equal(second.code, 0, second.output);
  });
});
