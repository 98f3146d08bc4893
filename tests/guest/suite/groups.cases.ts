import assert from "node:assert/strict";
import type { GroupRole, GuestAction } from "../../../guest/contract";
import type { ActionStep, ContractCase, ExpectedFailure, Known, Report } from "./subject";

/** The actions on groups and the section groups: success, every failure, idempotence. */

const scope = "peerlab:lab/dev/ada";
const other = "peerlab:lab/dev/grace";
const groupNamePattern = /^[0-9a-f]{40}\.team$/;
const absentName = `${"0123456789".repeat(4)}.nobody`;

/** What a machine that found nobody says of its short connection; which code Windows gives is not documented. */
const aloneOrFailed = /^(listening|PEER_E_[A-Z_]+|ERROR_TIMEOUT)$/;

interface Identity {
  peerName: string;
  credential: string;
}

/** An identity of the machine; later steps find name and credential under `as`. */
function identityStep(on: string, as: string): ActionStep {
  return {
    on,
    action: "New-PeerIdentity",
    request: { friendlyName: `${scope}#${as}`, classifier: as },
    expect: { report: ({ created }) => assert.equal(created, true) },
    keep: ({ peerName, credential }, known) => (known[as] = { peerName, credential }),
  };
}

/** A group of the identity `by`; later steps find its name under `as`. */
function groupStep(on: string, by: string, as = "group", changes: object = {}): ActionStep {
  return {
    on,
    action: "New-PeerGroup",
    request: (known) => ({
      identity: (known[by] as Identity).peerName,
      friendlyName: "The team",
      classifier: "team",
      ...changes,
    }),
    expect: { report: ({ created }) => assert.equal(created, true) },
    keep: ({ group }, known) => (known[as] = group.group),
  };
}

function invitationStep(
  on: string,
  by: string,
  invitee: string,
  { role = "member" as GroupRole, as = "invitation", group = "group", lifetimeSeconds = 3600 } = {},
): ActionStep {
  return {
    on,
    action: "New-PeerGroupInvitation",
    request: (known) => ({
      group: known[group],
      identity: known[by].peerName,
      invitees: [{ credential: known[invitee].credential, role }],
      lifetimeSeconds,
    }),
    expect: {
      report: ({ invitations }, known) => {
        assert.equal(invitations.length, 1);
        assert.equal(invitations[0].peerName, known[invitee].peerName);
        assertEndsIn(invitations[0].expires, lifetimeSeconds);
      },
    },
    keep: ({ invitations }, known) => (known[as] = invitations[0].invitation),
  };
}

function joinStep(on: string, as: string, joined: boolean): ActionStep {
  return {
    on,
    action: "Join-PeerGroup",
    request: ({ invitation, ...known }) => ({ identity: known[as].peerName, invitation }),
    expect: {
      report: (report, known) => {
        assert.equal(report.joined, joined);
        assert.equal(report.group.group, known.group);
        assert.equal(report.group.friendlyName, "The team");
        assert.equal(report.group.identity, known[as].peerName);
      },
    },
  };
}

/** The groups of a machine by their names. */
function listed(on: string, expected: (known: Known) => string[]): ActionStep {
  return {
    on,
    action: "Get-PeerGroup",
    expect: {
      report: ({ groups }, known) =>
        assert.deepEqual(
          groups.map(({ group }: Report) => group),
          expected(known),
        ),
    },
  };
}

function refused(
  on: string,
  action: GuestAction,
  request: ActionStep["request"],
  failure: ExpectedFailure | ((known: Known) => ExpectedFailure),
): ActionStep {
  return { on, action, ...(request ? { request } : {}), expect: { failure } };
}

