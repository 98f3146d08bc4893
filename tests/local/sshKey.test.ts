import * as assert from "node:assert/strict";
import { utils } from "ssh2";
import { generateSshKey } from "../../local/sshKey";

describe("local/sshKey", () => {
  it("gives only keys that can be read again", () => {
    const good = generateSshKey();
    const bad = {
      private: good.privateKey.replace(/[A-Za-z0-9]{8}/g, "AAAAAAAA"),
      public: "unreadable",
    };
    assert.ok(utils.parseKey(bad.private) instanceof Error);
    const generated = [
      bad,
      bad,
      { private: good.privateKey, public: `${good.publicKey} a comment` },
    ];
    assert.deepEqual(
      generateSshKey(() => generated.shift() ?? assert.fail("asked too often")),
      good,
    );
    assert.equal(generated.length, 0);
  });
});
