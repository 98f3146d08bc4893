import * as crypto from "node:crypto";

const nonceLength = 12;
const tagLength = 16;

/** Encrypts and authenticates `plain` under a key of 32 bytes; base64 of nonce, tag and cipher text. */
export function seal(key: Buffer, plain: Buffer): string {
  const nonce = crypto.randomBytes(nonceLength);
  const cipher = crypto.createCipheriv("aes-256-gcm", key, nonce);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
}

/** The content of what {@link seal} made; undefined under another key. */
export function unseal(key: Buffer, sealed: string): Buffer | undefined {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = crypto.createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceLength));
  decipher.setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
  try {
    return Buffer.concat([
      decipher.update(bytes.subarray(nonceLength + tagLength)),
      decipher.final(),
    ]);
  } catch {
    return undefined;
  }
}
