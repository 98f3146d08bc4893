import assert from "node:assert/strict";
import { facts, refused } from "./identitySteps";
import { labPassword, type ActionStep, type ContractCase, type Report } from "./subject";

/** Whether a machine can run the stack, and everything about it in one answer. */

const ada = "ada-1";
const works = { identity: "S_OK", grouping: "S_OK", pnrp: "S_OK" };

function tellsCapability(check: (capability: Report) => void, request: object = {}): ActionStep {
  return { on: ada, action: "Test-PeerCapability", request, expect: { report: check } };
}

function tells(check: (report: Report, known: Report) => void, request: object = {}): ActionStep {
  return { on: ada, action: "Get-PeerReport", request, expect: { report: check } };
}

const ready = ({ languageMode, stack, services, networking }: Report) => {
  assert.equal(languageMode, "FullLanguage");
  assert.deepEqual(stack, works);
  assert.deepEqual(services.map(({ name }: Report) => name).sort(), [
    "PNRPAutoReg",
    "PNRPsvc",
    "p2pimsvc",
    "p2psvc",
  ]);
  const pnrp = services.find(({ name }: Report) => name === "PNRPsvc");
  assert.deepEqual([pnrp.status, pnrp.startType], ["Running", "Automatic"]);
  assert.ok(networking.ipv6Addresses.length > 0);
  assert.equal(networking.rebootPending, false);
};

export const cases: ContractCase[] = [
  {
    name: "tells that a machine can run the stack, and leaves nothing of the test",
    steps: [
      tellsCapability(ready),
      tells(({ identities, groups }) => assert.deepEqual([identities, groups], [[], []])),
    ],
  },
  {
    name: "names what keeps the stack of a machine from running",
    steps: (
      [
        ["peernetDisabled", "PeerNetworkingDisabledByPolicy"],
        ["ipv6Disabled", "IPv6Disabled"],
        ["ipv6Unbound", "IPv6Disabled"],
        ["noLicense", "PEER_E_NOT_LICENSED"],
        ["keysClosed", "PEER_E_NO_KEY_ACCESS"],
      ] as const
    ).flatMap(([fault, code]) => [
      { on: ada, faults: [fault] },
      refused(ada, "Test-PeerCapability", () => ({}), { code }),
    ]),
    needs: ["networking"],
  },
  {
    name: "tests the stack in a task where the session opens no keys",
    machines: { [ada]: { faults: ["keysClosed"] } },
    steps: [tellsCapability(ready, { userPassword: labPassword })],
  },
  {
    name: "tells everything about a machine in one answer",
    steps: [
      {
        on: ada,
        action: "New-PeerIdentity",
        request: { friendlyName: "ada", classifier: "ada" },
        expect: { report: ({ created }) => assert.equal(created, true) },
        keep: ({ peerName }, known) => (known.own = peerName),
      },
      {
        on: ada,
        action: "New-PeerGroup",
        request: ({ own }) => ({ identity: own, friendlyName: "The team", classifier: "team" }),
        expect: { report: ({ created }) => assert.equal(created, true) },
        keep: ({ group }, known) => (known.group = group.group),
      },
      tells(({ capability, identities, groups, presence }, { own, group }) => {
        ready(capability);
        assert.deepEqual(identities, [facts(own, "ada")]);
        assert.deepEqual(
          groups.map((one: Report) => [one.group, one.identity]),
          [[group, own]],
        );
        assert.deepEqual([presence.holder, presence.names, presence.groups], ["absent", [], []]);
      }),
    ],
  },
  {
    name: "tells about a machine that cannot run the stack, instead of failing",
    machines: { [ada]: { faults: ["noLicense"] } },
    steps: [
      tells(({ capability, identities, groups, presence }) => {
        assert.equal(capability.stack.identity, "PEER_E_NOT_LICENSED");
        assert.deepEqual([identities, groups, presence.holder], [[], [], "absent"]);
      }),
    ],
  },
];
