/** The same stages as a GitHub Actions workflow. Pure. */
import * as path from "node:path";
import { Document, isMap, isScalar } from "yaml";
import { UsageError } from "./arguments";
import type { RolloutDefinition, StageDefinition } from "./plan/definition";
import { stagesBefore } from "./plan/order";
import { uniqueNames } from "./uniqueNames";

export interface GithubOptions {
  /** The file that the stages come from, relative to `folder`. `rollout.yaml` by default. */
  file?: string;
  /** Folder of that file in the repository, with `/`; its root where empty. Empty by default. */
  folder?: string;
  /** The branch whose changes are rolled out. `main` by default. */
  branch?: string;
  /** Version of Node. `22` by default. */
  nodeVersion?: string;
}

/**
 * Major versions, so that corrections of GitHub's own actions arrive by themselves. An action of anybody else's would have to be
 * pinned to a commit, and none is used.
 */
const actions = {
  checkout: "actions/checkout@v6",
  setupNode: "actions/setup-node@v6",
  uploadArtifact: "actions/upload-artifact@v6",
};

const reports = { json: "rollout-report.json", markdown: "rollout-report.md" };

/**
 * A workflow with a job for each stage, in the order of the waves. The job's environment has the stage's name: its protection
 * rules are the approval, and its secrets and variables the values that `environment` in the file asks for, by the same names.
 * Pull requests run `plan` alone, in an environment of its own (`STAGE-plan`), so that their code never meets what may change a
 * stage. Throws a {@link UsageError} where a name cannot be a secret's of GitHub: the file is wrong for this.
 */
export function githubWorkflow(definition: RolloutDefinition, options: GithubOptions = {}): string {
  const { file = "rollout.yaml", folder = "", branch = "main", nodeVersion = "22" } = options;
  const stages = Object.values(definition.stages);
  requireSecretNames(stages);
  const names = Object.keys(definition.stages);
  const branchText = `refs/heads/${branch}`.replaceAll("'", "''");
  const ids = uniqueNames(names, (name) => jobId(name));
  const planIds = uniqueNames(names, (name) => jobId(`plan-${name}`), Object.values(ids));
  const fileOption = file === "rollout.yaml" ? "" : ` --file ${quoted(file)}`;
  const rollout = (verb: string) => `npm run rollout -- ${verb}${fileOption}`;
  const withReports = ` --json ${reports.json} --markdown ${reports.markdown}`;
  const start = [
    {
      uses: actions.checkout,
      // All commits: a rollback goes back to one of them.
      with: { "fetch-depth": 0, "persist-credentials": false },
    },
    {
      uses: actions.setupNode,
      with: {
        "node-version": nodeVersion,
        cache: "npm",
        ...(folder && { "cache-dependency-path": path.posix.join(folder, "package-lock.json") }),
      },
    },
    { run: "npm ci" },
  ];
  const end = (name: string) => [
    {
      name: "Show the report",
      if: "always()",
      run: `if [ -f ${reports.markdown} ]; then cat ${reports.markdown} >> "$GITHUB_STEP_SUMMARY"; fi`,
    },
    {
      uses: actions.uploadArtifact,
      if: "always()",
      with: {
        name: `rollout-${name}`,
        path: [reports.json, reports.markdown]
          .map((report) => path.posix.join(folder, report))
          .join("\n"),
        "if-no-files-found": "ignore",
        overwrite: true,
      },
    },
  ];
  const planJob = (stage: StageDefinition) => ({
    name: `Plan of ${stage.name}`,
    // A pull request from a fork gets no secrets, and could do nothing here.
    if: "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository",
    "runs-on": "ubuntu-latest",
    environment: `${stage.name}-plan`,
    ...permissionsOf(stage, {}),
    steps: [
      ...start,
      {
        run: `${rollout("plan")} --only ${quoted(stage.name)}${withReports}`,
        ...environmentOf([stage]),
      },
      ...end(planIds[stage.name]),
    ],
  });
  const stageJob = (stage: StageDefinition) => {
    const before = stagesBefore(definition, stage.name);
    const { approval, freshnessSeconds } = stage.gates;
    // How fresh a success is stands in the record of the stage that succeeded, where that stage's state is kept.
    const asked =
      freshnessSeconds === undefined ? [] : before.map((name) => definition.stages[name]);
    const environment = environmentOf([stage, ...asked]);
    return {
      name: stage.name,
      if: `github.event_name != 'pull_request' && github.ref == '${branchText}'`,
      ...(before.length > 0 && { needs: before.map((name) => ids[name]) }),
      "runs-on": "ubuntu-latest",
      environment: stage.name,
      ...permissionsOf(stage, approval ? { actions: "read" } : {}),
      concurrency: {
        group: ["rollout", path.posix.join(folder, stage.project), stage.stack].join(" "),
        "cancel-in-progress": false,
      },
      steps: [
        ...start,
        ...(approval ? [approve(stage, `${rollout("approve")} ${quoted(stage.name)}`)] : []),
        { run: `${rollout("up")} --only ${quoted(stage.name)}${withReports}`, ...environment },
        ...end(ids[stage.name]),
      ],
    };
  };
  const document = new Document(
    {
      name: `Rollout of ${definition.name}`,
      on: {
        push: { branches: [branch] },
        pull_request: { branches: [branch] },
        workflow_dispatch: {},
      },
      permissions: { contents: "read" },
      ...(folder && { defaults: { run: { "working-directory": folder } } }),
      jobs: Object.fromEntries([
        ...stages.map((stage) => [planIds[stage.name], planJob(stage)]),
        ...definition.waves
          .flat()
          .map((name) => [ids[name], stageJob(definition.stages[name])] as const),
      ]),
    },
    { aliasDuplicateObjects: false },
  );
  document.commentBefore = ` Made from ${path.posix.join(folder, file)} by \`npm run rollout -- generate github${fileOption}\`: change that file, and make this one anew.`;
  comment(document, "jobs", jobsComment(stages));
  return document.toString({ lineWidth: 0 });
}

