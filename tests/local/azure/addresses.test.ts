import * as assert from "node:assert/strict";
import { formatAddress, parseAddress, parsePrefix } from "../../../local/azure/network/addresses";

describe("local/azure/network/addresses", () => {
  for (const [text, canonical] of [
    ["10.0.0.8", "10.0.0.8"],
    ["FD00:0:0::1", "fd00::1"],
    ["::ffff:10.0.0.8", "::ffff:a00:8"],
  ]) {
    it(`reads ${text} as ${canonical}`, () => {
      const address = parseAddress(text);
      assert.equal(address && formatAddress(address), canonical);
    });
  }

  for (const text of [
    "10.0.0",
    "10.0.0.010",
    "0x0a.0.0.1",
    "::ffff:10.0.0.010",
    "0:10:0:0:0:0:00.10.0.0",
    "fe80::1%eth0",
    "fd00:::1",
    "",
  ]) {
    it(`reads ${JSON.stringify(text)} as no address, nor as the start of a range`, () => {
      assert.equal(parseAddress(text), undefined);
      assert.equal(parsePrefix(`${text}/8`), undefined);
    });
  }
});
