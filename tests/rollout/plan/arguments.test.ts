import assert from "node:assert/strict";
import { generators, readArguments, UsageError, verbs } from "../../../rollout/arguments";
import { helpText } from "../../../rollout/help";

const read = (line: string) => readArguments(line === "" ? [] : line.split(" "));

describe("the command line of rollout", () => {
  it("gives each verb what it says, and defaults for the rest", () => {
    const given: [string, object][] = [
      ["plan", { verb: "plan", file: "rollout.yaml", resume: false, yes: false, proof: false }],
      ["up --to staging --resume -y", { verb: "up", to: "staging", resume: true, yes: true }],
      ["up --only prod --resume", { only: "prod", resume: true }],
      ["--file other/rollout.yaml status", { verb: "status", file: "other/rollout.yaml" }],
      ["approve prod --by ada", { verb: "approve", stage: "prod", by: "ada" }],
      ["rollback prod", { verb: "rollback", stage: "prod" }],
      ["drift --proof --json a --markdown b", { proof: true, json: "a", markdown: "b" }],
      [
        "generate github --output f --branch b --node-version 22",
        { generator: "github", output: "f", branch: "b", nodeVersion: "22", approved: [] },
      ],
      [
        "generate operator --repository r --commit c --namespace n --organization o --git-secret g --service-account s --approved x --approved y --resync 1h",
        {
          generator: "operator",
          repository: "r",
          commit: "c",
          namespace: "n",
          organization: "o",
          gitSecret: "g",
          serviceAccount: "s",
          approved: ["x", "y"],
          resync: "1h",
        },
      ],
    ];
    for (const [line, expected] of given) {
      const options = read(line) as unknown as Record<string, unknown>;
      for (const [key, value] of Object.entries(expected)) {
        assert.deepEqual(options[key], value, `${line}: ${key}`);
      }
    }
  });

  it("refuses what it could not do, and says what is meant", () => {
    const refused: [string, RegExp][] = [
      ["", /^What is to be done\? There are plan, up, .* or generate/],
      ["stauts", /^"stauts" is no verb of rollout \(did you mean "status"\?\); there are plan/],
      [
        "up prod",
        /^rollout up takes no "prod"; --only prod names one stage, --to prod all up to it\.$/,
      ],
      [
        "up --noly dev",
        /^--noly is no option of rollout \(did you mean "--only"\?\); there are --file/,
      ],
      ["up --to", /--to/],
      ["up --to=", /^--to is empty\.$/],
      ["generate operator --approved=", /^--approved is empty\.$/],
      ["up --to dev --only dev", /^--to and --only cannot stand together/],
      ["generate operator --branch b --commit c", /^--branch and --commit cannot stand together/],
      ["status --resume", /^rollout status has no --resume; it has --file, --to, --only/],
      ["generate github --repository r", /^rollout generate github has no --repository; it has/],
      ["approve", /^Which stage\? rollout approve STAGE\.$/],
      ["rollback", /^Which stage\? rollout rollback STAGE\.$/],
      ["approve dev prod", /^rollout approve takes one word, and "prod" is a second\.$/],
      ["generate", /^What is to be generated\? There are github or operator\.$/],
      ["generate gihtub", /^"gihtub" cannot be generated \(did you mean "github"\?\)\. There are/],
      ["generate github operator", /^rollout generate takes one word, and "operator" is a second/],
    ];
    for (const [line, message] of refused) {
      assert.throws(
        () => read(line),
        (error: Error) => error instanceof UsageError && message.test(error.message),
        line,
      );
    }
  });

  it("helps with all verbs or one, each with an example that can be run", () => {
    assert.deepEqual(read("--help"), { help: "all" });
    assert.deepEqual(read("help"), { help: "all" });
    assert.deepEqual(read("help approve"), { help: "approve" });
    assert.deepEqual(read("up -h"), { help: "up" });
    for (const verb of verbs) {
      assert.ok(helpText("all").includes(helpText(verb).split("\n")[0]), verb);
      const examples = [...helpText(verb).matchAll(/^ {6}npm run rollout -- (.+)$/gm)];
      assert.equal(examples.length, verb === "generate" ? generators.length : 1, verb);
      for (const [, line] of examples) {
        const options = read(line);
        assert.ok("verb" in options && options.verb === verb, line);
      }
    }
  });
});
