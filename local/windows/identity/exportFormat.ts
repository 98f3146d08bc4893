import * as crypto from "node:crypto";
import forge from "node-forge";
import { HresultError } from "../hresult";
import { classifierOf, peerNameOf, peerNamePattern } from "./peerName";

/** A key pair with the certificate that stands for it in an export. */
export interface KeyPair {
  privateKey: crypto.KeyObject;
  /** DER, base64. */
  certificate: string;
}

const yearsValid = 10;

/** A new RSA key of 2048 bits with a self-signed certificate. */
export async function createKeyPair(commonName: string): Promise<KeyPair> {
  const privateKey = await new Promise<crypto.KeyObject>((resolve, reject) =>
    crypto.generateKeyPair("rsa", { modulusLength: 2048 }, (error, _publicKey, privateKey) =>
      error ? reject(error) : resolve(privateKey),
    ),
  );
  return { privateKey, certificate: certify(privateKey, commonName) };
}

/** The key pair with a certificate that has that common name: its own one where it has. */
export function withCommonName(pair: KeyPair, commonName: string): KeyPair {
  const present = new crypto.X509Certificate(Buffer.from(pair.certificate, "base64"));
  if (commonNameOf(present) === commonName) return pair;
  return { ...pair, certificate: certify(pair.privateKey, commonName) };
}

export function commonNameOf(certificate: crypto.X509Certificate): string {
  const { CN: name } = certificate.toLegacyObject().subject as { CN?: string | string[] };
  return typeof name === "string" ? name : "";
}

/**
 * A serial number made of random bytes, in hex. The first byte is neither zero nor negative: DER wants the shortest form, forge
 * takes away one zero at most, and Node refuses a certificate with more.
 */
export function serialNumberOf(random: Buffer): string {
  const bytes = Buffer.from(random);
  bytes[0] = (bytes[0] & 0x7f) | 0x40;
  return bytes.toString("hex");
}

/** A self-signed certificate: DER, base64. */
function certify(privateKey: crypto.KeyObject, commonName: string): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(
    crypto.createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString(),
  );
  certificate.serialNumber = serialNumberOf(crypto.randomBytes(16));
  certificate.validity.notAfter.setFullYear(
    certificate.validity.notBefore.getFullYear() + yearsValid,
  );
  const valueTagClass = forge.asn1.Type.UTF8 as unknown as forge.asn1.Class;
  const name = [{ shortName: "CN", value: commonName, valueTagClass }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.sign(signedByNode(certificate, privateKey), forge.md.sha256.create());
  return encodeCertificate(certificate);
}

/** A key for forge that has Node sign what it is to sign, which takes a fiftieth of the time that forge's own numbers need. */
function signedByNode(certificate: forge.pki.Certificate, privateKey: crypto.KeyObject) {
  const sign = () => {
    const { tbsCertificate } = certificate as unknown as { tbsCertificate: forge.asn1.Asn1 };
    const content = Buffer.from(forge.asn1.toDer(tbsCertificate).getBytes(), "binary");
    return crypto.sign("sha256", content, privateKey).toString("binary");
  };
  return { sign } as unknown as forge.pki.rsa.PrivateKey;
}

function encodeCertificate(certificate: forge.pki.Certificate): string {
  return forge.util.encode64(forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes());
}

function toForge(privateKey: crypto.KeyObject): forge.pki.rsa.PrivateKey {
  return forge.pki.privateKeyFromPem(
    privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
  );
}

/** The documented form; what stands between the tags is fixed, since an import takes the bytes of the export only. */
function document(peerName: string, data: string): string {
  return (
    `<PEERIDENTITYEXPORT VERSION="1.0"><PEERNAME>${escapeXml(peerName)}</PEERNAME>` +
    `<DATA xmlns:dt="urn:schemas-microsoft-com:datatypes" dt:dt="bin.base64">${data}</DATA>` +
    `</PEERIDENTITYEXPORT>`
  );
}

const entities: readonly (readonly [string, string])[] = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
];

export function escapeXml(text: string): string {
  return entities.reduce((result, [plain, escaped]) => result.replaceAll(plain, escaped), text);
}

