import assert from "node:assert/strict";
import {
  encode,
  exportPassword,
  exportStep,
  facts,
  holdsNothing,
  listed,
  refused,
  scope,
  wanted,
} from "./identitySteps";
import {
  canary,
  labPassword,
  type ActionStep,
  type ContractCase,
  type Known,
  type Report,
} from "./subject";

/** The section `identities` of Set-PeerMachine and Test-PeerMachine. */

const grace = "peerlab:lab/dev/grace";
const lost = `${"0".repeat(40)}.lost`;

type Wanted = string | ((known: Known) => object);

/** The state of a machine's identities: by their names in what is known, or as they are. */
function state(list: Wanted[], changes: object = {}, request: object = {}) {
  return (known: Known) => ({
    identities: {
      scope,
      wanted: list.map((item) => (typeof item === "string" ? wanted(known[item]) : item(known))),
      ...changes,
    },
    ...request,
  });
}

type Request = (known: Known) => object;

function sets(on: string, request: Request, changed: (known: Known) => string[]): ActionStep {
  return {
    on,
    action: "Set-PeerMachine",
    request,
    expect: {
      report: (report, known) => {
        assert.deepEqual(report.changed, changed(known));
        assert.deepEqual(report.pending, []);
      },
    },
  };
}

function tests(on: string, request: Request, drift: (known: Known) => string[]): ActionStep {
  return {
    on,
    action: "Test-PeerMachine",
    request,
    expect: {
      report: (report, known) => {
        assert.deepEqual(report.drift, drift(known));
        assert.deepEqual(report.pending, []);
      },
    },
  };
}

const none = () => [];

function own(on: string, friendlyName = `${scope}#1`): ActionStep {
  return {
    on,
    action: "New-PeerIdentity",
    request: { friendlyName, classifier: "ada" },
    expect: { report: ({ created }) => assert.equal(created, true) },
    keep: (report, known) => (known.own = report),
  };
}

const named =
  (name: string, friendlyName: string): Wanted =>
  (known) =>
    wanted(known[name], { friendlyName });

const unexported: Wanted = ({ own }) => ({ peerName: own.peerName });

