import assert from "node:assert/strict";
import {
  encode,
  exportPassword,
  exportStep,
  facts,
  holdsNothing,
  listed,
  peerNamePattern,
  refused,
  scope,
  wanted,
  type Exported,
} from "./identitySteps";
import {
  canary,
  labPassword,
  type ActionStep,
  type ContractCase,
  type ExpectedFailure,
  type Known,
  type Report,
} from "./subject";

/** The actions on identities: success, every failure, idempotence. */

/** A state with these identities, by their names in what is known. */
function state(names: string[], changes: object = {}) {
  return (known: Known) => ({
    identities: { scope, wanted: names.map((name) => wanted(known[name])), ...changes },
  });
}

const making: ContractCase[] = [
  {
    name: "makes an identity once and exports it again under its friendly name",
    steps: [
      exportStep("ada-1"),
      {
        on: "ada-1",
        action: "Export-PeerIdentity",
        request: { friendlyName: `${scope}#1`, classifier: "other", exportPassword },
        expect: {
          report: ({ peerName, created, exportedIdentity }, known) => {
            assert.equal(known.ada.created, true);
            assert.deepEqual([peerName, created], [known.ada.peerName, false]);
            assert.match(
              Buffer.from(exportedIdentity, "base64").toString("utf16le"),
              /^<PEERIDENTITYEXPORT.*<\/PEERIDENTITYEXPORT>$/s,
            );
          },
        },
      },
      listed("ada-1", ({ ada }) => [facts(ada.peerName, `${scope}#1`)]),
    ],
  },
  {
    name: "makes an identity that never leaves the machine, and gives its public credential",
    steps: [
      {
        on: "ada-1",
        action: "New-PeerIdentity",
        request: { friendlyName: "own", classifier: "ada" },
        expect: {
          report: ({ peerName, created, credential }) => {
            assert.match(peerName, peerNamePattern);
            assert.equal(created, true);
            const xml = Buffer.from(credential, "base64").toString("utf16le");
            assert.match(
              xml,
              /^<PEERIDENTITYINFO VERSION="1.0"><IDC [^<]*<\/IDC><\/PEERIDENTITYINFO>$/,
            );
          },
        },
        keep: (report, known) => (known.own = report),
      },
      {
        on: "ada-1",
        action: "New-PeerIdentity",
        request: { friendlyName: "own", classifier: "ada" },
        expect: { report: (_, { own }) => ({ ...own, created: false }) },
      },
      {
        on: "ada-1",
        action: "Get-PeerIdentity",
        request: ({ own }) => ({ peerName: own.peerName }),
        expect: {
          report: (_, { own }) => ({
            identities: [{ ...facts(own.peerName, "own"), credential: own.credential }],
          }),
        },
      },
      {
        on: "ada-1",
        action: "Export-PeerIdentity",
        request: { friendlyName: "own", classifier: "ada", exportPassword },
        expect: {
          report: ({ peerName, created }, { own }) =>
            assert.deepEqual([peerName, created], [own.peerName, false]),
        },
      },
    ],
  },
  {
    name: "does not choose between two identities of one friendly name",
    steps: [
      exportStep("ada-1"),
      exportStep("ada-1", "second", `${scope}#2`),
      ...["ada", "second"].map((name): ActionStep => ({
        on: "ada-2",
        action: "Import-PeerIdentity",
        request: (known) => wanted(known[name], { friendlyName: "twice" }),
        expect: { report: ({ imported }) => assert.equal(imported, true) },
      })),
      ...(["New-PeerIdentity", "Export-PeerIdentity"] as const).map((action) =>
        refused(
          "ada-2",
          action,
          {
            friendlyName: "twice",
            classifier: "ada",
            ...(action === "Export-PeerIdentity" ? { exportPassword } : {}),
          },
          {
            code: "PeerIdentityAmbiguous",
            hresult: null,
            message: "2 identities have the friendly name twice.",
            hint: /Get-PeerIdentity, Remove-PeerIdentity/,
          },
        ),
      ),
    ],
  },
  {
    name: "makes no second identity in place of one whose key is dead",
    steps: [
      exportStep("ada-1"),
      { on: "ada-1", event: "keysLost" },
      refused(
        "ada-1",
        "Export-PeerIdentity",
        { friendlyName: `${scope}#1`, classifier: "ada", exportPassword },
        ({ ada }) => ({
          code: "PeerIdentityUnusable",
          hresult: null,
          message: `The key of ${ada.peerName} (${scope}#1) does not sign.`,
          hint: /Remove-PeerIdentity/,
        }),
      ),
      refused(
        "ada-1",
        "New-PeerIdentity",
        { friendlyName: `${scope}#1`, classifier: "ada" },
        { code: "PeerIdentityUnusable" },
      ),
      listed("ada-1", ({ ada }) => [facts(ada.peerName, `${scope}#1`, { usable: false })]),
    ],
  },
  {
    name: "makes one identity, wherever the making was cut",
    steps: [
      {
        on: "ada-1",
        action: "Export-PeerIdentity",
        request: { friendlyName: `${scope}#1`, classifier: "ada", exportPassword },
        expect: { report: ({ peerName }) => assert.match(peerName, peerNamePattern) },
        keep: (report, known) => (known.ada = report),
        cutEverywhere: true,
      },
      listed("ada-1", ({ ada }) => [facts(ada.peerName, `${scope}#1`)]),
    ],
  },
  {
    name: "makes no identity in a full store",
    machines: { "ada-1": { faults: ["identityStoreFull"] } },
    steps: [
      refused(
        "ada-1",
        "Export-PeerIdentity",
        { friendlyName: "full", classifier: "ada", exportPassword },
        {
          code: "PEER_E_TOO_MANY_IDENTITIES",
          hresult: "0x80630202",
          message: "PeerIdentityCreate answered PEER_E_TOO_MANY_IDENTITIES (0x80630202).",
          hint: "Delete identities of this user that are no longer used.",
        },
      ),
      refused(
        "ada-1",
        "New-PeerIdentity",
        { friendlyName: "full", classifier: "ada" },
        { code: "PEER_E_TOO_MANY_IDENTITIES", hresult: "0x80630202" },
      ),
      { on: "ada-1", faults: [] },
      holdsNothing("ada-1"),
    ],
  },
  {
    name: "makes and judges no identity behind a key folder that refuses its user",
    steps: [
      exportStep("ada-1"),
      { on: "ada-1", faults: ["keyFolderRefused"] },
      refused(
        "ada-1",
        "New-PeerIdentity",
        { friendlyName: "refused", classifier: "ada" },
        { code: "PEER_E_NO_KEY_ACCESS", hresult: "0x80630203", hint: /key folder/ },
      ),
      refused(
        "ada-1",
        "Get-PeerIdentity",
        { userPassword: labPassword },
        {
          code: "PEER_E_NO_KEY_ACCESS",
          hint: /key folder/,
        },
      ),
      refused(
        "ada-1",
        "Set-PeerMachine",
        (known) => ({
          ...state(["ada"])(known),
          userPassword: labPassword,
        }),
        { code: "PEER_E_NO_KEY_ACCESS" },
      ),
      { on: "ada-1", faults: [] },
      listed("ada-1", ({ ada }) => [facts(ada.peerName, `${scope}#1`)]),
    ],
  },
  {
    name: "opens keys in a task under the user's password where the session cannot",
    machines: { "ada-1": { faults: ["keysClosed"] } },
    steps: [
      refused(
        "ada-1",
        "New-PeerIdentity",
        { friendlyName: "own", classifier: "ada" },
        { code: "PEER_E_NO_KEY_ACCESS", hresult: "0x80630203" },
      ),
      {
        on: "ada-1",
        action: "New-PeerIdentity",
        request: { friendlyName: "own", classifier: "ada", userPassword: labPassword },
        expect: { report: ({ created }) => assert.equal(created, true) },
        keep: (report, known) => (known.own = report),
      },
      refused("ada-1", "Get-PeerIdentity", {}, { code: "PEER_E_NO_KEY_ACCESS" }),
      {
        on: "ada-1",
        action: "Get-PeerIdentity",
        request: { userPassword: labPassword },
        expect: {
          report: (_, { own }) => ({
            identities: [
              { ...facts(own.peerName, "own", { openedIn: "task" }), credential: own.credential },
            ],
          }),
        },
      },
    ],
  },
  {
    name: "says that a wrong password of the user opens no task",
    needs: ["scheduler"],
    machines: { "ada-1": { faults: ["keysClosed"] } },
    steps: [
      refused(
        "ada-1",
        "New-PeerIdentity",
        { friendlyName: "own", classifier: "ada", userPassword: `${canary}-Wrong-2` },
        { code: "PEER_E_NO_KEY_ACCESS", hint: /userPassword/ },
      ),
    ],
  },
  {
    name: "says of each action that the edition does not carry the stack",
    machines: { "ada-1": { faults: ["noLicense"] } },
    steps: (
      [
        ["New-PeerIdentity", { friendlyName: "a", classifier: "ada" }],
        ["Export-PeerIdentity", { friendlyName: "a", classifier: "ada", exportPassword }],
        ["Get-PeerIdentity", {}],
        ["Remove-PeerIdentity", { peerName: `${"0".repeat(40)}.ada` }],
      ] as const
    ).map(([action, request]) =>
      refused("ada-1", action, request, {
        code: "PEER_E_NOT_LICENSED",
        hresult: "0x80630004",
        hint: /Windows 11/,
      }),
    ),
  },
];

