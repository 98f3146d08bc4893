import * as crypto from "node:crypto";
import { decodeExport } from "../../local/windows/identity/exportFormat";
import type { StandIn } from "../../local/standin";
import type { KnownSecret } from "../secretScanner";

/** Long secrets are looked for in pieces of this many bytes: any 48 of their bytes hold a whole one. */
const piece = 24;

/** What an exported identity is and holds: the export, the container in it, and the private parts of the key in that. */
export function secretsOfIdentity(
  name: string,
  exportedIdentity: string,
  password: string,
): KnownSecret[] {
  const bytes = Buffer.from(exportedIdentity, "base64");
  const [, data] = /<DATA[^>]*>([^<]+)</.exec(bytes.toString("utf16le")) ?? [];
  if (!data) throw new Error(`The export of ${name} has another form.`);
  const { privateKey, certificate } = decodeExport(bytes, password).pair;
  const key = privateKey.export({ format: "jwk" });
  // The modulus is public; these are not.
  const parts = (["d", "p", "q", "dp", "dq", "qi"] as const).map((part) => ({
    name: `${part} of the private key of ${name}`,
    bytes: Buffer.from(key[part] as string, "base64url"),
    piece,
  }));
  return [
    { name: `export password of ${name}`, bytes: Buffer.from(password) },
    // What stands before the container is the same in every export.
    {
      name: `exported identity of ${name}`,
      bytes: Buffer.from(exportedIdentity.slice(800)),
      piece: 2 * piece,
    },
    ...aroundCertificate(Buffer.from(data, "base64"), Buffer.from(certificate, "base64")).map(
      (part) => ({ name: `container of ${name}`, bytes: part, piece }),
    ),
    ...parts,
  ];
}

/** The container without the certificate, which is public, and without its head, which all containers have in common. */
function aroundCertificate(container: Buffer, certificate: Buffer): Buffer[] {
  const at = container.indexOf(certificate);
  if (at === -1) return [container.subarray(96)];
  const parts = [container.subarray(96, at), container.subarray(at + certificate.length)];
  return parts.filter(({ length }) => length >= piece);
}

/** The passwords and private keys of the stand-in itself. */
export function secretsOfStandIn(standIn: StandIn, jumpHostKey: SshKeyFile): KnownSecret[] {
  const keys = standIn.windows
    .machines()
    .flatMap(({ record: { computerName, hostKey } }) =>
      hostKey ? [{ name: `host key of ${computerName}`, key: hostKey }] : [],
    );
  keys.push({ name: "host key of the jump host", key: jumpHostKey });
  return [
    { name: "password of the jump host", bytes: Buffer.from(standIn.jumpHost.password) },
    {
      name: "passphrase of the stacks",
      bytes: Buffer.from(standIn.environment.PULUMI_CONFIG_PASSPHRASE),
    },
    ...keys.map(({ name, key }) => ({ name, bytes: seedOf(key), piece: 16 })),
  ];
}

export interface SshKeyFile {
  privateKey: string;
  publicKey: string;
}

/** The secret half of an ed25519 key in OpenSSH's form, where it stands before the last copy of the public half. */
function seedOf({ privateKey, publicKey }: SshKeyFile): Buffer {
  const open = Buffer.from(publicKey.split(" ")[1], "base64").subarray(-32);
  const body = Buffer.from(privateKey.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const at = body.lastIndexOf(open);
  const seed = body.subarray(at - 32, at);
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const made = crypto.createPublicKey(
    crypto.createPrivateKey({ key: der, format: "der", type: "pkcs8" }),
  );
  if (!made.export({ format: "der", type: "spki" }).subarray(-32).equals(open)) {
    throw new Error("The private half of an SSH key was not found where it is expected.");
  }
  return seed;
}
