/** The same stages as `Stack` resources of the Pulumi Kubernetes Operator, version 2. Pure. */
import { createHash } from "node:crypto";
import * as path from "node:path";
import { Document } from "yaml";
import { engineVersion } from "../engine/version";
import type { RolloutDefinition, StageDefinition } from "./plan/definition";
import { stagesBefore } from "./plan/order";
import { uniqueNames } from "./uniqueNames";

export interface OperatorOptions {
  /** URL of the repository that the program is cloned from. Never with credentials in it. */
  repository: string;
  /** The commit that is rolled out: the way in which the order of the waves holds for each change. None by default. */
  commit?: string;
  /** The branch whose changes are rolled out, where no commit is named. `main` by default. */
  branch?: string;
  /** The file that the stages come from, relative to `folder`. `rollout.yaml` by default. */
  file?: string;
  /** Folder of that file in the repository, with `/`; its root where empty. Empty by default. */
  folder?: string;
  /** Namespace of the resources and of the Secrets that they name; that of whoever applies them where there is none. */
  namespace?: string;
  /** Organization of the stacks whose names in the file are without one. None by default, as in a backend without any. */
  organization?: string;
  /** Name of the Secret whose key `accessToken` opens the repository; a public one where there is none. */
  gitSecret?: string;
  /** Service account of the pods, which the operator asks for. `default` by default. */
  serviceAccount?: string;
  /** Names of the stages with an approval that are agreed to: they are updated, and not only previewed. None by default. */
  approved?: readonly string[];
  /** How often a stage is brought back to its definition without a change of it, in seconds. Never by default. */
  resyncSeconds?: number;
}

/** What is used of the resource; the API of the operator is `operator/api/pulumi/v1` in its repository. */
export interface OperatorStack {
  apiVersion: "pulumi.com/v1";
  kind: "Stack";
  metadata: { name: string; namespace?: string };
  spec: {
    stack: string;
    projectRepo: string;
    commit?: string;
    branch?: string;
    repoDir?: string;
    gitAuth?: { accessToken: SecretReference };
    envRefs: Record<string, SecretReference | { type: "Literal"; literal: { value: string } }>;
    prerequisites?: { name: string; requirement?: { succeededWithinDuration: string } }[];
    preview?: boolean;
    refresh?: boolean;
    continueResyncOnCommitMatch?: boolean;
    resyncFrequencySeconds?: number;
    retryOnUpdateConflict: boolean;
    useLocalStackOnly: boolean;
    destroyOnFinalize: boolean;
    serviceAccountName?: string;
    workspaceTemplate: { spec: { image: string; securityProfile: "restricted" } };
    updateTemplate: { spec: { continueOnError: boolean } };
  };
}

interface SecretReference {
  type: "Secret";
  secret: { name: string; key: string };
}

/** The operator compares when a stage succeeded, and whether that was with this text of its resource; not with which commit. */
const withoutCommit = [
  " The stages follow a branch: one may see a new commit before the stage before it has succeeded with it. generate operator",
  " --commit COMMIT names one for all of them, and each then waits until the one before has succeeded with it.",
];

/** The operator refuses longer names. */
const longestName = 42;

/**
 * A `Stack` for each stage, in the order of the waves, each after those of the wave before. Values of `environment` are keys of a
 * Secret of the stage, by the names that the file asks for. Where an approval is missing, a stage and all waves after it are only
 * previewed: for the operator a preview that succeeds is a success, too.
 */
export function operatorStacks(definition: RolloutDefinition, options: OperatorOptions): string {
  const { file = "rollout.yaml", folder = "", approved = [] } = options;
  const names = uniqueNames(Object.keys(definition.stages), (stage) =>
    resourceName(`${definition.name}-${stage}`),
  );
  const head = [
    ` Made from ${path.posix.join(folder, file)} by \`npm run rollout -- generate operator\`: change that file, and make this one anew.`,
    ...(options.commit === undefined ? withoutCommit : []),
  ];
  const documents = definition.waves.flat().map((name, index) => {
    const stage = definition.stages[name];
    const previewed = isPreviewed(definition, name, approved);
    const document = new Document(
      stackOf(stage, stagesBefore(definition, name), names, previewed, options),
      { aliasDuplicateObjects: false },
    );
    const lines = notes(stage, names[name], previewed);
    document.commentBefore = [...(index === 0 ? [...head, ""] : []), ...lines].join("\n");
    return document.toString({ lineWidth: 0 });
  });
  return documents.join("---\n");
}