/** The reviewers of GitHub's environment are noted as the approval of the stage; without one `up` ends with 2 and says so. */
function approve(stage: StageDefinition, command: string): object {
  const reviewed = `.state == "approved" and any(.environments[]; .name == ${JSON.stringify(stage.name)})`;
  return {
    name: "Note who approved",
    env: { GH_TOKEN: "${{ github.token }}", ...environmentOf([stage]).env },
    run: [
      `by=$(gh api "repos/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/approvals" --jq '[.[] | select(${reviewed}) | .user.login] | last // ""')`,
      `if [ -n "$by" ]; then ${command} --by "$by"; fi`,
      "",
    ].join("\n"),
  };
}

/** Each variable by the name that the file asks the caller for. A secret comes before a variable of the same name. */
function environmentOf(stages: readonly StageDefinition[]): { env?: Record<string, string> } {
  const names = new Set(stages.flatMap(({ environment }) => Object.values(environment)));
  if (names.size === 0) return {};
  const value = (name: string) => `\${{ secrets.${name} || vars.${name} }}`;
  return { env: Object.fromEntries([...names].sort().map((name) => [name, value(name)])) };
}

/** A stage that logs on to Azure with GitHub's own token needs one of those. */
function permissionsOf(stage: StageDefinition, further: Record<string, string>): object {
  const token = "ARM_USE_OIDC" in stage.environment ? { "id-token": "write" } : {};
  const own = { ...token, ...further };
  return Object.keys(own).length > 0 ? { permissions: { contents: "read", ...own } } : {};
}

function jobsComment(stages: readonly StageDefinition[]): string {
  const environments = stages.map(({ name }) => name).join(", ");
  const without = stages.filter(({ environment }) => Object.keys(environment).length === 0);
  return [
    " GitHub has to have these environments, each with the secrets or variables that its jobs name:",
    `   ${environments}: protect those whose stages somebody has to agree to, and allow the branch alone`,
    `   ${stages.map(({ name }) => `${name}-plan`).join(", ")}: with credentials that may only read`,
    " Where a stage has a freshness, its job reads the records of the stages before, too: their names are among its own.",
    ...(without.length > 0
      ? [
          ` Without an \`environment\` in the file, these are given no variable: ${without.map(({ name }) => name).join(", ")}.`,
        ]
      : []),
    " Of two runs on one stack the second waits; a third takes the place of the one that waits.",
  ].join("\n");
}

function comment({ contents }: Document, key: string, text: string): void {
  const keys = isMap(contents) ? contents.items.map((item) => item.key) : [];
  const found = keys.filter(isScalar).find(({ value }) => value === key);
  if (found) found.commentBefore = text;
}

/** Names of secrets, as GitHub allows them: letters, digits and `_`, not a digit first, and none that starts with `GITHUB_`. */
function requireSecretNames(stages: readonly StageDefinition[]): void {
  const wrong = stages.flatMap((stage) =>
    Object.entries(stage.environment)
      .filter(([, name]) => !/^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i.test(name))
      .map(
        ([key, name]) =>
          `stages.${stage.name}.environment.${key}: ${JSON.stringify(name)} cannot be the name of a secret of GitHub: letters, digits and _, no digit first, and not GITHUB_ at the beginning`,
      ),
  );
  if (wrong.length > 0) throw new UsageError(wrong.join("\n"));
}

/** Letters, digits, `-` and `_`, a letter or `_` first. */
function jobId(name: string): string {
  const id = name.replace(/[^A-Za-z0-9_-]/g, "-");
  return /^[A-Za-z_]/.test(id) ? id : `_${id}`;
}

/** An argument for the shell of GitHub's runner; `${{` would be read by GitHub before. */
function quoted(text: string): string {
  if (/^[\w./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
