import assert from "node:assert/strict";
import type { FirewallRule } from "../../../guest/contract";
import type { Ability, ActionStep } from "./subject";

/** Steps on the section `networking`, for several tables of the suite. */

/** The machine of these cases. */
export const ada = "ada-1";

/** What the cases of networking need of a subject. */
export const needs: readonly Ability[] = ["networking"];

/** A rule of ours. */
export function rule(name: string, changes: Partial<FirewallRule> = {}): FirewallRule {
  return {
    ...{ name: `PeerLab-${name}`, displayName: `PeerLab ${name}`, protocol: "TCP", port: 4001 },
    ...{ family: "IPv6", remoteAddresses: ["fd00::/8"], edgeTraversal: "Block" },
    ...changes,
  };
}

/** A rule for SSH alone; the seed as every machine of a lab has it. */
export const base = {
  firewallRules: [rule("SSH", { port: 22, family: "IPv4", remoteAddresses: ["10.0.0.0/16"] })],
  seed: { role: "peer", server: "seed.lab.internal" },
};

/** What machines of the subjects are prepared with differs: brings one to {@link base}, whatever that takes. */
export const begins: ActionStep = {
  on: ada,
  action: "Set-PeerNetworking",
  request: { networking: base },
  expect: { report: ({ pending }) => assert.deepEqual(pending, []) },
};

/** Sets the networking: what that changes, what it leaves waiting, and facts read back. */
export function sets(
  networking: object,
  changed: string[],
  pending: string[] = [],
  facts: object = {},
): ActionStep {
  return {
    on: ada,
    action: "Set-PeerNetworking",
    request: { networking },
    expect: {
      report: (report) => {
        assert.deepEqual(report.changed, changed);
        assert.deepEqual(report.pending, pending);
        assert.equal(report.networking.rebootPending, pending.length > 0);
        for (const [name, value] of Object.entries(facts)) {
          assert.deepEqual(report.networking[name], value, name);
        }
      },
    },
  };
}

/** What {@link sets} would change. */
export function drifts(networking: object, drift: string[], pending: string[] = []): ActionStep {
  return {
    on: ada,
    action: "Test-PeerMachine",
    request: { networking },
    expect: {
      report: (report) => {
        assert.deepEqual(report.drift, drift);
        assert.deepEqual(report.pending, pending);
      },
    },
  };
}
