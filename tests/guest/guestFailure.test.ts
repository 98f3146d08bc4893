import * as assert from "node:assert/strict";
import { findGuestFailure } from "../../guest/guestFailure";

describe("guest/guestFailure", () => {
  it("finds what a machine said also where its message holds braces, and nothing in other JSON", () => {
    const failure = {
      code: "PEER_E_NO_KEY_ACCESS",
      hresult: "0x80630203",
      message: "No {key}.",
      hint: "Log on with the password.",
    };
    const quoted = `exit status 1: running "x" {with} braces:\n${JSON.stringify(failure)}\n`;
    assert.deepEqual(findGuestFailure(quoted), failure);
    assert.equal(findGuestFailure('{"code":"only a code"}'), undefined);
    assert.equal(findGuestFailure("no JSON at all"), undefined);
  });
});
