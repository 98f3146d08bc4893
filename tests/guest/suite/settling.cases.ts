import assert from "node:assert/strict";
import { labPassword, type ActionStep, type ContractCase, type Report } from "./subject";

/** Test-PeerReachability tells what the machine's own holder holds, and waits for it. */

function tests(settleSeconds: number, expected: (presence: Report) => void): ActionStep {
  return {
    on: "alpha",
    action: "Test-PeerReachability",
    request: { targets: [], names: [], settleSeconds },
    expect: { report: ({ presence }) => expected(presence) },
  };
}

const web = { names: [{ service: "web", peerName: "0.web", port: 8080 }], groups: [] };

export const cases: ContractCase[] = [
  {
    name: "tells that nothing is held where no holder is installed",
    steps: [
      tests(0, ({ holder, names, groups }) =>
        assert.deepEqual([holder, names, groups], ["absent", [], []]),
      ),
      // Nothing to wait for: the case would not end before its limit.
      tests(600, ({ holder }) => assert.equal(holder, "absent")),
    ],
  },
  {
    name: "waits until a name of its own holder is registered",
    needs: ["scheduler"],
    steps: [
      {
        on: "alpha",
        action: "Set-PeerPresence",
        request: { presence: web, userPassword: labPassword },
        expect: { report: ({ changed }) => assert.ok(changed.length > 0) },
      },
      tests(40, ({ holder, runsAs, names }) =>
        assert.deepEqual([holder, runsAs, names], ["running", "task", [held("registered")]]),
      ),
      { on: "alpha", faults: ["pnrpStopped"] },
      {
        ...tests(0, ({ names }) => assert.deepEqual(names, [held("waiting")])),
        eventually: true,
      },
      { on: "alpha", faults: [] },
      tests(120, ({ names }) => assert.deepEqual(names, [held("registered")])),
    ],
  },
];

function held(state: string) {
  return { service: "web", peerName: "0.web", port: 8080, state };
}