export function unescapeXml(text: string): string {
  return entities.reduceRight(
    (result, [plain, escaped]) => result.replaceAll(escaped, plain),
    text,
  );
}

/**
 * What `PeerIdentityExport` returns, as UTF-16LE: XML with the peer name and the identity's certificate and private key as
 * PKCS#12 under the password.
 * https://learn.microsoft.com/windows/win32/api/p2p/nf-p2p-peeridentityexport
 */
export function encodeExport(peerName: string, pair: KeyPair, password: string): Buffer {
  const certificate = forge.pki.certificateFromAsn1(
    forge.asn1.fromDer(forge.util.decode64(pair.certificate)),
  );
  const container = forge.pkcs12.toPkcs12Asn1(toForge(pair.privateKey), certificate, password, {
    algorithm: "3des",
    friendlyName: peerName,
  });
  const data = forge.util.encode64(forge.asn1.toDer(container).getBytes());
  return Buffer.from(document(peerName, data), "utf16le");
}

/** The peer name that an export says it holds, empty where it says none: to look it up; what counts is the key. */
export function declaredPeerName(exported: Buffer): string {
  const named = /<PEERNAME>([^<]*)<\/PEERNAME>/.exec(exported.toString("utf16le"));
  return unescapeXml(named?.[1] ?? "");
}

/**
 * What `PeerIdentityImport` does before it stores anything.
 *
 * E_INVALIDARG for anything but the bytes of an export. A wrong password has no documented result; p2p.dll opens the
 * container with PFXImportCertStore, whose answer ERROR_INVALID_PASSWORD is given here. Changed bytes inside the container
 * look like a wrong password, since its checksum is made with the password.
 */
export function decodeExport(
  exported: Buffer,
  password: string,
): { peerName: string; pair: KeyPair } {
  const invalid = () => new HresultError("E_INVALIDARG", "PeerIdentityImport");
  const text = exported.toString("utf16le");
  const parts = /<PEERNAME>([^<]*)<\/PEERNAME><DATA [^>]*>([A-Za-z0-9+/]+=*)<\/DATA>/.exec(text);
  if (!parts) throw invalid();
  const peerName = unescapeXml(parts[1]!);
  const data = parts[2]!;
  const unchanged = Buffer.from(document(peerName, data), "utf16le").equals(exported);
  if (!unchanged || !peerNamePattern.test(peerName)) throw invalid();
  const bytes = Buffer.from(data, "base64");
  if (bytes.toString("base64") !== data) throw invalid();
  const { name, ...pair } = openContainer(bytes, password, invalid);
  const held = peerNameOf(crypto.createPublicKey(pair.privateKey), classifierOf(peerName));
  // The classifier is in no hash: the container names the whole.
  if (held !== peerName || name !== peerName) throw invalid();
  return { peerName, pair };
}

function openContainer(
  bytes: Buffer,
  password: string,
  invalid: () => HresultError,
): KeyPair & { name: unknown } {
  let structure: forge.asn1.Asn1;
  try {
    structure = forge.asn1.fromDer(bytes.toString("binary"));
  } catch {
    throw invalid();
  }
  let container: forge.pkcs12.Pkcs12Pfx;
  try {
    container = forge.pkcs12.pkcs12FromAsn1(structure, password);
  } catch {
    throw new HresultError("ERROR_INVALID_PASSWORD", "PeerIdentityImport");
  }
  const { certBag, pkcs8ShroudedKeyBag } = forge.pki.oids as Record<string, string>;
  const keyBag = container.getBags({ bagType: pkcs8ShroudedKeyBag! })[pkcs8ShroudedKeyBag!]?.[0];
  const key = keyBag?.key;
  const certificate = container.getBags({ bagType: certBag! })[certBag!]?.[0]?.cert;
  if (!key || !certificate) throw invalid();
  return {
    privateKey: crypto.createPrivateKey(forge.pki.privateKeyToPem(key)),
    certificate: encodeCertificate(certificate),
    name: (keyBag?.attributes as { friendlyName?: string[] }).friendlyName?.[0],
  };
}
