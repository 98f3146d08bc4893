import assert from "node:assert/strict";
import {
  canary,
  labPassword,
  type ActionStep,
  type ContractCase,
  type Known,
  type Report,
} from "./subject";

/** The actions on presence: the holder is installed, keeps to its state, and goes without a trace. */

const userPassword = labPassword;
const absentName = `${"0123456789".repeat(4)}.nobody`;

function name(service: string, changes: object = {}) {
  return { service, peerName: `0.${service}`, port: 4001, ...changes };
}

const empty = { names: [], groups: [] };

/** Whether a password expires is the image's affair. */
function plain(phrases: string[]): string[] {
  return phrases.filter((phrase) => !phrase.startsWith("password of "));
}

function sets(
  on: string,
  presence: object | ((known: Known) => object),
  changed: string[] | ((known: Known) => string[]),
  changes: object = { userPassword },
): ActionStep {
  return {
    on,
    action: "Set-PeerPresence",
    request: (known) => ({
      presence: typeof presence === "function" ? presence(known) : presence,
      ...changes,
    }),
    expect: {
      report: (report, known) =>
        assert.deepEqual(
          plain(report.changed),
          typeof changed === "function" ? changed(known) : changed,
        ),
    },
  };
}

/** What the holder holds, once it has settled. */
function holds(on: string, expected: (presence: Report, known: Known) => void): ActionStep {
  return {
    on,
    action: "Get-PeerPresence",
    expect: { report: ({ presence }, known) => expected(presence, known) },
    eventually: true,
  };
}

const registered = (on: string, services: string[]) =>
  holds(on, ({ holder, names }) => {
    assert.equal(holder, "running");
    assert.deepEqual(
      names.map(({ service, state }: Report) => [service, state]),
      services.map((service) => [service, "registered"]),
    );
  });

function drifts(on: string, presence: object, drift: string[]): ActionStep {
  return {
    on,
    action: "Test-PeerMachine",
    request: { presence },
    expect: { report: (report) => assert.deepEqual(plain(report.drift), drift) },
  };
}