const applying: ContractCase[] = [
  {
    name: "sets a machine's identities once: the second run changes nothing",
    steps: [
      exportStep("ada-1"),
      tests("ada-2", state(["ada"]), ({ ada }) => [`identity ${ada.peerName} is missing`]),
      {
        on: "ada-2",
        action: "Set-PeerMachine",
        request: state([named("ada", `${scope}#1`)]),
        expect: {
          report: (_, { ada }) => ({
            changed: [`identity ${ada.peerName} imported`],
            pending: [],
            identities: [facts(ada.peerName, `${scope}#1`)],
          }),
        },
      },
      {
        on: "ada-2",
        action: "Set-PeerMachine",
        request: state([named("ada", `${scope}#1`)]),
        expect: {
          report: (_, { ada }) => ({
            changed: [],
            pending: [],
            identities: [facts(ada.peerName, `${scope}#1`)],
          }),
        },
      },
      {
        on: "ada-2",
        action: "Test-PeerMachine",
        request: state([named("ada", `${scope}#1`)]),
        expect: {
          report: (_, { ada }) => ({
            drift: [],
            pending: [],
            identities: [facts(ada.peerName, `${scope}#1`)],
          }),
        },
      },
    ],
  },
  {
    name: "gives an identity the friendly name that is wanted now",
    steps: [
      exportStep("ada-1"),
      sets("ada-2", state([named("ada", "one")]), ({ ada }) => [
        `identity ${ada.peerName} imported`,
      ]),
      tests("ada-2", state([named("ada", "two")]), ({ ada }) => [
        `identity ${ada.peerName} has another friendly name`,
      ]),
      sets("ada-2", state([named("ada", "two")]), ({ ada }) => [
        `identity ${ada.peerName} renamed`,
      ]),
      sets("ada-2", state(["ada"]), none),
      listed("ada-2", ({ ada }) => [facts(ada.peerName, "two")]),
    ],
  },
  {
    name: "adds the new identity before it removes the one no longer wanted",
    steps: [
      exportStep("ada-1"),
      exportStep("ada-1", "second", `${scope}#2`),
      sets("ada-2", state(["ada"]), ({ ada }) => [`identity ${ada.peerName} imported`]),
      tests("ada-2", state(["second"]), ({ ada, second }) => [
        `identity ${second.peerName} is missing`,
        `identity ${ada.peerName} is not wanted`,
      ]),
      sets("ada-2", state(["second"]), ({ ada, second }) => [
        `identity ${second.peerName} imported`,
        `identity ${ada.peerName} removed`,
      ]),
      sets("ada-2", state(["second"]), none),
    ],
  },
  {
    name: "recognises what was made here by its friendly name, without a ledger",
    steps: [
      exportStep("ada-1"),
      tests("ada-1", state([]), ({ ada }) => [`identity ${ada.peerName} is not wanted`]),
      sets("ada-1", state([]), ({ ada }) => [`identity ${ada.peerName} removed`]),
      holdsNothing("ada-1"),
    ],
  },
  {
    name: "leaves identities of other scopes and of nobody alone",
    steps: [
      exportStep("ada-1"),
      exportStep("ada-1", "second", `${scope}#2`),
      {
        on: "ada-2",
        action: "Import-PeerIdentity",
        request: ({ second }) => wanted(second),
        expect: { report: ({ imported }) => assert.equal(imported, true) },
      },
      sets("ada-2", state(["ada"]), ({ ada }) => [`identity ${ada.peerName} imported`]),
      sets("ada-2", state(["ada"], { scope: grace }), none),
      sets("ada-2", state([]), none),
      listed("ada-2", ({ ada, second }) => [
        facts(second.peerName, second.peerName),
        facts(ada.peerName, ada.peerName),
      ]),
      sets("ada-2", state([], { scope: grace }), ({ ada }) => [`identity ${ada.peerName} removed`]),
      listed("ada-2", ({ second }) => [facts(second.peerName, second.peerName)]),
    ],
  },
  {
    name: "does not take a scope for another one that begins alike",
    steps: [
      exportStep("ada-1", "ada", `${scope}2#1`),
      sets("ada-1", state([]), none),
      listed("ada-1", ({ ada }) => [facts(ada.peerName, `${scope}2#1`)]),
    ],
  },
  {
    name: "removes what any other scope has put there where the machine is one person's alone",
    steps: [
      exportStep("ada-1"),
      exportStep("ada-1", "second", "a name of nobody"),
      {
        on: "ada-2",
        action: "Import-PeerIdentity",
        request: ({ second }) => wanted(second, { friendlyName: "mine" }),
        expect: { report: ({ imported }) => assert.equal(imported, true) },
      },
      sets("ada-2", state([named("ada", `${scope}#1`)]), ({ ada }) => [
        `identity ${ada.peerName} imported`,
      ]),
      tests("ada-2", state([], { scope: grace, exclusive: true }), ({ ada }) => [
        `identity ${ada.peerName} is not wanted`,
      ]),
      sets("ada-2", state([], { scope: grace, exclusive: true }), ({ ada }) => [
        `identity ${ada.peerName} removed`,
      ]),
      sets("ada-2", state([], { scope: grace, exclusive: true }), none),
      // The other scope's right has ended: what it wants is new.
      sets("ada-2", state(["ada"]), ({ ada }) => [`identity ${ada.peerName} imported`]),
      listed("ada-2", ({ ada, second }) => [
        facts(second.peerName, "mine"),
        facts(ada.peerName, ada.peerName),
      ]),
    ],
  },
  {
    name: "imports again an identity whose key is dead",
    steps: [
      exportStep("ada-1"),
      sets("ada-2", state(["ada"]), ({ ada }) => [`identity ${ada.peerName} imported`]),
      { on: "ada-2", event: "keysLost" },
      {
        on: "ada-2",
        action: "Test-PeerMachine",
        request: state(["ada"]),
        expect: {
          report: (_, { ada }) => ({
            drift: [`identity ${ada.peerName} is unusable`],
            pending: [],
            identities: [facts(ada.peerName, ada.peerName, { usable: false })],
          }),
        },
      },
      sets("ada-2", state(["ada"]), ({ ada }) => [`identity ${ada.peerName} imported`]),
      sets("ada-2", state(["ada"]), none),
    ],
  },
  {
    name: "takes an identity that was made on the machine as it is, without its export",
    steps: [
      own("ada-1"),
      sets("ada-1", state([unexported]), none),
      tests("ada-1", state([unexported]), none),
    ],
  },
  {
    name: "says that nothing brings an identity back which was made on a machine and is missing",
    steps: [
      tests("ada-1", state([() => ({ peerName: lost })]), () => [`identity ${lost} is missing`]),
      refused("ada-1", "Set-PeerMachine", state([() => ({ peerName: lost })]), {
        code: "PeerIdentityMissing",
        hresult: null,
        message: `The identity ${lost} is not on this machine.`,
        hint: /New-PeerIdentity.*nothing can bring it back/,
      }),
      holdsNothing("ada-1"),
    ],
  },
  {
    name: "keeps an identity made on the machine whose key is dead, and says so",
    steps: [
      own("ada-1"),
      { on: "ada-1", event: "keysLost" },
      tests("ada-1", state([unexported]), ({ own }) => [`identity ${own.peerName} is unusable`]),
      refused("ada-1", "Set-PeerMachine", state([unexported]), ({ own }) => ({
        code: "PeerIdentityMissing",
        hresult: null,
        message: `The key of ${own.peerName} does not sign.`,
      })),
      listed("ada-1", ({ own }) => [facts(own.peerName, `${scope}#1`, { usable: false })]),
    ],
  },
  {
    name: "keeps no identity whose key is another one than the wanted",
    steps: [
      exportStep("ada-1"),
      { on: "ada-2", faults: ["wrongKey"] },
      refused("ada-2", "Set-PeerMachine", state(["ada"]), {
        code: "PeerIdentityMismatch",
        message: /removed again/,
      }),
      { on: "ada-2", faults: [] },
      holdsNothing("ada-2"),
      sets("ada-2", state(["ada"]), ({ ada }) => [`identity ${ada.peerName} imported`]),
    ],
  },
  {
    name: "uses a task under the user's password where the session opens no keys, and takes no identity for dead",
    steps: [
      exportStep("ada-1"),
      sets("ada-2", state([named("ada", "mine")]), ({ ada }) => [
        `identity ${ada.peerName} imported`,
      ]),
      { on: "ada-2", faults: ["keysClosed"] },
      refused("ada-2", "Set-PeerMachine", state(["ada"]), { code: "PEER_E_NO_KEY_ACCESS" }),
      refused("ada-2", "Test-PeerMachine", state(["ada"]), { code: "PEER_E_NO_KEY_ACCESS" }),
      {
        on: "ada-2",
        action: "Set-PeerMachine",
        request: state(["ada"], {}, { userPassword: labPassword }),
        expect: {
          report: (_, { ada }) => ({
            changed: [],
            pending: [],
            identities: [facts(ada.peerName, "mine", { openedIn: "task" })],
          }),
        },
      },
      { on: "ada-2", faults: [] },
      listed("ada-2", ({ ada }) => [facts(ada.peerName, "mine")]),
    ],
  },
  {
    name: "accepts an empty list on a machine without the stack, and nothing else",
    machines: { "ada-1": { faults: ["noLicense"] } },
    steps: [
      sets("ada-1", state([]), none),
      tests("ada-1", state([]), none),
      sets("ada-1", state([], { exclusive: true }), none),
      refused("ada-1", "Set-PeerMachine", state([() => ({ peerName: lost })]), {
        code: "PEER_E_NOT_LICENSED",
        hresult: "0x80630004",
      }),
      refused("ada-1", "Test-PeerMachine", state([() => ({ peerName: lost })]), {
        code: "PEER_E_NOT_LICENSED",
      }),
    ],
  },
  {
    name: "deletes the user's corrupted store where the action that makes an identity may",
    steps: [
      { on: "ada-2", faults: ["storeCorrupted"] },
      ...[undefined, false].map((reconcile) =>
        refused(
          "ada-2",
          "New-PeerIdentity",
          () => ({ friendlyName: "own", classifier: "ada", reconcile }),
          { code: "PEER_E_CERT_STORE_CORRUPTED", hresult: "0x80630801" },
        ),
      ),
      ...[["identity store deleted because it was corrupted"], []].map((changed): ActionStep => ({
        on: "ada-2",
        action: "New-PeerIdentity",
        request: { friendlyName: "own", classifier: "ada", reconcile: true },
        expect: {
          report: (report) => {
            assert.deepEqual(report.changed, changed);
            assert.equal(report.created, changed.length > 0);
          },
        },
      })),
    ],
  },
  {
    name: "deletes the user's corrupted store where it may, and says how where it may not",
    steps: [
      exportStep("ada-1"),
      sets("ada-2", state(["ada"]), ({ ada }) => [`identity ${ada.peerName} imported`]),
      { on: "ada-2", faults: ["storeCorrupted"] },
      ...(["Set-PeerMachine", "Test-PeerMachine"] as const).map((action) =>
        refused("ada-2", action, state(["ada"]), {
          code: "PEER_E_CERT_STORE_CORRUPTED",
          hresult: "0x80630801",
          message: "PeerEnumIdentities answered PEER_E_CERT_STORE_CORRUPTED (0x80630801).",
          hint: /reconcile.*idstore\.sst/,
        }),
      ),
      refused("ada-2", "Set-PeerMachine", state([], {}, { reconcile: false }), {
        code: "PEER_E_CERT_STORE_CORRUPTED",
      }),
      {
        on: "ada-2",
        action: "Test-PeerMachine",
        request: state(["ada"], {}, { reconcile: true }),
        expect: { report: { drift: ["identity store is corrupted"], pending: [] } },
      },
      sets("ada-2", state(["ada"], {}, { reconcile: true }), ({ ada }) => [
        "identity store deleted because it was corrupted",
        `identity ${ada.peerName} imported`,
      ]),
      sets("ada-2", state(["ada"], {}, { reconcile: true }), none),
    ],
  },
  {
    name: "deletes no store that is whole, whatever it may",
    steps: [
      exportStep("ada-1"),
      sets("ada-1", state(["ada"], {}, { reconcile: true }), none),
      sets("ada-1", state(["ada"], {}, { reconcile: true }), none),
    ],
  },
];