const importing: ContractCase[] = [
  {
    name: "imports an identity once and gives it the wanted friendly name",
    steps: [
      exportStep("ada-1"),
      ...[true, false].map((imported): ActionStep => ({
        on: "ada-2",
        action: "Import-PeerIdentity",
        request: ({ ada }) => wanted(ada, { friendlyName: "mine" }),
        expect: { report: (_, { ada }) => ({ imported, identity: facts(ada.peerName, "mine") }) },
      })),
      {
        on: "ada-2",
        action: "Import-PeerIdentity",
        request: ({ ada }) => wanted(ada, { friendlyName: "renamed" }),
        expect: {
          report: (_, { ada }) => ({ imported: false, identity: facts(ada.peerName, "renamed") }),
        },
      },
      {
        on: "ada-2",
        action: "Import-PeerIdentity",
        request: ({ ada }) => wanted(ada),
        expect: {
          report: (_, { ada }) => ({ imported: false, identity: facts(ada.peerName, "renamed") }),
        },
      },
    ],
  },
  {
    name: "imports whichever identity the export holds where no peer name is given, once too",
    steps: [
      exportStep("ada-1"),
      ...[true, false].map((imported): ActionStep => ({
        on: "ada-2",
        action: "Import-PeerIdentity",
        request: ({ ada }) => ({ exportedIdentity: ada.exportedIdentity, exportPassword }),
        expect: {
          report: (_, { ada }) => ({ imported, identity: facts(ada.peerName, ada.peerName) }),
        },
      })),
    ],
  },
  {
    name: "imports again an identity whose key is dead",
    steps: [
      exportStep("ada-1"),
      {
        on: "ada-2",
        action: "Import-PeerIdentity",
        request: ({ ada }) => wanted(ada, { friendlyName: "mine" }),
        expect: { report: ({ imported }) => assert.equal(imported, true) },
      },
      { on: "ada-2", event: "keysLost" },
      {
        on: "ada-2",
        action: "Import-PeerIdentity",
        request: ({ ada }) => wanted(ada, { friendlyName: "mine" }),
        expect: {
          report: (_, { ada }) => ({ imported: true, identity: facts(ada.peerName, "mine") }),
        },
      },
    ],
  },
  {
    name: "removes an imported identity again whose name is not the wanted one",
    steps: [
      exportStep("ada-1"),
      exportStep("ada-1", "second", `${scope}#2`),
      refused(
        "ada-2",
        "Import-PeerIdentity",
        ({ ada, second }) => wanted({ ...ada, peerName: second.peerName }),
        ({ ada, second }) => ({
          code: "PeerIdentityMismatch",
          hresult: null,
          message: `The exported identity is ${ada.peerName}, wanted is ${second.peerName}; it was removed again.`,
          hint: "Give the export that belongs to this peer name.",
        }),
      ),
      holdsNothing("ada-2"),
    ],
  },
  {
    name: "removes an imported identity again whose key is another one than the export's",
    steps: [
      exportStep("ada-1"),
      { on: "ada-2", faults: ["wrongKey"] },
      refused("ada-2", "Import-PeerIdentity", ({ ada }) => wanted(ada), {
        code: "PeerIdentityMismatch",
        message: /removed again/,
      }),
      refused(
        "ada-2",
        "Import-PeerIdentity",
        ({ ada }) => ({ exportedIdentity: ada.exportedIdentity, exportPassword }),
        { code: "PeerIdentityMismatch", message: /removed again/ },
      ),
      { on: "ada-2", faults: [] },
      holdsNothing("ada-2"),
    ],
  },
  {
    name: "says whether the identity to be removed was there",
    steps: [
      exportStep("ada-1"),
      ...[true, false].map((removed): ActionStep => ({
        on: "ada-1",
        action: "Remove-PeerIdentity",
        request: ({ ada }) => ({ peerName: ada.peerName }),
        expect: { report: { removed } },
      })),
      holdsNothing("ada-1"),
    ],
  },
  {
    name: "lists the identity that is asked for, or nothing",
    steps: [
      exportStep("ada-1"),
      exportStep("ada-1", "second", `${scope}#2`),
      {
        on: "ada-1",
        action: "Get-PeerIdentity",
        request: ({ second }) => ({ peerName: second.peerName }),
        expect: {
          report: ({ identities }, { second }) =>
            assert.deepEqual(
              identities.map(({ peerName }: Report) => peerName),
              [second.peerName],
            ),
        },
      },
      {
        on: "ada-1",
        action: "Get-PeerIdentity",
        request: { peerName: `${"0".repeat(40)}.none` },
        expect: { report: { identities: [] } },
      },
      listed("ada-1", ({ ada, second }) => [
        facts(ada.peerName, `${scope}#1`),
        facts(second.peerName, `${scope}#2`),
      ]),
    ],
  },
];

