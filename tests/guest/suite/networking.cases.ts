import assert from "node:assert/strict";
import type { FirewallRule } from "../../../guest/contract";
import { refused } from "./identitySteps";
import { ada, base, begins, drifts, needs, rule, sets } from "./networkingSteps";
import type { ActionStep, ContractCase } from "./subject";

/** The section `networking` of a machine's state: rules, policies, IPv6, and what keeps PNRPsvc from starting. */

const makesIdentity: ActionStep = {
  on: ada,
  action: "New-PeerIdentity",
  request: { friendlyName: "ada", classifier: "ada" },
  expect: { report: ({ created }) => assert.equal(created, true) },
};

const globalCloud = "SOFTWARE\\Policies\\Microsoft\\Peernet\\Pnrp\\IPv6-Global";

const [a, b] = [rule("A"), rule("B", { protocol: "UDP", port: 3540 })];
const other = rule("A", { port: 4002, edgeTraversal: "Allow" });
const c = rule("C", { family: "IPv4", remoteAddresses: ["192.0.2.0/24", "198.51.100.7/32"] });
const rules = (...firewallRules: FirewallRule[]) => ({ ...base, firewallRules });

const applying: ContractCase[] = [
  {
    name: "adds, corrects and removes its own firewall rules, each once, and says before what it would do",
    needs: [...needs],
    steps: [
      begins,
      drifts(rules(a, b), [
        "firewall rule PeerLab-A is missing",
        "firewall rule PeerLab-B is missing",
        "firewall rule PeerLab-SSH is not wanted",
      ]),
      sets(
        rules(a, b),
        [
          "firewall rule PeerLab-A added",
          "firewall rule PeerLab-B added",
          "firewall rule PeerLab-SSH removed",
        ],
        [],
        { firewallRules: ["PeerLab-A", "PeerLab-B"] },
      ),
      sets(rules(b, a), []),
      drifts(rules(a, b), []),
      drifts(rules(other, c), [
        "firewall rule PeerLab-A differs",
        "firewall rule PeerLab-C is missing",
        "firewall rule PeerLab-B is not wanted",
      ]),
      sets(
        rules(other, c),
        [
          "firewall rule PeerLab-A corrected",
          "firewall rule PeerLab-C added",
          "firewall rule PeerLab-B removed",
        ],
        [],
        { firewallRules: ["PeerLab-A", "PeerLab-C"] },
      ),
      drifts(rules(other, c), []),
      sets(rules(), ["firewall rule PeerLab-A removed", "firewall rule PeerLab-C removed"], [], {
        firewallRules: [],
      }),
    ],
  },
  {
    name: "changes how a machine finds the cloud, and restarts PNRPsvc for it once",
    needs: [...needs],
    steps: [
      begins,
      sets(base, [], [], { seedServer: "seed.lab.internal" }),
      drifts({ ...base, seed: { role: "seed", server: "fd00::5" } }, [
        `${globalCloud}\\SeedServer is seed.lab.internal, wanted is fd00::5 (names built in)`,
        `${globalCloud}\\DisableMulticastBootstrap is 1, wanted is 0 (names built in)`,
      ]),
      sets(
        { ...base, seed: { role: "seed", server: "fd00::5" } },
        [
          `${globalCloud}\\SeedServer = fd00::5 (names built in)`,
          `${globalCloud}\\DisableMulticastBootstrap = 0 (names built in)`,
          "service PNRPsvc restarted",
        ],
        [],
        { seedServer: "fd00::5" },
      ),
      // Absent: the policy is left alone.
      sets({ firewallRules: base.firewallRules }, [], [], { seedServer: "fd00::5" }),
    ],
  },
  {
    name: "takes back the policy that forbids peer networking, and names it before",
    needs: [...needs],
    steps: [
      begins,
      { on: ada, faults: ["peernetDisabled"] },
      refused(ada, "New-PeerIdentity", () => ({ friendlyName: "ada", classifier: "ada" }), {
        code: "PeerNetworkingDisabledByPolicy",
        hresult: null,
        message: "A policy turns Microsoft peer-to-peer networking off (Peernet\\Disabled is 1).",
      }),
      drifts(base, ["SOFTWARE\\Policies\\Microsoft\\Peernet\\Disabled is 1, wanted is 0"]),
      sets(base, ["SOFTWARE\\Policies\\Microsoft\\Peernet\\Disabled = 0"]),
      sets(base, []),
      makesIdentity,
    ],
  },
  {
    name: "is put right by the action that makes an identity, where that is asked to, before it needs the stack",
    needs: [...needs],
    steps: [
      begins,
      { on: ada, faults: ["peernetDisabled"] },
      ...[["SOFTWARE\\Policies\\Microsoft\\Peernet\\Disabled = 0"], []].map(
        (changed): ActionStep => ({
          on: ada,
          action: "New-PeerIdentity",
          request: { friendlyName: "ada", classifier: "ada", networking: base, reconcile: true },
          expect: {
            report: (report) => {
              assert.deepEqual(report.changed, changed);
              assert.equal(report.created, changed.length > 0);
            },
          },
        }),
      ),
      sets(base, []),
      refused(
        ada,
        "New-PeerIdentity",
        () => ({ friendlyName: "ada", classifier: "ada", networking: { firewallRules: {} } }),
        { code: "InvalidRequest", message: /^networking\.firewallRules: / },
      ),
    ],
  },
  {
    name: "does not bind IPv6 over the connection that this would cut",
    needs: [...needs],
    steps: [
      begins,
      { on: ada, faults: ["ipv6Unbound"] },
      drifts(base, ["IPv6 is not bound to Ethernet"]),
      refused(ada, "Set-PeerNetworking", () => ({ networking: base }), {
        code: "IPv6Disabled",
        hresult: null,
        message: "IPv6 is not bound to Ethernet.",
        hint: /preparation/,
      }),
      refused(ada, "New-PeerIdentity", () => ({ friendlyName: "ada", classifier: "ada" }), {
        code: "IPv6Disabled",
        message: "No network adapter of this machine has an IPv6 address.",
      }),
      { on: ada, faults: [] },
      sets(base, []),
    ],
  },
];

