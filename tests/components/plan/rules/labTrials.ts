import {
  broughtIdentityKept,
  computerNameOnce,
  exportPasswordGiven,
  exportedIdentityForm,
  exportedIdentityGiven,
  identityMaker,
  identityRotation,
  knownKey,
  machineKey,
  machineKeyOnce,
  peerNamesFew,
  peopleGiven,
  proofPorts,
  proofSample,
  proofSettleSeconds,
  proofToken,
  proofWhenFailed,
  personKey,
  presenceMachines,
  reconcileMachines,
  reconcileTokenForm,
  serviceComment,
  serviceKey,
  serviceNotSeed,
  servicePeerName,
  servicePeerNamesOnce,
  servicePort,
  servicePortOpen,
  servicePortsOnce,
  servicesOnce,
  wantedKind,
} from "../../../../components/plan/rules";
import { trial, type RuleTrial } from "./ruleTrial";

const authority = "0123456789abcdef0123456789abcdef01234567";
const service = (name: string, port: number) => ({
  service: name,
  peerName: `${authority}.${name}`,
  port,
});
const services = (count: number) =>
  Array.from({ length: count }, (_, index) => service(`s${index}`, 4000 + index));

/** People, identities, services, and the configuration as it is written. */
export const labTrials: RuleTrial[] = [
  trial(
    personKey,
    [
      { values: ["Ada"], words: /"Ada"; a key is a lower-case letter/ },
      { values: ["1ada"], words: /lower-case letter/ },
      { values: ["a".repeat(32)], words: /up to 30/ },
    ],
    [["ada-1"], ["a".repeat(31)]],
  ),
  trial(
    identityMaker,
    [
      { values: ["a3", ["a1", "a2"]], words: /no machine; allowed are a1 or a2/ },
      { values: ["a3", []], words: /there is no machine/ },
    ],
    [["a1", ["a1", "a2"]]],
  ),
  trial(
    identityRotation,
    [
      { values: ["a b"], words: /"a b"/ },
      { values: ["r".repeat(41)], words: /up to 40/ },
      { values: [""], words: /up to 40/ },
    ],
    [["2026-01_b.2"], ["r".repeat(40)]],
  ),
  trial(
    exportPasswordGiven,
    [{ values: [true, false], words: /is missing; exportedIdentity cannot be read/ }],
    [
      [true, true],
      [false, false],
    ],
  ),
  trial(
    exportedIdentityGiven,
    [{ values: [false, true], words: /is missing; exportPassword is for/ }],
    [
      [true, true],
      [false, false],
    ],
  ),
  trial(
    broughtIdentityKept,
    [{ values: [false, true], words: /this identity was brought with it/ }],
    [
      [true, true],
      [false, false],
      [true, false],
    ],
  ),
  trial(
    exportedIdentityForm,
    [
      { values: ["<PEERIDENTITYEXPORT>"], words: /^\(not shown\) is not base64/ },
      { values: [""], words: /not base64/ },
      { values: ["AAA"], words: /not base64/ },
    ],
    [["AAAA"], ["QlJPVUdI\nVA=="]],
  ),
  trial(
    reconcileTokenForm,
    [
      { values: [undefined], words: /is missing/ },
      { values: [""], words: /1 to 64/ },
      { values: ["é"], words: /ASCII/ },
    ],
    [["2026-01-01"], ["x".repeat(64)]],
  ),
  trial(
    reconcileMachines,
    [
      {
        values: [
          ["a1", "a3"],
          ["a2", "a1"],
        ],
        words: /"a3".*allowed are a1 or a2/,
        path: "[1]",
      },
    ],
    [[["a1"], ["a2", "a1"]]],
  ),
  trial(
    proofToken,
    [
      { values: [""], words: /1 to 64/ },
      { values: ["é"], words: /ASCII/ },
      { values: ["x".repeat(65)], words: /1 to 64/ },
    ],
    [["2026-01-01"], ["x".repeat(64)]],
  ),
  trial(
    proofWhenFailed,
    [{ values: ["stop"], words: /"stop"; allowed are fail or warn/ }],
    [["fail"], ["warn"]],
  ),
  trial(
    proofSample,
    [
      { values: [1], words: /is 1; .*2 to 32/ },
      { values: [33], words: /2 to 32/ },
      { values: [2.5], words: /whole numbers/ },
    ],
    [[2], [32]],
  ),
  trial(
    proofSettleSeconds,
    [
      { values: [-1], words: /is -1; .*0 to 600/ },
      { values: [601], words: /0 to 600/ },
    ],
    [[0], [600]],
  ),
  trial(
    proofPorts,
    [
      { values: [[3587, 0]], words: /is 0; a TCP port/, path: "[1]" },
      { values: [[3587, 5001, 3587]], words: /is 3587, the same as /, path: "[2]" },
    ],
    [[[]], [[1, 65535]]],
  ),
  trial(peopleGiven, [{ values: [0], words: /at least one person/ }], [[1]]),
  trial(
    machineKey,
    [
      { values: ["we/ird"], words: /"we\/ird".*letters, digits and hyphens/ },
      { values: ["k".repeat(41)], words: /up to 40/ },
    ],
    [["k".repeat(40)], ["1-k"]],
  ),
  trial(
    machineKeyOnce,
    [{ values: ["people.ada.machines.a1"], words: /same key as people\.ada\.machines\.a1/ }],
    [[undefined]],
  ),
  trial(
    computerNameOnce,
    [{ values: ["PC", "people.ada.machines.pc"], words: /the computer name of people\.ada/ }],
    [["PC", undefined]],
  ),
  trial(
    knownKey,
    [
      { values: ["imgae", ["image"]], words: /did you mean "image".*known are image/ },
      { values: ["x", ["image"], "they stand elsewhere"], words: /; they stand elsewhere/ },
    ],
    [["image", ["image"]]],
  ),
  trial(
    wantedKind,
    [
      { values: ["4000", "a number"], words: /"4000"; it must be a number/ },
      { values: [2, "a text"], words: /\(write "2"\)/ },
      { values: [{ a: 1 }, "a list"], words: /is a map; it must be a list/ },
      { values: ["secret", "a map"], words: /a text \(not shown\)/ },
      { values: ["yes", "true or false"], words: /true or false/ },
    ],
    [
      [1, "a number"],
      ["x", "a text"],
      [[], "a list"],
      [{}, "a map"],
      [false, "true or false"],
    ],
  ),
  trial(
    serviceKey,
    [
      { values: ["Game"], words: /lower-case/ },
      { values: ["s".repeat(41)], words: /1 to 40/ },
    ],
    [["s".repeat(40)], ["game-1"]],
  ),
  trial(serviceNotSeed, [{ values: ["peerlab-seed"], words: /give it another name/ }], [["seed"]]),
  trial(
    servicePort,
    [
      { values: [undefined], words: /is missing; a service has a port/ },
      { values: [0], words: /1 to 65535/ },
    ],
    [[65535]],
  ),
  trial(
    servicePortOpen,
    [{ values: [4001, [4000]], words: /add it to graphPorts/ }],
    [[4000, [4000]]],
  ),
  trial(
    servicePeerName,
    [
      { values: ["ada.game"], words: /a peer name is 0 or the 40 digits/ },
      { values: [`${authority}.`], words: /classifier/ },
      { values: [`0.${"c".repeat(150)}`], words: /149/ },
    ],
    [[`${authority}.game`], [`0.${"c".repeat(149)}`]],
  ),
  trial(
    presenceMachines,
    [
      {
        values: [
          ["a1", "a3"],
          ["a2", "a1"],
        ],
        words: /"a3".*allowed are a1 or a2/,
        path: "[1]",
      },
    ],
    [
      [
        ["a1", undefined],
        ["a2", "a1"],
      ],
    ],
  ),
  trial(
    serviceComment,
    [{ values: ["c".repeat(40)], words: /40 characters.*39/ }],
    [["c".repeat(39)]],
  ),
  trial(
    servicesOnce,
    [
      {
        values: [[service("game", 1), service("game", 2)]],
        words: /the same as here\[0\]/,
        path: "[1].service",
      },
    ],
    [[services(2)]],
  ),
  trial(
    servicePortsOnce,
    [
      {
        values: [[service("a", 4000), service("b", 4000)]],
        words: /is 4000, the same as here\[0\]/,
        path: "[1].port",
      },
    ],
    [[services(2)]],
  ),
  trial(
    servicePeerNamesOnce,
    [
      {
        values: [[service("a", 1), { ...service("a", 2), service: "b" }]],
        words: /the same as here\[0\]/,
        path: "[1].peerName",
      },
    ],
    [[services(2)]],
  ),
  trial(
    peerNamesFew,
    [
      { values: [services(5)], words: /registers 5 peer names; 4 are allowed/ },
      { values: [services(2), 1], words: /registers 2 peer names; 1 are allowed/ },
    ],
    [[services(4)], [services(5), 5]],
  ),
];
