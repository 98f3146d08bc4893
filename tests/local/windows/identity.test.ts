import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as forge from "node-forge";
import {
  changePassword,
  createAccount,
  logonWithPassword,
  resetPassword,
  type Logon,
} from "../../../local/windows/accounts";
import { serialNumberOf } from "../../../local/windows/identity/exportFormat";
import { HresultError, type HresultName } from "../../../local/windows/hresult";
import { openIdentityStore, type StoredIdentity } from "../../../local/windows/identity/store";

const password = "Correct-Horse-7-Battery";
const exportPassword = "Export-Pass-1";
const now = () => 1;

async function logonOf(account: Awaited<ReturnType<typeof createAccount>>, secret = password) {
  const logon = await logonWithPassword(account, secret, now);
  assert(typeof logon !== "string", `the logon was refused: ${String(logon)}`);
  return logon;
}

function storeOf(logon: Logon, identities: StoredIdentity[] = [], maximumIdentities?: number) {
  return openIdentityStore({
    logon,
    identities,
    changed: () => {},
    ...(maximumIdentities === undefined ? {} : { maximumIdentities }),
  });
}

const gives = (name: HresultName) => (error: unknown) =>
  error instanceof HresultError && error.hresult === name;

describe("local/windows/identity", () => {
  it("numbers certificates so that every certificate can be read, whatever the random bytes", () => {
    for (const bytes of ["0000ff", "007f00", "80ff00", "ff0000", "7f0000"]) {
      const number = serialNumberOf(Buffer.from(bytes, "hex"));
      const first = Number.parseInt(number.slice(0, 2), 16);
      assert.ok(first > 0 && first < 0x80, `${bytes}: ${number}`);
      assert.equal(number.slice(2), bytes.slice(2));
    }
  });

  let logon: Logon;
  let identities: StoredIdentity[];
  let peerName: string;
  let exported: Buffer;

  before(async () => {
    logon = await logonOf(await createAccount("peerlab", password));
    identities = [];
    const store = storeOf(logon, identities);
    peerName = await store.create("ada", "peerlab:lab/dev/ada#1");
    exported = store.export(peerName, exportPassword);
  });

  it("names an identity by the SHA-1 of the public key it holds", () => {
    const certificate = new crypto.X509Certificate(
      Buffer.from(identities[0]!.certificate, "base64"),
    );
    const key = certificate.publicKey.export({ type: "pkcs1", format: "der" });
    const authority = crypto.createHash("sha1").update(key).digest("hex");
    assert.equal(peerName, `${authority}.ada`);
  });

  it("exports the documented XML with a password-protected PKCS#12 and no friendly name", () => {
    const xml = exported.toString("utf16le");
    assert.match(xml, /^<PEERIDENTITYEXPORT VERSION="1\.0"><PEERNAME>/);
    assert(!xml.includes("peerlab:lab/dev/ada#1"));
    const data = /<DATA [^>]*>([^<]+)</.exec(xml)![1]!;
    const structure = forge.asn1.fromDer(Buffer.from(data, "base64").toString("binary"));
    assert.throws(() => forge.pkcs12.pkcs12FromAsn1(structure, "another password"));
    const bags = forge.pkcs12
      .pkcs12FromAsn1(structure, exportPassword)
      .getBags({ bagType: forge.pki.oids.pkcs8ShroudedKeyBag! });
    assert(bags[forge.pki.oids.pkcs8ShroudedKeyBag!]![0]!.key);
  });

  it("imports on another machine the same name, usable, named by the peer name", async () => {
    const other = storeOf(await logonOf(await createAccount("peerlab", password)));
    assert.equal(await other.import(exported, exportPassword), peerName);
    assert.equal(other.testSignature(peerName), "usable");
    assert.deepEqual(other.enumerate(), [{ peerName, friendlyName: peerName }]);
  });

  it("exports anew with another salt each time, the same key inside", async () => {
    const again = storeOf(logon, identities).export(peerName, exportPassword);
    assert.notDeepEqual(again, exported);
    const other = storeOf(await logonOf(await createAccount("peerlab", password)));
    assert.equal(await other.import(again, exportPassword), peerName);
  });

  const xmlOf = () => exported.toString("utf16le");
  const tampered: Record<string, () => Buffer> = {
    "a line end at the end": () => Buffer.from(`${xmlOf()}\r\n`, "utf16le"),
    "a byte order mark": () => Buffer.from(`\ufeff${xmlOf()}`, "utf16le"),
    "UTF-8 in place of UTF-16": () => Buffer.from(xmlOf(), "utf8"),
    "another peer name": () =>
      Buffer.from(xmlOf().replace(/<PEERNAME>.{4}/, "<PEERNAME>0000"), "utf16le"),
    "another classifier": () => Buffer.from(xmlOf().replace(".ada<", ".eve<"), "utf16le"),
    "a blank in the data": () => Buffer.from(xmlOf().replace("</DATA>", " </DATA>"), "utf16le"),
    "a shortened container": () =>
      Buffer.from(xmlOf().replace(/[^>]{40}<\/DATA>/, "</DATA>"), "utf16le"),
    nothing: () => Buffer.alloc(0),
  };
  for (const [what, bytes] of Object.entries(tampered)) {
    it(`refuses an export with ${what} with E_INVALIDARG`, async () => {
      const store = storeOf(logon);
      await assert.rejects(store.import(bytes(), exportPassword), gives("E_INVALIDARG"));
    });
  }

  it("refuses a wrong export password, and an identity that is there already", async () => {
    const store = storeOf(logon, identities);
    await assert.rejects(store.import(exported, "wrong"), gives("ERROR_INVALID_PASSWORD"));
    await assert.rejects(store.import(exported, exportPassword), gives("PEER_E_ALREADY_EXISTS"));
  });

  it("refuses one identity too many, and names that are too long", async () => {
    await assert.rejects(
      storeOf(logon, [], 0).import(exported, exportPassword),
      gives("PEER_E_TOO_MANY_IDENTITIES"),
    );
    const store = storeOf(logon);
    await assert.rejects(store.create("c".repeat(150), ""), gives("PEER_E_CLASSIFIER_TOO_LONG"));
    await assert.rejects(store.create("c", "f".repeat(256)), gives("PEER_E_INVALID_FRIENDLY_NAME"));
  });

  it("says PEER_E_NOT_FOUND for an identity that is not there", () => {
    const store = storeOf(logon);
    assert.throws(() => store.export(peerName, "p"), gives("PEER_E_NOT_FOUND"));
    assert.throws(() => store.delete(peerName), gives("PEER_E_NOT_FOUND"));
    assert.throws(() => store.setFriendlyName(peerName, "x"), gives("PEER_E_NOT_FOUND"));
    assert.throws(() => store.testSignature(peerName), gives("PEER_E_NOT_FOUND"));
  });

  it("gives a logon without a password no key, but lets it enumerate", async () => {
    const keyLogon: Logon = { ...logon, kind: "publicKey", masterKeys: [] };
    const store = storeOf(keyLogon, identities);
    assert.equal(store.enumerate().length, 1);
    assert.equal(store.testSignature(peerName), "PEER_E_NO_KEY_ACCESS");
    assert.throws(() => store.export(peerName, "p"), gives("PEER_E_NO_KEY_ACCESS"));
    await assert.rejects(store.create("c", ""), gives("PEER_E_NO_KEY_ACCESS"));
    await assert.rejects(store.import(exported, exportPassword), gives("PEER_E_NO_KEY_ACCESS"));
  });

  it("keeps keys through the user's own password change and loses them by a reset", async () => {
    const account = await createAccount("peerlab", password);
    const held: StoredIdentity[] = [];
    await storeOf(await logonOf(account), held).import(exported, exportPassword);

    assert.equal(await changePassword(account, password, "Second-Pass-2", now), "changed");
    const changed = storeOf(await logonOf(account, "Second-Pass-2"), held);
    assert.equal(changed.testSignature(peerName), "usable");

    await resetPassword(account, "Third-Pass-3");
    const reset = storeOf(await logonOf(account, "Third-Pass-3"), held);
    assert.equal(reset.testSignature(peerName), "NTE_BAD_KEY_STATE");
    reset.delete(peerName);
    await reset.import(exported, exportPassword);
    assert.equal(reset.testSignature(peerName), "usable");
  });
});
