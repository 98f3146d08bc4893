import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readArguments, UsageError, type RolloutOptions } from "../../rollout/arguments";
import { exitCodes, type RolloutContext } from "../../rollout/context";
import { runGenerate } from "../../rollout/generate";
import { readRollout } from "../../rollout/plan/readRollout";
import { runRollout, type Verbs } from "../../rollout/run";

const root = path.resolve(__dirname, "../..");
const generated = path.join(__dirname, "generated");

describe("rollout generate", () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-generate-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const { definition } = readRollout(fs.readFileSync(path.join(root, "rollout.yaml"), "utf8"), {
    projectName: "peerlab",
  });
  const said: string[] = [];
  const generate = async (...args: string[]): Promise<string> => {
    const output = path.join(folder, "file.yaml");
    const context = {
      definition,
      folder: root,
      options: readArguments(["generate", ...args, "--output", output]) as RolloutOptions,
      report: (message: string) => said.push(message),
    } as unknown as RolloutContext;
    assert.equal(await runGenerate(context), 0);
    assert.equal(said.pop(), `${output} is written.`);
    return fs.readFileSync(output, "utf8");
  };
  const repository = ["--repository", "https://github.com/acme/labs"];

  for (const [name, args] of Object.entries({
    "github.yaml": ["github"],
    "operator.yaml": ["operator", ...repository],
  })) {
    it(`makes ${name} of the repository's own rollout.yaml, as it is kept here`, async () => {
      const file = path.join(generated, name);
      const text = await generate(...args);
      assert.equal(
        text,
        fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "",
        `npm run rollout -- generate ${args.join(" ")} --output ${path.relative(root, file)} writes it anew`,
      );
    });
  }

  it("passes on what the command line says", async () => {
    const github = await generate("github", "--branch", "trunk", "--node-version", "24");
    assert.match(github, /refs\/heads\/trunk'/);
    assert.match(github, /node-version: "24"/);
    const operator = await generate(
      ...["operator", ...repository, "--namespace", "labs", "--organization", "acme"],
      ...["--git-secret", "git", "--service-account", "pulumi", "--approved", "prod"],
      ...["--resync", "1h", "--branch", "trunk"],
    );
    for (const expected of [
      "namespace: labs",
      "stack: acme/prod",
      "name: git",
      "serviceAccountName: pulumi",
      "resyncFrequencySeconds: 3600",
      "branch: trunk",
    ]) {
      assert.ok(operator.includes(expected), expected);
    }
    assert.doesNotMatch(operator, /preview: true/);
    assert.match(await generate("operator", ...repository, "--commit", "0123"), /commit: "0123"/);
    assert.match(await generate("operator", ...repository), /preview: true/);
  });

  const wrong: [string[], RegExp][] = [
    [["operator"], /--repository URL/],
    [["operator", ...repository, "--resync", "30s"], /--resync "30s" is no duration of a minute/],
    [["operator", ...repository, "--resync", "often"], /--resync "often"/],
    [["operator", "--repository", "https://ada:hidden@github.com/acme/labs"], /--git-secret/],
    [["operator", "--repository", "https://hidden@github.com/acme/labs"], /--git-secret/],
  ];
  for (const [args, expected] of wrong) {
    it(`refuses ${args.join(" ")}`, async () => {
      await assert.rejects(generate(...args), (error: Error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /hidden/);
        return true;
      });
    });
  }

  it("ends with 64 where the definition cannot be what is generated", async () => {
    fs.writeFileSync(
      path.join(folder, "rollout.yaml"),
      "stages: {dev: {environment: {TOKEN: GITHUB_TOKEN}}}\n",
    );
    let screen = "";
    const code = await runRollout(["generate", "github"], { generate: runGenerate } as Verbs, {
      ...{ environment: {}, folder, hasKeyboard: false, now: () => new Date() },
      output: { write: () => assert.fail("nothing is generated") },
      screen: { write: (text) => (screen += text) },
      signal: new AbortController().signal,
    });
    assert.equal(code, exitCodes.usage);
    assert.match(screen, /stages\.dev\.environment\.TOKEN: "GITHUB_TOKEN" cannot be/);
  });
});