/** The step that is cut: its phrases differ with the point, what holds afterwards does not. */
function cut(on: string, request: Request): ActionStep {
  return {
    on,
    action: "Set-PeerMachine",
    request,
    expect: {
      report: ({ identities }) => assert.ok(identities.every(({ usable }: Report) => usable)),
    },
    cutEverywhere: true,
  };
}

const cutting: ContractCase[] = [
  {
    name: "finishes a change of identities, wherever it was cut",
    steps: [
      exportStep("ada-1"),
      exportStep("ada-1", "second", `${scope}#2`),
      sets("ada-2", state([named("ada", `${scope}#1`)]), ({ ada }) => [
        `identity ${ada.peerName} imported`,
      ]),
      cut("ada-2", state([named("second", `${scope}#2`)])),
      listed("ada-2", ({ second }) => [facts(second.peerName, `${scope}#2`)]),
      sets("ada-2", state([named("second", `${scope}#2`)]), none),
    ],
  },
  {
    name: "finishes the healing of a dead key, wherever it was cut",
    steps: [
      exportStep("ada-1"),
      sets("ada-2", state([named("ada", "mine")]), ({ ada }) => [
        `identity ${ada.peerName} imported`,
      ]),
      { on: "ada-2", event: "keysLost" },
      cut("ada-2", state([named("ada", "mine")])),
      listed("ada-2", ({ ada }) => [facts(ada.peerName, "mine")]),
    ],
  },
  {
    name: "leaves nothing that a later run does not know, wherever it was cut and whatever is wanted then",
    steps: [
      exportStep("ada-1"),
      {
        on: "ada-2",
        action: "Set-PeerMachine",
        request: state(["ada"]),
        expect: { report: ({ identities }) => assert.equal(identities.length, 1) },
        cutEverywhere: true,
        leaveCut: true,
      },
      {
        on: "ada-2",
        action: "Set-PeerMachine",
        request: state([]),
        expect: { report: ({ identities }) => assert.deepEqual(identities, []) },
      },
      holdsNothing("ada-2"),
    ],
  },
];