function stackOf(
  stage: StageDefinition,
  before: readonly string[],
  names: Readonly<Record<string, string>>,
  previewed: boolean,
  options: OperatorOptions,
): OperatorStack {
  const { repository, commit, branch = "main", folder = "" } = options;
  const { gitSecret, serviceAccount, resyncSeconds, namespace, organization } = options;
  const { freshnessSeconds } = stage.gates;
  const repoDir = path.posix.join(folder, stage.project);
  const own = Object.keys(stage.environment).sort();
  return {
    apiVersion: "pulumi.com/v1",
    kind: "Stack",
    metadata: { name: names[stage.name], ...(namespace !== undefined && { namespace }) },
    spec: {
      stack:
        organization === undefined || stage.stack.includes("/")
          ? stage.stack
          : `${organization}/${stage.stack}`,
      projectRepo: repository,
      ...(commit === undefined ? { branch } : { commit }),
      ...(repoDir !== "." && { repoDir }),
      ...(gitSecret !== undefined && {
        gitAuth: { accessToken: secret(gitSecret, "accessToken") },
      }),
      envRefs: {
        // A machine that fails does not keep the others of its ring from being finished.
        PULUMI_CONTINUE_ON_ERROR: { type: "Literal", literal: { value: "true" } },
        ...Object.fromEntries(
          own.map((name) => [name, secret(names[stage.name], stage.environment[name])]),
        ),
      },
      ...(before.length > 0 && {
        prerequisites: before.map((name) => ({
          name: names[name],
          ...(freshnessSeconds !== undefined && {
            requirement: { succeededWithinDuration: `${freshnessSeconds}s` },
          }),
        })),
      }),
      ...(previewed && { preview: true }),
      ...(resyncSeconds !== undefined && {
        // What was changed in Azure is only put right where it is looked at first.
        refresh: true,
        continueResyncOnCommitMatch: true,
        resyncFrequencySeconds: resyncSeconds,
      }),
      retryOnUpdateConflict: stage.whenLocked === "wait",
      // A stack that is not there yet is made by a person, and none goes with its resource.
      useLocalStackOnly: true,
      destroyOnFinalize: false,
      ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
      workspaceTemplate: {
        spec: { image: `pulumi/pulumi:${engineVersion}-nonroot`, securityProfile: "restricted" },
      },
      updateTemplate: { spec: { continueOnError: true } },
    },
  };
}

function secret(name: string, key: string): SecretReference {
  return { type: "Secret", secret: { name, key } };
}

function isPreviewed(
  definition: RolloutDefinition,
  name: string,
  approved: readonly string[],
): boolean {
  const wave = definition.waves.findIndex((names) => names.includes(name));
  const before = definition.waves.slice(0, wave).flat();
  return [...before, name].some(
    (stage) => definition.stages[stage].gates.approval !== undefined && !approved.includes(stage),
  );
}

/** What has to be there, and what the operator does not do of what the file says. */
function notes(stage: StageDefinition, name: string, previewed: boolean): string[] {
  const { gates } = stage;
  const keys = [...new Set(Object.values(stage.environment))].sort();
  const missing = [
    "the preview's limits",
    ...(gates.policyPacks.length > 0 ? ["policyPacks"] : []),
    ...(gates.proof ? ["the check after the update"] : []),
    ...(gates.command ? ["command"] : []),
    ...(gates.soakSeconds > 0 ? ["soak"] : []),
    ...(stage.rings ? ["rings (the configuration of the stack has to have them)"] : []),
    "record and rollback",
  ];
  return [
    ` Stage ${stage.name}.`,
    ...(keys.length > 0 ? [` The Secret ${name} has to have these keys: ${keys.join(", ")}.`] : []),
    ` The operator does not know: ${missing.join(", ")}.`,
    ...(previewed
      ? [
          " Only previewed: an approval is missing, of this stage or one before. generate operator --approved STAGE says that it is given.",
        ]
      : []),
  ];
}

/** Lower-case letters, digits and `-`, as Kubernetes has names, no longer than the operator allows. */
function resourceName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  if (name.length <= longestName) return name;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `${name.slice(0, longestName - 9).replace(/-$/, "")}-${digest}`;
}
