import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { temporaryFolder } from "../native/build";

/** More identities than a case makes on one machine. */
const keysOfMachine = 4;

/** More machines than make identities in one network. */
const machines = 6;

const made = new Map<number, string>();
let folder: string | undefined;

/**
 * A folder of ready RSA keys for the machine of that number, counted from 1, since making one takes a tenth of a second.
 * Machines of one network get different keys, up to the sixth; networks share them.
 */
export function machineKeys(number: number): string {
  const place = (number - 1) % machines;
  const present = made.get(place);
  if (present !== undefined) return present;
  folder ??= temporaryFolder("peerlab-keys-");
  const own = path.join(folder, String(place));
  fs.mkdirSync(own);
  for (let index = 0; index < keysOfMachine; index++) {
    const { privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    fs.writeFileSync(path.join(own, `${index}.pem`), pem, { mode: 0o600 });
  }
  made.set(place, own);
  return own;
}
