import * as assert from "node:assert/strict";
import { contractVersion, type StackStep, type TestPeerStackReport } from "../../guest/contract";
import { knownImages, probedImages } from "../../lab/probedImages";
import { probeResults, probeText, runsPeers } from "../../lab/probeReport";

const report = (steps: StackStep[]): TestPeerStackReport => ({
  contract: contractVersion,
  action: "Test-PeerStack",
  computerName: "PROBE-01",
  instance: "",
  osBuild: "10.0.26100.2894",
  edition: "Windows 11 Enterprise",
  image: "MicrosoftWindowsDesktop:windows-11:win11-24h2-ent:26100.2894.250113",
  steps,
});
const step = (name: string, answer: string, fine: boolean, seen = ""): StackStep => ({
  step: name,
  answer,
  seen,
  fine,
});

describe("lab/probe", () => {
  it("tries every image that has a name where none is given, and each image once", () => {
    assert.deepEqual(
      probedImages([]).map(({ image }) => image),
      knownImages,
    );
    assert.equal(probedImages(["windows-11", "windows-11"]).length, 1);
  });

  it("names machines so that no name begins with another, and none is longer than Windows allows", () => {
    const names = probedImages(
      Array.from({ length: 12 }, (_, index) => `publisher:offer:sku${index}`),
    ).map(({ machine }) => machine);
    for (const name of names) {
      assert.ok(name.length <= 15);
      assert.deepEqual(
        names.filter((other) => other.startsWith(name)),
        [name],
      );
    }
  });

  it("takes an image in each of its forms, and refuses a text that is none, with the forms", () => {
    const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/own";
    assert.equal(probedImages(["p:o:s", "p:o:s:1.2.3", id]).length, 3);
    for (const wrong of ["windows-12", "p:o", "p::s", "p:o:s:v:x", ""]) {
      assert.throws(() => probedImages([wrong]), /is no image: give windows-11, /, wrong);
    }
  });

  it("says of each image what it answered, what failed on the way, or that it could not be asked", () => {
    const images = probedImages(["windows-11", "windows-server-2022", "windows-10"]);
    const refused = step("identity: create", "PEER_E_NOT_LICENSED", false, "on this edition");
    const results = probeResults(
      images,
      {
        "probe-01": JSON.stringify(report([step("PNRP: start", "S_OK", true)])),
        // Windows ends lines with CR LF, of which the command provider cuts the LF.
        "probe-02": `${JSON.stringify(report([refused]))}\r`,
      },
      [{ resource: "probe-03-preparation", message: "OutboundBlocked: nothing answers." }],
    );
    assert.deepEqual(results.map(runsPeers), ["yes", "no", "unknown"]);
    const [first, second, third] = probeText(results).split("\n\n");
    assert.match(
      first,
      /^windows-11: runs the peer stack\n {2}Windows 11 Enterprise, 10\.0\.26100/,
    );
    assert.match(
      second,
      /does not run[^]*identity: create: PEER_E_NOT_LICENSED \(on this edition\)/,
    );
    assert.match(third, /^windows-10: not known[^]*OutboundBlocked: nothing answers\.$/);
  });
});
