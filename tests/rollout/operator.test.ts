import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { parse, parseAllDocuments } from "yaml";
import { engineVersion } from "../../engine/version";
import { operatorStacks, type OperatorOptions, type OperatorStack } from "../../rollout/operator";
import type { RolloutDefinition } from "../../rollout/plan/definition";
import { judgeResource, type CustomResourceDefinition } from "./customResource";
import { example, rollout, stage } from "./exampleRollout";

const repository = "https://github.com/acme/labs";
const read = (definition: RolloutDefinition, options: Partial<OperatorOptions> = {}) =>
  parseAllDocuments(operatorStacks(definition, { repository, ...options })).map(
    (document) => (document as { toJS(): unknown }).toJS() as OperatorStack,
  );
const byName = (stacks: OperatorStack[]) =>
  Object.fromEntries(stacks.map(({ metadata, spec }) => [metadata.name, spec]));
/** Everything that the generator can write. */
const all: Partial<OperatorOptions> = {
  gitSecret: "git",
  serviceAccount: "pulumi",
  resyncSeconds: 3600,
  namespace: "labs",
  organization: "acme",
  folder: "labs/one",
  commit: "0123456789abcdef0123456789abcdef01234567",
};

describe("rollout generate operator", () => {
  const stacks = read(example);
  const specs = byName(stacks);

  it("has a Stack for each stage, after those of the wave before, as fresh as its freshness says", () => {
    assert.deepEqual(
      stacks.map(({ apiVersion, kind, metadata, spec }) => [
        apiVersion,
        kind,
        metadata.name,
        spec.prerequisites,
      ]),
      [
        ["pulumi.com/v1", "Stack", "peerlab-dev", undefined],
        [
          "pulumi.com/v1",
          "Stack",
          "peerlab-staging",
          [{ name: "peerlab-dev", requirement: { succeededWithinDuration: "86400s" } }],
        ],
        ["pulumi.com/v1", "Stack", "peerlab-load-test", [{ name: "peerlab-dev" }]],
        [
          "pulumi.com/v1",
          "Stack",
          "peerlab-prod",
          ["peerlab-staging", "peerlab-load-test"].map((name) => ({
            name,
            requirement: { succeededWithinDuration: "5400s" },
          })),
        ],
      ],
    );
  });

  it("takes each variable from the stage's own Secret, by the name that the file asks for, and no value", () => {
    assert.deepEqual(specs["peerlab-prod"].envRefs, {
      PULUMI_CONTINUE_ON_ERROR: { type: "Literal", literal: { value: "true" } },
      ARM_CLIENT_SECRET: {
        type: "Secret",
        secret: { name: "peerlab-prod", key: "PROD_CLIENT_SECRET" },
      },
      PULUMI_BACKEND_URL: {
        type: "Secret",
        secret: { name: "peerlab-prod", key: "PROD_BACKEND_URL" },
      },
    });
  });

  it("says where the program is, by branch or by commit", () => {
    const { branch, commit, repoDir, projectRepo, stack } = specs["peerlab-load-test"];
    assert.deepEqual(
      { branch, commit, repoDir, projectRepo, stack },
      {
        branch: "main",
        commit: undefined,
        repoDir: "load",
        projectRepo: repository,
        stack: "acme/load",
      },
    );
    assert.equal(specs["peerlab-dev"].repoDir, undefined);
    const other = byName(read(example, all));
    assert.equal(other["peerlab-dev"].branch, undefined);
    assert.equal(other["peerlab-dev"].commit, all.commit);
    assert.equal(other["peerlab-dev"].repoDir, "labs/one");
    assert.equal(other["peerlab-load-test"].repoDir, "labs/one/load");
    assert.deepEqual(
      read(example, all).map(({ metadata, spec }) => `${metadata.namespace}: ${spec.stack}`),
      ["labs: acme/dev", "labs: acme/staging", "labs: acme/load", "labs: acme/prod"],
    );
    assert.deepEqual(other["peerlab-dev"].gitAuth, {
      accessToken: { type: "Secret", secret: { name: "git", key: "accessToken" } },
    });
  });

  it("only previews a stage whose approval is missing, and all after it", () => {
    const approval = { approvers: [], validSeconds: 60 };
    const definition = rollout([
      [stage("one")],
      [stage("two", { gates: { approval } }), stage("beside")],
      [stage("three")],
      [stage("four", { gates: { approval } })],
    ]);
    const previewed = (approved: string[]) =>
      read(definition, { approved }).flatMap(({ metadata, spec }) =>
        spec.preview ? [metadata.name] : [],
      );
    assert.deepEqual(previewed([]), ["peerlab-two", "peerlab-three", "peerlab-four"]);
    assert.deepEqual(previewed(["four"]), ["peerlab-two", "peerlab-three", "peerlab-four"]);
    assert.deepEqual(previewed(["two"]), ["peerlab-four"]);
    assert.deepEqual(previewed(["two", "four"]), []);
  });

  it("makes and destroys no stack, waits for a lock where the stage does, and goes on after an error", () => {
    for (const { spec } of stacks) {
      const { useLocalStackOnly, destroyOnFinalize, updateTemplate, workspaceTemplate } = spec;
      assert.equal(useLocalStackOnly, true);
      assert.equal(destroyOnFinalize, false);
      assert.deepEqual(updateTemplate, { spec: { continueOnError: true } });
      assert.equal(workspaceTemplate.spec.image, `pulumi/pulumi:${engineVersion}-nonroot`);
    }
    assert.deepEqual(
      stacks.map(({ spec }) => spec.retryOnUpdateConflict),
      [false, false, false, true],
    );
  });

  it("updates a stage without a change only where that is asked for, and looks at Azure first then", () => {
    const part = ({ spec }: OperatorStack) => [
      spec.refresh,
      spec.continueResyncOnCommitMatch,
      spec.resyncFrequencySeconds,
    ];
    assert.deepEqual(part(stacks[0]), [undefined, undefined, undefined]);
    assert.deepEqual(part(read(example, all)[0]), [true, true, 3600]);
  });

  it("has names that Kubernetes and the operator allow, one for each stage", () => {
    const long = "a-stage-with-a-name-that-nobody-would-ever-type";
    const names = read(
      rollout([["Dev", "dev", "dev_", long, `${long}-2`].map((name) => stage(name))], "Peer Lab"),
    ).map(({ metadata }) => metadata.name);
    assert.equal(new Set(names).size, 5);
    assert.deepEqual(names.slice(0, 3), ["peer-lab-dev", "peer-lab-dev-2", "peer-lab-dev-3"]);
    for (const name of names) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/);
  });

  it("is the same text each time, and says what it is made from, which keys it needs, and what it cannot do", () => {
    const text = operatorStacks(example, { repository });
    assert.equal(operatorStacks(structuredClone(example), { repository }), text);
    assert.match(text, /^# Made from rollout\.yaml by `npm run rollout -- generate operator`/);
    assert.match(text, /keys: PROD_BACKEND_URL, PROD_CLIENT_SECRET\.\n/);
    assert.match(
      text,
      /limits, the check after the update, command, soak, record and rollback\.\n/,
    );
    assert.match(text, /--commit COMMIT/);
    assert.doesNotMatch(operatorStacks(example, { repository, ...all }), /--commit/);
  });

  describe("the operator's own definition (deploy/crds/pulumi.com_stacks.yaml of a release), by PEERLAB_STACK_CRD", () => {
    const file = process.env.PEERLAB_STACK_CRD;
    let definition: CustomResourceDefinition;

    before(function () {
      if (file === undefined) {
        console.log("      skipped: no registry has it; PEERLAB_STACK_CRD names a copy of it");
        this.skip();
      }
      definition = parse(fs.readFileSync(file, "utf8"));
    });

    it("finds nothing wrong", () => {
      for (const resource of [...stacks, ...read(example, all)]) {
        assert.deepEqual(judgeResource(definition, resource), []);
      }
    });

    const damages: [string, (text: string) => string, string][] = [
      ["a key", (text) => text.replace("envRefs", "envReffs"), ".spec.envReffs: is not known"],
      [
        "a key inside",
        (text) => text.replace("succeededWithinDuration", "succeededWithin"),
        ".spec.prerequisites[0].requirement.succeededWithin: is not known",
      ],
      [
        "a type",
        (text) => text.replace("retryOnUpdateConflict: false", "retryOnUpdateConflict: never"),
        ".spec.retryOnUpdateConflict: is string, not boolean",
      ],
    ];
    for (const [what, damage, expected] of damages) {
      it(`would find ${what} that is wrong`, () => {
        const text = operatorStacks(example, { repository });
        assert.notEqual(damage(text), text);
        const found = parseAllDocuments(damage(text)).flatMap((document) =>
          judgeResource(definition, (document as { toJS(): OperatorStack }).toJS()),
        );
        assert.deepEqual(found, [expected]);
      });
    }
  });
});