const holding: ContractCase[] = [
  {
    name: "installs the holder once, and it registers what is wanted",
    needs: ["scheduler"],
    steps: [
      {
        on: "alpha",
        action: "Get-PeerPresence",
        expect: {
          report: ({ presence: { holder, names, groups } }) =>
            assert.deepEqual([holder, names, groups], ["absent", [], []]),
        },
      },
      drifts("alpha", { names: [name("web")], groups: [] }, [
        "presence name web is missing",
        "presence holder is not installed",
      ]),
      sets("alpha", { names: [name("web"), name("mail", { comment: "x" })], groups: [] }, [
        "presence name mail added",
        "presence name web added",
        "presence holder installed (task)",
        "presence holder started",
      ]),
      registered("alpha", ["web", "mail"]),
      // Without the password, since nothing has to be installed any more; in another order.
      sets("alpha", { names: [name("mail", { comment: "x" }), name("web")], groups: [] }, [], {}),
      registered("alpha", ["mail", "web"]),
      drifts("alpha", { names: [name("mail", { comment: "x" }), name("web")], groups: [] }, []),
    ],
  },
  {
    name: "changes only what differs, and says each",
    needs: ["scheduler"],
    steps: [
      sets("alpha", { names: [name("a"), name("b"), name("c")], groups: [] }, [
        "presence name a added",
        "presence name b added",
        "presence name c added",
        "presence holder installed (task)",
        "presence holder started",
      ]),
      drifts("alpha", { names: [name("a"), name("b", { port: 5 }), name("d")], groups: [] }, [
        "presence name b differs",
        "presence name d is missing",
        "presence name c is not wanted",
      ]),
      sets("alpha", { names: [name("a"), name("b", { port: 5 }), name("d")], groups: [] }, [
        "presence name b changed",
        "presence name d added",
        "presence name c removed",
      ]),
      registered("alpha", ["a", "b", "d"]),
    ],
  },
  {
    name: "removes the holder where nothing is wanted any more, once",
    needs: ["scheduler"],
    steps: [
      sets("alpha", empty, [], {}),
      sets("alpha", { names: [name("web")], groups: [] }, [
        "presence name web added",
        "presence holder installed (task)",
        "presence holder started",
      ]),
      drifts("alpha", empty, ["presence name web is not wanted", "presence holder is not wanted"]),
      sets("alpha", empty, ["presence name web removed", "presence holder removed"], {}),
      sets("alpha", empty, [], {}),
      holds("alpha", ({ holder, names, groups }) =>
        assert.deepEqual([holder, names, groups], ["absent", [], []]),
      ),
    ],
  },
  {
    name: "does not install a holder without the user's password",
    needs: ["scheduler"],
    steps: [
      {
        on: "alpha",
        action: "Set-PeerPresence",
        request: { presence: { names: [name("web")], groups: [] } },
        expect: {
          failure: {
            code: "HolderNotInstalled",
            hresult: null,
            message:
              "The presence holder has to be installed, and the request has no userPassword.",
          },
        },
      },
    ],
  },
  {
    name: "names what keeps a name from being registered",
    needs: ["scheduler"],
    steps: [
      sets("alpha", { names: [name("web", { peerName: absentName })], groups: [] }, [
        "presence name web added",
        "presence holder installed (task)",
        "presence holder started",
      ]),
      holds("alpha", ({ names }) => assert.equal(names[0].state, "PEER_E_IDENTITY_NOT_FOUND")),
    ],
  },
  {
    name: "holds again after Windows was restarted",
    needs: ["scheduler"],
    steps: [
      sets("alpha", { names: [name("web")], groups: [] }, [
        "presence name web added",
        "presence holder installed (task)",
        "presence holder started",
      ]),
      registered("alpha", ["web"]),
      { on: "alpha", event: "reboot" },
      registered("alpha", ["web"]),
    ],
  },
  {
    name: "waits while PNRPsvc does not run, and holds when it does again",
    needs: ["scheduler"],
    steps: [
      sets("alpha", { names: [name("web")], groups: [] }, [
        "presence name web added",
        "presence holder installed (task)",
        "presence holder started",
      ]),
      registered("alpha", ["web"]),
      { on: "alpha", faults: ["pnrpStopped"] },
      holds("alpha", ({ names }) => assert.equal(names[0].state, "waiting")),
      { on: "alpha", faults: [] },
      registered("alpha", ["web"]),
    ],
  },
  {
    name: "stays connected to a group, in which its members see each other",
    needs: ["scheduler", "network"],
    steps: [
      ...(["maker", "guest"] as const).map((on): ActionStep => ({
        on,
        action: "New-PeerIdentity",
        request: { friendlyName: on, classifier: on },
        expect: { report: ({ created }) => assert.equal(created, true) },
        keep: ({ peerName, credential }, known) => (known[on] = { peerName, credential }),
      })),
      {
        on: "maker",
        action: "New-PeerGroup",
        request: ({ maker }) => ({
          identity: maker.peerName,
          friendlyName: "The team",
          classifier: "team",
        }),
        expect: { report: ({ created }) => assert.equal(created, true) },
        keep: ({ group }, known) => (known.group = group.group),
      },
      {
        on: "maker",
        action: "New-PeerGroupInvitation",
        request: ({ group, maker, guest }) => ({
          group,
          identity: maker.peerName,
          invitees: [{ credential: guest.credential, role: "member" }],
          lifetimeSeconds: 86400,
        }),
        expect: { report: ({ invitations }) => assert.equal(invitations.length, 1) },
        keep: ({ invitations }, known) => (known.invitation = invitations[0].invitation),
      },
      sets(
        "maker",
        ({ group, maker }) => ({ names: [], groups: [{ group, identity: maker.peerName }] }),
        ({ group }) => [
          `presence group ${group} added`,
          "presence holder installed (task)",
          "presence holder started",
        ],
      ),
      holds("maker", ({ groups }) => assert.equal(groups[0].state, "listening")),
      {
        on: "guest",
        action: "Join-PeerGroup",
        request: ({ guest, invitation }) => ({ identity: guest.peerName, invitation }),
        expect: {
          report: ({ joined, group }, { maker, guest }) => {
            assert.equal(joined, true);
            assert.equal(group.connection, "connected");
            assert.equal(group.creator, maker.peerName);
            assert.deepEqual(
              group.members.map(({ peerName, role }: Report) => [peerName, role]).sort(),
              [
                [maker.peerName, "administrator"],
                [guest.peerName, "member"],
              ].sort(),
            );
          },
        },
      },
      sets(
        "guest",
        ({ group, guest }) => ({ names: [], groups: [{ group, identity: guest.peerName }] }),
        ({ group }) => [
          `presence group ${group} added`,
          "presence holder installed (task)",
          "presence holder started",
        ],
      ),
      ...["maker", "guest"].map((on) =>
        holds(on, ({ groups }, known) => {
          assert.equal(groups[0].group, known.group);
          assert.equal(groups[0].state, "connected");
          assert.equal(groups[0].members.filter(({ present }: Report) => present).length, 2);
        }),
      ),
      sets("guest", empty, ({ group }) => [
        `presence group ${group} removed`,
        "presence holder removed",
      ]),
      holds("maker", ({ groups }) => {
        assert.equal(groups[0].state, "listening");
        // Gone is not excluded: the credential of the other one holds on.
        assert.equal(groups[0].members.length, 2);
        assert.equal(groups[0].members.filter(({ present }: Report) => present).length, 1);
      }),
    ],
  },
];

