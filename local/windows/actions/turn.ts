import type { GuestAction } from "../../../guest/contract";
import type { Machine } from "../machine";
import type { ActionContext } from "./context";

/** The actions that change identities, groups or the ledger. */
const changing: ReadonlySet<GuestAction> = new Set<GuestAction>([
  "Set-PeerMachine",
  "New-PeerIdentity",
  "Export-PeerIdentity",
  "Import-PeerIdentity",
  "Remove-PeerIdentity",
  "New-PeerGroup",
  "New-PeerGroupInvitation",
  "Join-PeerGroup",
  "Remove-PeerGroup",
]);

/** By machine: the end of the last action that waits or works. */
const ends = new WeakMap<Machine, Promise<unknown>>();

/** Runs the work of an action, one that changes something after the others on its machine: the guest's own lock. */
export async function inTurn<T>(
  { machine, checkpoint }: ActionContext,
  action: GuestAction,
  work: () => Promise<T>,
): Promise<T> {
  if (!changing.has(action)) return work();
  const before = ends.get(machine);
  const own = (async () => {
    if (before) {
      await before;
      // Its session may have ended while it waited.
      checkpoint();
    }
    return work();
  })();
  const end = own.catch(() => {});
  ends.set(machine, end);
  try {
    return await own;
  } finally {
    if (ends.get(machine) === end) ends.delete(machine);
  }
}
