import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  PeerLab,
  PeerNetwork,
  PeerPresence,
  PeerProof,
  PersonalPeerGroup,
  SharedPeerIdentity,
  WindowsPeer,
} from "../../components";
import { allRules } from "../../components/plan/rules";
import { finished, mockEngine, type Declared } from "./mocks";
import {
  goodGroup,
  goodIdentity,
  goodLab,
  goodMachine,
  goodNetwork,
  goodPresence,
  notByDefinition,
  ruleCases,
  type RuleCase,
} from "./plan/ruleCases";

type Definition = Pick<RuleCase, "component" | "args" | "name">;

function construct({ component, args, name }: Definition): void {
  const usual = {
    PeerLab: "lab",
    PeerNetwork: "net",
    WindowsPeer: "pc-1",
    SharedPeerIdentity: "ada",
    PeerPresence: "held",
    PeerProof: "proof",
    PersonalPeerGroup: "ada",
  };
  const Component = {
    PeerLab,
    PeerNetwork,
    WindowsPeer,
    SharedPeerIdentity,
    PeerPresence,
    PeerProof,
    PersonalPeerGroup,
  }[component];
  new Component(name ?? usual[component], args as never);
}

/** What a component declares beside itself and components that it is made of. */
function parts(declared: Declared[]): string[] {
  return declared.map(({ type }) => type).filter((type) => !type.startsWith("peerlab:"));
}

describe("components: what is refused, and what is warned of", () => {
  let declared: Declared[];
  let warnings: string[];
  const warn = pulumi.log.warn;

  beforeEach(async () => {
    declared = await mockEngine();
    warnings = [];
    (pulumi.log as { warn: unknown }).warn = (message: string) => {
      warnings.push(message);
      return Promise.resolve();
    };
  });

  afterEach(() => {
    (pulumi.log as { warn: unknown }).warn = warn;
  });

  it("has a case for every rule, or says what offends it", () => {
    const tried = [...ruleCases.map(({ rule }) => rule), ...Object.keys(notByDefinition)];
    assert.deepEqual([...new Set(tried)].sort(), allRules.map(({ id }) => id).sort());
  });

  const good: Definition[] = [
    { component: "PeerLab", args: goodLab },
    { component: "PeerNetwork", args: goodNetwork },
    { component: "WindowsPeer", args: goodMachine },
    { component: "SharedPeerIdentity", args: goodIdentity },
    { component: "PeerPresence", args: goodPresence },
    { component: "PersonalPeerGroup", args: goodGroup },
  ];
  for (const definition of good) {
    it(`finds nothing in the ${definition.component} that the cases are made of`, async () => {
      construct(definition);
      await finished();
      assert.notEqual(parts(declared).length, 0);
      assert.deepEqual(warnings, []);
    });
  }

  for (const definition of ruleCases) {
    const { rule, component, path, warns } = definition;
    const label = `${component} ${warns ? "warns of" : "refuses"} ${rule} at ${path.slice(0, 60)}`;
    if (warns) {
      it(`${label}, once, and is made`, async () => {
        construct(definition);
        await finished();
        assert.notEqual(parts(declared).length, 0);
        assert.equal(warnings.length, 1, warnings.join("\n"));
        assert.ok(warnings[0].includes(`, ${path}: `) && warnings[0].endsWith(` [${rule}]`));
      });
    } else {
      it(`${label}, and nothing else, before anything is declared`, async () => {
        assert.throws(
          () => construct(definition),
          (error: Error) => {
            assert.ok(pulumi.InputPropertiesError.isInstance(error), error.message);
            assert.deepEqual(
              error.errors.map(({ propertyPath }) => propertyPath),
              [path],
              error.message,
            );
            assert.ok(error.message.endsWith(` [${rule}]`), error.message);
            return true;
          },
        );
        await finished();
        assert.deepEqual(parts(declared), []);
      });
    }
  }
});