/** What an import refuses; each leaves nothing behind, and the right export works afterwards. */
const badExports: [string, (identity: Exported) => object, ExpectedFailure][] = [
  [
    "a wrong password",
    () => ({ exportPassword: `${canary}-Wrong-2` }),
    {
      code: "ERROR_INVALID_PASSWORD",
      hresult: "0x80070056",
      message: "PeerIdentityImport answered ERROR_INVALID_PASSWORD (0x80070056).",
      hint: /password.*unchanged/,
    },
  ],
  ["a changed container", changed(inContainer), { code: "ERROR_INVALID_PASSWORD" }],
  ["a changed first character", changed((xml) => `=${xml.slice(1)}`), invalid()],
  ["an export cut short", changed((xml) => xml.slice(0, -50)), invalid()],
  ["one character more", changed((xml) => `${xml}\n`), invalid()],
  ["another form of the same XML", changed((xml) => xml.replace("><", "> <")), invalid()],
  [
    "an export under another classifier",
    changed((xml) => xml.replace(".ada<", ".eve<")),
    invalid(),
  ],
  [
    "an export under another authority",
    changed((xml) => xml.replace(/<PEERNAME>[0-9a-f]{4}/, "<PEERNAME>beef")),
    invalid(),
  ],
  ["other XML", () => ({ exportedIdentity: encode("<a/>") }), invalid()],
  [
    "an export cut between two bytes of a character",
    ({ exportedIdentity }) => ({
      exportedIdentity: Buffer.from(exportedIdentity, "base64")
        .subarray(0, -101)
        .toString("base64"),
    }),
    {
      code: "InvalidRequest",
      hresult: null,
      message: /^exportedIdentity: expected base64 of UTF-16LE bytes, received a text of \d+ char/,
    },
  ],
];