/** In whole seconds from now, a minute more or less: the machine's clock and a test's pauses. */
function assertEndsIn(date: string, seconds: number): void {
  assert.match(date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const left = (Date.parse(date) - Date.now()) / 1000;
  assert.ok(Math.abs(left - seconds) < 60, `${date} is ${left} seconds away, not ${seconds}`);
}

/** Ada's group on machine `maker`, an invitation for grace's identity on machine `guest`. */
const invited: ActionStep[] = [
  identityStep("maker", "ada"),
  identityStep("guest", "grace"),
  groupStep("maker", "ada"),
  invitationStep("maker", "ada", "grace"),
];

/** The section groups of the machine `guest`, by names of what is known. */
function section(wanted: string[], changes: object = {}) {
  return (known: Known) => ({
    groups: {
      scope,
      wanted: wanted.map((group) => ({
        group: known[group],
        identity: known.grace.peerName,
        ...(known.invitation ? { invitation: known.invitation } : {}),
      })),
      ...changes,
    },
  });
}

function applied(
  on: string,
  action: "Set-PeerMachine" | "Test-PeerMachine",
  request: ActionStep["request"],
  phrases: (known: Known) => string[],
): ActionStep {
  return {
    on,
    action,
    request: request!,
    expect: {
      report: ({ changed, drift, groups }, known) => {
        assert.deepEqual(changed ?? drift, phrases(known));
        assert.ok(Array.isArray(groups));
      },
    },
  };
}

const making: ContractCase[] = [
  {
    name: "makes a group once and finds it again by its friendly name",
    steps: [
      identityStep("alpha", "ada"),
      {
        on: "alpha",
        action: "New-PeerGroup",
        request: ({ ada }) => ({
          identity: ada.peerName,
          friendlyName: "The team",
          classifier: "team",
          comment: "All of us",
          memberLifetimeSeconds: 28800,
        }),
        expect: {
          report: ({ created, group }, { ada }) => {
            assert.equal(created, true);
            assert.match(group.group, groupNamePattern);
            const { members, ...rest } = group;
            assert.deepEqual(rest, {
              group: group.group,
              friendlyName: "The team",
              identity: ada.peerName,
              creator: ada.peerName,
              connection: "listening",
            });
            assert.equal(members.length, 1);
            assert.equal(members[0].peerName, ada.peerName);
            assert.equal(members[0].role, "administrator");
            assert.equal(members[0].present, true);
          },
        },
        keep: ({ group }, known) => (known.group = group.group),
      },
      {
        on: "alpha",
        action: "New-PeerGroup",
        request: ({ ada }) => ({
          identity: ada.peerName,
          friendlyName: "The team",
          classifier: "another",
        }),
        expect: {
          report: ({ created, group }, known) => {
            assert.equal(created, false);
            assert.equal(group.group, known.group);
          },
        },
      },
      listed("alpha", ({ group }) => [group]),
    ],
  },
  {
    name: "makes a group completely or not at all, wherever it is cut",
    steps: [
      identityStep("alpha", "ada"),
      {
        on: "alpha",
        action: "New-PeerGroup",
        request: ({ ada }) => ({
          identity: ada.peerName,
          friendlyName: "The team",
          classifier: "team",
        }),
        expect: { report: ({ group }) => assert.equal(group.connection, "listening") },
        keep: ({ group }, known) => (known.group = group.group),
        cutEverywhere: true,
      },
      listed("alpha", ({ group }) => [group]),
    ],
  },
  {
    name: "makes no second group beside two of the same friendly name",
    steps: [
      ...invited,
      groupStep("guest", "grace", "own"),
      joinStep("guest", "grace", true),
      refused(
        "guest",
        "New-PeerGroup",
        ({ grace }) => ({
          identity: grace.peerName,
          friendlyName: "The team",
          classifier: "team",
        }),
        ({ grace }) => ({
          code: "PeerGroupAmbiguous",
          hresult: null,
          message: `2 groups of ${grace.peerName} have the friendly name The team.`,
        }),
      ),
    ],
  },
  {
    name: "makes no group for an identity that is not there",
    steps: [
      refused(
        "alpha",
        "New-PeerGroup",
        { identity: absentName, friendlyName: "The team", classifier: "team" },
        {
          code: "PeerIdentityMissing",
          hresult: null,
          message: `The identity ${absentName} is not on this machine.`,
        },
      ),
    ],
  },
];

const inviting: ContractCase[] = [
  {
    name: "invites several at once, each for its role, in their order",
    steps: [
      identityStep("maker", "ada"),
      identityStep("guest", "grace"),
      identityStep("guest", "alan"),
      groupStep("maker", "ada"),
      {
        on: "maker",
        action: "New-PeerGroupInvitation",
        request: ({ group, ada, grace, alan }) => ({
          group,
          identity: ada.peerName,
          invitees: [
            { credential: grace.credential, role: "administrator" },
            { credential: alan.credential, role: "invitingMember" },
          ],
          lifetimeSeconds: 300,
        }),
        expect: {
          report: ({ invitations }, { grace, alan }) => {
            assert.deepEqual(
              invitations.map(({ peerName }: Report) => peerName),
              [grace.peerName, alan.peerName],
            );
            for (const { invitation, expires } of invitations) {
              assert.match(invitation, /^[A-Za-z0-9+/]+=*$/);
              assertEndsIn(expires, 300);
            }
          },
        },
      },
    ],
  },
  {
    name: "does not invite to a group that the identity does not belong to",
    steps: [
      identityStep("alpha", "ada"),
      refused(
        "alpha",
        "New-PeerGroupInvitation",
        ({ ada }) => ({
          group: absentName,
          identity: ada.peerName,
          invitees: [{ credential: ada.credential, role: "member" }],
          lifetimeSeconds: 300,
        }),
        ({ ada }) => ({
          code: "PeerGroupMissing",
          hresult: null,
          message: `The identity ${ada.peerName} does not belong to the group ${absentName} on this machine.`,
        }),
      ),
    ],
  },
  {
    name: "invites nobody by an identity that is not there",
    steps: [
      identityStep("alpha", "ada"),
      groupStep("alpha", "ada"),
      refused(
        "alpha",
        "New-PeerGroupInvitation",
        ({ ada, group }) => ({
          group,
          identity: absentName,
          invitees: [{ credential: ada.credential, role: "member" }],
          lifetimeSeconds: 300,
        }),
        { code: "PeerIdentityMissing" },
      ),
    ],
  },
  {
    name: "refuses a credential that was altered, and names its place",
    steps: [
      identityStep("alpha", "ada"),
      groupStep("alpha", "ada"),
      refused(
        "alpha",
        "New-PeerGroupInvitation",
        ({ ada, group }) => ({
          group,
          identity: ada.peerName,
          invitees: [{ credential: utf16("<PEERIDENTITYINFO/>"), role: "member" }],
          lifetimeSeconds: 300,
        }),
        { code: "E_INVALIDARG", hresult: "0x80070057", message: /^invitees\[0\]\.credential: / },
      ),
    ],
  },
  {
    name: "does not invite while it has never met the group",
    steps: [
      ...invited,
      joinStep("guest", "grace", true),
      refused(
        "guest",
        "New-PeerGroupInvitation",
        ({ grace, ada, group }) => ({
          group,
          identity: grace.peerName,
          invitees: [{ credential: ada.credential, role: "member" }],
          lifetimeSeconds: 300,
        }),
        { code: "PEER_E_GROUP_NOT_READY", hresult: "0x80632091" },
      ),
    ],
  },
];

const joining: ContractCase[] = [
  {
    name: "joins by an invitation once, and says afterwards that it belongs to the group",
    steps: [
      ...invited,
      joinStep("guest", "grace", true),
      joinStep("guest", "grace", false),
      listed("guest", ({ group }) => [group]),
      {
        on: "guest",
        action: "Get-PeerGroup",
        request: ({ grace }) => ({ identity: grace.peerName }),
        expect: {
          report: ({ groups }, { group, grace }) => {
            assert.equal(groups.length, 1);
            const { connection, ...rest } = groups[0];
            // Nobody of the group is connected, so it never synchronised.
            assert.match(connection, aloneOrFailed);
            assert.deepEqual(rest, {
              group,
              friendlyName: "The team",
              identity: grace.peerName,
              creator: "",
              members: [],
            });
          },
        },
      },
      {
        on: "guest",
        action: "Get-PeerGroup",
        request: { identity: absentName },
        expect: { report: { groups: [] } },
      },
    ],
  },
  {
    name: "joins completely or not at all, wherever it is cut",
    steps: [
      ...invited,
      {
        on: "guest",
        action: "Join-PeerGroup",
        request: ({ invitation, grace }) => ({ identity: grace.peerName, invitation }),
        expect: { report: ({ group }, known) => assert.equal(group.group, known.group) },
        cutEverywhere: true,
      },
      listed("guest", ({ group }) => [group]),
    ],
  },
  {
    name: "refuses an invitation for another identity",
    steps: [
      ...invited,
      identityStep("guest", "alan"),
      refused(
        "guest",
        "Join-PeerGroup",
        ({ invitation, alan }) => ({ identity: alan.peerName, invitation }),
        ({ grace, alan }) => ({
          code: "PeerGroupMismatch",
          hresult: null,
          message: `The invitation is for ${grace.peerName}, not for ${alan.peerName}.`,
        }),
      ),
      listed("guest", () => []),
    ],
  },
  {
    name: "refuses an invitation that was altered or is none",
    steps: [
      ...invited,
      ...[
        (invitation: string) => utf16(fromUtf16(invitation).replace(/[a-z](?=[^a-z]*<)/, "0")),
        () => utf16("an invitation"),
      ].map((alter) =>
        refused(
          "guest",
          "Join-PeerGroup",
          ({ invitation, grace }) => ({
            identity: grace.peerName,
            invitation: alter(invitation),
          }),
          {
            code: "PEER_E_INVITATION_NOT_TRUSTED",
            hresult: "0x80630701",
            message:
              "PeerGroupParseInvitation answered PEER_E_INVITATION_NOT_TRUSTED (0x80630701).",
          },
        ),
      ),
    ],
  },
  {
    name: "names the clock where an invitation has not begun or has ended",
    machines: { maker: {}, guest: { faults: ["clockAhead"] } },
    steps: [
      ...invited,
      refused(
        "guest",
        "Join-PeerGroup",
        ({ invitation, grace }) => ({ identity: grace.peerName, invitation }),
        {
          code: "PEER_E_INVALID_TIME_PERIOD",
          hresult: "0x80630705",
          message: "PeerGroupJoin answered PEER_E_INVALID_TIME_PERIOD (0x80630705).",
          hint: /clocks/,
        },
      ),
    ],
  },
  {
    name: "joins nothing by an identity that is not there",
    steps: [
      ...invited,
      refused(
        "guest",
        "Join-PeerGroup",
        ({ invitation }) => ({ identity: absentName, invitation }),
        {
          code: "PeerIdentityMissing",
        },
      ),
    ],
  },
];

const removing: ContractCase[] = [
  {
    name: "removes a group once, and says where there was none",
    steps: [
      identityStep("alpha", "ada"),
      groupStep("alpha", "ada"),
      ...[true, false].map((removed): ActionStep => ({
        on: "alpha",
        action: "Remove-PeerGroup",
        request: ({ ada, group }) => ({ identity: ada.peerName, group }),
        expect: { report: { removed } },
      })),
      {
        on: "alpha",
        action: "Remove-PeerGroup",
        request: ({ group }) => ({ identity: absentName, group }),
        expect: { report: { removed: false } },
      },
      listed("alpha", () => []),
    ],
  },
  {
    name: "removes an identity together with its groups",
    steps: [
      identityStep("alpha", "ada"),
      groupStep("alpha", "ada"),
      {
        on: "alpha",
        action: "Remove-PeerIdentity",
        request: ({ ada }) => ({ peerName: ada.peerName }),
        expect: { report: { removed: true } },
      },
      listed("alpha", () => []),
    ],
  },
];

const applying: ContractCase[] = [
  {
    name: "brings a machine into its groups and out of those no longer wanted, and says each once",
    steps: [
      ...invited,
      applied("guest", "Test-PeerMachine", section(["group"]), ({ group }) => [
        `group ${group} is missing`,
      ]),
      applied("guest", "Set-PeerMachine", section(["group"]), ({ group }) => [
        `group ${group} joined`,
      ]),
      applied("guest", "Set-PeerMachine", section(["group"]), () => []),
      applied("guest", "Test-PeerMachine", section(["group"]), () => []),
      applied("guest", "Test-PeerMachine", section([]), ({ group }) => [
        `group ${group} is not wanted`,
      ]),
      applied("guest", "Set-PeerMachine", section([]), ({ group }) => [`group ${group} removed`]),
      applied("guest", "Set-PeerMachine", section([]), () => []),
      listed("guest", () => []),
    ],
  },
  {
    name: "ends where it is wanted to, wherever it is cut on the way from one group to another",
    steps: [
      ...invited,
      applied("guest", "Set-PeerMachine", section(["group"]), ({ group }) => [
        `group ${group} joined`,
      ]),
      groupStep("maker", "ada", "second", { friendlyName: "Another team" }),
      invitationStep("maker", "ada", "grace", { group: "second" }),
      {
        on: "guest",
        action: "Set-PeerMachine",
        request: section(["second"]),
        expect: {
          report: ({ groups }, { second }) =>
            assert.deepEqual(
              groups.map(({ group }: Report) => group),
              [second],
            ),
        },
        cutEverywhere: true,
      },
      listed("guest", ({ second }) => [second]),
    ],
  },
  {
    name: "leaves groups of other scopes alone, unless it is told to be exclusive",
    steps: [
      ...invited,
      applied("guest", "Set-PeerMachine", section(["group"], { scope: other }), ({ group }) => [
        `group ${group} joined`,
      ]),
      applied("guest", "Set-PeerMachine", section([]), () => []),
      listed("guest", ({ group }) => [group]),
      applied("guest", "Set-PeerMachine", section([], { exclusive: true }), ({ group }) => [
        `group ${group} removed`,
      ]),
      listed("guest", () => []),
    ],
  },
  {
    name: "takes over a group that the machine itself made",
    steps: [
      identityStep("alpha", "grace"),
      groupStep("alpha", "grace"),
      applied("alpha", "Set-PeerMachine", section(["group"]), () => []),
      applied("alpha", "Set-PeerMachine", section([]), ({ group }) => [`group ${group} removed`]),
    ],
  },
  {
    name: "removes a group before its identity",
    steps: [
      identityStep("alpha", "grace"),
      groupStep("alpha", "grace"),
      applied("alpha", "Set-PeerMachine", section(["group"]), () => []),
      {
        on: "alpha",
        action: "Set-PeerMachine",
        request: (known) => ({ identities: { scope, wanted: [] }, ...section([])(known) }),
        expect: {
          report: ({ changed }, { group, grace }) =>
            assert.deepEqual(changed, [
              `group ${group} removed`,
              `identity ${grace.peerName} removed`,
            ]),
        },
      },
    ],
  },
  {
    name: "does not join without an invitation, or by one to another group",
    steps: [
      identityStep("maker", "ada"),
      identityStep("guest", "grace"),
      groupStep("maker", "ada"),
      refused("guest", "Set-PeerMachine", section(["group"]), ({ group, grace }) => ({
        code: "PeerGroupMissing",
        hresult: null,
        message: `The identity ${grace.peerName} does not belong to the group ${group} on this machine.`,
      })),
      groupStep("maker", "ada", "second", { friendlyName: "Another team" }),
      invitationStep("maker", "ada", "grace", { group: "second" }),
      refused("guest", "Set-PeerMachine", section(["group"]), ({ group, second }) => ({
        code: "PeerGroupMismatch",
        hresult: null,
        message: `The invitation is to the group ${second}, not to ${group}.`,
      })),
      listed("guest", () => []),
    ],
  },
  {
    name: "fails where a wanted group's identity is missing, and only says so in a test",
    steps: [
      identityStep("maker", "ada"),
      groupStep("maker", "ada"),
      refused(
        "guest",
        "Set-PeerMachine",
        ({ group }) => ({ groups: { scope, wanted: [{ group, identity: absentName }] } }),
        { code: "PeerIdentityMissing" },
      ),
      applied(
        "guest",
        "Test-PeerMachine",
        ({ group }) => ({ groups: { scope, wanted: [{ group, identity: absentName }] } }),
        ({ group }) => [`group ${group} is missing`],
      ),
    ],
  },
];

const notReady: ContractCase[] = (
  [
    ["pnrpStopped", "ERROR_SERVICE_DEPENDENCY_FAIL", "0x8007042C"],
    ["ipv6Off", "PEER_E_IPV6_NOT_INSTALLED", "0x80630001"],
  ] as const
).map(([fault, code, hresult]) => ({
  name: `says by name why grouping does not start: ${code}`,
  needs: [fault],
  steps: [
    identityStep("alpha", "ada"),
    { on: "alpha", faults: [fault] },
    refused(
      "alpha",
      "New-PeerGroup",
      ({ ada }) => ({ identity: ada.peerName, friendlyName: "The team", classifier: "team" }),
      { code, hresult, message: `PeerGroupStartup answered ${code} (${hresult}).` },
    ),
    // Nothing wanted and nothing there: that needs no grouping.
    {
      on: "alpha",
      action: "Set-PeerMachine",
      request: { groups: { scope, wanted: [] } },
      expect: { report: { changed: [], pending: [], groups: [] } },
    },
  ],
}));

/** Every field of every action, wrong in kind or in value. */
const good = {
  "New-PeerGroup": { identity: absentName, friendlyName: "The team", classifier: "team" },
  "New-PeerGroupInvitation": {
    group: absentName,
    identity: absentName,
    invitees: [{ credential: "QQBBAA==", role: "member" }],
    lifetimeSeconds: 300,
  },
  "Join-PeerGroup": { identity: absentName, invitation: "QQBBAA==" },
  "Get-PeerGroup": {},
  "Remove-PeerGroup": { group: absentName, identity: absentName },
} satisfies Partial<Record<GuestAction, object>>;

const wanted = { group: absentName, identity: absentName };

const shapes: [GuestAction, object, string][] = [
  ["New-PeerGroup", { identity: "ada" }, "identity: expected 40 hex digits, a dot"],
  [
    "New-PeerGroup",
    { friendlyName: "" },
    "friendlyName: expected 1 to 255 characters, received a text of 0",
  ],
  [
    "New-PeerGroup",
    { classifier: 7 },
    "classifier: expected 1 to 149 characters, received a number",
  ],
  [
    "New-PeerGroup",
    { classifier: "x".repeat(150) },
    "classifier: expected 1 to 149 characters, received a text of 150",
  ],
  [
    "New-PeerGroup",
    { comment: "x".repeat(256) },
    "comment: expected at most 255 characters, received a text of 256",
  ],
  [
    "New-PeerGroup",
    { memberLifetimeSeconds: 28799 },
    "memberLifetimeSeconds: expected a whole number from 28800 to 315360000",
  ],
  ["New-PeerGroup", { colour: "red" }, "request: unknown field colour."],
  [
    "New-PeerGroupInvitation",
    { invitees: [] },
    "invitees: expected a list of at least 1, received a list of 0",
  ],
  ["New-PeerGroupInvitation", { invitees: ["grace"] }, "invitees[0]: expected an object"],
  [
    "New-PeerGroupInvitation",
    { invitees: [{ credential: "QQBBAA==", role: "owner" }] },
    "invitees[0].role: expected administrator, invitingMember, member, received a text of 5",
  ],
  [
    "New-PeerGroupInvitation",
    { invitees: [{ credential: "QQ==", role: "member" }] },
    "invitees[0].credential: expected base64 of UTF-16LE bytes",
  ],
  [
    "New-PeerGroupInvitation",
    { invitees: [{ credential: "QQBBAA==", role: "member", name: "x" }] },
    "invitees[0]: unknown field name.",
  ],
  [
    "New-PeerGroupInvitation",
    { lifetimeSeconds: 299 },
    "lifetimeSeconds: expected a whole number from 300 to 31536000",
  ],
  ["New-PeerGroupInvitation", { group: 1 }, "group: expected 40 hex digits, a dot"],
  [
    "Join-PeerGroup",
    { invitation: "no base64!" },
    "invitation: expected base64 of UTF-16LE bytes, received a text of 10",
  ],
  ["Join-PeerGroup", { group: absentName }, "request: unknown field group."],
  ["Get-PeerGroup", { identity: ["ada"] }, "identity: expected 40 hex digits, a dot"],
  [
    "Remove-PeerGroup",
    { group: undefined },
    "group: expected 40 hex digits, a dot and a classifier of 1 to 149 characters, received nothing",
  ],
  [
    "Set-PeerMachine",
    { groups: { scope, wanted: {} } },
    "groups.wanted: expected a list, received an object",
  ],
  [
    "Set-PeerMachine",
    { groups: { wanted: [] } },
    "groups.scope: expected peerlab:<project>/<stack>/<person>, received nothing",
  ],
  [
    "Set-PeerMachine",
    { groups: { scope, wanted: [wanted, { ...wanted, group: "x" }] } },
    "groups.wanted[1].group: expected 40 hex digits, a dot",
  ],
  [
    "Set-PeerMachine",
    { groups: { scope, wanted: [wanted, wanted] } },
    "groups.wanted[1].group: expected a group that is not in the list yet for this identity",
  ],
  [
    "Test-PeerMachine",
    { groups: { scope, wanted: [{ ...wanted, role: "member" }] } },
    "groups.wanted[0]: unknown field role.",
  ],
  [
    "Set-PeerMachine",
    { groups: { scope, wanted: [], exclusive: "yes" } },
    "groups.exclusive: expected true or false",
  ],
];

const refusals: ContractCase[] = shapes.map(([action, changes, message]) => ({
  name: `refuses a request of ${action} in another form: ${message.slice(0, 60)}`,
  steps: [
    refused(
      "alpha",
      action,
      { ...(good as Record<string, object>)[action], ...changes },
      {
        code: "InvalidRequest",
        hresult: null,
        message: new RegExp(`^${message.replace(/[.[\]()]/g, "\\$&")}`),
      },
    ),
  ],
}));

function utf16(text: string): string {
  return Buffer.from(text, "utf16le").toString("base64");
}

function fromUtf16(text: string): string {
  return Buffer.from(text, "base64").toString("utf16le");
}

export const cases: ContractCase[] = [
  ...making,
  ...inviting,
  ...joining,
  ...removing,
  ...applying,
  ...notReady,
  ...refusals,
];
