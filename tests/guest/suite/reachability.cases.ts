import assert from "node:assert/strict";
import { scope } from "./identitySteps";
import {
  labPassword,
  type ActionStep,
  type ContractCase,
  type Known,
  type Report,
} from "./subject";

/** What of others a machine reaches: names through the cloud, ports through what lies in between. */

function tests(
  on: string,
  request: (known: Known) => object,
  expected: (report: Report, known: Known) => void,
  eventually = false,
): ActionStep {
  return {
    on,
    action: "Test-PeerReachability",
    request: (known) => ({ targets: [], names: [], settleSeconds: 0, ...request(known) }),
    expect: { report: expected },
    ...(eventually ? { eventually } : {}),
  };
}

const rule = (port: number) => ({
  name: "PeerLab-Test",
  displayName: "PeerLab test",
  protocol: "TCP",
  port,
  family: "IPv6",
  remoteAddresses: ["fd00::/8"],
  edgeTraversal: "Block",
});

/** Ends the listeners, and says whether there were any. */
const stops = (stopped: boolean): ActionStep => ({
  on: "alpha",
  action: "Stop-PeerListener",
  expect: { report: { stopped } },
});

const networking = { firewallRules: [rule(47301)] };
const listen = { ports: [47301, 47302], seconds: 600 };