function invalid(): ExpectedFailure {
  return {
    code: "E_INVALIDARG",
    hresult: "0x80070057",
    message: "PeerIdentityImport answered E_INVALIDARG (0x80070057).",
    hint: /byte for byte/,
  };
}

function changed(change: (xml: string) => string) {
  return ({ exportedIdentity }: Exported) => ({
    exportedIdentity: encode(change(Buffer.from(exportedIdentity, "base64").toString("utf16le"))),
  });
}

/** Another character of the container inside the XML, so that only its checksum can tell. */
function inContainer(xml: string): string {
  const at = xml.indexOf("</DATA>") - 400;
  return `${xml.slice(0, at)}${xml[at] === "A" ? "B" : "A"}${xml.slice(at + 1)}`;
}

const refusing: ContractCase[] = badExports.map(([title, change, failure]) => ({
  name: `keeps nothing of ${title}`,
  steps: [
    exportStep("ada-1"),
    refused(
      "ada-2",
      "Import-PeerIdentity",
      ({ ada }) => wanted(ada, { friendlyName: "mine", ...change(ada) }),
      failure,
    ),
    holdsNothing("ada-2"),
    refused(
      "ada-2",
      "Set-PeerMachine",
      ({ ada }) => ({ identities: { scope, wanted: [wanted(ada, change(ada))] } }),
      { code: failure.code },
    ),
    holdsNothing("ada-2"),
    {
      on: "ada-2",
      action: "Set-PeerMachine",
      request: state(["ada"]),
      expect: { report: ({ identities }) => assert.equal(identities[0].usable, true) },
    },
  ],
}));

export const cases: ContractCase[] = [...making, ...importing, ...refusing];
