import type {
  GroupFacts,
  IdentityFacts,
  SetPeerMachineRequest,
  WantedGroup,
} from "../../../guest/contract";
import { groupFacts } from "../group/connection";
import { requireGrouping, requireIdentities, requireReadableIdentities } from "../peerStack";
import type { ActionContext } from "./context";
import { findGroup, hasEnded, joinGroup, requireGroup, requireIdentity } from "./groupAccess";
import {
  clearIdentity,
  ensureIdentity,
  identityFacts,
  isUsable,
  meansNoStack,
  openIdentities,
  type IdentityAccess,
} from "./identityAccess";
import { knownOf, othersOf, readLedger, sameGroup, writeLedger } from "./ledger";
import { readInvitation } from "./groupAccess";
import { HresultError } from "../hresult";

type Sections = Pick<SetPeerMachineRequest, "identities" | "groups" | "reconcile" | "userPassword">;
type IdentitySection = NonNullable<SetPeerMachineRequest["identities"]>;
type GroupSection = NonNullable<SetPeerMachineRequest["groups"]>;

/** What a run works with; phrases are what it changed, or in a test what is not as wanted. */
interface Run {
  context: ActionContext;
  access: IdentityAccess;
  test: boolean;
  phrases: string[];
}

export interface StateResult {
  phrases: string[];
  identities?: IdentityFacts[];
  groups?: GroupFacts[];
}

/**
 * Brings identities and groups to the wanted lists: identities in, groups in, groups out, identities out, so that an identity
 * is there before its groups and the new before the old goes. A test changes nothing and says what would be changed. A
 * machine without the stack accepts it where nothing is wanted and nothing was put there.
 */
export async function applyState(
  context: ActionContext,
  request: Sections,
  test: boolean,
): Promise<StateResult> {
  const { identities, groups } = request;
  if (!identities && !groups) return { phrases: [] };
  try {
    return await apply(context, request, test);
  } catch (error) {
    if (!meansNoStack(error) || needsStack(context, request)) throw error;
    return {
      phrases: [],
      ...(identities ? { identities: [] } : {}),
      ...(groups ? { groups: [] } : {}),
    };
  }
}

function needsStack({ machine }: ActionContext, { identities, groups }: Sections): boolean {
  const ledger = readLedger(machine);
  return [
    { section: identities, entries: ledger.identities },
    { section: groups, entries: ledger.groups },
  ].some(({ section, entries }) => {
    if (!section) return false;
    const known = knownOf<unknown>(entries, section.scope, section.exclusive ?? false);
    return section.wanted.length + known.length > 0;
  });
}

async function apply(
  context: ActionContext,
  request: Sections,
  test: boolean,
): Promise<StateResult> {
  const { machine } = context;
  const { identities, groups } = request;
  if (test) requireReadableIdentities(machine);
  else requireIdentities(machine);
  const access = await openIdentities(context, request);
  const run: Run = { context, access, test, phrases: [] };
  if (!readStore(run, request.reconcile ?? false)) return { phrases: run.phrases };
  if (identities) await addIdentities(run, identities);
  const groupReports = groups ? applyGroups(run, groups) : undefined;
  if (identities) removeIdentities(run, identities);
  const present = new Set(access.store.enumerate().map(({ peerName }) => peerName));
  const identityReports = identities?.wanted
    .filter(({ peerName }) => present.has(peerName))
    .map(({ peerName }) => identityFacts(access, peerName));
  return {
    phrases: run.phrases,
    ...(identityReports ? { identities: identityReports } : {}),
    ...(groupReports ? { groups: groupReports } : {}),
  };
}

/** Whether the user's store can be read; a corrupted one is deleted where that is allowed. */
export function readStore(
  { access, test, phrases }: Pick<Run, "access" | "test" | "phrases">,
  reconcile: boolean,
): boolean {
  try {
    access.store.enumerate();
    return true;
  } catch (error) {
    const isCorrupted =
      error instanceof HresultError && error.hresult === "PEER_E_CERT_STORE_CORRUPTED";
    if (!reconcile || !isCorrupted) throw error;
  }
  if (test) {
    phrases.push("identity store is corrupted");
    return false;
  }
  access.deleteStore();
  phrases.push("identity store deleted because it was corrupted");
  return true;
}

