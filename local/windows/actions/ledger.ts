import { guestDirectory } from "../../../guest/contract";
import { localSystem } from "../accounts";
import type { Machine } from "../machine";
import type { ActionContext } from "./context";

const ledgerFile = `${guestDirectory}/ledger.json`;

/** Names by scope: what was put on the machine, and under which scope. Nothing secret. */
export type Scopes<Entry> = Record<string, Entry[]>;

export interface LedgerGroup {
  group: string;
  identity: string;
}

export interface Ledger {
  identities: Scopes<string>;
  groups: Scopes<LedgerGroup>;
}

interface LedgerDocument {
  identities?: { scope: string; peerName: string }[];
  groups?: ({ scope: string } & LedgerGroup)[];
  /** The form of older state folders. */
  scopes?: Scopes<string>;
}

export function readLedger({ disk }: Machine): Ledger {
  const ledger: Ledger = { identities: {}, groups: {} };
  if (!disk.find(ledgerFile)) return ledger;
  const text = disk.read(ledgerFile, localSystem).toString("utf8");
  const stored = JSON.parse(text) as LedgerDocument;
  Object.assign(ledger.identities, stored.scopes);
  for (const { scope, peerName } of stored.identities ?? []) {
    (ledger.identities[scope] ??= []).push(peerName);
  }
  for (const { scope, group, identity } of stored.groups ?? []) {
    (ledger.groups[scope] ??= []).push({ group, identity });
  }
  return ledger;
}

export function sameGroup(one: LedgerGroup, other: LedgerGroup): boolean {
  return one.group === other.group && one.identity === other.identity;
}

/** Writes the ledger, where it differs. */
export function writeLedger({ machine, logon }: ActionContext, ledger: Ledger): void {
  const inOrder = <Entry>(scopes: Scopes<Entry>) =>
    Object.entries(scopes)
      .filter(([, entries]) => entries.length > 0)
      .sort(([left], [right]) => (left < right ? -1 : 1));
  const document: LedgerDocument = {
    identities: inOrder(ledger.identities).flatMap(([scope, names]) =>
      [...new Set(names)].sort().map((peerName) => ({ scope, peerName })),
    ),
    groups: inOrder(ledger.groups).flatMap(([scope, groups]) =>
      groups
        .filter((one, index) => groups.findIndex((other) => sameGroup(one, other)) === index)
        .map(({ group, identity }) => ({ scope, group, identity })),
    ),
  };
  const content = JSON.stringify(document);
  const present = machine.disk.find(ledgerFile) && machine.disk.read(ledgerFile, logon).toString();
  if (present !== content) machine.disk.write(ledgerFile, Buffer.from(content), logon);
}

/** The entries of a scope, of all others where it is exclusive too: what a section may remove. */
export function knownOf<Entry>(scopes: Scopes<Entry>, scope: string, exclusive: boolean): Entry[] {
  return exclusive ? Object.values(scopes).flat() : (scopes[scope] ?? []);
}

/** The entries of other scopes that a section must leave alone. */
export function othersOf<Entry>(scopes: Scopes<Entry>, scope: string, exclusive: boolean): Entry[] {
  if (exclusive) return [];
  return Object.entries(scopes).flatMap(([other, entries]) => (other === scope ? [] : entries));
}
