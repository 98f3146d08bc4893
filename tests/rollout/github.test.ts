import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { parse } from "yaml";
import { githubWorkflow, type GithubOptions } from "../../rollout/github";
import type { RolloutDefinition } from "../../rollout/plan/definition";
import { example, rollout, stage } from "./exampleRollout";

/* eslint-disable @typescript-eslint/no-explicit-any -- a workflow as any reader of YAML sees it. */
const read = (definition: RolloutDefinition, options?: GithubOptions): any =>
  parse(githubWorkflow(definition, options));
const runs = (job: any): string[] => job.steps.flatMap(({ run }: any) => run ?? []);
const stepOf = (job: any, text: string): any =>
  job.steps.find(({ run }: any) => run?.includes(text));

describe("rollout generate github", () => {
  const workflow = read(example);
  const { jobs } = workflow;

  it("has a job for each stage, which needs all of the wave before, and one for its plan", () => {
    const needs = Object.fromEntries(Object.keys(jobs).map((id) => [id, jobs[id].needs ?? []]));
    assert.deepEqual(needs, {
      "plan-dev": [],
      "plan-staging": [],
      "plan-load-test": [],
      "plan-prod": [],
      dev: [],
      staging: ["dev"],
      "load-test": ["dev"],
      prod: ["staging", "load-test"],
    });
  });

  it("runs one stage in a job, in the environment of its name, and its plan alone for a pull request", () => {
    for (const [name, id] of Object.entries({ dev: "dev", "load test": "load-test" })) {
      const only = `--only ${name === "dev" ? name : `'${name}'`} --json`;
      assert.equal(jobs[id].environment, name);
      assert.match(jobs[id].if, /^github\.event_name != 'pull_request' && /);
      assert.deepEqual(runs(jobs[id]).slice(0, 2), [
        "npm ci",
        `npm run rollout -- up ${only} rollout-report.json --markdown rollout-report.md`,
      ]);
      const plan = jobs[`plan-${id}`];
      assert.equal(plan.environment, `${name}-plan`);
      assert.match(plan.if, /^github\.event_name == 'pull_request' && /);
      assert.deepEqual(runs(plan).slice(0, 2), [
        "npm ci",
        `npm run rollout -- plan ${only} rollout-report.json --markdown rollout-report.md`,
      ]);
    }
  });

  it("gives a job the names that its stage asks for, and no value; those of the wave before where their freshness is asked", () => {
    const value = (name: string) => `\${{ secrets.${name} || vars.${name} }}`;
    const given = (...names: string[]) =>
      Object.fromEntries(names.map((name) => [name, value(name)]));
    const staging = ["STAGING_BACKEND_URL", "STAGING_CLIENT_ID", "STAGING_USE_OIDC"];
    assert.deepEqual(stepOf(jobs.dev, " up ").env, given("DEV_BACKEND_URL"));
    assert.deepEqual(stepOf(jobs.staging, " up ").env, given("DEV_BACKEND_URL", ...staging));
    assert.deepEqual(stepOf(jobs["plan-staging"], " plan ").env, given(...staging));
    assert.equal(stepOf(jobs["load-test"], " up ").env, undefined);
    // What other people's install scripts run beside sees none of it.
    for (const job of Object.values<any>(jobs)) {
      assert.equal(job.env, undefined);
      assert.equal(stepOf(job, "npm ci").env, undefined);
    }
  });

  it("allows no more than reading, but for a token for Azure and the reading of reviews where a stage has those", () => {
    assert.deepEqual(workflow.permissions, { contents: "read" });
    const own = Object.entries<any>(jobs).flatMap(([id, { permissions }]) =>
      permissions === undefined ? [] : [[id, permissions]],
    );
    assert.deepEqual(Object.fromEntries(own), {
      "plan-staging": { contents: "read", "id-token": "write" },
      staging: { contents: "read", "id-token": "write" },
      prod: { contents: "read", actions: "read" },
    });
  });

  it("notes who approved, of a stage that asks for it alone", () => {
    const all = Object.entries<any>(jobs).filter(([, job]) => stepOf(job, " approve "));
    assert.deepEqual(
      all.map(([id]) => id),
      ["prod"],
    );
    const { run, env } = stepOf(jobs.prod, " approve ");
    assert.match(run, /any\(\.environments\[\]; \.name == "prod"\)/);
    assert.match(run, /then npm run rollout -- approve prod --by "\$by"; fi/);
    assert.equal(env.GH_TOKEN, "${{ github.token }}");
  });

  it("lets a second run on a stack wait, and cancels none that runs", () => {
    const groups = ["dev", "staging", "load-test", "prod"].map((id) => jobs[id].concurrency);
    assert.deepEqual(
      groups,
      ["rollout . dev", "rollout . staging", "rollout load acme/load", "rollout . prod"].map(
        (group) => ({ group, "cancel-in-progress": false }),
      ),
    );
  });

  it("has all commits, keeps no credentials of git, and shows the report whatever came of it", () => {
    for (const job of Object.values<any>(jobs)) {
      assert.deepEqual(job.steps[0].with, { "fetch-depth": 0, "persist-credentials": false });
      const show = stepOf(job, "GITHUB_STEP_SUMMARY");
      assert.equal(show.if, "always()");
      assert.match(show.run, /cat rollout-report\.md >> "\$GITHUB_STEP_SUMMARY"/);
    }
  });

  it("works in another folder, with another file and branch", () => {
    const other = read(example, { folder: "labs/one", file: "two.yaml", branch: "it's" });
    assert.deepEqual(other.defaults, { run: { "working-directory": "labs/one" } });
    assert.deepEqual(other.on.push.branches, ["it's"]);
    const { dev } = other.jobs;
    assert.match(dev.if, /github\.ref == 'refs\/heads\/it''s'$/);
    assert.match(stepOf(dev, " up ").run, /-- up --file two\.yaml --only dev /);
    assert.equal(dev.steps[1].with["cache-dependency-path"], "labs/one/package-lock.json");
    const upload = dev.steps.at(-1).with.path;
    assert.equal(upload, "labs/one/rollout-report.json\nlabs/one/rollout-report.md");
    assert.equal(dev.concurrency.group, "rollout labs/one dev");
  });

  it("gives each job an id of its own, as GitHub allows them", () => {
    const names = ["plan-a", "a", "b c", "b.c", "1st"];
    const ids = Object.keys(read(rollout([names.map((name) => stage(name))])).jobs);
    assert.equal(new Set(ids).size, 2 * names.length);
    for (const id of ids) assert.match(id, /^[A-Za-z_][A-Za-z0-9_-]*$/);
  });

  it("refuses all names that GitHub has for no secret, each with its place", () => {
    const environment = { A: "GITHUB_TOKEN", B: "1ST", C: "WITH SPACE", D: "FINE_1" };
    assert.throws(
      () => githubWorkflow(rollout([[stage("dev", { environment })]])),
      ({ message }: Error) => {
        const places = message.split("\n").map((line) => line.split(" cannot ")[0]);
        assert.deepEqual(places, [
          'stages.dev.environment.A: "GITHUB_TOKEN"',
          'stages.dev.environment.B: "1ST"',
          'stages.dev.environment.C: "WITH SPACE"',
        ]);
        return true;
      },
    );
  });

  it("is the same text each time, and says what it is made from and by what", () => {
    const text = githubWorkflow(example);
    assert.equal(githubWorkflow(structuredClone(example)), text);
    assert.match(
      text,
      /^# Made from rollout\.yaml by `npm run rollout -- generate github`: change that file/,
    );
  });

  describe("GitHub's own parser, which holds the published schema", function () {
    this.timeout(60_000);

    const parser = (workflowText: string) =>
      spawnSync(process.execPath, [path.join(__dirname, "parseWorkflow.mjs")], {
        input: workflowText,
        encoding: "utf8",
      });
    const errorsOf = (workflowText: string): string[] => {
      const { stdout, stderr, status } = parser(workflowText);
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout);
    };

    before(function () {
      const { status, stderr } = parser("");
      if (status === 0) return;
      if (process.env.CI || !stderr.includes("ERR_MODULE_NOT_FOUND")) throw new Error(stderr);
      console.log("      skipped: the package @actions/workflow-parser is not installed");
      this.skip();
    });

    it("finds nothing wrong", () => {
      assert.deepEqual(errorsOf(githubWorkflow(example)), []);
      assert.deepEqual(
        errorsOf(githubWorkflow(example, { folder: "labs/one", file: "two.yaml", branch: "it's" })),
        [],
      );
    });

    const damages: [string, (text: string) => string, RegExp][] = [
      ["a key", (text) => text.replace("runs-on:", "runs-onn:"), /Unexpected value 'runs-onn'/],
      ["an expression", (text) => text.replace("{ secrets.", "{ secretz."), /secretz/],
      ["a permission", (text) => text.replace("id-token:", "id-tokens:"), /id-tokens/],
      ["a job", (text) => text.replace("- load-test\n", "- none\n"), /none/],
    ];
    for (const [what, damage, expected] of damages) {
      it(`would find ${what} that is wrong`, () => {
        const text = githubWorkflow(example);
        assert.notEqual(damage(text), text);
        assert.match(errorsOf(damage(text)).join("\n"), expected);
      });
    }
  });
});
