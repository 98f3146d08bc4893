import * as assert from "node:assert/strict";
import { readGuestText } from "../files";
import { skipWithout } from "../missing";
import { missingForBuild } from "../native/build";
import { evaluate } from "./headers";

/** Numbers of the C# that mean something to Windows, with what the headers call them. */
const constants: Record<string, Record<string, string>> = {
  "PeerLab/NativeMethods.cs": {
    PeerGroupVersion: "PEER_GROUP_VERSION",
    PnrpVersion: "PNRP_VERSION",
    PeerPnrpAutoAddresses: "PEER_PNRP_AUTO_ADDRESSES",
    PeerGroupStoreCredentials: "PEER_GROUP_STORE_CREDENTIALS",
    PeerGroupEventStatusChanged: "PEER_GROUP_EVENT_STATUS_CHANGED",
    PeerGroupEventMemberChanged: "PEER_GROUP_EVENT_MEMBER_CHANGED",
    PeerGroupEventConnectionFailed: "PEER_GROUP_EVENT_CONNECTION_FAILED",
    PeerGroupStatusListening: "PEER_GROUP_STATUS_LISTENING",
    PeerGroupStatusHasConnections: "PEER_GROUP_STATUS_HAS_CONNECTIONS",
    PeerMemberPresent: "PEER_MEMBER_PRESENT",
    PeerGroupGmcAuthentication: "PEER_GROUP_GMC_AUTHENTICATION",
  },
  "PeerLab/CryptoMethods.cs": {
    KeyExchange: "AT_KEYEXCHANGE",
    Signature: "AT_SIGNATURE",
    Encoding: "X509_ASN_ENCODING | PKCS_7_ASN_ENCODING",
    RsaFull: "PROV_RSA_FULL",
    Sha1: "CALG_SHA1",
    NewKeySet: "CRYPT_NEWKEYSET",
    DeleteKeySet: "CRYPT_DELETEKEYSET",
    Silent: "CRYPT_SILENT",
    PublicKeyBlob: "PUBLICKEYBLOB",
  },
  "PeerLab/PeerClouds.cs": {
    NameSpaceCloud: "NS_PNRPCLOUD",
    ReturnNameAndBlob: "LUP_RETURN_NAME | LUP_RETURN_BLOB",
    Fault: "WSAEFAULT",
  },
  "PeerLab/PeerSockets.cs": {
    ProtectionLevel: "IPV6_PROTECTION_LEVEL",
    Unrestricted: "PROTECTION_LEVEL_UNRESTRICTED",
  },
};

/** The value of a constant in a C# text. */
function valueOf(file: string, name: string): number {
  const found = new RegExp(`const \\w+ ${name} = ([^;]+);`).exec(readGuestText(file));
  assert.ok(found, `${file} has no constant ${name}`);
  return found[1]!.split("|").reduce((all, part) => (all | Number(part)) >>> 0, 0);
}

describe("guest/PeerLab, the constants of the C# beside those of Windows' headers", function () {
  this.timeout(60_000);

  it("are the same numbers", function () {
    skipWithout(this, missingForBuild());
    const all = Object.entries(constants).flatMap(([file, names]) =>
      Object.entries(names).map(([name, macro]) => ({ file, name, macro })),
    );
    const expected = evaluate(all.map(({ macro }) => `(unsigned)(${macro})`));
    assert.deepEqual(
      all.map(({ file, name }) => [name, valueOf(file, name)]),
      all.map(({ name }, index) => [name, expected[index]]),
    );
  });

  it("open every socket of ours without a limit of where its peer is, before it is bound", () => {
    const text = readGuestText("PeerLab/PeerSockets.cs");
    // Linux has no such option, so the call is only read here.
    const opening = /static Socket Open\(\)[^]*?return socket;/.exec(text)?.[0] ?? "";
    assert.match(
      opening,
      /SetSocketOption\(SocketOptionLevel\.IPv6, \(SocketOptionName\)ProtectionLevel, Unrestricted\);/,
    );
    assert.equal(text.match(/new Socket\(/g)?.length, 1, "sockets are made in Open alone");
  });
});