const reaching: ContractCase[] = [
  {
    name: "reaches nothing where nothing is asked, and lists its clouds",
    steps: [
      tests(
        "alpha",
        () => ({}),
        ({ ports, names, clouds }) => {
          assert.deepEqual([ports, names], [[], []]);
          const global = clouds.find(({ name }: Report) => name === "Global_");
          assert.equal(global?.scope, "global");
        },
      ),
    ],
  },
  {
    name: "does not resolve a name that nobody holds",
    steps: [
      tests(
        "alpha",
        () => ({ names: [{ peerName: "0.nobody", holders: ["fd00::1"] }] }),
        ({ names: [{ peerName, verdict, endpoints }] }) =>
          assert.deepEqual([peerName, verdict, endpoints], ["0.nobody", "unresolved", []]),
      ),
    ],
  },
  {
    name: "resolves the name of another machine, and tells a holder from a stranger",
    needs: ["scheduler", "network"],
    steps: [
      {
        on: "alpha",
        action: "Set-PeerPresence",
        request: {
          presence: { names: [{ service: "web", peerName: "0.web", port: 8080 }], groups: [] },
          userPassword: labPassword,
        },
        expect: { report: ({ changed }) => assert.ok(changed.length > 0) },
      },
      ...(["resolved", "foreign"] as const).map((verdict) =>
        tests(
          "beta",
          ({ addresses }) => ({
            names: [
              {
                peerName: "0.web",
                holders: [verdict === "resolved" ? addresses.alpha : "fd00::dead"],
              },
            ],
          }),
          ({ names }, { addresses }) =>
            assert.deepEqual(names, [
              { peerName: "0.web", verdict, endpoints: [`[${addresses.alpha}]:8080`] },
            ]),
          true,
        ),
      ),
    ],
  },
  {
    name: "listens for the time of a test, and tells what the firewall does with each port",
    needs: ["networking"],
    steps: [
      {
        on: "alpha",
        action: "Set-PeerNetworking",
        request: { networking: { firewallRules: [rule(47301)] } },
        expect: { report: ({ networking }) => assert.ok(networking) },
      },
      // Once more in place of the first ones: a listener of ours is nobody who holds the port.
      ...[600, 60].map((seconds): ActionStep => ({
        on: "alpha",
        action: "Start-PeerListener",
        request: { ports: [47301, 47302], seconds },
        expect: {
          report: {
            ports: [
              {
                ...{ port: 47301, listener: "opened" },
                firewall: { action: "allow", rule: "PeerLab-Test" },
              },
              { port: 47302, listener: "opened", firewall: { action: "block" } },
            ],
          },
        },
      })),
      ...[true, false].map(stops),
    ],
  },
  {
    name: "listens at the end of a machine's step, which says the same of each port",
    needs: ["networking"],
    steps: [
      // The second run changes nothing, and listens in place of the first one.
      ...[true, false].map((changes): ActionStep => ({
        on: "alpha",
        action: "Set-PeerMachine",
        request: { networking, listen },
        expect: {
          report: ({ changed, listeners }) => {
            assert.equal(changed.length > 0, changes);
            assert.deepEqual(listeners, {
              ports: [
                {
                  ...{ port: 47301, listener: "opened" },
                  firewall: { action: "allow", rule: "PeerLab-Test" },
                },
                { port: 47302, listener: "opened", firewall: { action: "block" } },
              ],
            });
          },
        },
      })),
      ...[true, false].map(stops),
      {
        on: "alpha",
        action: "Set-PeerMachine",
        request: { networking },
        expect: { report: ({ listeners }) => assert.equal(listeners, undefined) },
      },
      stops(false),
    ],
  },
  {
    name: "listens for nobody where a machine's step is only tested, or fails",
    needs: ["networking"],
    steps: [
      {
        on: "alpha",
        action: "Test-PeerMachine",
        request: { networking, listen },
        expect: {
          report: ({ drift, listeners }) => {
            assert.ok(drift.length > 0);
            assert.equal(listeners, undefined);
          },
        },
      },
      stops(false),
      {
        on: "alpha",
        action: "Set-PeerMachine",
        request: {
          identities: { scope, wanted: [{ peerName: `${"0".repeat(40)}.lost` }] },
          listen,
        },
        expect: { failure: { code: "PeerIdentityMissing" } },
      },
      stops(false),
    ],
  },
  {
    name: "listens at the end of a machine's step once, where the session opens no keys and a task does",
    needs: ["networking", "scheduler", "keysClosed"],
    steps: [
      {
        on: "alpha",
        action: "New-PeerIdentity",
        request: { friendlyName: `${scope}#1`, classifier: "ada" },
        expect: { report: ({ created }) => assert.equal(created, true) },
        keep: ({ peerName }, known) => (known.own = peerName),
      },
      { on: "alpha", faults: ["keysClosed"] },
      {
        on: "alpha",
        action: "Set-PeerMachine",
        request: ({ own }: Known) => ({
          identities: { scope, wanted: [{ peerName: own }] },
          listen,
          userPassword: labPassword,
        }),
        expect: {
          report: ({ identities, listeners }) => {
            assert.equal(identities[0].openedIn, "task");
            assert.deepEqual(
              listeners.ports.map(({ listener }: Report) => listener),
              ["opened", "opened"],
            );
          },
        },
      },
      stops(true),
    ],
  },
  {
    name: "does a machine's step where no listener can be opened, and says why",
    needs: ["networking", "portReserved"],
    steps: [
      { on: "alpha", faults: ["portReserved"] },
      {
        on: "alpha",
        action: "Set-PeerMachine",
        request: { networking, listen: { ports: [47301, 47303], seconds: 600 } },
        expect: {
          report: ({ changed, listeners: { ports, failure } }) => {
            assert.ok(changed.includes("firewall rule PeerLab-Test added"));
            assert.equal(ports, undefined);
            assert.equal(failure.code, "TimedOut");
            assert.match(failure.message, /^No listener opened on TCP 47303 within 30 seconds\.$/);
            assert.match(failure.hint, /excludedportrange/);
          },
        },
      },
      stops(false),
      {
        on: "alpha",
        action: "Start-PeerListener",
        request: { ports: [47303], seconds: 600 },
        expect: { failure: { code: "TimedOut" } },
      },
    ],
  },
  {
    name: "reaches a port of another machine while something listens there",
    needs: ["connections", "networking"],
    steps: [
      {
        on: "alpha",
        action: "Set-PeerNetworking",
        request: { networking: { firewallRules: [rule(4001)] } },
        expect: { report: ({ networking }) => assert.ok(networking) },
      },
      {
        on: "alpha",
        action: "Start-PeerListener",
        request: { ports: [4001], seconds: 600 },
        expect: {
          report: ({ ports }) =>
            assert.deepEqual(ports, [
              {
                port: 4001,
                listener: "opened",
                firewall: { action: "allow", rule: "PeerLab-Test" },
              },
            ]),
        },
      },
      ...(["reachable", "silent"] as const).flatMap((verdict): ActionStep[] => [
        tests(
          "beta",
          ({ addresses }) => ({
            targets: [{ name: "alpha", address: addresses.alpha, ports: [4001] }],
          }),
          ({ ports }, { addresses }) =>
            assert.deepEqual(ports, [
              { name: "alpha", address: addresses.alpha, port: 4001, verdict },
            ]),
        ),
        {
          on: "alpha",
          action: "Stop-PeerListener",
          expect: { report: { stopped: verdict === "reachable" } },
        },
      ]),
    ],
  },
];

