import assert from "node:assert/strict";
import { capabilityActions, type GuestAction } from "../../../guest/contract";
import { exportPassword, exportStep, holdsNothing, refused, type Exported } from "./identitySteps";
import { base, begins, needs } from "./networkingSteps";
import {
  labPassword,
  type ActionStep,
  type ContractCase,
  type Known,
  type Report,
} from "./subject";

/** The proof that a machine runs the peer stack, as the first part of another action. */

const ada = "ada-1";
const bea = "bea-1";
const proveCapability = true;
const works = { identity: "S_OK", grouping: "S_OK", pnrp: "S_OK" };
const presence = { names: [{ service: "chat", peerName: "0.chat", port: 4001 }], groups: [] };
const userPassword = labPassword;

/** What each of them has to do, beside the proof. */
const requests: Partial<Record<GuestAction, (known: Known) => object>> = {
  "Set-PeerMachine": () => ({}),
  "Set-PeerPresence": () => ({ presence, userPassword }),
  "New-PeerIdentity": () => ({ friendlyName: "own", classifier: "ada" }),
  "Export-PeerIdentity": () => ({ friendlyName: "hers", classifier: "ada", exportPassword }),
  "Import-PeerIdentity": ({ exported }) => ({
    exportedIdentity: (exported as Exported).exportedIdentity,
    exportPassword,
  }),
};

function asks(action: GuestAction, changes: object, check: (report: Report) => void): ActionStep {
  return {
    on: ada,
    action,
    request: (known) => ({ ...requests[action]!(known), ...changes }),
    expect: { report: check },
  };
}

const proved = ({ capability }: Report) => {
  assert.equal(capability.languageMode, "FullLanguage");
  assert.deepEqual(capability.stack, works);
  assert.equal(capability.services.length, 4);
  assert.ok(capability.networking.ipv6Addresses.length > 0);
};

const presenceIs = (holder: string): ActionStep => ({
  on: ada,
  action: "Get-PeerPresence",
  expect: { report: ({ presence: held }) => assert.equal(held.holder, holder) },
});

export const cases: ContractCase[] = [
  {
    name: "tells beside its answer that it can run the stack, where a request asks for that, and nothing of it elsewhere",
    needs: [...needs],
    steps: [
      exportStep(bea, "exported"),
      ...capabilityActions.flatMap((action) => [
        asks(action, { proveCapability }, proved),
        ...[{}, { proveCapability: false }].map((changes) =>
          asks(action, changes, (report) => assert.equal("capability" in report, false)),
        ),
      ]),
    ],
  },
  {
    name: "fails as the test of the stack does where a request asks for the proof, before it does anything",
    needs: [...needs],
    steps: [
      exportStep(bea, "exported"),
      ...(
        [
          ["peernetDisabled", "PeerNetworkingDisabledByPolicy"],
          ["ipv6Disabled", "IPv6Disabled"],
          ["noLicense", "PEER_E_NOT_LICENSED"],
          ["keysClosed", "PEER_E_NO_KEY_ACCESS"],
        ] as const
      ).flatMap(([fault, code]) => [
        { on: ada, faults: [fault] },
        ...capabilityActions.map((action) =>
          refused(
            ada,
            action,
            (known) => ({
              ...requests[action]!(known),
              // A session that opens no keys does it in a task, where it is given the password.
              ...(action === "Set-PeerPresence" ? { userPassword: undefined } : {}),
              proveCapability,
            }),
            { code },
          ),
        ),
      ]),
      { on: ada, faults: [] },
      holdsNothing(ada),
      presenceIs("absent"),
    ],
  },
  {
    name: "names grouping that does not run, which identities alone do without",
    needs: [...needs],
    steps: [
      { on: ada, faults: ["pnrpStopped"] },
      asks("New-PeerIdentity", {}, ({ created }) => assert.equal(created, true)),
      refused(
        ada,
        "New-PeerIdentity",
        () => ({ friendlyName: "own", classifier: "ada", proveCapability }),
        { code: "PEER_E_SERVICE_NOT_AVAILABLE" },
      ),
    ],
  },
  {
    name: "gives the proof in a task where the session opens no keys",
    needs: [...needs],
    machines: { [ada]: { faults: ["keysClosed"] } },
    steps: [
      exportStep(bea, "exported"),
      ...capabilityActions.map((action) => asks(action, { proveCapability, userPassword }, proved)),
    ],
  },
  {
    name: "puts its networking right before it gives the proof",
    needs: [...needs],
    steps: [
      begins,
      { on: ada, faults: ["peernetDisabled"] },
      {
        on: ada,
        action: "Set-PeerMachine",
        request: { networking: base, proveCapability },
        expect: {
          report: (report) => {
            proved(report);
            assert.deepEqual(report.changed, [
              "SOFTWARE\\Policies\\Microsoft\\Peernet\\Disabled = 0",
            ]);
          },
        },
      },
    ],
  },
  {
    name: "proves nothing where it only says what it would change",
    needs: [...needs],
    steps: [
      { on: ada, faults: ["noLicense"] },
      {
        on: ada,
        action: "Test-PeerMachine",
        request: { proveCapability },
        expect: { report: { drift: [], pending: [] } },
      },
    ],
  },
  {
    name: "refuses a proof that is neither asked for nor not",
    steps: [
      exportStep(bea, "exported"),
      ...capabilityActions.map((action) =>
        refused(ada, action, (known) => ({ ...requests[action]!(known), proveCapability: "yes" }), {
          code: "InvalidRequest",
          message: /^proveCapability: expected true or false/,
        }),
      ),
    ],
  },
];
