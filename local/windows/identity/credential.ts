import * as crypto from "node:crypto";
import { commonNameOf } from "./exportFormat";
import { peerNameOf, peerNamePattern } from "./peerName";

/** The public half of an identity, as others get it. */
export interface PublicIdentity {
  peerName: string;
  /** DER of the RSAPublicKey structure, base64. */
  publicKey: string;
}

function document(certificate: string): string {
  return (
    `<PEERIDENTITYINFO VERSION="1.0">` +
    `<IDC xmlns:dt="urn:schemas-microsoft-com:datatypes" dt:dt="bin.base64">${certificate}</IDC>` +
    `</PEERIDENTITYINFO>`
  );
}

/**
 * What `PeerIdentityGetXML` returns, as UTF-16LE: the public credential, for invitations. Its one element is the certificate,
 * whose key and common name make up the peer name.
 * https://learn.microsoft.com/windows/win32/api/p2p/nf-p2p-peeridentitygetxml
 */
export function encodeCredential(certificate: string): Buffer {
  return Buffer.from(document(certificate), "utf16le");
}

/** Who a credential is about; undefined for anything but the bytes of one: it must not be altered. */
export function decodeCredential(credential: Buffer): PublicIdentity | undefined {
  const text = credential.toString("utf16le");
  const encoded = /<IDC [^>]*>([A-Za-z0-9+/]+=*)<\/IDC>/.exec(text)?.[1];
  if (encoded === undefined || document(encoded) !== text) return undefined;
  try {
    const certificate = new crypto.X509Certificate(Buffer.from(encoded, "base64"));
    const { publicKey, raw } = certificate;
    // Base64 has more than one spelling, and the common name is in no hash.
    if (raw.toString("base64") !== encoded || !certificate.verify(publicKey)) return undefined;
    const peerName = peerNameOf(publicKey, commonNameOf(certificate));
    return peerNamePattern.test(peerName)
      ? { peerName, publicKey: encodePublicKey(publicKey) }
      : undefined;
  } catch {
    return undefined;
  }
}

export function encodePublicKey(publicKey: crypto.KeyObject): string {
  return publicKey.export({ type: "pkcs1", format: "der" }).toString("base64");
}

export function decodePublicKey(encoded: string): crypto.KeyObject {
  return crypto.createPublicKey({
    key: Buffer.from(encoded, "base64"),
    format: "der",
    type: "pkcs1",
  });
}
