import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { itNeeds } from "../missing";
import { buildInterop } from "./build";
import { InteropNetwork } from "./caller";

/** S-1-5-21-1-2-3-1001 as Windows keeps it. */
const sid = Buffer.from("010500000000000515000000010000000200000003000000e9030000", "hex");

describe("guest/PeerLab, the logon rights of an account over the native double", function () {
  this.timeout(60_000);
  const built = buildInterop();
  if ("unavailable" in built) {
    itNeeds("are asked for as documented", built.unavailable);
    return;
  }

  it("are given to the account of that security identifier; failures have their names", async () => {
    const network = new InteropNetwork(built);
    const caller = network.open("alpha");
    await caller.call("addRight", sid.toString("base64"), "SeBatchLogonRight");
    await caller.call("addRight", sid.toString("base64"), "SeServiceLogonRight");
    const given = fs.readFileSync(path.join(network.user("alpha"), "account-rights"), "utf8");
    assert.deepEqual(given.trim().split("\n"), [
      `${sid.toString("hex")} SeBatchLogonRight`,
      `${sid.toString("hex")} SeServiceLogonRight`,
    ]);
    // Nobody has given the other account any right.
    const other = Buffer.from(sid.map((byte, index) => (index === 24 ? 0xea : byte)));
    const has = async (one: Buffer, right: string) =>
      (await caller.call("hasRight", one.toString("base64"), right)).join();
    assert.equal(await has(sid, "SeBatchLogonRight"), "True");
    assert.equal(await has(sid, "SeServiceLogonRight"), "True");
    assert.equal(await has(sid, "SeBatchLogon"), "False");
    assert.equal(await has(other, "SeBatchLogonRight"), "False");
    const unknown = await caller.code("addRight", sid.toString("base64"), "SeNothingRight");
    assert.equal(unknown, "HRESULT_80070521");
    const refused = network.open("alpha", ["LsaOpenPolicy=80070005"]);
    const code = await refused.code("addRight", sid.toString("base64"), "SeBatchLogonRight");
    assert.equal(code, "E_ACCESSDENIED");
    const unread = network.open("alpha", ["LsaEnumerateAccountRights=80070005"]);
    const read = await unread.code("hasRight", sid.toString("base64"), "SeBatchLogonRight");
    assert.equal(read, "E_ACCESSDENIED");
    await network.close();
  });
});