async function addIdentities(run: Run, { scope, wanted }: IdentitySection): Promise<void> {
  const { context, access, test, phrases } = run;
  const { store } = access;
  if (test) {
    const present = new Map(
      store.enumerate().map(({ peerName, friendlyName }) => [peerName, friendlyName]),
    );
    for (const { peerName, friendlyName } of wanted) {
      const name = present.get(peerName);
      if (name === undefined) phrases.push(`identity ${peerName} is missing`);
      else if (!isUsable(store, peerName)) phrases.push(`identity ${peerName} is unusable`);
      else if (friendlyName !== undefined && name !== friendlyName) {
        phrases.push(`identity ${peerName} has another friendly name`);
      }
    }
    return;
  }
  // Noted before the import: an interrupted run must not leave an identity that nobody remembers.
  const ledger = readLedger(context.machine);
  const names = wanted.map(({ peerName }) => peerName);
  ledger.identities[scope] = [...(ledger.identities[scope] ?? []), ...names];
  writeLedger(context, ledger);
  for (const identity of wanted) {
    const { peerName, imported, renamed } = await ensureIdentity(context, access, identity);
    if (imported) phrases.push(`identity ${peerName} imported`);
    if (renamed) phrases.push(`identity ${peerName} renamed`);
  }
}

function removeIdentities(
  { context, access, test, phrases }: Run,
  { scope, exclusive = false, wanted }: IdentitySection,
): void {
  const ledger = readLedger(context.machine);
  const names = wanted.map(({ peerName }) => peerName);
  const known = knownOf(ledger.identities, scope, exclusive);
  const others = othersOf(ledger.identities, scope, exclusive);
  for (const { peerName, friendlyName } of access.store.enumerate()) {
    const isNamed = exclusive
      ? /^peerlab:[^#]+#/.test(friendlyName)
      : friendlyName.startsWith(`${scope}#`);
    const isOurs = known.includes(peerName) || isNamed;
    if (!isOurs || names.includes(peerName) || others.includes(peerName)) continue;
    if (test) {
      phrases.push(`identity ${peerName} is not wanted`);
      continue;
    }
    clearIdentity(access, peerName);
    phrases.push(`identity ${peerName} removed`);
    context.checkpoint();
  }
  if (test) return;
  ledger.identities = { ...(exclusive ? {} : ledger.identities), [scope]: names };
  writeLedger(context, ledger);
}

function applyGroups(run: Run, section: GroupSection): GroupFacts[] {
  const { context, access, test, phrases } = run;
  const { scope, exclusive = false, wanted } = section;
  const { machine } = context;
  const ledger = readLedger(machine);
  const known = knownOf(ledger.groups, scope, exclusive);
  const others = othersOf(ledger.groups, scope, exclusive);
  if (wanted.length > 0 || known.length > 0) requireGrouping(machine);
  if (!test) {
    ledger.groups[scope] = [...(ledger.groups[scope] ?? []), ...wanted];
    writeLedger(context, ledger);
  }
  for (const group of wanted) addGroup(run, group);
  for (const place of known) {
    const isThere = findGroup(access, place) !== undefined;
    const isKept = [...wanted, ...others].some((other) => sameGroup(other, place));
    if (!isThere || isKept) continue;
    if (test) {
      phrases.push(`group ${place.group} is not wanted`);
      continue;
    }
    access.groups.delete(place.identity, place.group);
    phrases.push(`group ${place.group} removed`);
    context.checkpoint();
  }
  if (!test) {
    ledger.groups = { ...(exclusive ? {} : ledger.groups), [scope]: wanted };
    writeLedger(context, ledger);
  }
  return wanted.flatMap((place) => {
    const stored = findGroup(access, place);
    return stored ? [groupFacts(machine, access.store, stored)] : [];
  });
}

function addGroup({ context, access, test, phrases }: Run, wanted: WantedGroup): void {
  const { group, identity, invitation } = wanted;
  const { machine } = context;
  const isIdentityThere = access.store.enumerate().some(({ peerName }) => peerName === identity);
  if (!isIdentityThere && !test) requireIdentity(access, identity);
  const present = isIdentityThere ? findGroup(access, wanted) : undefined;
  let parsed: ReturnType<typeof readInvitation> | undefined;
  if (invitation !== undefined && isIdentityThere) {
    try {
      parsed = readInvitation(invitation, identity, group);
    } catch (error) {
      // Of no use any more is no failure as long as the machine belongs to the group.
      if (!test && !present) throw error;
    }
  }
  if (present && !(parsed && hasEnded(machine, present, parsed))) return;
  if (test) {
    phrases.push(`group ${group} ${present ? "has ended" : "is missing"}`);
    return;
  }
  if (invitation === undefined || !parsed) {
    requireGroup(access, wanted);
    return;
  }
  joinGroup(machine, access, identity, invitation, present);
  phrases.push(`group ${group} joined`);
  context.checkpoint();
}
