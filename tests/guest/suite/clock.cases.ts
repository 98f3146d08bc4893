import assert from "node:assert/strict";
import type { GuestAction } from "../../../guest/contract";
import type { ActionStep, ContractCase } from "./subject";

/** How far a machine's clock is from the asker's. */

const requests = {
  "Test-PeerReachability": { targets: [], names: [], settleSeconds: 0 },
  "Test-PeerMachine": {},
} satisfies Partial<Record<GuestAction, object>>;
const actions = Object.keys(requests) as (keyof typeof requests)[];

const hour = 3_600_000;

/** What the machine says of an asker whose clock is so far behind the real one; a minute is for a slow test. */
function tells(
  action: keyof typeof requests,
  behind: number,
  form = (iso: string) => iso,
): ActionStep {
  return {
    on: "alpha",
    action,
    request: () => ({
      ...requests[action],
      now: form(new Date(Date.now() - behind).toISOString()),
    }),
    expect: {
      report: ({ clockOffsetSeconds }) => {
        assert.ok(Number.isInteger(clockOffsetSeconds), String(clockOffsetSeconds));
        const away = Math.abs(clockOffsetSeconds - behind / 1000);
        assert.ok(away < 60, `${clockOffsetSeconds} is not ${behind / 1000}`);
      },
    },
  };
}

const telling: ContractCase[] = actions.map((action) => ({
  name: `tells how far the clock is ahead of the asker's in ${action}, where the asker says what time it is`,
  steps: [
    tells(action, 0),
    tells(action, 2 * hour),
    tells(action, -2 * hour),
    tells(action, hour, (iso) => iso.replace(/\.\d+Z$/, "Z")),
    tells(action, hour, (iso) => iso.replace("Z", "1234Z")),
    {
      on: "alpha",
      action,
      request: requests[action],
      expect: {
        report: (report) => assert.equal("clockOffsetSeconds" in report, false),
      },
    },
  ],
}));

const allowed = "now: expected a time as 2030-01-31T12:00:00Z, received";

const refusals: ContractCase[] = [
  {
    name: "refuses a time in another form, and one that the calendar does not have",
    steps: [
      ...actions.flatMap((action) =>
        [
          [7, "a number"],
          ["", "a text of 0 characters"],
          ["2030-01-31T12:00:00", "a text of 19 characters"],
          ["2030-01-31T12:00:00+01:00", "a text of 25 characters"],
          ["2030-01-31 12:00:00Z", "a text of 20 characters"],
          ["2030-01-31T12:00:00Z\n", "a text of 21 characters"],
          ["2030-02-30T12:00:00Z", "a text of 20 characters"],
          ["2030-01-31T24:00:00Z", "a text of 20 characters"],
        ].map(([now, received]): ActionStep => ({
          on: "alpha",
          action,
          request: { ...requests[action], now },
          expect: {
            failure: {
              code: "InvalidRequest",
              hresult: null,
              message: `${allowed} ${received}.`,
            },
          },
        })),
      ),
      {
        on: "alpha",
        action: "Set-PeerMachine",
        request: { now: "2030-01-31T12:00:00Z" },
        expect: { failure: { code: "InvalidRequest", message: "request: unknown field now." } },
      },
    ],
  },
];

export const cases: ContractCase[] = [...telling, ...refusals];
