import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  PeerLab,
  PeerNetwork,
  PeerPresence,
  PeerProof,
  PersonalPeerGroup,
  SharedPeerIdentity,
  WindowsPeer,
} from "../../components";
import {
  peerLabShape,
  peerNetworkShape,
  peerPresenceShape,
  peerProofShape,
  personalPeerGroupShape,
  sharedPeerIdentityShape,
  windowsPeerShape,
} from "../../components/plan/argumentShapes";
import type { Shape } from "../../components/plan/shape";
import { finished, mockEngine, type Declared } from "./mocks";
import {
  goodGroup,
  goodIdentity,
  goodLab,
  goodMachine,
  goodNetwork,
  goodPresence,
  goodProof,
} from "./plan/ruleCases";

const components = {
  PeerLab: { Component: PeerLab, good: goodLab, shape: peerLabShape },
  PeerNetwork: { Component: PeerNetwork, good: goodNetwork, shape: peerNetworkShape },
  WindowsPeer: { Component: WindowsPeer, good: goodMachine, shape: windowsPeerShape },
  SharedPeerIdentity: {
    Component: SharedPeerIdentity,
    good: goodIdentity,
    shape: sharedPeerIdentityShape,
  },
  PeerPresence: { Component: PeerPresence, good: goodPresence, shape: peerPresenceShape },
  PeerProof: { Component: PeerProof, good: goodProof, shape: peerProofShape },
  PersonalPeerGroup: {
    Component: PersonalPeerGroup,
    good: goodGroup,
    shape: personalPeerGroupShape,
  },
} as const;
type Name = keyof typeof components;

/** The paths at which a component refuses the arguments; undefined where it takes them. */
function refused(name: Name, args: unknown): string[] | undefined {
  try {
    new components[name].Component("pc-1", args as never);
    return undefined;
  } catch (error) {
    assert.ok(pulumi.InputPropertiesError.isInstance(error), `${name}: ${String(error)}`);
    return error.errors.map(({ propertyPath }) => propertyPath);
  }
}

const kinds: Readonly<Record<string, unknown>> = {
  string: "x",
  number: 5,
  boolean: true,
  list: ["x"],
  map: { x: "x" },
};

/** Every place in a shape, by the keys that lead to it, `x` for a key of a map and 0 for a place in a list. */
function places(shape: Shape, keys: (string | number)[] = []): [(string | number)[], Shape][] {
  const here: [(string | number)[], Shape][] = [[keys, shape]];
  if (shape.kind === "list") return [...here, ...places(shape.of, [...keys, 0])];
  if (shape.kind === "map") return [...here, ...places(shape.of, [...keys, "x"])];
  if (shape.kind !== "fields") return here;
  const below = Object.entries(shape.fields).flatMap(([key, of]) => places(of, [...keys, key]));
  return [...here, ...below];
}

/** The arguments with that value at that place. */
function changed(args: unknown, [key, ...rest]: (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === "number") return [changed(undefined, rest, value)];
  const known = (args ?? {}) as Record<string, unknown>;
  return { ...known, [key]: changed(known[key], rest, value) };
}

describe("components: arguments of a wrong shape", function () {
  // Thousands of definitions.
  this.timeout(120_000);
  let declared: Declared[];
  beforeEach(async () => {
    declared = await mockEngine();
  });

  for (const name of Object.keys(components) as Name[]) {
    const { good, shape } = components[name];

    it(`${name} refuses every other kind of value at every place, there and with nothing made`, async () => {
      let tried = 0;
      for (const [keys, { kind }] of places(shape)) {
        if (kind === "any") continue;
        const wanted = kind === "fields" ? "map" : kind;
        const others = Object.entries(kinds).filter(([other]) => other !== wanted);
        for (const value of [...others.map(([, other]) => other), 10n, Symbol("x"), () => 1]) {
          const paths = refused(name, changed(good, keys, value));
          const where = keys.map(String).join(".");
          const found = paths?.some((path) => path.replace(/\[(\d)\]/g, ".$1") === where);
          assert.ok(found, `${where}: ${String(value)}: ${paths?.join(", ") ?? "taken"}`);
          tried++;
        }
      }
      assert.ok(tried > 50);
      await finished();
      assert.deepEqual(
        declared.filter(({ type }) => !type.startsWith("peerlab:")),
        [],
      );
    });

    it(`${name} takes null for what is not given, and knows each key`, () => {
      const { fields } = shape as Extract<Shape, { kind: "fields" }>;
      const absent = Object.fromEntries(Object.keys(fields).map((key) => [key, null]));
      assert.equal(refused(name, { ...absent, ...good }), undefined);
      assert.deepEqual(refused(name, { ...good, sise: "x" }), ["sise"]);
    });
  }

  it("takes a person and a machine that are null as ones of which nothing is said, as a file does", () => {
    assert.equal(
      refused("PeerLab", { ...goodLab, people: { ada: { machines: { a: null } } } }),
      undefined,
    );
    assert.equal(refused("PeerLab", { ...goodLab, people: { ada: null } }), undefined);
  });

  it("refuse a plain argument that is known only later, and say so", () => {
    assert.throws(
      () => new WindowsPeer("pc-1", { ...goodMachine, size: pulumi.output("x") } as never),
      /size: is known only later; it must be a text that is known at once/,
    );
  });

  it("refuse what is missing and nobody can do without", () => {
    const network = { ...goodNetwork, resourceGroupName: undefined };
    assert.deepEqual(refused("PeerNetwork", network), ["resourceGroupName"]);
    assert.deepEqual(refused("WindowsPeer", {}), ["resourceGroupName", "subnetId", "networking"]);
    assert.deepEqual(refused("WindowsPeer", { ...goodMachine, seed: { role: "peer" } }), [
      "seed.server",
    ]);
    assert.deepEqual(refused("WindowsPeer", { ...goodMachine, jumpHost: {} }), [
      "jumpHost.host",
      "jumpHost.user",
    ]);
    const machines = { pc: {}, "pc-2": { connection: { host: "10.0.0.4" }, instanceId: "i" } };
    assert.deepEqual(refused("SharedPeerIdentity", { machines }), [
      "machines.pc.connection",
      "machines.pc.instanceId",
      'machines["pc-2"].connection.user',
      'machines["pc-2"].connection.password',
    ]);
    for (const name of Object.keys(components) as Name[]) refused(name, undefined);
  });
});
