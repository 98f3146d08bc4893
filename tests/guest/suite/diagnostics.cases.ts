import assert from "node:assert/strict";
import { diagnosticItems } from "../../../guest/contract";
import { canary, type ActionStep, type ContractCase, type Report } from "./subject";

/** What a machine's logs and Windows' own diagnostics say, item by item. */

const ada = "ada-1";
const bounds = { sinceHours: 24, maximumEvents: 100, maximumCharacters: 65_536 };

function tells(check: (items: Report) => void, request: object = bounds): ActionStep {
  const report = ({ items }: Report) => check(items);
  return { on: ada, action: "Get-PeerDiagnostics", request, expect: { report } };
}

function refuses(request: object, message: RegExp | string): ActionStep {
  return {
    on: ada,
    action: "Get-PeerDiagnostics",
    request,
    expect: { failure: { code: "InvalidRequest", message } },
  };
}

const rule = {
  ...{ name: "PeerLab-Chat", displayName: "PeerLab chat", protocol: "TCP", port: 47400 },
  ...{ family: "IPv6", remoteAddresses: ["fd00::/8"], edgeTraversal: "Block" },
};

export const cases: ContractCase[] = [
  {
    name: "answers every item of the diagnostics in its order, also those that it cannot have",
    steps: [
      tells((items) => {
        assert.deepEqual(
          items.map(({ name }: Report) => name),
          [...diagnosticItems],
        );
        for (const { name, source, text, truncated, error } of items) {
          assert.equal(typeof text, "string", name);
          assert.equal(typeof truncated, "boolean", name);
          assert.ok(source.length > 0, name);
          assert.ok(error === undefined || /\.$/.test(error), name);
          assert.ok(!text.includes("\r"), name);
        }
        const log = items.find(({ name }: Report) => name === "firewall-log");
        assert.deepEqual([log.text, log.error], ["", "It is switched off in every profile."]);
        const older = items.find(({ name }: Report) => name === "holder-old");
        assert.deepEqual([older.text, older.error], ["", "It is not there."]);
      }),
    ],
  },
  {
    name: "tells the firewall's rules of ours in the diagnostics, and no others",
    needs: ["networking"],
    steps: [
      {
        on: ada,
        action: "Set-PeerNetworking",
        request: { networking: { firewallRules: [rule] } },
        expect: { report: () => {} },
      },
      tells((items) => {
        const { text } = items.find(({ name }: Report) => name === "firewall-rules");
        assert.match(
          text,
          /^PeerLab-Chat\n {4}enabled True, Inbound, Allow, profiles Any, edge Block\n/,
        );
        assert.match(text, /^ {4}TCP 47400 from fd00::\/8$/m);
        assert.doesNotMatch(text, /^(?!PeerLab-)\S/m);
      }),
    ],
  },
  {
    name: "refuses bounds of the diagnostics that are none",
    steps: [
      refuses({}, /^sinceHours: /),
      refuses({ ...bounds, sinceHours: 0 }, /^sinceHours: expected a whole number from 1 to 720/),
      refuses({ ...bounds, maximumEvents: 501 }, /^maximumEvents: .* from 1 to 500/),
      refuses({ ...bounds, maximumCharacters: 1023 }, /^maximumCharacters: .* from 1024 to 262144/),
      refuses({ ...bounds, sinceHours: canary }, /^sinceHours: /),
      refuses({ ...bounds, more: true }, "request: unknown field more."),
    ],
  },
];
