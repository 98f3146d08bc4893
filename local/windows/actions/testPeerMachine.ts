import type {
  IdentityFacts,
  TestPeerMachineReport,
  TestPeerMachineRequest,
} from "../../../guest/contract";
import { fromHresult, GuestError } from "../guestError";
import { HresultError } from "../hresult";
import { networkingDrift, networkingFacts, pendingChanges } from "../networking";
import { requireReadableIdentities } from "../peerStack";
import type { Action, ActionContext } from "./context";
import { identityFacts, isUsable, openIdentities } from "./identityAccess";
import { readLedger } from "./ledger";

type WantedIdentities = NonNullable<TestPeerMachineRequest["identities"]>;

/** Says what Set-PeerMachine would change, and changes nothing. */
export const testPeerMachine: Action<TestPeerMachineRequest, TestPeerMachineReport> = async (
  context,
  request,
) => {
  const { machine } = context;
  const report: TestPeerMachineReport = {
    action: "Test-PeerMachine",
    ...machine.facts,
    drift: [],
    pending: pendingChanges(machine),
  };
  if (request.networking) {
    report.drift.push(...networkingDrift(machine, request.networking));
    report.networking = networkingFacts(machine);
  }
  if (!request.identities) return report;
  try {
    const { drift, identities } = await testIdentities(context, request, request.identities);
    report.drift.push(...drift);
    report.identities = identities;
  } catch (error) {
    const failure = error instanceof HresultError ? fromHresult(error) : error;
    // What keeps the stack from running may be what was just found; Set-PeerMachine would put that right first.
    const isExplained = report.drift.length + report.pending.length > 0;
    if (!isExplained || !(failure instanceof GuestError)) throw error;
    report.drift.push(`identities cannot be read: ${failure.code}`);
  }
  return report;
};

async function testIdentities(
  context: ActionContext,
  request: TestPeerMachineRequest,
  { scope, exclusive = false, wanted }: WantedIdentities,
): Promise<{ drift: string[]; identities: IdentityFacts[] }> {
  const ledger = readLedger(context);
  const put = exclusive ? Object.values(ledger).flat() : (ledger[scope] ?? []);
  if (wanted.length === 0 && put.length === 0) return { drift: [], identities: [] };
  requireReadableIdentities(context.machine);
  const access = await openIdentities(context, request);
  const present = new Map(
    access.store.enumerate().map(({ peerName, friendlyName }) => [peerName, friendlyName]),
  );
  const drift: string[] = [];
  for (const { peerName, friendlyName } of wanted) {
    const name = present.get(peerName);
    if (name === undefined) drift.push(`identity ${peerName} is missing`);
    else if (!isUsable(access.store, peerName)) drift.push(`identity ${peerName} is unusable`);
    else if (friendlyName !== undefined && name !== friendlyName) {
      drift.push(`identity ${peerName} has another friendly name`);
    }
  }
  const names = wanted.map(({ peerName }) => peerName);
  const others = Object.entries(ledger).flatMap(([other, held]) => (other === scope ? [] : held));
  const foreign = new Set(exclusive ? [] : others);
  for (const [peerName, friendlyName] of present) {
    const named = exclusive
      ? /^peerlab:[^#]+#/.test(friendlyName)
      : friendlyName.startsWith(`${scope}#`);
    const ours = put.includes(peerName) || named;
    if (ours && !names.includes(peerName) && !foreign.has(peerName)) {
      drift.push(`identity ${peerName} is not wanted`);
    }
  }
  const there = names.filter((name) => present.has(name));
  return { drift, identities: there.map((name) => identityFacts(access, name)) };
}