const peerNameAllowed = "40 hex digits, a dot and a classifier of 1 to 149 characters";
const someName = `${"a".repeat(40)}.ada`;
const someExport = encode("<a/>");

/** What a request may not look like: the change, and the whole message. */
const badStates: [title: string, identities: unknown, message: string][] = [
  [
    "no object",
    `${canary}-text`,
    "identities: expected an object, received a text of 11 characters.",
  ],
  [
    "no scope",
    { wanted: [] },
    `identities.scope: expected peerlab:<project>/<stack>/<person>, received nothing.`,
  ],
  [
    "a scope of another form",
    { scope: "ada#1", wanted: [] },
    "identities.scope: expected peerlab:<project>/<stack>/<person>, received a text of 5 characters.",
  ],
  ["no list", { scope }, "identities.wanted: expected a list, received nothing."],
  [
    "an object for a list",
    { scope, wanted: {} },
    "identities.wanted: expected a list, received an object.",
  ],
  [
    "a text in the list",
    { scope, wanted: [{ peerName: someName }, `${canary}-x`] },
    "identities.wanted[1]: expected an object, received a text of 8 characters.",
  ],
  [
    "a nested list",
    { scope, wanted: [[]] },
    "identities.wanted[0]: expected an object, received a list of 0.",
  ],
  ["an unknown field", { scope, wanted: [], extra: canary }, "identities: unknown field extra."],
  [
    "an unknown field of an identity",
    { scope, wanted: [{ peerName: someName, password: canary }] },
    "identities.wanted[0]: unknown field password.",
  ],
  [
    "a peer name in capitals",
    { scope, wanted: [{ peerName: someName.toUpperCase() }] },
    `identities.wanted[0].peerName: expected ${peerNameAllowed}, received a text of 44 characters.`,
  ],
  [
    "a classifier that is too long",
    { scope, wanted: [{ peerName: `${"a".repeat(40)}.${"c".repeat(150)}` }] },
    `identities.wanted[0].peerName: expected ${peerNameAllowed}, received a text of 191 characters.`,
  ],
  [
    "no peer name",
    { scope, wanted: [{ exportPassword, exportedIdentity: someExport }] },
    `identities.wanted[0].peerName: expected ${peerNameAllowed}, received nothing.`,
  ],
  [
    "a password without an export",
    { scope, wanted: [{ peerName: someName, exportPassword }] },
    "identities.wanted[0].exportedIdentity: expected base64 of UTF-16LE bytes, received nothing.",
  ],
  [
    "an export without a password",
    { scope, wanted: [{ peerName: someName, exportedIdentity: someExport }] },
    "identities.wanted[0].exportPassword: expected a text that is not empty, received nothing.",
  ],
  [
    "a number for a password",
    { scope, wanted: [{ peerName: someName, exportPassword: 7, exportedIdentity: someExport }] },
    "identities.wanted[0].exportPassword: expected a text that is not empty, received a number.",
  ],
  [
    "an export with white space",
    { scope, wanted: [{ peerName: someName, exportPassword, exportedIdentity: ` ${someExport}` }] },
    "identities.wanted[0].exportedIdentity: expected base64 of UTF-16LE bytes, received a text of 13 characters.",
  ],
  [
    "a friendly name that is too long",
    { scope, wanted: [{ peerName: someName, friendlyName: "n".repeat(256) }] },
    "identities.wanted[0].friendlyName: expected 1 to 255 characters, received a text of 256 characters.",
  ],
  [
    "an empty friendly name",
    { scope, wanted: [{ peerName: someName, friendlyName: "" }] },
    "identities.wanted[0].friendlyName: expected 1 to 255 characters, received a text of 0 characters.",
  ],
  [
    "an identity that is there twice, under two friendly names",
    {
      scope,
      wanted: [
        { peerName: someName, friendlyName: "one" },
        { peerName: someName, friendlyName: "other" },
      ],
    },
    `identities.wanted[1].peerName: expected a peer name that is not in the list yet, received a text of ${someName.length} characters.`,
  ],
  [
    "a text for exclusive",
    { scope, exclusive: "yes", wanted: [] },
    "identities.exclusive: expected true or false, received a text of 3 characters.",
  ],
];

