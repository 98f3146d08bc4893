import * as crypto from "node:crypto";
import { escapeXml, unescapeXml } from "./exportFormat";
import { classifierOf, peerNameOf, peerNamePattern } from "./peerName";

/** The public half of an identity, as others get it. */
export interface PublicIdentity {
  peerName: string;
  /** DER of the RSAPublicKey structure, base64. */
  publicKey: string;
}

function document(peerName: string, certificate: string): string {
  return (
    `<PEERIDENTITYINFO VERSION="1.0"><PEERNAME>${escapeXml(peerName)}</PEERNAME>` +
    `<IDC xmlns:dt="urn:schemas-microsoft-com:datatypes" dt:dt="bin.base64">${certificate}</IDC>` +
    `</PEERIDENTITYINFO>`
  );
}

/**
 * What `PeerIdentityGetXML` returns, as UTF-16LE: the public credential, for invitations.
 * https://learn.microsoft.com/windows/win32/api/p2p/nf-p2p-peeridentitygetxml
 */
export function encodeCredential(peerName: string, certificate: string): Buffer {
  return Buffer.from(document(peerName, certificate), "utf16le");
}

/** Who a credential is about; undefined for anything but the bytes of one: it must not be altered. */
export function decodeCredential(credential: Buffer): PublicIdentity | undefined {
  const text = credential.toString("utf16le");
  const parts = /<PEERNAME>([^<]*)<\/PEERNAME><IDC [^>]*>([A-Za-z0-9+/]+=*)<\/IDC>/.exec(text);
  if (!parts) return undefined;
  const peerName = unescapeXml(parts[1]!);
  const certificate = parts[2]!;
  if (document(peerName, certificate) !== text || !peerNamePattern.test(peerName)) return undefined;
  try {
    const { publicKey, raw } = new crypto.X509Certificate(Buffer.from(certificate, "base64"));
    // Base64 has more than one spelling.
    if (raw.toString("base64") !== certificate) return undefined;
    if (peerNameOf(publicKey, classifierOf(peerName)) !== peerName) return undefined;
    return { peerName, publicKey: encodePublicKey(publicKey) };
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