const web = { names: [name("web")], groups: [] };

/** The first run, with the phrases of a holder that was not there. */
function installs(runsAs: "task" | "service" = "task"): ActionStep[] {
  return [
    sets("alpha", web, [
      "presence name web added",
      `presence holder installed (${runsAs})`,
      "presence holder started",
    ]),
    holds("alpha", ({ holder, names, ...facts }) => {
      assert.deepEqual([holder, facts.runsAs, names[0].state], ["running", runsAs, "registered"]);
    }),
  ];
}

const wrongPassword: ActionStep = {
  on: "alpha",
  action: "Set-PeerPresence",
  request: { presence: web, userPassword: `${canary}-Horse-9-Battery` },
  expect: {
    failure: {
      code: "HolderNotInstalled",
      hresult: "0x8007052E",
      message: "The scheduler did not take the presence holder's task: 0x8007052E.",
    },
  },
};

const keeping: ContractCase[] = [
  {
    name: "starts a holder again whose process was ended, and only starts it",
    needs: ["scheduler"],
    steps: [
      ...installs(),
      { on: "alpha", event: "holderKilled" },
      holds("alpha", ({ holder, names }) =>
        assert.deepEqual([holder, names[0].state], ["stopped", "waiting"]),
      ),
      drifts("alpha", web, ["presence holder is not running"]),
      sets("alpha", web, ["presence holder started"], {}),
      registered("alpha", ["web"]),
      sets("alpha", web, [], {}),
    ],
  },
  {
    name: "leaves nothing where the password is not the user's",
    needs: ["scheduler"],
    steps: [
      wrongPassword,
      holds("alpha", ({ holder, names, groups }) =>
        assert.deepEqual([holder, names, groups], ["absent", [], []]),
      ),
      drifts("alpha", web, ["presence name web is missing", "presence holder is not installed"]),
      ...installs(),
    ],
  },
  {
    name: "runs the holder as a service where a policy forbids the scheduler to store passwords",
    machines: { alpha: { faults: ["storedPasswordsForbidden"] } },
    needs: ["scheduler"],
    steps: [
      ...installs("service"),
      sets("alpha", web, [], {}),
      drifts("alpha", web, []),
      { on: "alpha", event: "passwordChanged" },
      drifts("alpha", web, []),
      { on: "alpha", event: "reboot" },
      registered("alpha", ["web"]),
      sets("alpha", empty, ["presence name web removed", "presence holder removed"], {}),
      sets("alpha", empty, [], {}),
    ],
  },
  {
    name: "gives the holder a password that the user has changed",
    needs: ["scheduler"],
    steps: [
      ...installs(),
      { on: "alpha", event: "passwordChanged" },
      drifts("alpha", web, []),
      sets("alpha", web, [], {}),
      { on: "alpha", event: "reboot" },
      registered("alpha", ["web"]),
    ],
  },
  {
    name: "asks for the password again where it was reset from outside",
    needs: ["scheduler"],
    steps: [
      ...installs(),
      { on: "alpha", event: "keysLost" },
      drifts("alpha", web, ["presence holder differs: password"]),
      {
        on: "alpha",
        action: "Set-PeerPresence",
        request: { presence: web },
        expect: { failure: { code: "HolderNotInstalled", hresult: null, hint: /userPassword/ } },
      },
      registered("alpha", ["web"]),
      sets("alpha", web, ["presence holder corrected", "presence holder restarted"]),
      registered("alpha", ["web"]),
      drifts("alpha", web, []),
    ],
  },
  {
    name: "gives the right to log on as a batch job back where somebody took it, before and after the next boot",
    needs: ["scheduler"],
    steps: [
      ...installs(),
      { on: "alpha", event: "batchRightLost" },
      registered("alpha", ["web"]),
      drifts("alpha", web, ["presence holder differs: SeBatchLogonRight"]),
      {
        on: "alpha",
        action: "Set-PeerPresence",
        request: { presence: web },
        expect: { failure: { code: "HolderNotInstalled", hresult: null, hint: /userPassword/ } },
      },
      sets("alpha", web, ["presence holder corrected", "presence holder restarted"]),
      drifts("alpha", web, []),
      { on: "alpha", event: "batchRightLost" },
      { on: "alpha", event: "reboot" },
      holds("alpha", ({ holder }) => assert.equal(holder, "stopped")),
      drifts("alpha", web, [
        "presence holder differs: SeBatchLogonRight",
        "presence holder is not running",
      ]),
      sets("alpha", web, ["presence holder corrected", "presence holder started"]),
      registered("alpha", ["web"]),
    ],
  },
  {
    name: "registers a name under an identity of the machine, as a section of the machine's state",
    needs: ["scheduler"],
    steps: [
      {
        on: "alpha",
        action: "New-PeerIdentity",
        request: { friendlyName: "ada", classifier: "ada" },
        expect: { report: ({ created }) => assert.equal(created, true) },
        keep: ({ peerName }, known) => (known.own = `${peerName.slice(0, 40)}.chat`),
      },
      ...[
        ["presence name chat added", "presence holder installed (task)", "presence holder started"],
        [],
      ].map((changed): ActionStep => ({
        on: "alpha",
        action: "Set-PeerMachine",
        request: ({ own }) => ({
          presence: { names: [name("chat", { peerName: own })], groups: [] },
          userPassword,
        }),
        expect: {
          report: (report) => {
            assert.deepEqual(plain(report.changed), changed);
            assert.equal(report.presence.holder, "running");
          },
        },
      })),
      registered("alpha", ["chat"]),
    ],
  },
];

