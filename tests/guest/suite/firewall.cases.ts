import type { FirewallRule } from "../../../guest/contract";
import { ada, base, begins, drifts, needs, rule, sets } from "./networkingSteps";
import type { ActionStep, ContractCase } from "./subject";

/** The machine's own firewall rules one by one, and what a request for networking may hold. */

const ssh = "firewall rule PeerLab-SSH";
const changed = (changes: Partial<FirewallRule>) => ({
  ...base,
  firewallRules: [{ ...base.firewallRules[0]!, ...changes }],
});

/** A wanted rule that differs in one thing from the one on the machine. */
const differences: [what: string, Partial<FirewallRule>][] = [
  ["another port", { port: 2222 }],
  ["another protocol", { protocol: "UDP" }],
  ["another address", { remoteAddresses: ["10.0.0.0/16", "192.0.2.7/32"] }],
  ["a longer prefix", { remoteAddresses: ["10.0.0.0/17"] }],
  ["edge traversal", { edgeTraversal: "Allow" }],
  ["another display name", { displayName: "PeerLab ssh" }],
];

/** The same rule, spelt otherwise. */
const spellings: [what: string, Partial<FirewallRule>][] = [
  ["host bits in its address", { remoteAddresses: ["10.0.3.4/16"] }],
  ["its address twice", { remoteAddresses: ["10.0.0.0/16", "10.0.0.0/16"] }],
  ["its name in small letters", { name: "PeerLab-ssh" }],
];

const rules: ContractCase[] = [
  ...differences.map(([what, changes]): ContractCase => ({
    name: `corrects a rule in place that is wanted with ${what}`,
    needs: [...needs],
    steps: [
      begins,
      drifts(changed(changes), [`${ssh} differs`]),
      sets(changed(changes), [`${ssh} corrected`]),
      drifts(changed(changes), []),
      sets(changed(changes), []),
    ],
  })),
  ...spellings.map(([what, changes]): ContractCase => ({
    name: `takes a rule with ${what} for the one that is there`,
    needs: [...needs],
    steps: [begins, drifts(changed(changes), []), sets(changed(changes), [])],
  })),
  {
    name: "switches a rule on that somebody has switched off",
    needs: [...needs],
    steps: [
      begins,
      { on: ada, event: "rulesDisabled" },
      drifts(base, [`${ssh} is disabled`]),
      sets(base, [`${ssh} corrected`], [], { firewallRules: ["PeerLab-SSH"] }),
      drifts(base, []),
    ],
  },
];

const [one] = [rule("One")];
const path = "^networking\\.firewallRules";

/** What is no networking of the contract. */
const forms: [object, RegExp][] = [
  [{ firewallRules: "none" }, new RegExp(`${path}: expected a list, received a text of 4`)],
  [{}, new RegExp(`${path}: expected a list, received nothing`)],
  [
    { firewallRules: [{ ...one, name: "Other" }] },
    new RegExp(`${path}\\[0\\]\\.name: expected .*, received a text of 5 characters`),
  ],
  ...[one, rule("ONE")].map((other): [object, RegExp] => [
    { firewallRules: [one, other] },
    new RegExp(`${path}\\[1\\]\\.name: expected a name that no other rule has`),
  ]),
  [
    { firewallRules: [{ ...one, port: 0 }] },
    new RegExp(`${path}\\[0\\]\\.port: expected a whole number from 1 to 65535`),
  ],
  [
    { firewallRules: [{ ...one, remoteAddresses: ["10.0.0.0/24"] }] },
    new RegExp(`${path}\\[0\\]\\.remoteAddresses: expected IPv6 prefixes`),
  ],
  [
    { firewallRules: [{ ...one, remoteAddresses: ["::/0"] }] },
    new RegExp(`${path}\\[0\\]\\.remoteAddresses: expected IPv6 prefixes`),
  ],
  [
    { firewallRules: [{ ...one, profile: "Public" }] },
    new RegExp(`${path}\\[0\\]: unknown field profile`),
  ],
  [
    { firewallRules: [], seed: { role: "root", server: "a" } },
    /^networking\.seed\.role: expected .*seed.*peer.*, received a text of 4 characters/,
  ],
  [
    { firewallRules: [], seed: { role: "seed", server: "not a name" } },
    /^networking\.seed\.server: expected a DNS name or an IPv6 address, received a text of 10/,
  ],
];

const actions = ["Set-PeerNetworking", "Set-PeerMachine", "Test-PeerMachine"] as const;

const refusing: ContractCase = {
  name: "refuses networking that is not in the form of the contract, by its path, and changes nothing",
  needs: [...needs],
  steps: [
    begins,
    ...forms.map(([networking, message], index): ActionStep => ({
      on: ada,
      action: actions[index % actions.length]!,
      request: { networking },
      expect: { failure: { code: "InvalidRequest", hresult: null, message } },
    })),
    sets(base, []),
  ],
};

export const cases: ContractCase[] = [...rules, refusing];
