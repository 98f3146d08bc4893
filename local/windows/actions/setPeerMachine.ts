import type {
  IdentityFacts,
  SetPeerMachineReport,
  SetPeerMachineRequest,
} from "../../../guest/contract";
import { applyNetworking, networkingFacts } from "../networking";
import { requirePeerStack } from "../peerStack";
import type { Action, ActionContext } from "./context";
import { ensureIdentity, identityFacts, openIdentities } from "./identityAccess";
import { readLedger, writeLedger } from "./ledger";

type WantedIdentities = NonNullable<SetPeerMachineRequest["identities"]>;

/** Brings the machine to the wanted state, adding before it removes; a second run changes nothing. */
export const setPeerMachine: Action<SetPeerMachineRequest, SetPeerMachineReport> = async (
  context,
  request,
) => {
  const { machine, checkpoint } = context;
  const report: SetPeerMachineReport = {
    action: "Set-PeerMachine",
    ...machine.facts,
    changed: [],
    pending: [],
  };
  if (request.networking) {
    const { changed, pending } = applyNetworking(machine, request.networking, "session");
    report.changed.push(...changed);
    report.pending.push(...pending);
    if (changed.length > 0) checkpoint();
    report.networking = networkingFacts(machine);
  }
  if (request.identities) {
    const { changed, identities } = await setIdentities(context, request, request.identities);
    report.changed.push(...changed);
    report.identities = identities;
  }
  return report;
};

async function setIdentities(
  context: ActionContext,
  request: SetPeerMachineRequest,
  { scope, exclusive = false, wanted }: WantedIdentities,
): Promise<{ changed: string[]; identities: IdentityFacts[] }> {
  const changed: string[] = [];
  const names = wanted.map((identity) => identity.peerName);
  const ledger = readLedger(context);
  // Nothing wanted and nothing put here: a machine without the stack has to accept that.
  const isKnown = exclusive ? Object.keys(ledger).length > 0 : ledger[scope] !== undefined;
  if (wanted.length === 0 && !isKnown) return { changed, identities: [] };
  requirePeerStack(context.machine);
  const access = await openIdentities(context, request);
  const { store } = access;
  // Noted before the import: an interrupted run must not leave an identity that nobody remembers.
  const noted = new Set([...(ledger[scope] ?? []), ...names]);
  writeLedger(context, { ...ledger, [scope]: [...noted] });
  for (const identity of wanted) {
    const { peerName, imported, renamed } = await ensureIdentity(context, access, identity);
    if (imported) changed.push(`identity ${peerName} imported`);
    if (renamed) changed.push(`identity ${peerName} renamed`);
  }

  const elsewhere = Object.entries(ledger).flatMap(([other, held]) =>
    other === scope ? [] : held,
  );
  const ofOtherScopes = new Set(exclusive ? [] : elsewhere);
  if (exclusive) elsewhere.forEach((peerName) => noted.add(peerName));
  for (const { peerName, friendlyName } of store.enumerate()) {
    const named = exclusive
      ? /^peerlab:[^#]+#/.test(friendlyName)
      : friendlyName.startsWith(`${scope}#`);
    const ours = noted.has(peerName) || named;
    if (!ours || names.includes(peerName) || ofOtherScopes.has(peerName)) continue;
    store.delete(peerName);
    changed.push(`identity ${peerName} removed`);
    context.checkpoint();
  }
  writeLedger(context, { ...(exclusive ? {} : ledger), [scope]: names });
  return { changed, identities: names.map((name) => identityFacts(access, name)) };
}
