import * as crypto from "node:crypto";

/**
 * The secure peer name of a public key: the authority (40 hex digits) and the classifier.
 *
 * Documented is that the authority is a SHA hash of the public key, 20 bytes long, hence SHA-1. Which encoding of the key
 * is hashed is not documented; taken here is the RSAPublicKey structure, the content of a certificate's subject public key,
 * which is also what Windows hashes for a subject key identifier. Only machines compute peer names, all in the same way.
 * https://learn.microsoft.com/windows/win32/p2psdk/peer-names
 */
export function peerNameOf(publicKey: crypto.KeyObject, classifier: string): string {
  const encoded = publicKey.export({ type: "pkcs1", format: "der" });
  const authority = crypto.createHash("sha1").update(encoded).digest("hex");
  return `${authority}.${classifier}`;
}

export const peerNamePattern = /^[0-9a-f]{40}\.[^\u0000]{1,149}$/;

export function classifierOf(peerName: string): string {
  return peerName.slice(peerName.indexOf(".") + 1);
}