const group = { group: absentName, identity: absentName };

const shapes: [object | undefined, string][] = [
  [undefined, "presence: expected an object, received nothing"],
  [{ names: [] }, "presence.groups: expected a list, received nothing"],
  [{ ...empty, holder: "running" }, "presence: unknown field holder."],
  [
    { ...empty, names: [name("Web")] },
    "presence.names[0].service: expected 1 to 40 characters of a-z, 0-9 and -, received a text of 3",
  ],
  [
    { ...empty, names: [name("web"), name("web", { peerName: "0.other" })] },
    "presence.names[1].service: expected a service that is not in the list yet",
  ],
  [
    { ...empty, names: [name("web"), name("mail", { peerName: "0.web" })] },
    "presence.names[1].peerName: expected a peer name that is not in the list yet",
  ],
  [
    { ...empty, names: [name("web", { port: 65536 })] },
    "presence.names[0].port: expected a whole number from 1 to 65535, received a number",
  ],
  [
    { ...empty, names: [name("web", { port: 80.5 })] },
    "presence.names[0].port: expected a whole number",
  ],
  [
    { ...empty, names: [name("web", { peerName: "web" })] },
    "presence.names[0].peerName: expected 40 hex digits or 0, a dot and a classifier",
  ],
  [
    { ...empty, names: [name("web", { comment: "x".repeat(40) })] },
    "presence.names[0].comment: expected at most 39 characters, received a text of 40",
  ],
  [
    { ...empty, groups: [group, group] },
    "presence.groups[1].group: expected a group that is not in the list yet",
  ],
  [
    { ...empty, groups: [{ ...group, renewsMembers: 1 }] },
    "presence.groups[0].renewsMembers: expected true or false, received a number",
  ],
  [
    { ...empty, groups: [{ ...group, addresses: ["[fd00::1]:3587", "10.0.0.4:3587"] }] },
    "presence.groups[0].addresses[1]: expected an IPv6 address and a port",
  ],
  [{ ...empty, groups: [{ ...group, role: "member" }] }, "presence.groups[0]: unknown field role."],
];

const refusals: ContractCase[] = shapes.map(([presence, message]) => ({
  name: `refuses a presence in another form: ${message.slice(0, 60)}`,
  steps: [
    {
      on: "alpha",
      action: "Set-PeerPresence",
      request: presence === undefined ? {} : { presence },
      expect: {
        failure: {
          code: "InvalidRequest",
          hresult: null,
          message: new RegExp(`^${message.replace(/[.[\]()]/g, "\\$&")}`),
        },
      },
    },
  ],
}));

export const cases: ContractCase[] = [...holding, ...keeping, ...refusals];
