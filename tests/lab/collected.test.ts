import * as assert from "node:assert/strict";
import type { NoAnswer } from "../../lab/askGuest";
import { filesOfMachine, missingOf, type CollectedMachine } from "../../lab/collected";
import { nameOfFile } from "../../lab/fileNames";

const failed = (code: string, message: string): NoAnswer => ({
  ...{ state: "failed", code, message, hint: "Do." },
});
const report = { report: { osBuild: "10.0.1" } } as NonNullable<CollectedMachine["report"]>;
const diagnostics = { report: { items: [] } } as unknown as NonNullable<
  CollectedMachine["diagnostics"]
>;
const silent: NoAnswer = { state: "silent", message: "nobody" };

describe("lab/collected", () => {
  it("says what is missing of a machine and why", () => {
    const table: [string, Omit<CollectedMachine, "machine">, RegExp | undefined][] = [
      ["all there", { report, diagnostics }, undefined],
      [
        "off",
        { notAsked: { state: "off", power: "deallocated" } },
        /^off \(deallocated\), not asked$/,
      ],
      ["silent", { report: silent, diagnostics: silent }, /^does not answer \(nobody\)/],
      [
        "older",
        { report, diagnostics: failed("InvalidRequest", "Unknown action.") },
        /^its guest files are older and know no diagnostics, pulumi up copies the new ones$/,
      ],
      [
        "one of two",
        { report: failed("Odd", "It is odd."), diagnostics },
        /^its report is missing: failed: Odd: It is odd\. Do\.$/,
      ],
      ["cut", { report, diagnostics: silent }, /^its diagnostics are missing: does not answer/],
    ];
    for (const [name, answers, expected] of table) {
      const why = missingOf({ machine: "ada-1", ...answers });
      if (expected === undefined) assert.equal(why, undefined, name);
      else assert.match(why ?? "", expected, name);
    }
  });

  it("says at the head of a file where it is from and what is wrong with it", () => {
    const source = "netsh p2p";
    const items = [
      { name: "netsh-clouds", source, text: "a", truncated: false },
      { name: "holder", source, text: "", truncated: true, error: "It is not there." },
    ];
    const files = filesOfMachine({
      machine: "ada-1",
      diagnostics: { report: { items } } as unknown as CollectedMachine["diagnostics"],
    });
    assert.deepEqual(files, {
      "ada-1/netsh-clouds.txt": "# netsh p2p\na\n",
      "ada-1/holder.log":
        "# netsh p2p\n# It is not there.\n# There was more than what was asked for.\n",
    });
  });

  it("makes of any name one that leads nowhere else", () => {
    for (const name of ["..", ".", "", "a/../b", "C:\\x", "a b", "/etc"]) {
      assert.match(nameOfFile(name), /^(?!\.)[A-Za-z0-9._-]+$/, name);
    }
    assert.equal(nameOfFile("ada-1"), "ada-1");
  });
});
