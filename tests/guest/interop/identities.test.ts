import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  createKeyPair,
  decodeExport,
  encodeExport,
} from "../../../local/windows/identity/exportFormat";
import { peerNameOf } from "../../../local/windows/identity/peerName";
import { itNeeds } from "../missing";
import { buildInterop } from "./build";
import { InteropNetwork, type Caller } from "./caller";

const password = "Canary-Password-1 ü";

describe("guest/PeerLab, the wrappers of identities over the native double", function () {
  this.timeout(60_000);
  const built = buildInterop();
  if ("unavailable" in built) {
    itNeeds("call p2p.dll as documented", built.unavailable);
    return;
  }
  let network: InteropNetwork;
  beforeEach(() => (network = new InteropNetwork(built)));
  afterEach(() => network.close());

  it("make, list, name and delete identities with keys that sign", async () => {
    const caller = network.open("alpha");
    const name = await caller.one("create", "games", "Älice's & <games>");
    assert.match(name, /^[0-9a-f]{40}\.games$/);
    assert.deepEqual(await caller.call("list"), [name, "Älice's & <games>"]);
    assert.deepEqual(await caller.call("examine", name), [name, "signed", "agrees"]);
    await caller.call("setFriendlyName", name, "Bob");
    assert.equal(await caller.one("friendlyName", name), "Bob");
    await caller.call("setFriendlyName", name, "");
    assert.equal(await caller.one("friendlyName", name), name);
    assert.equal(await caller.one("peerName", name, "other"), name.replace("games", "other"));
    assert.equal(await caller.one("peerName", null, "open"), "0.open");
    assert.notEqual(await caller.one("create", "games", null), name);
    await caller.call("delete", name);
    assert.equal((await caller.call("list")).length, 2);
  });

  it("list everything, however few items come at once", async () => {
    const caller = network.open("alpha", ["enumeration-step=1"]);
    for (const classifier of ["a", "b", "c"]) await caller.call("create", classifier, classifier);
    const listed = await caller.call("list");
    assert.deepEqual(
      listed.filter((_, index) => index % 2 === 1),
      ["a", "b", "c"],
    );
  });

  it("leave an identity to another process of the user, not to another user", async () => {
    const name = await network.open("alpha").one("create", "games", null);
    assert.equal((await network.open("alpha").call("list"))[0], name);
    assert.deepEqual(await network.open("beta").call("list"), []);
  });

  it("export and import what the stand-in's machines import and export", async () => {
    const caller = network.open("alpha");
    const pair = await createKeyPair("games");
    const theirs = peerNameOf(crypto.createPublicKey(pair.privateKey), "games & more");
    const exported = encodeExport(theirs, pair, password).toString("utf16le");
    assert.equal(await caller.one("import", exported, password), theirs);
    assert.deepEqual(await caller.call("examine", theirs), [theirs, "signed", "agrees"]);
    const ours = await caller.one("create", "games", "Alice");
    const opened = decodeExport(
      Buffer.from(await caller.one("export", ours, password), "utf16le"),
      password,
    );
    assert.equal(opened.peerName, ours);
  });

  it("import byte for byte, under the right password, once", async () => {
    const caller = network.open("alpha");
    const name = await caller.one("create", "games", "Alice");
    const exported = await caller.one("export", name, password);
    // The wrapper's null for PEER_E_ALREADY_EXISTS.
    assert.equal(await caller.one("import", exported, password), "");
    await caller.call("delete", name);
    const data = exported.indexOf("base64") + 500;
    const other = exported[data] === "A" ? "B" : "A";
    const tampered = exported.slice(0, data) + other + exported.slice(data + 1);
    for (const [what, text, secret, code] of [
      ["another password", exported, "other", "ERROR_INVALID_PASSWORD"],
      ["a changed byte of the container", tampered, password, "ERROR_INVALID_PASSWORD"],
      ["a character more", `${exported} `, password, "E_INVALIDARG"],
      ["a line break inside", exported.replace("><", ">\r\n<"), password, "E_INVALIDARG"],
      ["another name", exported.replace("games", "names"), password, "E_INVALIDARG"],
      ["a cut end", exported.slice(0, -1), password, "E_INVALIDARG"],
      ["nothing", "", password, "E_INVALIDARG"],
    ] as const) {
      assert.equal(await caller.code("import", text, secret), code, what);
    }
    assert.equal(await caller.one("import", exported, password), name);
    // The export carries no friendly name.
    assert.equal(await caller.one("friendlyName", name), name);
  });

  it("tell each documented failure by its name", async () => {
    const caller = network.open("alpha", ["max-identities=2"]);
    const missing = `${"0".repeat(40)}.games`;
    const long = "x".repeat(150);
    assert.equal(await caller.code("create", long, null), "PEER_E_CLASSIFIER_TOO_LONG");
    assert.equal(await caller.code("create", "a", "x".repeat(256)), "PEER_E_INVALID_FRIENDLY_NAME");
    assert.equal(await caller.code("create", long.slice(1), "x".repeat(255)), "S_OK");
    const name = await caller.one("create", "a", null);
    assert.equal(await caller.code("create", "b", null), "PEER_E_TOO_MANY_IDENTITIES");
    for (const [command, ...parameters] of [
      ["export", missing, password],
      ["delete", missing],
      ["friendlyName", missing],
      ["setFriendlyName", missing, "a"],
      ["credential", missing],
      ["examine", missing],
      ["groups", missing],
    ] as [string, ...string[]][]) {
      assert.equal(await caller.code(command, ...parameters), "PEER_E_NOT_FOUND", command);
    }
    assert.equal(await caller.code("peerName", name, long), "E_INVALIDARG");
    assert.equal(await caller.code("peerName", "nobody", "a"), "E_INVALIDARG");
  });

  it("refuse by argument what the pages refuse", async () => {
    const answers = await network.open("alpha").call("arguments");
    const byCode = new Map<string, string[]>();
    for (const answer of answers) {
      const [rule, code] = answer.split(": ") as [string, string];
      byCode.set(code, [...(byCode.get(code) ?? []), rule]);
    }
    assert.deepEqual([...byCode.keys()].sort(), [
      "E_INVALIDARG",
      "PEER_E_CLOUD_NOT_FOUND",
      "PEER_E_EVENT_HANDLE_NOT_FOUND",
      "PEER_E_INVALID_GROUP",
      "PEER_E_NOT_FOUND",
      "PEER_E_NOT_INITIALIZED",
      "PEER_E_UNSUPPORTED_VERSION",
      "S_OK",
    ]);
    assert.deepEqual(byCode.get("S_OK"), ["grouping", "names"]);
    assert.deepEqual(byCode.get("PEER_E_NOT_INITIALIZED"), [
      "group before startup",
      "name before startup",
      "shutdown of grouping once more",
      "shutdown of names once more",
    ]);
  });

  it("tell a session without keys, a dead key and an edition without the stack", async () => {
    const name = await network.open("alpha").one("create", "games", null);
    const closed = network.open("alpha", ["keys=closed"]);
    assert.deepEqual(await closed.call("list"), [name, name]);
    for (const [command, ...parameters] of [
      ["create", "a", null],
      ["export", name, password],
      ["examine", name],
    ] as [string, ...string[]][]) {
      assert.equal(await closed.code(command, ...parameters), "PEER_E_NO_KEY_ACCESS", command);
    }
    assert.equal(await closed.one("probeKeys"), "NTE_PERM");
    const dead = network.open("alpha", [`dead-key=${name}`]);
    assert.equal(await dead.code("examine", name), "NTE_BAD_KEY_STATE");
    assert.equal(await dead.code("export", name, password), "NTE_BAD_KEY_STATE");
    assert.equal(await dead.one("probeKeys"), "S_OK");
    await dead.call("delete", name);
    const none = network.open("alpha", ["license=none"]);
    assert.equal(await none.code("list"), "PEER_E_NOT_LICENSED");
  });

  it("tell a corrupted store, until its file is deleted", async () => {
    const caller = network.open("alpha");
    const name = await caller.one("create", "games", null);
    const store = path.join(network.user("alpha"), "idstore.sst");
    fs.writeFileSync(store, "torn");
    assert.equal(await caller.code("list"), "PEER_E_CERT_STORE_CORRUPTED");
    assert.equal(await caller.code("delete", name), "PEER_E_CERT_STORE_CORRUPTED");
    fs.rmSync(store);
    assert.deepEqual(await caller.call("list"), []);
    assert.equal(await caller.code("create", "games", null), "S_OK");
  });

  it("notice a key that is another one than the certificate's", async () => {
    const caller = network.open("alpha", ["import=wrong-key"]);
    const name = await caller.one("create", "games", null);
    const exported = await caller.one("export", name, password);
    await caller.call("delete", name);
    assert.notEqual(await caller.one("import", exported, password), name);
  });

  it("read the peer name whichever way Windows encodes the key that it hashes", async () => {
    for (const settings of [[], ["name-encoding=SubjectPublicKeyInfo"], ["identity-info=pkcs7"]]) {
      const caller = network.open(`machine${settings.join()}`, settings);
      const name = await caller.one("create", "games", null);
      assert.deepEqual(await caller.call("examine", name), [name, "signed", "agrees"]);
    }
  });

  it("give nothing back twice, nothing that is not theirs: the double would tell", async () => {
    for (const [command, line] of [
      ["freeTwice", /given back twice/],
      ["freeForeign", /nothing that was handed out/],
    ] as const) {
      const caller: Caller = network.open("alpha");
      await assert.rejects(caller.call(command));
      assert.equal(await caller.exitCode(), 134);
      assert.match(caller.errorOutput, line);
    }
  });

  it("stand where a call is cut before or after it did its work", async () => {
    for (const [action, identities] of [
      ["kill", 0],
      ["kill-after", 1],
    ] as const) {
      const caller = network.open(`cut ${action}`, [`Change@1=${action}`]);
      await assert.rejects(caller.call("create", "games", null));
      assert.equal(await caller.exitCode(), 137);
      const listed = await network.open(`cut ${action}`).call("list");
      assert.equal(listed.length, 2 * identities, action);
    }
    const refused = network.open("alpha", ["PeerIdentityCreate@2=80070070"]);
    await refused.call("create", "a", null);
    assert.equal(await refused.code("create", "b", null), "PEER_E_DISK_FULL");
    assert.equal(await refused.code("create", "b", null), "S_OK");
  });

  it("meet settings that change while they run, and faults that several processes share", async () => {
    const control = path.join(network.user("alpha"), "control");
    const told = { PEER_DOUBLE_CONTROL: control };
    const first = network.open("alpha", ["keys=closed"], told);
    assert.equal(await first.code("create", "a", null), "PEER_E_NO_KEY_ACCESS");
    fs.writeFileSync(control, "# as if the session had its keys back\nkeys=open\n");
    assert.equal(await first.code("create", "a", null), "S_OK");
    fs.writeFileSync(control, "keys=open\nPeerEnumIdentities=80070005,2\n");
    const second = network.open("alpha", [], told);
    assert.equal(await first.code("list"), "E_ACCESSDENIED");
    assert.equal(await second.code("list"), "E_ACCESSDENIED");
    assert.equal(await first.code("list"), "S_OK");
    assert.equal(await second.code("list"), "S_OK");
  });
});
