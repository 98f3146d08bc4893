import * as fs from "node:fs";
import * as path from "node:path";
import type { Fault } from "../suite/subject";

/** What the native double is told of a fault of the suite (README.md). */
export const faultSettings: Partial<Record<Fault, string>> = {
  identityStoreFull: "max-identities=0",
  keysClosed: "keys=closed",
  keyFolderRefused: "keys=closed",
  wrongKey: "import=wrong-key",
  noLicense: "license=none",
  clockAhead: `clock=${24 * 60 * 60}`,
  ipv6Off: "ipv6=off",
  cloudAlone: "cloud=alone",
  noCloud: "cloud=none",
  inboundDropped: "inbound=dropped",
  pnrpStopped: "pnrp=stopped",
  pnrpStoreCorrupted: "pnrp=stopped",
  pnrpNoKeyAccess: "pnrp=stopped",
};

/** Damages the store of the user whose folder it is, until it is deleted. */
export function damageStore(user: string): void {
  fs.writeFileSync(path.join(user, "idstore.sst"), "damaged");
}

/** The records of the user's identities stay, as Windows' do; what protected their keys opens no more. */
export function loseKeys(user: string): void {
  const identities = path.join(user, "identities");
  if (!fs.existsSync(identities)) return;
  for (const file of fs.readdirSync(identities)) {
    const record = path.join(identities, file);
    const text = fs.readFileSync(record, "utf8").replace(/^key=.*$/m, "key=lost");
    fs.writeFileSync(record, text);
  }
}
