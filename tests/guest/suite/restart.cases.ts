import assert from "node:assert/strict";
import { refused } from "./identitySteps";
import { ada, base, begins, drifts, needs, sets } from "./networkingSteps";
import type { ActionStep, ContractCase, Report } from "./subject";

/** A change that waits for a restart of Windows, the restart, and its confirmation. */

const components = "SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters\\DisabledComponents";

/** IPv6 off in the registry, and switched on again: that waits. */
const waiting: ContractCase["steps"] = [
  begins,
  { on: ada, faults: ["ipv6Disabled"] },
  drifts(base, [`${components} is 255, wanted is 0`]),
  refused(ada, "New-PeerIdentity", () => ({ friendlyName: "ada", classifier: "ada" }), {
    code: "IPv6Disabled",
    hresult: null,
    message: "The registry switches IPv6 off (Tcpip6\\Parameters\\DisabledComponents).",
  }),
  sets(base, [`${components} = 0`], ["reboot"], { ipv6Addresses: [] }),
];

const restarts: ActionStep = {
  on: ada,
  action: "Restart-PeerMachine",
  expect: { report: ({ restarting }) => assert.equal(restarting, true) },
  keep: ({ bootTime }, known) => (known.bootTime = bootTime),
};

function restartsNothing(restarting: boolean, restarted: boolean): ActionStep[] {
  return [
    {
      on: ada,
      action: "Restart-PeerMachine",
      expect: {
        report: (report) => {
          assert.equal(report.restarting, restarting);
          assert.match(report.bootTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        },
      },
    },
    {
      on: ada,
      action: "Confirm-PeerBoot",
      expect: {
        report: (report) => assert.deepEqual([report.restarted, report.pending], [restarted, []]),
      },
    },
  ];
}

/** The rule for TCP 22 closes a little after the answer, and opens a little after the start of Windows. */
function ruleOfSsh(isOpen: boolean): ActionStep {
  return {
    on: ada,
    action: "Test-PeerMachine",
    request: { networking: base },
    expect: {
      report: ({ networking, drift }: Report) => {
        assert.deepEqual(networking.firewallRules, isOpen ? ["PeerLab-SSH"] : []);
        assert.deepEqual(drift, isOpen ? [] : ["firewall rule PeerLab-SSH is disabled"]);
      },
    },
    eventually: true,
  };
}

const confirms: ActionStep = {
  on: ada,
  action: "Confirm-PeerBoot",
  expect: {
    report: ({ restarted, bootTime, pending }, known) => {
      assert.deepEqual([restarted, pending], [true, []]);
      assert.ok(Date.parse(bootTime) > Date.parse(known.bootTime), bootTime);
    },
  },
};

export const cases: ContractCase[] = [
  {
    name: "does not restart where nothing waits for it",
    steps: restartsNothing(false, false),
  },
  {
    name: "switches IPv6 on for the next start of Windows, and says until then that it waits",
    needs: [...needs],
    steps: [
      ...waiting,
      sets(base, [], ["reboot"]),
      drifts(base, [], ["reboot"]),
      refused(ada, "New-PeerIdentity", () => ({ friendlyName: "ada", classifier: "ada" }), {
        code: "IPv6Disabled",
        message: "No network adapter of this machine has an IPv6 address.",
        hint: /Restart the machine/,
      }),
      { on: ada, event: "reboot" },
      drifts(base, []),
      sets(base, []),
      {
        on: ada,
        action: "New-PeerIdentity",
        request: { friendlyName: "ada", classifier: "ada" },
        expect: { report: ({ created }) => assert.equal(created, true) },
      },
    ],
  },
  {
    name: "closes TCP 22 until Windows has restarted, and confirms the restart once",
    needs: [...needs],
    steps: [
      ...waiting,
      restarts,
      ruleOfSsh(false),
      refused(
        ada,
        "Confirm-PeerBoot",
        () => ({}),
        ({ bootTime }) => ({
          code: "RebootNotDone",
          hresult: null,
          message: `Windows has not restarted yet: it runs since ${bootTime}.`,
        }),
      ),
      { on: ada, event: "reboot" },
      ruleOfSsh(true),
      confirms,
      ...restartsNothing(false, false),
    ],
  },
  {
    name: "forgets no closed rule where it is asked to restart twice",
    needs: [...needs],
    steps: [
      ...waiting,
      restarts,
      ruleOfSsh(false),
      restarts,
      { on: ada, event: "reboot" },
      ruleOfSsh(true),
      confirms,
    ],
  },
];
