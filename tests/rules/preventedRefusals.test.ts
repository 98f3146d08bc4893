import * as assert from "node:assert/strict";
import {
  goodGroup,
  goodIdentity,
  goodLab,
  goodMachine,
  goodNetwork,
  ruleCases,
} from "../components/plan/ruleCases";
import { quietly } from "../properties/runs";
import { azureRulesTable } from "./azureRulesTable";
import { preventedCases, type PreventedCase } from "./preventedCases";
import { declareIn, judgedUnrefused, usualParts, type Definition } from "./withoutRefusals";

/** Rules of Azure and of the library that are not shown to belong together by a definition, and why. */
const notShown: Readonly<Record<string, string>> = {
  "NSG-PREFIXES-NO-TAG <- NSG-PREFIXES-NO-TAG": "what is no range is in no family, and in no rule",
  "NSG-PREFIX-FORMAT <- NSG-PREFIXES-NO-TAG": "what is no range is in no family, and in no rule",
  "NSG-1000 <- NSG-1000": "PORT-COUNT comes first",
  "NSG-1000 <- PORT-COUNT": "without its check the plan has no place for the port, and throws",
  "SUBNET-PREFIX-IN-USE <- SUBNET-PREFIX-IN-USE": "takes an update of a stack",
  "PEER-SPACE-CHANGE <- SUBNET-PREFIX-IN-USE": "takes an update of a stack, and a peering",
  "PEER-OVERLAP <- PEER-OVERLAP": "the peering is somebody else's",
  "RUNCMD-NAME <- NAME-LENGTH": "the machine's name is refused before, and its command with it",
  "RUNCMD-NAME <- NAME-CHARACTERS": "the machine's name is refused before, and its command with it",
};

const cases: PreventedCase[] = [
  ...ruleCases.map((definition) => ({ rule: definition.rule, definition })),
  ...preventedCases,
];

const judged = new Map<PreventedCase, Promise<Set<string>>>();

/** What the stand-in says of a case that the library lets through; each is tried once. */
function judgementsOf(one: PreventedCase): Promise<Set<string>> {
  const found = judged.get(one) ?? judgedUnrefused(one.existing ?? usualParts, one.definition);
  judged.set(one, found);
  return found;
}

describe("docs/azure-rules.md, the library's column", function () {
  this.timeout(60_000);
  let loudly: () => void;
  before(() => {
    loudly = quietly();
  });
  after(() => loudly());

  const rows = azureRulesTable().azure.filter(
    ({ refuses, otherwise }) => refuses.length > 0 || otherwise === "warns",
  );
  const pairs = rows.flatMap(({ id, refuses, rules }) =>
    rules.map((rule) => ({
      rule,
      what: `${refuses.length > 0 ? "refusal" : "warning"} ${id}`,
      id,
    })),
  );

  const good: Definition[] = [
    { component: "PeerLab", args: goodLab },
    { component: "PeerNetwork", args: goodNetwork },
    { component: "WindowsPeer", args: goodMachine },
    { component: "SharedPeerIdentity", args: goodIdentity },
    { component: "PersonalPeerGroup", args: goodGroup },
  ];
  for (const definition of good) {
    it(`starts from a ${definition.component} that Azure says nothing against`, async () => {
      assert.deepEqual([...(await judgedUnrefused(usualParts, definition))], []);
    });
  }

  for (const { rule, definition, existing = usualParts } of preventedCases) {
    it(`${rule} refuses its case`, async () => {
      const { thrown } = await declareIn(existing, definition);
      assert.match(
        thrown instanceof Error ? thrown.message : "accepted",
        new RegExp(`\\[${rule}\\]`),
      );
    });
  }

  for (const { id, rule, what } of pairs) {
    const pair = `${id} <- ${rule}`;
    const why = notShown[pair];
    const title = why === undefined ? "is what would come without it" : `is not shown: ${why}`;
    it(`${pair} ${title}`, async () => {
      const found = new Set<string>();
      for (const one of cases.filter((each) => each.rule === rule)) {
        for (const judgement of await judgementsOf(one)) found.add(judgement);
      }
      const prevented = [...found].join(", ") || "nothing";
      assert.equal(found.has(what), why === undefined, `${rule} prevents: ${prevented}`);
    });
  }

  it("has no pair on the list of what is not shown that the table does not have", () => {
    const inTable = new Set(pairs.map(({ id, rule }) => `${id} <- ${rule}`));
    assert.deepEqual(
      Object.keys(notShown).filter((pair) => !inTable.has(pair)),
      [],
    );
  });
});
