import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { UsageError } from "../../rollout/arguments";
import { exitCodes, type ExitCode, type RolloutContext } from "../../rollout/context";
import { runRollout, type Verbs } from "../../rollout/run";
import type { Screen } from "../../rollout/progress";

const secret = "hunter2-hunter2";
const file = `stages:
  dev:
    environment: {ARM_CLIENT_SECRET: DEV_SECRET}
  prod: {}
`;

describe("npm run rollout", () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "rollout-"));
    fs.writeFileSync(path.join(folder, "rollout.yaml"), file);
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: lab\nruntime: nodejs\n");
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** Runs a command line with one function for every verb; gives the code and all that was written. */
  async function run(
    line: string,
    verb: (context: RolloutContext) => Promise<ExitCode> = async () => exitCodes.done,
    given: { environment?: NodeJS.ProcessEnv; isTTY?: boolean } = {},
  ) {
    const text = { output: "", screen: "" };
    const writer = (to: keyof typeof text): Screen => ({
      isTTY: given.isTTY,
      write: (written) => (text[to] += written),
    });
    const verbs = new Proxy({}, { get: () => verb }) as Verbs;
    const code = await runRollout(line.split(" "), verbs, {
      environment: given.environment ?? {},
      folder,
      output: writer("output"),
      screen: writer("screen"),
      hasKeyboard: true,
      now: () => new Date("2026-03-02T12:00:00Z"),
      signal: new AbortController().signal,
    });
    return { code, ...text };
  }
  const never = () => assert.fail("nothing was to be run");
  const read = (name: string) => fs.readFileSync(path.join(folder, name), "utf8");

  it("gives the verb what file and command line say, and passes its code on", async () => {
    for (const expected of Object.values(exitCodes)) {
      const { code } = await run("up --only prod", async (context) => {
        assert.equal(context.definition.name, "lab");
        assert.deepEqual(Object.keys(context.definition.stages), ["dev", "prod"]);
        assert.equal(context.folder, folder);
        assert.equal(context.options.only, "prod");
        return expected;
      });
      assert.equal(code, expected);
    }
  });

  it("ends with 64, and begins nothing, where command line or file are wrong", async () => {
    const wrong: [string, RegExp][] = [
      ["stauts", /did you mean "status"/],
      [
        "up --only prd",
        /There is no stage "prd" in rollout\.yaml \(did you mean "prod"\?\); there are dev or prod/,
      ],
      ["up --to prd", /no stage "prd"/],
      ["approve prd", /no stage "prd"/],
      ["generate operator --approved prd", /no stage "prd"/],
      ["up --file other.yaml", /There is no file other\.yaml/],
      ["up --file wrong.yaml", /^wrong\.yaml:1:16 stages\.dev\.gtes: is no known key/m],
      ["up --json none/report.json", /--json is "none\/report\.json", and there is no folder/],
    ];
    fs.writeFileSync(path.join(folder, "wrong.yaml"), "stages: {dev: {gtes: {}}}\n");
    for (const [line, message] of wrong) {
      const { code, screen, output } = await run(line, never);
      assert.equal(code, exitCodes.usage, line);
      assert.match(screen, message, line);
      assert.equal(output, "", line);
    }
  });

  it("ends with 64 or 1 where the verb cannot go on, and says why", async () => {
    const usage = await run("up", async () => {
      throw new UsageError("not like this");
    });
    const failed = await run("up", async () => {
      throw new Error("the backend is gone");
    });
    assert.deepEqual([usage.code, failed.code], [exitCodes.usage, exitCodes.failed]);
    assert.match(usage.screen, /not like this/);
    assert.match(failed.screen, /the backend is gone/);
  });

  it("writes both reports and a summary, also after an error", async () => {
    const { code, screen, output } = await run(
      "up --json report.json --markdown report.md",
      async ({ emit }) => {
        emit({ kind: "rollout", rollout: "one", command: "up", waves: [["dev"], ["prod"]] });
        emit({ kind: "stage", stage: "dev", standing: "failed", phase: "update" });
        throw new Error("and that was all");
      },
    );
    assert.equal(code, exitCodes.failed);
    const report = JSON.parse(read("report.json"));
    assert.equal(report.exitCode, exitCodes.failed);
    assert.equal(report.endedAt, "2026-03-02T12:00:00.000Z");
    assert.deepEqual(
      report.stages.map(({ name, standing }: Record<string, string>) => [name, standing]),
      [
        ["dev", "failed"],
        ["prod", "pending"],
      ],
    );
    assert.match(read("report.md"), /\| dev \|  \| failed \(update\) \|/);
    assert.match(screen, /and that was all/);
    assert.match(output, /rollback dev/);
  });

  it("keeps secrets of the environment out of all that is written, whoever says them", async () => {
    const environment = { DEV_SECRET: secret, PULUMI_ACCESS_TOKEN: `token-${secret}` };
    const { screen, output } = await run(
      "up --json report.json --markdown report.md",
      async (context) => {
        assert.equal(context.environment.DEV_SECRET, secret, "the engine needs it");
        const { emit, report } = context;
        const message = `refused: ${secret} and token-${secret}`;
        emit({ kind: "rollout", rollout: "one", command: "up", waves: [["dev"]] });
        emit({ kind: "stage", stage: "dev", standing: "running", detail: message });
        emit({ kind: "ring", stage: "dev", ring: "all", standing: "failed", detail: message });
        emit({ kind: "finding", stage: "dev", finding: { phase: "update", message } });
        report(message);
        throw new Error(message);
      },
      { environment },
    );
    for (const text of [screen, output, read("report.json"), read("report.md")]) {
      assert.ok(!text.includes(secret), text);
      assert.ok(text.replaceAll("\\", "").includes("[DEV_SECRET]"), text);
    }
  });

  it("asks only a person at a terminal", async () => {
    const cases: [string, NodeJS.ProcessEnv, boolean, boolean][] = [
      ["up", {}, true, true],
      ["up --yes", {}, true, false],
      ["up", { CI: "true" }, true, false],
      ["up", {}, false, false],
    ];
    for (const [line, environment, isTTY, expected] of cases) {
      let interactive: boolean | undefined;
      await run(
        line,
        async (context) => {
          ({ interactive } = context);
          if (!interactive) assert.equal(await context.ask("Who?"), "");
          return exitCodes.done;
        },
        { environment, isTTY },
      );
      assert.equal(interactive, expected, `${line} ${JSON.stringify(environment)} ${isTTY}`);
    }
  });

  it("helps without a rollout.yaml", async () => {
    fs.rmSync(path.join(folder, "rollout.yaml"));
    const { code, output } = await run("--help", never);
    assert.equal(code, exitCodes.done);
    assert.match(output, /npm run rollout -- up \[--to STAGE/);
  });
});
