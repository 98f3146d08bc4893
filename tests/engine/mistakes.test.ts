import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { engineTimeout, openLabProject, type LabProject } from "./labProject";

describe("engine: what is said of a mistake in a program", function () {
  this.timeout(engineTimeout);
  let project: LabProject;
  before(async () => {
    project = await openLabProject("export {};\n");
  });
  after(async () => {
    await project?.close();
  });

  /** What a preview says of this program, from line 5 on. */
  async function diagnosticsOf(lines: string, environment: NodeJS.ProcessEnv): Promise<string> {
    const program = `import * as pulumi from "@pulumi/pulumi";
import { skipDebugInformation, PeerNetwork } from "../../../components";
skipDebugInformation();

${lines}
`;
    fs.writeFileSync(path.join(project.directory, "index.ts"), program);
    const preview = ["preview", "--stack", "test", "--non-interactive"];
    const { code, output } = await project.run("pulumi", preview, environment);
    assert.notEqual(code, 0, output);
    return stripVTControlCharacters(output.slice(output.indexOf("Diagnostics:")));
  }

  const mistakes = {
    "a value that is not there": {
      lines: `interface Settings { network?: { name: string } }
function nameOf(settings: Settings): string {
  return settings.network!.name;
}
export const name = nameOf({});`,
      said: [/TypeError: Cannot read properties of undefined/, /at nameOf \(.*index\.ts:7:28\)/],
    },
    "one in the middle of a value that comes later": {
      lines: `const stash = new pulumi.Stash("kept", { input: 7 });
stash.input.apply(() => {
  throw new RangeError("out of range");
});`,
      said: [/RangeError: out of range/, /index\.ts:7:9/],
    },
    "an argument that a component refuses": {
      lines: `
new PeerNetwork("net", { resourceGroupName: "group", adminSources: ["everybody"] });`,
      said: [/PeerNetwork net has one mistake/, /adminSources\[0\]/, /everybody/],
    },
  };
  for (const [mistake, { lines, said }] of Object.entries(mistakes)) {
    it(`is the same, message and line, with debug information as without: ${mistake}`, async () => {
      const lean = await diagnosticsOf(lines, {});
      for (const text of said) assert.match(lean, text);
      assert.equal(lean, await diagnosticsOf(lines, { PEERLAB_DEBUG: "true" }));
    });
  }
});