const good = {
  "Test-PeerReachability": { targets: [], names: [], settleSeconds: 0 },
  "Start-PeerListener": { ports: [1], seconds: 10 },
  "Set-PeerMachine": {},
  "Test-PeerMachine": {},
};

const target = { name: "beta", address: "fd00::4", ports: [1] };
const sought = { peerName: "0.web", holders: ["fd00::4"] };

const shapes: [keyof typeof good, object, string][] = [
  ["Test-PeerReachability", { targets: "all" }, "targets: expected a list, received a text of 3"],
  [
    "Test-PeerReachability",
    { targets: [target, { ...target, address: "10.0.0.4" }] },
    "targets[1].address: expected an IPv6 address, received a text of 8",
  ],
  [
    "Test-PeerReachability",
    { targets: [{ ...target, ports: [80, 0] }] },
    "targets[0].ports[1]: expected a whole number from 1 to 65535, once, received a number",
  ],
  [
    "Test-PeerReachability",
    { targets: [{ ...target, ports: [80, 80] }] },
    "targets[0].ports[1]: expected a whole number from 1 to 65535, once",
  ],
  [
    "Test-PeerReachability",
    { names: [{ ...sought, holders: [] }] },
    "names[0].holders: expected a list of at least 1, received a list of 0",
  ],
  [
    "Test-PeerReachability",
    { names: [{ ...sought, holders: ["fd00::4", "beta"] }] },
    "names[0].holders[1]: expected an IPv6 address, received a text of 4",
  ],
  ["Test-PeerReachability", { names: [{ ...sought, port: 1 }] }, "names[0]: unknown field port."],
  [
    "Test-PeerReachability",
    { settleSeconds: 601 },
    "settleSeconds: expected a whole number from 0 to 600, received a number",
  ],
  [
    "Start-PeerListener",
    { ports: [] },
    "ports: expected a list of at least 1, received a list of 0",
  ],
  ["Start-PeerListener", { seconds: 9 }, "seconds: expected a whole number from 10 to 3600"],
  ...(["Set-PeerMachine", "Test-PeerMachine"] as const).flatMap(
    (action): [keyof typeof good, object, string][] => [
      [action, { listen: [] }, "listen: expected an object, received a list of 0"],
      [action, { listen: { ...listen, ports: [] } }, "listen.ports: expected a list of at least 1"],
      [
        action,
        { listen: { ...listen, ports: [1, 1] } },
        "listen.ports[1]: expected a whole number from 1 to 65535, once",
      ],
      [action, { listen: { ports: [1] } }, "listen.seconds: expected a whole number from 10 to"],
      [action, { listen: { ...listen, until: 1 } }, "listen: unknown field until."],
    ],
  ),
];

const refusals: ContractCase[] = shapes.map(([action, changes, message]) => ({
  name: `refuses a request of ${action} in another form: ${message.slice(0, 60)}`,
  steps: [
    {
      on: "alpha",
      action,
      request: { ...good[action], ...changes },
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

export const cases: ContractCase[] = [...reaching, ...refusals];