const failing = (
  [
    ["pnrpStoreCorrupted", "PEER_E_CERT_STORE_CORRUPTED", "store of PNRPsvc deleted"],
    ["pnrpNoKeyAccess", "PEER_E_NO_KEY_ACCESS", "machine keys opened to PNRPsvc"],
  ] as const
).map(([fault, code, repaired]): ContractCase => ({
  name: `repairs PNRPsvc's failure ${code} where it may, and says it where it may not`,
  needs: [...needs],
  steps: [
    begins,
    { on: ada, faults: [fault] },
    { on: ada, event: "reboot" },
    {
      on: ada,
      action: "Test-PeerMachine",
      request: { networking: base, reconcile: true },
      expect: {
        report: ({ drift, networking }) => {
          assert.deepEqual(drift, [`service PNRPsvc does not start: ${code}`]);
          assert.equal(networking.pnrpFailure, code);
        },
      },
    },
    ...(["Set-PeerMachine", "Set-PeerNetworking"] as const).map((action) =>
      refused(ada, action, () => ({ networking: base }), {
        code,
        message: `The service PNRPsvc does not start: ${code}.`,
        hint: /reconcile/,
      }),
    ),
    ...[[`${repaired} (${code})`, "service PNRPsvc started"], []].map((changed): ActionStep => ({
      on: ada,
      action: "Set-PeerMachine",
      request: { networking: base, reconcile: true },
      expect: {
        report: (report) => {
          assert.deepEqual(report.changed, changed);
          assert.equal(report.networking.pnrpFailure, undefined);
        },
      },
    })),
    makesIdentity,
  ],
}));

export const cases: ContractCase[] = [...applying, ...failing];
