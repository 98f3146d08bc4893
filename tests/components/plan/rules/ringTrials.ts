import {
  mostRings,
  ringCount,
  ringFirstAlone,
  ringGroup,
  ringIdentity,
  ringMachine,
  ringMachineOnce,
  ringMaker,
  ringName,
  ringNameOnce,
  ringNotEmpty,
  ringPerson,
  ringProofFails,
  ringSeed,
} from "../../../../components/plan/rules";
import { trial, type RuleTrial } from "./ruleTrial";

/** The rings of a lab, and what they mean for its people and seeds. */
export const ringTrials: RuleTrial[] = [
  trial(
    ringName,
    [
      { values: [undefined], words: /is missing; it is 1 to 20 lower-case letters/ },
      { values: [""], words: /is ""; it is 1 to 20/ },
      { values: ["Canary"], words: /is "Canary"; it is 1 to 20/ },
      { values: ["x".repeat(21)], words: /it is 1 to 20/ },
      { values: ["others"], words: /is the ring of the machines that no ring names/ },
    ],
    [["canary"], ["ring-1"], ["x".repeat(20)], ["other"]],
  ),
  trial(
    ringNameOnce,
    [{ values: ["canary", "rings[0].name"], words: /is "canary", the same as rings\[0\]\.name/ }],
    [["canary", undefined]],
  ),
  trial(ringNotEmpty, [{ values: [0], words: /names neither people nor machines/ }], [[1]]),
  trial(
    ringCount,
    [{ values: [mostRings + 1], words: /are 21; allowed are 20/ }],
    [[mostRings], [0]],
  ),
  trial(
    ringPerson,
    [
      { values: ["eve", ["grace", "ada"]], words: /"eve", which is no person.*ada or grace/ },
      { values: ["eve", []], words: /there is none/ },
    ],
    [["ada", ["ada"]]],
  ),
  trial(
    ringMachine,
    [{ values: ["eve-1", ["ada-1"]], words: /"eve-1", which is no machine; allowed are ada-1/ }],
    [["ada-1", ["ada-1"]]],
  ),
  trial(
    ringMachineOnce,
    [
      {
        values: [[{ machine: "ada-1", path: "rings[0].people[0]" }]],
        words: /puts ada-1 in this ring, but rings\[0\]\.people\[0\] has it in an earlier one/,
      },
    ],
    [[[]]],
  ),
  trial(
    ringSeed,
    [
      {
        values: ["canary", ["ada-1", "ada-2"], ["grace-1"]],
        words: /no machine of the first ring, canary.*name one of ada-1 or ada-2 too/,
      },
    ],
    [
      ["canary", ["ada-1"], ["grace-1", "ada-1"]],
      ["canary", ["ada-1"], []],
    ],
  ),
  trial(
    ringMaker,
    [
      {
        values: ["ada-2", "wide", "canary", ["ada-1"]],
        words: /"ada-2" in ring wide, but machines of hers in ring canary.*name one of ada-1/,
      },
    ],
    [["ada-1", "canary", "canary", ["ada-1"]]],
  ),
  trial(
    ringGroup,
    [{ values: [["canary", "others"]], words: /in the rings canary and others; put them in one/ }],
    [[["canary"]], [[]]],
  ),
  trial(ringProofFails, [{ values: ["warn"], words: /is "warn" beside rings/ }], [["fail"]]),
  trial(
    ringIdentity,
    [{ values: [["canary", "others"]], words: /is in the rings canary and others: another rotat/ }],
    [[["canary"]], [[]]],
  ),
  trial(ringFirstAlone, [{ values: ["ada-1"], words: /has one machine, ada-1/ }], []),
];
