import * as assert from "node:assert/strict";
import { readLab } from "../../lab/labInState";
import type { Stack, StateResource } from "../../lab/stack";

const peer = (machine: string): StateResource => ({
  urn: `urn:pulumi:dev::peerlab::peerlab:index:PeerLab$peerlab:index:WindowsPeer::lab-${machine}`,
  type: "peerlab:index:WindowsPeer",
  parent: "urn:pulumi:dev::peerlab::peerlab:index:PeerLab::lab",
});

/** A stack that has these resources and nothing else. */
const stackOf = (resources: StateResource[]): Stack => ({
  name: "dev",
  project: "peerlab",
  environment: {},
  output: () => Promise.resolve(undefined),
  configuration: () => Promise.resolve(undefined),
  setConfiguration: () => Promise.resolve(),
  setStructured: () => Promise.resolve(),
  settings: () => Promise.resolve({}),
  resources: () => Promise.resolve(resources),
  up: () => Promise.resolve(0),
});

const lab = (outputs?: Record<string, unknown>): StateResource => ({
  urn: "urn:pulumi:dev::peerlab::peerlab:index:PeerLab::lab",
  type: "peerlab:index:PeerLab",
  inputs: {
    people: {
      ada: { displayName: "Ada Lovelace", machines: { "ada-1": {}, "ada-2": {} } },
      grace: { sharing: "group", machines: { "grace-1": {} } },
    },
    rings: [{ name: "canary", people: ["grace"] }],
  },
  outputs,
});

describe("lab/labInState", () => {
  it("knows whose a machine is, and its ring, though no update has come to its end", async () => {
    const found = await readLab(stackOf([lab(), peer("ada-1"), peer("grace-1")]));
    assert.deepEqual(
      found.machines.map(({ machine, person, ring, ready }) => [machine, person, ring, ready]),
      [
        ["ada-1", "ada", "others", false],
        ["grace-1", "grace", "canary", false],
      ],
    );
    assert.deepEqual(found.people, [
      {
        person: "ada",
        displayName: "Ada Lovelace",
        sharing: "identity",
        peerName: "",
        machines: ["ada-1"],
      },
      {
        person: "grace",
        displayName: "grace",
        sharing: "group",
        peerName: "",
        machines: ["grace-1"],
      },
    ]);
    assert.deepEqual(found.rings, ["canary", "others"]);
  });

  it("takes what the last whole update says of a person and a machine before what is wanted since", async () => {
    const told = {
      people: { ada: { displayName: "Ada", sharing: "identity", peerName: "a.b" } },
      machines: { "ada-1": { person: "ada", peerName: "a.b", ready: true } },
    };
    const { people, machines } = await readLab(stackOf([lab(told), peer("ada-1"), peer("ada-2")]));
    assert.deepEqual(
      people.map(({ person, displayName, peerName, machines: own }) => [
        person,
        displayName,
        peerName,
        own,
      ]),
      [
        ["ada", "Ada", "a.b", ["ada-1", "ada-2"]],
        ["grace", "grace", "", []],
      ],
    );
    assert.deepEqual(
      machines.map(({ machine, person, ready }) => [machine, person, ready]),
      [
        ["ada-1", "ada", true],
        ["ada-2", "ada", false],
      ],
    );
  });
});
