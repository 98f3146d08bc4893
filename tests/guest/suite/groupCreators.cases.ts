import assert from "node:assert/strict";
import type { ActionStep, ContractCase, Report } from "./subject";

/** A group whose creator's identity is made by the same action. */

const newIdentity = { friendlyName: "peerlab:lab/dev/ada#ada-1", classifier: "ada" };
const request = { newIdentity, friendlyName: "The team", classifier: "team" };

/** Makes the group or finds it; the identity is there afterwards and was not made a second time. */
function makes(created: boolean, changes: Partial<ActionStep> = {}): ActionStep {
  return {
    on: "alpha",
    action: "New-PeerGroup",
    request,
    expect: {
      report: (report, known) => {
        assert.equal(report.created, created);
        assert.match(report.group.identity, /^[0-9a-f]{40}\.ada$/);
        assert.equal(report.group.creator, report.group.identity);
        if (known.group) assert.deepEqual(namesOf(report.group), known.group);
      },
    },
    keep: ({ group }, known) => (known.group = namesOf(group)),
    ...changes,
  };
}

const namesOf = ({ group, identity }: Report) => ({ group, identity });

/** What is on the machine: one identity and one group. */
const lists: ActionStep[] = [
  {
    on: "alpha",
    action: "Get-PeerIdentity",
    expect: {
      report: ({ identities }, { group }) =>
        assert.deepEqual(
          identities.map(({ peerName, friendlyName }: Report) => [peerName, friendlyName]),
          [[group.identity, newIdentity.friendlyName]],
        ),
    },
  },
  {
    on: "alpha",
    action: "Get-PeerGroup",
    expect: {
      report: ({ groups }, { group }) => assert.deepEqual(groups.map(namesOf), [group]),
    },
  },
];

const making: ContractCase[] = [
  {
    name: "makes a group's creator with the group, and finds both again",
    steps: [makes(true), makes(false), ...lists],
  },
  {
    name: "makes a group for a creator that New-PeerIdentity made, and the other way round",
    steps: [
      {
        on: "alpha",
        action: "New-PeerIdentity",
        request: newIdentity,
        expect: { report: ({ created }) => assert.equal(created, true) },
      },
      makes(true),
      {
        on: "alpha",
        action: "New-PeerIdentity",
        request: { ...newIdentity, classifier: "unused" },
        expect: {
          report: ({ created, peerName }, { group }) =>
            assert.deepEqual([created, peerName], [false, group.identity]),
        },
      },
      makes(false, {
        request: ({ group }) => ({
          identity: group.identity,
          friendlyName: "The team",
          classifier: "team",
        }),
      }),
    ],
  },
  {
    name: "makes one creator and one group, wherever it is cut",
    steps: [
      makes(true, {
        expect: { report: ({ group }) => assert.equal(group.connection, "listening") },
        cutEverywhere: true,
      }),
      ...lists,
    ],
  },
];

const absentName = `${"0123456789".repeat(4)}.nobody`;
const names = { friendlyName: "The team", classifier: "team" };

const shapes: [request: object, message: string][] = [
  [
    names,
    "identity: expected 40 hex digits, a dot and a classifier of 1 to 149 characters, or newIdentity instead, received nothing.",
  ],
  [
    { ...names, identity: absentName, newIdentity },
    "newIdentity: expected nothing beside identity, received an object.",
  ],
  [{ ...names, newIdentity: "ada" }, "newIdentity: expected an object, received a text of 3"],
  [
    { ...names, newIdentity: { friendlyName: "ada" } },
    "newIdentity.classifier: expected 1 to 149 characters, received nothing.",
  ],
  [
    { ...names, newIdentity: { ...newIdentity, friendlyName: "n".repeat(256) } },
    "newIdentity.friendlyName: expected 1 to 255 characters, received a text of 256 characters.",
  ],
  [
    { ...names, newIdentity: { ...newIdentity, peerName: absentName } },
    "newIdentity: unknown field peerName.",
  ],
];

const refusals: ContractCase[] = [
  {
    name: "refuses a group's creator in another form, or none, or two",
    steps: shapes.map(([shape, message]) => ({
      on: "alpha",
      action: "New-PeerGroup",
      request: shape,
      expect: {
        failure: {
          code: "InvalidRequest",
          hresult: null,
          message: new RegExp(`^${message.replace(/[.[\]()]/g, "\\$&")}`),
        },
      },
    })),
  },
];

export const cases: ContractCase[] = [...making, ...refusals];