const badRequests: ContractCase[] = [
  {
    name: "refuses a state of identities that is not in the form of the contract, by its path, and changes nothing",
    steps: [
      ...badStates.flatMap(([, identities, message]) =>
        (["Set-PeerMachine", "Test-PeerMachine"] as const).map((action) =>
          refused("ada-1", action, { identities } as object, {
            code: "InvalidRequest",
            hresult: null,
            message,
          }),
        ),
      ),
      refused(
        "ada-1",
        "Set-PeerMachine",
        { reconcile: 1 },
        {
          code: "InvalidRequest",
          message: "reconcile: expected true or false, received a number.",
          hint: "Send the request in the form of the contract.",
        },
      ),
      refused(
        "ada-1",
        "Set-PeerMachine",
        { identitys: canary },
        {
          code: "InvalidRequest",
          message: "request: unknown field identitys.",
          hint: /^Allowed are: .*identities.*reconcile/,
        },
      ),
      holdsNothing("ada-1"),
    ],
  },
  {
    name: "refuses requests of the actions on identities that are not in the form of the contract, by their path",
    steps: (
      [
        [
          "New-PeerIdentity",
          { classifier: "ada" },
          "friendlyName: expected 1 to 255 characters, received nothing.",
        ],
        [
          "New-PeerIdentity",
          { friendlyName: "n".repeat(256), classifier: "ada" },
          "friendlyName: expected 1 to 255 characters, received a text of 256 characters.",
        ],
        [
          "New-PeerIdentity",
          { friendlyName: "a" },
          "classifier: expected 1 to 149 characters, received nothing.",
        ],
        [
          "New-PeerIdentity",
          { friendlyName: "a", classifier: "c".repeat(150) },
          "classifier: expected 1 to 149 characters, received a text of 150 characters.",
        ],
        [
          "New-PeerIdentity",
          { friendlyName: "a", classifier: "a", exportPassword },
          "request: unknown field exportPassword.",
        ],
        [
          "Export-PeerIdentity",
          { friendlyName: ["a"], classifier: "ada", exportPassword },
          "friendlyName: expected 1 to 255 characters, received a list of 1.",
        ],
        [
          "Export-PeerIdentity",
          { friendlyName: "a", classifier: true, exportPassword },
          "classifier: expected 1 to 149 characters, received true or false.",
        ],
        [
          "Export-PeerIdentity",
          { friendlyName: "a", classifier: "ada", exportPassword: "" },
          "exportPassword: expected a text that is not empty, received a text of 0 characters.",
        ],
        [
          "Export-PeerIdentity",
          { friendlyName: "a", classifier: "ada", exportPassword: { text: canary } },
          "exportPassword: expected a text that is not empty, received an object.",
        ],
        [
          "Import-PeerIdentity",
          { exportedIdentity: someExport },
          "exportPassword: expected a text that is not empty, received nothing.",
        ],
        [
          "Import-PeerIdentity",
          { exportPassword },
          "exportedIdentity: expected base64 of UTF-16LE bytes, received nothing.",
        ],
        [
          "Import-PeerIdentity",
          { exportPassword, exportedIdentity: `${canary}!` },
          "exportedIdentity: expected base64 of UTF-16LE bytes, received a text of 7 characters.",
        ],
        [
          "Import-PeerIdentity",
          { exportPassword, exportedIdentity: someExport, peerName: 1.5 },
          `peerName: expected ${peerNameAllowed}, received a number.`,
        ],
        [
          "Get-PeerIdentity",
          { peerName: canary },
          `peerName: expected ${peerNameAllowed}, received a text of 6 characters.`,
        ],
        ["Get-PeerIdentity", { friendlyName: "a" }, "request: unknown field friendlyName."],
        ["Remove-PeerIdentity", {}, `peerName: expected ${peerNameAllowed}, received nothing.`],
        [
          "Remove-PeerIdentity",
          { peerName: { name: canary } },
          `peerName: expected ${peerNameAllowed}, received an object.`,
        ],
        [
          "Remove-PeerIdentity",
          { peerName: someName, userPassword: 3 },
          "userPassword: expected a text that is not empty, received a number.",
        ],
      ] as const
    ).map(([action, request, message]) =>
      refused("ada-1", action, request, { code: "InvalidRequest", hresult: null, message }),
    ),
  },
  {
    name: "takes null for absent",
    steps: [
      {
        on: "ada-1",
        action: "Get-PeerIdentity",
        request: { peerName: null, userPassword: null },
        expect: { report: { identities: [] } },
      },
    ],
  },
];

export const cases: ContractCase[] = [...applying, ...cutting, ...badRequests];
