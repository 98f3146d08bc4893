import { canary, type ContractCase, type ExpectedFailure, type Step } from "./subject";

/** What holds for every request: its envelope, and texts that only look right. */

/** Refused before an action begins; this one needs nothing of a machine. */
function refusedEnvelope(envelope: object, failure: ExpectedFailure): Step {
  return { on: "alpha", action: "Confirm-PeerBoot", request: envelope, expect: { failure } };
}

const contractMismatch = {
  code: "ContractMismatch",
  message: "These guest files speak contract 1.",
};
const filesMismatch = {
  code: "GuestFilesMismatch",
  hresult: null,
  message:
    /^The guest files on this machine have the hash [0-9a-f]{64}, which is not the one of the request\.$/,
};
const otherInstance = "00000000-0000-4000-8000-000000000000";

const envelopes: ContractCase[] = [
  {
    name: "refuses another contract, in whatever form it comes",
    steps: [2, 0, "1", "", true, [1], {}, null, 1.5].map((contract) =>
      refusedEnvelope({ contract }, contractMismatch),
    ),
  },
  {
    name: "refuses a request for other guest files",
    steps: [
      ...["", "0".repeat(64), null, 7, ["0".repeat(64)]].map((guestFiles) =>
        refusedEnvelope({ guestFiles }, filesMismatch),
      ),
      // The contract is looked at first: another one may mean other files.
      refusedEnvelope({ contract: 2, guestFiles: "" }, contractMismatch),
    ],
  },
  {
    name: "refuses a request for another machine, or for none",
    steps: [
      refusedEnvelope(
        { instance: otherInstance },
        { code: "WrongMachine", message: new RegExp(`the request is for ${otherInstance}\\.$`) },
      ),
      ...["", canary, null, 7, [otherInstance], `${otherInstance}\n`].map((instance) =>
        refusedEnvelope(
          { instance },
          {
            code: "InvalidRequest",
            message: /^instance: expected the vmId of the machine, received/,
          },
        ),
      ),
    ],
  },
  {
    name: "refuses what no request may carry",
    steps: [
      refusedEnvelope(
        { color: canary },
        { code: "InvalidRequest", message: /unknown field color/ },
      ),
      // Names are case-sensitive.
      refusedEnvelope(
        { userpassword: canary },
        { code: "InvalidRequest", message: /unknown field userpassword/ },
      ),
      ...[7, ["x"], {}, "", true].map((userPassword) =>
        refusedEnvelope(
          { userPassword },
          { code: "InvalidRequest", message: /^userPassword: expected a text that is not empty/ },
        ),
      ),
    ],
  },
];

const rule = {
  ...{ name: "PeerLab-Test", displayName: "Test", protocol: "TCP", port: 4001 },
  ...{ family: "IPv6", remoteAddresses: ["fd00::/64"], edgeTraversal: "Block" },
};
const seed = { role: "peer", server: "seed.lab" };

const lineFeeds: ContractCase[] = [
  {
    name: "refuses a text that ends in a line feed where the form has none",
    steps: (
      [
        [{ firewallRules: [{ ...rule, name: "PeerLab-Test\n" }] }, "firewallRules[0].name"],
        [{ firewallRules: [{ ...rule, protocol: "TCP\n" }] }, "firewallRules[0].protocol"],
        [{ firewallRules: [], seed: { ...seed, role: "peer\n" } }, "seed.role"],
        [{ firewallRules: [], seed: { ...seed, server: "seed.lab\n" } }, "seed.server"],
      ] as const
    ).map(([networking, field]) => ({
      on: "alpha",
      action: "Set-PeerNetworking" as const,
      request: { networking },
      expect: {
        failure: {
          code: "InvalidRequest",
          message: new RegExp(`^networking\\.${field.replace(/[.[\]]/g, "\\$&")}: expected `),
        },
      },
    })),
  },
];

export const cases: ContractCase[] = [...envelopes, ...lineFeeds];
