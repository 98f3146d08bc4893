import * as assert from "node:assert/strict";
import { expiryOf } from "../../lab/expiry";
import type { StateResource } from "../../lab/stack";

const resource = (type: string, expires?: unknown): StateResource => ({
  urn: `urn:pulumi:test::lab::${type}::one`,
  type,
  outputs: expires === undefined ? {} : { tags: { expires } },
});
const group = (expires?: unknown) => resource("azure-native:resources:ResourceGroup", expires);
const machine = (expires?: unknown) => resource("azure-native:compute:VirtualMachine", expires);

describe("lab: when a lab expires", () => {
  const now = new Date("2026-12-24T12:00:00Z");
  for (const [expires, state] of [
    ["2026-12-24", "valid"],
    ["2026-12-23", "expired"],
    ["2026-12-24T12:30:00Z", "valid"],
    ["2026-12-24T12:30:00+01:00", "expired"],
    ["2026-12-24T11:59", "expired"],
    ["2026-02-30", "unreadable"],
    ["2026-12-24T25:00Z", "unreadable"],
    ["24.12.2026", "unreadable"],
    ["tomorrow", "unreadable"],
  ] as const) {
    it(`takes ${expires} for ${state}`, () => {
      assert.deepEqual(expiryOf([group(expires)], now), { expires, state });
    });
  }

  it("reads the group's tag before the machines', and the earliest of several", () => {
    const none = { expires: "", state: "none" };
    assert.deepEqual(expiryOf([], now), none);
    assert.deepEqual(expiryOf([group(), machine(""), machine(7)], now), none);
    assert.equal(expiryOf([machine("2026-12-25"), group("2027-01-01")], now).expires, "2027-01-01");
    const machines = [machine("2027-01-01"), machine("2026-12-30T00:00Z"), machine()];
    assert.equal(expiryOf([group(), ...machines], now).expires, "2026-12-30T00:00Z");
    assert.equal(expiryOf([group("2027-01-01"), group("soon")], now).state, "unreadable");
  });
});
