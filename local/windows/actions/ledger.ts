import { guestDirectory } from "../../../guest/contract";
import type { ActionContext } from "./context";

const ledgerFile = `${guestDirectory}/ledger.json`;

/** Which identities were put on the machine under which scope: peer names only, nothing secret. */
export type Ledger = Record<string, string[]>;

export function readLedger({ machine, logon }: ActionContext): Ledger {
  if (!machine.disk.find(ledgerFile)) return {};
  const stored = JSON.parse(machine.disk.read(ledgerFile, logon).toString("utf8")) as {
    scopes?: Ledger;
  };
  return stored.scopes ?? {};
}

export function writeLedger({ machine, logon }: ActionContext, scopes: Ledger): void {
  const filled = Object.entries(scopes).filter(([, names]) => names.length > 0);
  const sorted = filled
    .map(([scope, names]) => [scope, [...new Set(names)].sort()] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const content = JSON.stringify({ scopes: Object.fromEntries(sorted) });
  const present = machine.disk.find(ledgerFile) && machine.disk.read(ledgerFile, logon).toString();
  if (present !== content) machine.disk.write(ledgerFile, Buffer.from(content), logon);
}
