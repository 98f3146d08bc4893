import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { temporaryFolder } from "../native/build";

/** More identities than a case makes on one machine. */
const keysOfMachine = 4;

const folders = new Map<number, string>();

/**
 * A folder of ready RSA keys for the machine of that number, since making one takes a tenth of a second. Machines of one
 * network get different keys; networks share them.
 */
export function machineKeys(number: number): string {
  const present = folders.get(number);
  if (present !== undefined) return present;
  const folder = temporaryFolder(`peerlab-keys-${number}-`);
  for (let index = 0; index < keysOfMachine; index++) {
    const { privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    fs.writeFileSync(path.join(folder, `${index}.pem`), pem, { mode: 0o600 });
  }
  folders.set(number, folder);
  return folder;
}
