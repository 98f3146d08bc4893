import assert from "node:assert/strict";
import type { StackStep } from "../../../guest/contract";
import { holdsNothing } from "./identitySteps";
import {
  labPassword,
  type ActionStep,
  type ContractCase,
  type MachineSetup,
  type Report,
} from "./subject";

/** What a probe of the stack answers: the steps that are calls of p2p.dll; those about Windows itself not every subject has. */

const healthy: Record<string, string> = {
  "keys: open in the session": "S_OK",
  "PNRP: start": "S_OK",
  "grouping: start": "S_OK",
  "identity: list": "S_OK",
  "identity: create": "S_OK",
  "identity: sign": "S_OK",
  "identity: export": "S_OK",
  "identity: import while it is there": "S_OK",
  "identity: delete": "S_OK",
  "identity: import under a wrong password": "ERROR_INVALID_PASSWORD",
  "identity: import a changed export": "E_INVALIDARG",
  "identity: import again": "S_OK",
  "identity: sign after the import": "S_OK",
  "identity: give it a friendly name": "S_OK",
  "clouds: before a name is registered": "S_OK",
  "name: register and unregister": "S_OK",
  "clouds: a global one": "S_OK",
  "group: create and connect": "S_OK",
  "group: invite": "S_OK",
  "identity: delete while it has a group": "PEER_E_GROUPS_EXIST",
  "group: delete": "S_OK",
  "clean up": "S_OK",
};

const without = (first: string, code: string): Record<string, string> => {
  const from = Object.keys(healthy).indexOf(first);
  return Object.fromEntries(
    Object.keys(healthy).map((step, index) => [
      step,
      index === from ? code : index > from && isOfIdentity(step) ? "skipped" : healthy[step],
    ]),
  );
};

/** Whether a step needs the identity that was to be made. */
const isOfIdentity = (step: string) => /^(identity|group):/.test(step);

function answers(
  expected: Record<string, string>,
  unfit: string[],
  request: object = {},
): ActionStep {
  return {
    on: "probe-1",
    action: "Test-PeerStack",
    request,
    expect: {
      report: (report: Report) => {
        const steps = (report.steps as StackStep[]).filter(
          ({ step }) => !step.startsWith("Windows:"),
        );
        assert.deepEqual(
          Object.fromEntries(steps.map(({ step, answer }) => [step, answer])),
          expected,
        );
        const skipped = Object.keys(expected).filter((step) => expected[step] === "skipped");
        assert.deepEqual(
          steps.filter(({ fine }) => !fine).map(({ step }) => step),
          Object.keys(expected).filter((step) => unfit.includes(step) || skipped.includes(step)),
        );
      },
    },
  };
}

function probe(
  name: string,
  expected: Record<string, string>,
  unfit: string[],
  { request = {}, ...setup }: MachineSetup & { request?: object } = {},
): ContractCase {
  const after: ContractCase["steps"] = [{ on: "probe-1", faults: [] }, holdsNothing("probe-1")];
  return {
    name,
    machines: { "probe-1": setup },
    steps: [answers(expected, unfit, request), ...after],
  };
}

export const cases: ContractCase[] = [
  probe("does once what a lab does, twice in a row, and leaves nothing", healthy, []),
  probe(
    "goes on with what does not need an identity where none can be made",
    without("identity: create", "PEER_E_TOO_MANY_IDENTITIES"),
    ["identity: create"],
    { faults: ["identityStoreFull"] },
  ),
];
cases[0].steps.unshift(answers(healthy, []));
cases.push({
  name: "opens keys in a task where the session opens none, and says so",
  machines: { "probe-1": { faults: ["keysClosed"] } },
  steps: [
    answers(
      Object.fromEntries(
        Object.entries(healthy).map(([step, answer]) => [
          step.replace("in the session", "in the task"),
          answer,
        ]),
      ),
      [],
      { userPassword: labPassword },
    ),
  ],
});
cases.push({
  name: "names what a logon that opens no keys answers, without a password to help itself with",
  machines: { "probe-1": { faults: ["keysClosed"] } },
  steps: [
    answers(
      {
        ...without("identity: create", "PEER_E_NO_KEY_ACCESS"),
        // What CryptoAPI says of a key of its own, not p2p.dll of an identity's.
        "keys: open in the session": "NTE_PERM",
      },
      ["identity: create"],
    ),
  ],
});
cases.push({
  name: "names an edition that does not carry the stack, call by call",
  machines: { "probe-1": { faults: ["noLicense"] } },
  steps: [
    {
      on: "probe-1",
      action: "Test-PeerStack",
      expect: {
        report: (report: Report) => {
          const of = (name: string) =>
            (report.steps as StackStep[]).find(({ step }) => step === name);
          for (const step of ["grouping: start", "identity: list", "identity: create"]) {
            assert.deepEqual([of(step)?.answer, of(step)?.fine], ["PEER_E_NOT_LICENSED", false]);
          }
        },
      },
    },
  ],
});
